"""What a sale of the bench needs, made through the verbs that an office uses.

One kWh costs 1 peso: every quantity of a case is then a whole number of centavos, and sells exactly.
"""

import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from system.accounts.models import User
from system.accounts.services import create_staff
from system.config.clock import business_day, business_now
from system.registry.models import AgreementMode, Device, DeviceIdentifier, Provider, Site, SiteKind
from system.registry.services.data import HomeData, KeyingData, MeterData, PersonData, PlaceData, TermsData
from system.registry.services.devices import set_keying
from system.registry.services.homes import register_home
from system.registry.services.places import create_community, create_site
from system.vending.models import PlannedKeyChange, Shift
from system.vending.module import module
from system.vending.selectors.shifts import open_shift_of
from system.vending.services.manage_points_of_sale import create_merchant, create_point_of_sale
from system.vending.services.plan_key_change import drop_key_change, plan_key_change
from system.vending.services.publish_tariff import publish_tariff
from system.vending.services.shifts import open_shift

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
        keying = _keying(fields)
        known = DeviceIdentifier.objects.of(self.office).filter(kind="drn", value=drn, valid_to__isnull=True)
        found = known.select_related("device").first()
        if found is None:
            register_home(self.office, _home(self.office, drn, keying))
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
    provider = Provider.objects.filter(name=NAME).first() or _make()
    people = {user.role: user for user in User.objects.filter(provider=provider)}
    shift = open_shift_of(people["cashier"])
    if shift is None:
        raise LookupError(f"the counter of {NAME} was closed: start with an empty database")
    return Counter(people["cashier"], people["supervisor"], shift)


def _make() -> Provider:
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
    """Somebody whose password nobody knows."""
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    return create_staff(f"banco-{role}", password, role=role, provider=provider)


def _home(office: User, drn: str, keying: KeyingData) -> HomeData:
    return HomeData(
        PersonData(f"9{drn}", f"Medidor {drn}"),
        PlaceData(f"BANCO-{drn}", Site.objects.of(office).get(), estrato=1),
        TermsData(AgreementMode.PREPAID, TARIFF),
        business_now(),
        MeterData("BANCO", drn, drn=drn, keying=keying),
    )


def _keying(fields: dict[str, Any]) -> KeyingData:
    """What the registry holds; a KEN that the card does not tell is that of the module's key."""
    registers = {(one["sgc"], one["krn"]): one for one in module().status()["registers"]}
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
