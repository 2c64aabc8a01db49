"""A model of meter as data: the TOML files in ``profiles/``, read into frozen values.

A new model is a new file, which may ``extends`` another and say only what differs. What a file says:
identity, STS register, constants of the parts, ports, associations, and the object list with the rights of
each association.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, cast

from protocols.dlms.cosem.disconnect import ControlMode
from protocols.dlms.cosem.enumerations import PaymentMode
from protocols.dlms.security import SecuritySuite
from protocols.sts.acceptance import LockOutTerms
from sim.meter.ciu.keypad_display import Lang
from sim.meter.ciu.link import LinkTerms, LinkVariant, UnitTerms
from sim.meter.events.tamper_protections import ProtectionTerms, protection_terms
from sim.meter.hardware import CrystalTerms, HardwareTerms, ModuleKind
from sim.meter.image_transfer import ImageTerms
from sim.meter.metering.metrology import MetrologyConstants, read_constants
from sim.meter.object_list import RowTerms, row_terms
from sim.meter.payment.plan import parse_plan
from sim.meter.payment.prepayment import CreditTerms
from sim.meter.storage.nvm import MemoryTerms
from sim.meter.supply.availability import AvailabilityTerms
from sim.meter.supply.limiter import LimiterTerms
from sim.meter.supply.power_quality import Nominal, WatchTerms, watch_terms
from sim.meter.supply.supply_control import ContactTerms

DEFAULT_PROFILE = "ppkw"
#: What the section of the clock says of the program; the rest of it is of the crystal.
_CLOCK_KEYS = ("deviation_minutes", "drift_s_per_day")


class ProfileError(Exception):
    """A profile that does not exist or does not say what it must."""


@dataclass(frozen=True, slots=True)
class StsTerms:
    """The STS register of a new meter; the vending key behind it is a credential and not here."""

    ea: str
    dkga: str
    sgc: str
    krn: int
    ti: int
    key_type: int
    base_date: int
    ken: int
    tid_capacity: int
    certificate: str


@dataclass(frozen=True, slots=True)
class CiuTerms:
    """The customer unit: times, link, language, short codes (digits -> name of an information)."""

    unit: UnitTerms
    link: LinkTerms
    lang: Lang
    result_s: int
    short_codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PortTerms:
    """The two ports: addresses, sizes and how long the meter thinks before it answers."""

    server_sap: int
    physical_address: int
    response_delay_s: float
    max_pdu: int
    hdlc_max_info: int
    hdlc_window: int
    hdlc_inactivity_time_out_s: int
    hdlc_inter_octet_time_out_ms: int
    tcp_port: int
    hdlc_address_bytes: tuple[int, ...] = (2, 4)


@dataclass(frozen=True, slots=True)
class AssociationTerms:
    """One association that a client may open.

    Args:
        name: what the object rows call it.
        client_sap: address of the client.
        mechanism: how it proves itself; with high level security by keys it may cipher.
        rights_of: an association whose rights it has where a row says nothing of its own.
    """

    name: str
    client_sap: int
    mechanism: str
    rights_of: str = ""


@dataclass(frozen=True, slots=True)
class SecurityTerms:
    """Algorithms of a model; its keys are a credential and not here.

    Args:
        suite: security suite 0, 1 or 2; of 1 and 2 the security setup is version 1.
    """

    suite: SecuritySuite = SecuritySuite.SUITE_0

    def __post_init__(self) -> None:
        object.__setattr__(self, "suite", SecuritySuite(self.suite))


@dataclass(frozen=True, slots=True)
class ObjectTerms:
    """One row of the object list.

    Args:
        class_id: interface class.
        obis: logical name.
        binding: which live value stands behind it.
        access: association name -> rights; ``"r w2 m1"`` is all attributes readable, attribute 2 also
            writable, method 1 allowed.
        options: what else the binding wants to know: type, scaler, unit.
    """

    class_id: int
    obis: str
    binding: str
    access: Mapping[str, str]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MeterProfile:
    """One model of meter."""

    name: str
    drn: str
    serial: str
    logical_device_name: str
    firmware: str
    deviation_minutes: int
    drift_s_per_day: float
    event_capacity: int
    payment_log_entries: int
    control_mode: ControlMode
    sts: StsTerms
    metrology: MetrologyConstants
    credit: CreditTerms
    limiter: LimiterTerms
    storage: MemoryTerms
    image: ImageTerms
    lock_out: LockOutTerms | None
    ciu: CiuTerms
    ports: PortTerms
    associations: tuple[AssociationTerms, ...]
    objects: tuple[ObjectTerms, ...]
    nominal: Nominal
    watches: tuple[WatchTerms, ...]
    rows: RowTerms
    security: SecurityTerms = SecurityTerms()
    protections: ProtectionTerms = field(default_factory=ProtectionTerms)
    hardware: HardwareTerms = field(default_factory=HardwareTerms)
    availability: AvailabilityTerms = field(default_factory=AvailabilityTerms)


@cache
def load_profile(name: str) -> MeterProfile:
    """Read ``profiles/NAME.toml``.

    Raises:
        ProfileError: there is no such profile, or it is not complete.
    """
    try:
        return parse_profile(_read_table(name))
    except (KeyError, TypeError, ValueError) as error:
        raise ProfileError(f"meter profile {name!r}: {type(error).__name__}: {error}") from error


def _read_table(name: str) -> dict[str, Any]:
    """The TOML of `name`, laid over the profile that it ``extends``, if any, section by section."""
    path = resources.files("sim.meter") / "profiles" / f"{name}.toml"
    if not name.replace("-", "_").isidentifier() or not path.is_file():
        raise ProfileError(f"there is no meter profile {name!r} in sim/meter/profiles")
    own = tomllib.loads(path.read_text(encoding="utf-8"))
    base = _read_table(own.pop("extends")) if "extends" in own else {}
    return base | {
        section: base.get(section, {}) | values if isinstance(values, dict) else values
        for section, values in own.items()
    }


def parse_profile(table: Mapping[str, Any]) -> MeterProfile:
    """A profile from the parsed TOML.

    Raises:
        KeyError, TypeError, ValueError: something is missing, unknown or of the wrong kind.
    """
    identity, ciu, clock = table["identity"], dict(table["ciu"]), table["clock"]
    credit = dict(table["credit"])
    associations = tuple(AssociationTerms(**row) for row in table["associations"])
    nominal = Nominal(**table["nominal"])
    objects = tuple(
        _object_row(row, [item.name for item in associations])
        for row in _object_rows(**table["logical_device"])
    )
    return MeterProfile(
        **identity,
        deviation_minutes=clock["deviation_minutes"],
        drift_s_per_day=clock["drift_s_per_day"],
        event_capacity=table["events"]["capacity"],
        payment_log_entries=table["events"]["payment_entries"],
        control_mode=ControlMode(table["supply_control"]["mode"]),
        sts=StsTerms(**table["sts"]),
        metrology=read_constants(table["metrology"]),
        credit=CreditTerms(
            payment_mode=PaymentMode[credit.pop("payment_mode").upper()],
            plan=parse_plan(table.get("payment", {}), clock["deviation_minutes"]),
            **credit,
        ),
        limiter=LimiterTerms(**table["limiter"]),
        storage=MemoryTerms(**table["storage"]),
        image=ImageTerms(**table["image"]),
        lock_out=LockOutTerms(**table["lock_out"]) if "lock_out" in table else None,
        ciu=CiuTerms(
            unit=UnitTerms(**ciu["unit"]),
            link=LinkTerms(**{**ciu["link"], "variant": LinkVariant(ciu["link"]["variant"])}),
            lang=cast(Lang, ciu["lang"]),
            result_s=ciu["result_s"],
            short_codes=ciu["short_codes"],
        ),
        ports=PortTerms(**table["ports"]),
        associations=associations,
        objects=objects,
        nominal=nominal,
        watches=watch_terms(nominal, table["quality"]),
        rows=row_terms(objects),
        security=SecurityTerms(**table.get("security", {})),
        protections=protection_terms(table.get("protections", {})),
        hardware=_hardware_terms(table, nominal),
        availability=AvailabilityTerms(**table.get("availability", {})),
    )


def _hardware_terms(table: Mapping[str, Any], nominal: Nominal) -> HardwareTerms:
    clock = {key: value for key, value in table["clock"].items() if key not in _CLOCK_KEYS}
    hardware = dict(table.get("hardware", {}))
    contacts = {"current_max_a": nominal.current_max_a, **hardware.pop("contacts", {})}
    return HardwareTerms(
        CrystalTerms(**clock),
        ContactTerms(**contacts),
        ModuleKind(hardware.pop("module", ModuleKind.BENCH)),
        **hardware,
    )


def _object_rows(
    objects: list[dict[str, Any]], include: Sequence[str] = (), leave_out: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The rows of the tables that are included, without those left out, and the profile's own."""
    rows = [row for name in include for row in _object_table(name) if row["obis"] not in leave_out]
    return rows + objects


def _object_table(name: str) -> list[dict[str, Any]]:
    path = resources.files("sim.meter") / "profiles" / "objects" / f"{name}.toml"
    if not name.isidentifier() or not path.is_file():
        raise ProfileError(f"there is no table of objects {name!r} in sim/meter/profiles/objects")
    rows: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["objects"]
    return rows


def _object_row(row: Mapping[str, Any], associations: list[str]) -> ObjectTerms:
    known = {"class", "obis", "binding", *associations}
    return ObjectTerms(
        class_id=row["class"],
        obis=row["obis"],
        binding=row["binding"],
        access={name: row[name] for name in associations if name in row},
        options={key: value for key, value in row.items() if key not in known},
    )
