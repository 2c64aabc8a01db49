"""Contents of a pack: customers in the terminal's scope, tariff versions, and texts as messages take them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from protocols.offline.messages import TARIFFS_MAX, Customer
from protocols.offline.schema import CUSTOMERS_MAX
from system.config.clock import business_day
from system.registry.models import (
    Agreement,
    AgreementMode,
    DeviceIdentifier,
    DeviceInstallation,
    DeviceKind,
    GroupMembership,
    IdentifierKind,
    Installation,
    MeterKeying,
)
from system.vending.models import (
    AccountBalance,
    AccountKind,
    InstallationMonth,
    InstallationResidue,
    ObligationRow,
    PlannedKeyChange,
    TariffVersion,
)
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.models import LeasedMeter, Scope, Terminal
from system.vending.pricing import Obligation, ObligationKind, PricingError, Tariff
from system.vending.pricing.money import MILLI_PER_CENTAVO, UNITS_MAX
from system.vending.pricing.serialization import obligation_to_plain
from system.vending.selectors.supply import Supply, first_of_month

# ------------ texts: printable, bounded, never empty

_CODE = re.compile(r"[A-Za-z0-9._:/-]{1,64}", re.ASCII)


def printable(text: str, most: int, otherwise: str = "-") -> str:
    """A text without control characters, at most so long.

    >>> printable("Rosa Pérez", 8), printable("", 8)
    ('Rosa Pér', '-')
    """
    return "".join(character for character in text if character.isprintable())[:most].strip() or otherwise


def is_code(text: str) -> bool:
    """True for a text that a message takes as a code."""
    return _CODE.fullmatch(text) is not None


def code_of(text: str) -> str:
    """The nearest thing that a message takes as a code.

    >>> code_of("900.123.456-7"), code_of("Niu 4 ñ")
    ('900.123.456-7', 'Niu-4--')
    """
    return re.sub(r"[^A-Za-z0-9._:/-]", "-", text)[:64] or "-"


# ------------ scope


def installations_of(terminal: Terminal, now: datetime) -> Any:
    """The installations in a terminal's scope at an instant, in the order of their NIU."""
    rows = Installation.objects.filter(provider_id=terminal.provider_id)
    return _NARROWED[Scope(terminal.scope)](rows, terminal, now).order_by("niu")


def _members(rows: Any, terminal: Terminal, now: datetime) -> Any:
    members = GroupMembership.objects.filter(group=terminal.group).at(now)
    return rows.filter(pk__in=members.values("installation_id"))


_NARROWED: Mapping[Scope, Callable[[Any, Terminal, datetime], Any]] = {
    Scope.ALL: lambda rows, _terminal, _now: rows,
    Scope.COMMUNITY: lambda rows, terminal, _now: rows.filter(site__community=terminal.community),
    Scope.SITE: lambda rows, terminal, _now: rows.filter(site=terminal.site),
    Scope.GROUP: _members,
}


# ------------ customers, gathered for all of them at once


@dataclass(frozen=True, slots=True)
class PackCustomer:
    """One customer of a pack, and the meter whose key is leased for him."""

    customer: Customer
    supply: Supply


@dataclass(frozen=True, slots=True)
class PackCustomers:
    """All customers of a pack.

    Args:
        offered: to whom the terminal can sell.
        left_out: how many of its scope it cannot: no meter, no keys, no prepaid agreement, a planned key
            change, or a tariff whose code no message takes.
    """

    offered: tuple[PackCustomer, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class _Balances:
    """Balances of the books, by installation id."""

    units: dict[int, int]
    taken_c: dict[int, dict[str, int]]
    residue_mc: dict[int, int]
    obligations: dict[int, list[ObligationRow]]
    owed_c: dict[str, int]
    shared: frozenset[int]


def pack_customers(terminal: Terminal, now: datetime, until: datetime) -> PackCustomers:
    """The customers of a terminal's scope at an instant.

    Args:
        terminal: whose.
        now: business time.
        until: when the pack ends: obligations that begin before are in it.

    Raises:
        OfflineRefused: too many for one pack.
    """
    rows = installations_of(terminal, now)
    count = rows.count()
    if count > CUSTOMERS_MAX:
        raise OfflineRefused(f"Son {count} clientes y un paquete lleva {CUSTOMERS_MAX}: dele menos.")
    books = _balances(terminal, rows, now, until)
    offered = tuple(_pack_customer(terminal, supply, books, now) for supply in _supplies(rows, now))
    return PackCustomers(offered, count - len(offered))


def _supplies(rows: Any, now: datetime) -> Iterator[Supply]:
    hung = {
        row.installation_id: row.device
        for row in DeviceInstallation.objects.filter(
            installation__in=rows, role__in=[DeviceKind.METER, DeviceKind.SSFVI]
        )
        .at(now)
        .select_related("device")
    }
    devices = DeviceInstallation.objects.filter(installation__in=rows).at(now).values("device_id")
    keyings = {row.device_id: row for row in MeterKeying.objects.filter(device__in=devices).at(now)}
    names = DeviceIdentifier.objects.filter(device__in=devices, kind=IdentifierKind.DRN).at(now)
    drns = dict(names.values_list("device_id", "value"))
    agreed = Agreement.objects.filter(installation__in=rows, mode=AgreementMode.PREPAID).at(now)
    agreements = {row.installation_id: row for row in agreed.select_related("customer")}
    plans = PlannedKeyChange.objects.filter(device__in=devices, ended_at__isnull=True)
    planned = set(plans.values_list("device_id", flat=True))
    for installation in rows.select_related("site__community"):
        device, agreement = hung.get(installation.pk), agreements.get(installation.pk)
        if device is None or agreement is None or device.pk in planned:
            continue
        keying, drn = keyings.get(device.pk), drns.get(device.pk)
        if keying is not None and drn is not None and is_code(agreement.tariff_code):
            yield Supply(device, installation, agreement, keying, drn)


def _balances(terminal: Terminal, rows: Any, now: datetime, until: datetime) -> _Balances:
    day = business_day(now)
    months = InstallationMonth.objects.filter(installation__in=rows, month=first_of_month(day))
    due: dict[int, list[ObligationRow]] = defaultdict(list)
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    obligations = ObligationRow.objects.filter(lasting, installation__in=rows)
    for row in obligations.filter(starts_on__lte=business_day(until)):
        due[row.installation_id].append(row)
    balances = AccountBalance.objects.filter(
        account__provider_id=terminal.provider_id, account__kind=AccountKind.OBLIGATION
    )
    leases = LeasedMeter.objects.filter(installation__in=rows, until__gt=now)
    others = leases.exclude(pack__terminal=terminal).values_list("installation_id", flat=True)
    residues = InstallationResidue.objects.filter(installation__in=rows)
    return _Balances(
        {row.installation_id: row.units for row in months},
        {row.installation_id: row.taken_c for row in months},
        dict(residues.values_list("installation_id", "residue_mc")),
        due,
        dict(balances.values_list("account__owner", "posted_c")),
        frozenset(others),
    )


def _pack_customer(terminal: Terminal, supply: Supply, books: _Balances, now: datetime) -> PackCustomer:
    installation: Any = supply.installation
    taken_c = books.taken_c.get(installation.pk, {})
    niu = installation.niu if is_code(installation.niu) else code_of(f"id:{installation.pk}")
    place = f"{installation.address or installation.site}, {installation.site.community.name}"
    customer = Customer(
        installation=niu,
        drn=supply.drn,
        serial=printable(supply.device.serial, 200),
        name=printable(supply.agreement.customer.name, 200),
        place=printable(place, 400),
        estrato=installation.estrato or None,
        tariff=supply.agreement.tariff_code,
        month=f"{business_day(now):%Y-%m}",
        bought_units=books.units.get(installation.pk, 0),
        residue_mc=books.residue_mc.get(installation.pk, 0),
        obligations=[
            _obligation(row, taken_c, books.owed_c) for row in books.obligations.get(installation.pk, [])
        ],
        conservative=terminal.conservative or installation.pk in books.shared,
    )
    return PackCustomer(customer, supply)


def _obligation(row: ObligationRow, taken_c: dict[str, int], owed_c: dict[str, int]) -> dict[str, Any]:
    """An obligation, with what the terminal needs to go on with it alone: its period and its days."""
    owed = None if row.kind == ObligationKind.LEVY else max(0, owed_c.get(f"obligation:{row.pk}", 0))
    monthly = row.quota_c is not None and row.quota_period == "month"
    known = Obligation(
        str(row.pk),
        ObligationKind(row.kind),
        row.name,
        row.rule(taken_c.get(str(row.pk), 0)),
        row.priority,
        owed,
    )
    return {
        "obligation": obligation_to_plain(known),
        "monthly": monthly,
        "starts_on": _day(row.starts_on),
        "ends_on": _day(row.ends_on),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# ------------ tariffs


def versions_of(provider_id: int, codes: Iterable[str], first: date, last: date) -> tuple[Tariff, ...]:
    """Tariff versions of each code: in force on the first day, and coming into force up to the last.

    Raises:
        OfflineRefused: a code has none on the first day, or they are too many.
    """
    found: list[Tariff] = []
    for code in sorted(set(codes)):
        rows = TariffVersion.objects.filter(provider_id=provider_id, code=code)
        now = rows.filter(valid_from__lte=first).order_by("-valid_from", "-version").first()
        if now is None:
            raise OfflineRefused(f"La tarifa {code} no está vigente: publíquela antes de hacer el paquete.")
        found += _priced([now, *rows.filter(valid_from__gt=first, valid_from__lte=last).order_by("version")])
    if len(found) > TARIFFS_MAX:
        raise OfflineRefused(f"Son más de {TARIFFS_MAX} versiones de tarifas: dé menos clientes al terminal.")
    return tuple(found)


def units_max(tariffs: Iterable[Tariff], sale_max_c: int, residue_mc: int) -> int:
    """The most units that the largest sale can buy at the lowest of all prices."""
    cheapest = min((step.price_e4 for tariff in tariffs for step in tariff.steps), default=1)
    return min(UNITS_MAX, 1 + (sale_max_c * MILLI_PER_CENTAVO + residue_mc) // cheapest)


def _priced(rows: list[Any]) -> list[Tariff]:
    try:
        return [row.priced() for row in rows]
    except PricingError as error:
        raise OfflineRefused(f"Una tarifa no sirve: {error.es}.") from error
