"""Counter of the bench: provider, tariff, shift and meter made by the office's verbs, and its sale.

One kWh costs 1 peso: every quantity of a case is then a whole number of centavos, and sells exactly.
"""

import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from protocols.sts.errors import StsValueError
from protocols.sts.identity import PAN_DIGITS, MeterPrimaryAccountNumber
from system.accounts.models import User
from system.accounts.services import create_staff
from system.config.clock import business_day, business_now
from system.registry.models import AgreementMode, Device, DeviceIdentifier, Provider, Site, SiteKind
from system.registry.services.devices import set_keying
from system.registry.services.inputs import (
    KeyingData,
    MeterData,
    PersonData,
    PlaceData,
    ServicePointData,
    TermsData,
)
from system.registry.services.installations import register_service_point
from system.registry.services.places import create_community, create_site
from system.security_module import api
from system.security_module.errors import RequestRefused
from system.security_module.refusals import Refused
from system.vending.errors import SalePending, UnableToSell
from system.vending.models import PlannedKeyChange, Sale, Shift
from system.vending.module_client import module_client
from system.vending.pricing.money import UNITS_MAX
from system.vending.selectors.shifts import open_shift_of
from system.vending.services.key_changes import drop_key_change, plan_key_change
from system.vending.services.points_of_sale import create_merchant, create_point_of_sale
from system.vending.services.sell_energy import SaleRequest, sell_energy
from system.vending.services.shifts import open_shift
from system.vending.services.tariffs import publish_tariff

# ------------ counter

NAME, TARIFF = "Banco de pruebas STS", "BANCO"
PRICE_E4 = 10_000
_KEN_UNKNOWN = 255
_PASSWORD_BYTES = 24


@dataclass(frozen=True, slots=True)
class Counter:
    """An open counter of the bench's provider, and its office.

    Args:
        cashier: who sells.
        office: who registers meters and plans key changes.
        shift: that is open.
    """

    cashier: User
    office: User
    shift: Shift

    def meter(self, drn: str, fields: dict[str, Any]) -> Device:
        """The meter of a number, registered with these fields of the module's API."""
        keying = _keying_data(fields)
        known = DeviceIdentifier.objects.of(self.office).filter(kind="drn", value=drn, valid_to__isnull=True)
        found = known.select_related("device").first()
        if found is None:
            register_service_point(self.office, _home_data(self.office, drn, keying))
            found = known.select_related("device").get()
        set_keying(self.office, found.device, keying)
        device: Device = found.device
        return device

    def plan(self, device: Device, krn: int, ti: int) -> PlannedKeyChange:
        """Plan another key within the meter's supply group."""
        return plan_key_change(self.office, device, krn=krn, ti=ti)

    def drop(self, plan: PlannedKeyChange) -> None:
        """Take a plan back."""
        drop_key_change(self.office, plan)


def counter() -> Counter:
    """The bench's counter; made when it is first needed."""
    provider = Provider.objects.filter(name=NAME).first() or _make_provider()
    people = {user.role: user for user in User.objects.filter(provider=provider)}
    shift = open_shift_of(people["cashier"])
    if shift is None:
        raise LookupError(f"the counter of {NAME} was closed: start with an empty database")
    return Counter(people["cashier"], people["supervisor"], shift)


def _make_provider() -> Provider:
    provider: Provider = Provider.objects.create(name=NAME, nit="BANCO-STS")
    office, cashier = (_user(provider, role) for role in ("supervisor", "cashier"))
    community = create_community(office, name="Banco", municipality="Banco", dane="", altitude_m=0)
    create_site(office, community=community, name="Banco", kind=SiteKind.MICRO)
    steps = [{"name": "única", "price_e4": PRICE_E4, "upto_units": None}]
    publish_tariff(office, TARIFF, "Banco de pruebas", business_day(), steps, PRICE_E4)
    point = create_point_of_sale(office, create_merchant(office, "Banco"), "Banco")
    open_shift(cashier, point, 0, uuid.uuid4())
    return provider


def _user(provider: Provider, role: str) -> User:
    """User with a random password that is kept nowhere."""
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    return create_staff(f"banco-{role}", password, role=role, provider=provider)


def _home_data(office: User, drn: str, keying: KeyingData) -> ServicePointData:
    return ServicePointData(
        PersonData(f"9{drn}", f"Medidor {drn}"),
        PlaceData(f"BANCO-{drn}", Site.objects.of(office).get(), estrato=1),
        TermsData(AgreementMode.PREPAID, TARIFF),
        business_now(),
        MeterData("BANCO", drn, drn=drn, keying=keying),
    )


def _keying_data(fields: dict[str, Any]) -> KeyingData:
    """Keying of the registry; a KEN that the card does not tell is that of the module's key."""
    registers = {(one["sgc"], one["krn"]): one for one in module_client().status()["registers"]}
    register = registers.get((fields["sgc"], fields["krn"]), {"ken": _KEN_UNKNOWN, "base_date": 2014})
    return KeyingData(
        sgc=fields["sgc"],
        krn=fields["krn"],
        ti=fields["ti"],
        ken=register["ken"] if fields["ken"] is None else fields["ken"],
        ea=fields["ea"],
        tct=f"{fields['tct']:02d}",
        base_date=register["base_date"],
    )


# ------------ sale

#: Key type of the keys that the registry knows (DUTK).
DUTK = 2
_NAMES = uuid.UUID("6f1d9d0e-0a6f-4d5b-9f0c-8f4a3a0b7c55")


@dataclass(frozen=True, slots=True)
class WantedSale:
    """A sale of electricity.

    Args:
        sale_id: made from the message id.
        drn: of the meter.
        meter: the fields of the module's API.
        units: of 0.1 kWh.
        target: KRN and TI that the registry wants in the meter; None: those that it has.
    """

    sale_id: uuid.UUID
    drn: str
    meter: dict[str, Any]
    units: int
    target: tuple[int, int] | None


def wanted_sale(operation: str, args: dict[str, Any]) -> WantedSale | None:
    """The sale that a call asks for; None where no counter could sell that: the module answers for itself.

    A counter sells electricity, in steps of 0.1 kWh, to a meter that the registry can hold: a well-formed
    number, a key of type DUTK, no card with a date. It changes a key within the meter's supply group.
    """
    if operation != "mint":
        return None
    try:
        said = api.read_request({"v": api.VERSION, "id": 0, "operation": operation, "args": args}).args
        drn = _drn(said["meter"]["drn"])
    except (Refused, StsValueError):
        return None
    meter, target = said["meter"], said["target"]
    plain = (said["subclass"], meter["key_type"], meter["doe"]) == (0, DUTK, None)
    more = said["free_issue"] or said["three_kct"] or said["time"] is not None
    if not plain or more or not 0 < said["amount"] <= UNITS_MAX or not _within(meter, target):
        return None
    sale_id = uuid.uuid5(_NAMES, said["message_id"])
    return WantedSale(sale_id, drn, meter, said["amount"], _change(meter, target))


def sell_at_bench(sale: WantedSale, args: dict[str, Any]) -> dict[str, Any]:
    """Sell at the bench's counter.

    Args:
        sale: what.
        args: of the module's call: where the sale is refused, the module says why by its code.

    Raises:
        RequestRefused: neither sale nor module does it; or the sale alone does not.
        UnableToReachModule: the module does not answer.
    """
    here = counter()
    try:
        made = _sold_at_bench(here, sale)
    except UnableToSell as refused:
        module_client().call("mint", args)  # raises for the same reason, with its code
        raise RequestRefused("sale-refused", None, str(refused), "the sale was refused") from refused
    except SalePending as pending:
        raise RequestRefused("sale-pending", None, str(pending), "the sale has no outcome") from pending
    return {"tokens": [{"digits": token.digits, "tid": token.tid} for token in made.tokens.all()]}


def _sold_at_bench(here: Counter, sale: WantedSale) -> Sale:
    device = here.meter(sale.drn, sale.meter)
    plan = None if sale.target is None else here.plan(device, *sale.target)
    try:
        return sell_energy(here.cashier, here.shift, SaleRequest(sale.sale_id, sale.drn, units=sale.units))
    except UnableToSell:
        if plan is not None:
            here.drop(plan)
        raise


def _drn(number: str) -> str:
    if len(number) == PAN_DIGITS:
        return MeterPrimaryAccountNumber(number).drn
    return MeterPrimaryAccountNumber.from_drn(number).drn


def _within(meter: dict[str, Any], target: dict[str, Any] | None) -> bool:
    """True for a change that the office may plan: the same supply group, another KRN or TI."""
    if target is None:
        return True
    same = target["sgc"] in (None, meter["sgc"]) and target["key_type"] in (None, meter["key_type"])
    return same and _change(meter, target) is not None


def _change(meter: dict[str, Any], target: dict[str, Any] | None) -> tuple[int, int] | None:
    if target is None:
        return None
    asked = {name: meter[name] if target[name] is None else target[name] for name in ("krn", "ti")}
    new = (asked["krn"], asked["ti"])
    return None if new == (meter["krn"], meter["ti"]) else new
