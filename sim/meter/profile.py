"""A model of meter as data: the TOML files in ``profiles/``, read into frozen values.

A new model is a new file, which may ``extends`` another and say only what differs. What a file says:
identity, STS register, constants of the parts, ports, associations, and the object list with the rights of
each association.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, cast

from protocols.dlms.cosem.disconnect import ControlMode
from protocols.dlms.cosem.enumerations import PaymentMode
from protocols.sts.acceptance import LockOutTerms
from sim.meter.ciu.terms import LinkTerms, LinkVariant, UnitTerms
from sim.meter.ciu.texts import Lang
from sim.meter.limiter import LimiterTerms
from sim.meter.load_profile import ProfileTerms
from sim.meter.metrology import MetrologyConstants
from sim.meter.nvm import MemoryTerms
from sim.meter.prepayment import CreditTerms

DEFAULT_PROFILE = "ppkw"


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


@dataclass(frozen=True, slots=True)
class AssociationTerms:
    """One association that a client may open; `name` is what the object rows call it."""

    name: str
    client_sap: int
    mechanism: str


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
    control_mode: ControlMode
    sts: StsTerms
    metrology: MetrologyConstants
    credit: CreditTerms
    limiter: LimiterTerms
    storage: MemoryTerms
    lock_out: LockOutTerms | None
    load_profile: ProfileTerms
    ciu: CiuTerms
    ports: PortTerms
    associations: tuple[AssociationTerms, ...]
    objects: tuple[ObjectTerms, ...]


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
    credit, captured = dict(table["credit"]), table["load_profile"]
    associations = tuple(AssociationTerms(**row) for row in table["associations"])
    return MeterProfile(
        **identity,
        **clock,
        event_capacity=table["events"]["capacity"],
        control_mode=ControlMode(table["supply_control"]["mode"]),
        sts=StsTerms(**table["sts"]),
        metrology=MetrologyConstants(**table["metrology"]),
        credit=CreditTerms(payment_mode=PaymentMode[credit.pop("payment_mode").upper()], **credit),
        limiter=LimiterTerms(**table["limiter"]),
        storage=MemoryTerms(**table["storage"]),
        lock_out=LockOutTerms(**table["lock_out"]) if "lock_out" in table else None,
        load_profile=ProfileTerms(**{**captured, "channels": tuple(captured["channels"])}),
        ciu=CiuTerms(
            unit=UnitTerms(**ciu["unit"]),
            link=LinkTerms(**{**ciu["link"], "variant": LinkVariant(ciu["link"]["variant"])}),
            lang=cast(Lang, ciu["lang"]),
            result_s=ciu["result_s"],
            short_codes=ciu["short_codes"],
        ),
        ports=PortTerms(**table["ports"]),
        associations=associations,
        objects=tuple(
            _object_row(row, [item.name for item in associations])
            for row in table["logical_device"]["objects"]
        ),
    )


def _object_row(row: Mapping[str, Any], associations: list[str]) -> ObjectTerms:
    known = {"class", "obis", "binding", *associations}
    return ObjectTerms(
        class_id=row["class"],
        obis=row["obis"],
        binding=row["binding"],
        access={name: row[name] for name in associations if name in row},
        options={key: value for key, value in row.items() if key not in known},
    )
