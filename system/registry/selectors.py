"""Queries of the registry, narrowed to what the user's provider owns."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from system.config.clock import business_now
from system.registry.identifiers import fold
from system.registry.models import (
    Agreement,
    Customer,
    Device,
    DeviceIdentifier,
    DeviceInstallation,
    DeviceKind,
    Installation,
    MeterKeying,
)

#: So short a number is a whole document, or none: it would be the head of too many.
_SHORTEST = 2
#: Kinds that are sold to.
METER_KINDS = (DeviceKind.METER, DeviceKind.SSFVI)


def find_customers(user: Any, text: str = "") -> QuerySet[Any]:
    """Customers by name, document, NIU, serial or DRN; all where nothing is asked. Every word must fit."""
    found = Customer.objects.of(user)
    for word in text.split()[:6]:
        document = word.replace(".", "")
        fits = Q(document__startswith=document) if len(document) > _SHORTEST else Q(document=document)
        fits |= Q(folded__contains=fold(word))
        if any(character.isdigit() for character in word):
            fits |= Q(pk__in=_behind(user, word))
        found = found.filter(fits)
    ordered: QuerySet[Any] = found.order_by("folded", "pk")
    return ordered


def _behind(user: Any, number: str) -> QuerySet[Any]:
    """The customers behind a NIU, a serial or a DRN."""
    at = Q(installation__niu__iexact=number) | Q(installation__devices__device__serial__iexact=number)
    named = Q(installation__devices__device__identifiers__value=number)
    customers: QuerySet[Any] = Agreement.objects.of(user).filter(at | named).values("customer_id")
    return customers


def find_devices(user: Any, text: str = "", state: str = "") -> QuerySet[Any]:
    """Devices by serial, DRN or another name; `state`: ``free``, ``hung``, ``unkeyed`` or everything."""
    now = business_now()
    hung = DeviceInstallation.objects.at(now).filter(device=OuterRef("pk"))
    keyed = MeterKeying.objects.at(now).filter(device=OuterRef("pk"))
    named = DeviceIdentifier.objects.at(now).filter(device=OuterRef("pk"), kind="drn")
    found = Device.objects.of(user).annotate(
        is_hung=Exists(hung),
        is_keyed=Exists(keyed),
        drn=named.values("value")[:1],
        niu=hung.values("installation__niu")[:1],
    )
    if text.strip():
        word = text.strip()
        found = found.filter(
            Q(serial__icontains=word)
            | Exists(DeviceIdentifier.objects.filter(device=OuterRef("pk"), value__iexact=word))
        )
    states: dict[str, dict[str, Any]] = {
        "free": {"is_hung": False},
        "hung": {"is_hung": True},
        "unkeyed": {"is_keyed": False, "kind__in": METER_KINDS},
    }
    chosen: QuerySet[Any] = found.filter(**states.get(state, {})).order_by("serial", "pk")
    return chosen


def meters_without_keying(user: Any) -> int:
    """Number of meters that cannot be sold to, because their STS data are missing."""
    return find_devices(user, state="unkeyed").count()


@dataclass(frozen=True, slots=True)
class ServicePoint:
    """An installation with the agreement and the meter that it has now (CIM: UsagePoint)."""

    installation: Installation
    agreement: Agreement | None
    meter: Device | None
    drn: str


def service_points_of(user: Any, customer: Customer) -> list[ServicePoint]:
    """The service points for which a customer has, or had, an agreement."""
    found = (
        Installation.objects.of(user)
        .filter(agreements__customer=customer)
        .select_related("site__community", "feeder")
        .distinct()
    )
    return [service_point_of(user, installation) for installation in found]


def service_point_of(user: Any, installation: Installation) -> ServicePoint:
    """The service point of an installation, as it stands now."""
    now = business_now()
    agreement: Agreement | None = (
        Agreement.objects.of(user)
        .at(now)
        .filter(installation=installation)
        .select_related("customer")
        .first()
    )
    hung = (
        DeviceInstallation.objects.of(user)
        .at(now)
        .filter(installation=installation, role__in=METER_KINDS)
        .select_related("device")
        .first()
    )
    meter: Device | None = None if hung is None else hung.device
    names = DeviceIdentifier.objects.of(user).at(now).filter(device=meter, kind="drn")
    drn = names.values_list("value", flat=True).first() if meter else None
    return ServicePoint(installation, agreement, meter, drn or "")


def free_meters(user: Any) -> QuerySet[Any]:
    """Meters that are not installed."""
    return find_devices(user, state="free").filter(kind__in=METER_KINDS)
