"""Each customer as a terminal must know him, gathered for all of them at once."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from protocols.offline.messages import Customer
from protocols.offline.schema import CUSTOMERS_MAX
from system.config.clock import business_day
from system.registry.models import (
    Agreement,
    AgreementMode,
    DeviceIdentifier,
    DeviceInstallation,
    DeviceKind,
    IdentifierKind,
    MeterKeying,
)
from system.vending.models import (
    AccountBalance,
    AccountKind,
    InstallationMonth,
    InstallationResidue,
    ObligationRow,
    PlannedKeyChange,
)
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.models import LeasedMeter, Terminal
from system.vending.offline.packing.scope import installations_of
from system.vending.offline.packing.texts import code_of, is_code, printable
from system.vending.pricing import Obligation, ObligationKind
from system.vending.pricing.stored import obligation_to_plain
from system.vending.selectors.pricing import first_of_month
from system.vending.selectors.supply import Supply


@dataclass(frozen=True, slots=True)
class Offered:
    """One customer of a pack, and the meter whose key is leased for him."""

    customer: Customer
    supply: Supply


@dataclass(frozen=True, slots=True)
class Gathered:
    """All customers of a pack.

    Args:
        offered: to whom the terminal can sell.
        left_out: how many of its scope it cannot: no meter, no keys, no prepaid agreement, a planned key
            change, or a tariff whose code no message takes.
    """

    offered: tuple[Offered, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class _Books:
    """What the books say, by installation id."""

    units: dict[int, int]
    taken_c: dict[int, dict[str, int]]
    residue_mc: dict[int, int]
    obligations: dict[int, list[ObligationRow]]
    owed_c: dict[str, int]
    shared: frozenset[int]


def gather(terminal: Terminal, now: datetime, until: datetime) -> Gathered:
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
    books = _books(terminal, rows, now, until)
    offered = tuple(_offered(terminal, supply, books, now) for supply in _supplies(rows, now))
    return Gathered(offered, count - len(offered))


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


def _books(terminal: Terminal, rows: Any, now: datetime, until: datetime) -> _Books:
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
    return _Books(
        {row.installation_id: row.units for row in months},
        {row.installation_id: row.taken_c for row in months},
        dict(residues.values_list("installation_id", "residue_mc")),
        due,
        dict(balances.values_list("account__owner", "posted_c")),
        frozenset(others),
    )


def _offered(terminal: Terminal, supply: Supply, books: _Books, now: datetime) -> Offered:
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
    return Offered(customer, supply)


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
