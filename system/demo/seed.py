"""Seed rows of the demo's village: provider, places, customers, meters, tariff, shop, users, channels.

Tariff: the rows that were published for the ZNI (June 2023, estrato 1).
"""

import itertools
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from system.accounts.models import User
from system.accounts.permissions import Role
from system.accounts.services import create_staff
from system.config.clock import business_now, security_now
from system.demo.village import DemoUser, Village, WorldMeter
from system.head_end.api import ChannelData, ChannelKind, set_channel
from system.registry import models as registry
from system.registry.models import Site
from system.vending import api as vending
from system.vending.api import Token, UnableToSell, account_of, issue_management

_SESSIONS = 4


def open_channels(village: Village) -> None:
    """Open the channels; the meters behind them are known to the registry, and confirm themselves."""
    supervisor = User.objects.filter(role=Role.SUPERVISOR).first()
    if supervisor is None:
        return
    for one in village.concentrators:
        terms = ChannelData(
            name=one.name,
            url=one.url,
            kind=ChannelKind.CONCENTRATOR,
            uplink_url=one.uplink_url,
            secret_name=one.secret_name,
            sessions_max=_SESSIONS,
            site=Site.objects.first(),
            poll_s=one.poll_s,
        )
        set_channel(supervisor, terms)


#: What the shop may owe at most, centavos.
CREDIT_LIMIT_C = 200_000_000
TARIFF = "ZNI-E1"
#: 10⁻⁴ COP/kWh and tenths of a kWh a month.
_STEPS = (
    {"name": "subsistencia", "price_e4": 3_462_100, "upto_units": 1_300},
    {"name": "complementario", "price_e4": 8_553_200, "upto_units": 8_000},
    {"name": "pleno", "price_e4": 11_009_500, "upto_units": None},
)
_UNIT_COST_E4 = 11_009_500
_PEOPLE = (
    "Rosalba Ortiz Quintero",
    "Eusebio Carrascal Peña",
    "María Fernanda Ñáñez",
    "Dagoberto Sánchez Amaya",
    "Luz Marina Pabón",
    "Hernán Darío Lobo",
    "Ana Dolores Téllez",
    "Jesús Emiro Vergel",
    "Nubia Esperanza Claro",
    "Álvaro Bayona Ruedas",
    "Carmen Cecilia Navarro",
    "Ramón Elí Guerrero",
    "Yolanda Quintana",
    "Óscar Iván Trigos",
    "Blanca Inés Manzano",
    "Fidel Antonio Ascanio",
    "Gladys Contreras Arévalo",
    "Wilson Uribe Pacheco",
    "Edilma Rincón",
    "Saúl Antonio Picón",
)


@dataclass(frozen=True, slots=True)
class Places:
    """Places of the installations."""

    provider: Any
    site: Any
    feeder: Any
    since: datetime


@transaction.atomic
def seed_village(village: Village) -> Places:
    """Create every row; the database is empty before.

    Raises:
        UnableToCreateUser: a password is too weak.
    """
    places = _create_places()
    for user in village.users:
        _create_user(places, user)
    _publish_tariff(places)
    _open_shop(places)
    for number, (meter, person) in enumerate(zip(village.meters, _people(), strict=False), 1):
        _service_point(places, number, meter, person)
    open_channels(village)
    return places


def _create_places() -> Places:
    provider = registry.Provider.objects.create(
        name="Energía Comunitaria de Teorama (demostración)",
        nit="900.000.000-0",
        support_phone="018000 000000",
    )
    community = registry.Community.objects.create(
        provider=provider, name="El Aserrío", municipality="Teorama", altitude_m=1_150
    )
    site = registry.Site.objects.create(
        provider=provider, community=community, name="Nanorred El Aserrío", kind=registry.SiteKind.NANO
    )
    feeder = registry.Feeder.objects.create(provider=provider, site=site, name="Circuito 1")
    # before anything that the demo will sell, also where the world's clock is a little behind
    return Places(provider, site, feeder, business_now() - timedelta(days=31))


def _create_user(places: Places, asked: DemoUser) -> User:
    user: User = create_staff(
        asked.username, asked.password, role=asked.role, provider=places.provider, name=asked.name
    )
    return user


def _publish_tariff(places: Places) -> None:
    vending.TariffVersion(
        provider=places.provider,
        code=TARIFF,
        version=1,
        name="Residencial estrato 1",
        valid_from=date(2023, 6, 1),
        steps=[dict(step) for step in _STEPS],
        unit_cost_e4=_UNIT_COST_E4,
        published_at=security_now(),
    ).save()


def _open_shop(places: Places) -> None:
    merchant = vending.Merchant.objects.create(provider=places.provider, name="Tienda Doña Rosa")
    balance = account_of(places.provider.pk, vending.AccountKind.MERCHANT, merchant).balance
    balance.limit_c = CREDIT_LIMIT_C
    balance.save()
    vending.PointOfSale.objects.create(provider=places.provider, merchant=merchant, name="Caja 1")


def _people() -> Iterable[str]:
    return itertools.chain(_PEOPLE, (f"Suscriptor {number}" for number in itertools.count(len(_PEOPLE) + 1)))


def _service_point(places: Places, number: int, meter: WorldMeter, person: str) -> None:
    since = {"provider": places.provider, "valid_from": places.since}
    installation = registry.Installation.objects.create(
        provider=places.provider,
        niu=f"{24_300_000 + number}",
        site=places.site,
        feeder=places.feeder,
        address=f"Vereda El Aserrío, casa {number}",
        estrato=1,
    )
    customer = registry.Customer.objects.create(
        provider=places.provider, name=person, document=f"{60_000_000 + number}"
    )
    device = registry.Device.objects.create(
        provider=places.provider,
        kind=registry.DeviceKind.METER,
        maker="AMB",
        model="PPKW (simulado)",
        serial=meter.serial,
    )
    names = {
        registry.IdentifierKind.DRN: meter.drn,
        registry.IdentifierKind.LDN: meter.ldn,
        registry.IdentifierKind.EUI48: meter.eui48,
    }
    for kind, value in names.items():
        if value:
            registry.DeviceIdentifier.objects.create(**since, device=device, kind=kind, value=value)
    registry.DeviceInstallation.objects.create(
        **since, device=device, installation=installation, role=registry.DeviceKind.METER
    )
    registry.MeterKeying.objects.create(**since, device=device, **meter.keying)
    registry.Agreement.objects.create(
        **since,
        installation=installation,
        customer=customer,
        mode=registry.AgreementMode.PREPAID,
        tariff_code=TARIFF,
    )


def empty_token(village: Village) -> str:
    """The 20 digits that take the credit of the village's first meter away.

    Raises:
        UnableToSell: the security module refused, or there is no operator.
    """
    drn = next(meter.drn for meter in village.meters if meter.name == village.first)
    operator = User.objects.filter(role=Role.OPERATOR).first()
    if operator is None:
        raise UnableToSell("El pueblo no tiene operador.")
    sale = issue_management(operator, uuid.uuid4(), drn, "clear-credit")
    return str(Token.objects.get(sale=sale).digits)
