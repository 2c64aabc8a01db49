"""A pack as the terminal uses it: read once, in whole, and then only asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from protocols.offline.errors import OfflineError
from protocols.offline.messages import Customer, Lease, LeasedMeter, Operator, Pack
from system.security_module.refusals import Words
from system.terminal.customer_account import PackObligation
from system.terminal.errors import TerminalRefused
from system.vending.pricing import PricingError, Tariff
from system.vending.pricing.serialization import obligation_from_plain, tariff_from_plain

FOUND_MAX = 12
#: Digits from which the end of a number is looked for.
SUFFIX_MIN = 3
_DUE_FIELDS = {"obligation", "monthly", "starts_on", "ends_on"}


@dataclass(frozen=True, slots=True)
class LoadedPack:
    """A pack that was read.

    Attributes:
        pack: it.
        tariffs: code -> its versions.
        customers: installation -> who is there.
        dues: installation -> what it owes.
        meters: DRN -> the meter in its lease.
        leased_until: when the last of its leases ends; None without one.
    """

    pack: Pack
    tariffs: Mapping[str, tuple[Tariff, ...]]
    customers: Mapping[str, Customer]
    dues: Mapping[str, tuple[PackObligation, ...]]
    meters: Mapping[str, LeasedMeter]
    leased_until: datetime | None

    def customer(self, installation: str) -> Customer:
        """Customer at an installation.

        Raises:
            TerminalRefused: ``unknown-customer``.
        """
        found = self.customers.get(installation)
        if found is None:
            raise TerminalRefused("unknown-customer")
        return found

    def find(self, typed: str) -> tuple[Customer, ...]:
        """Customers by a whole number (meter, NIU, serial), the end of one, or words of a name."""
        wanted = "".join(typed.split()).casefold()
        if not wanted:
            return ()
        everybody = self.pack.customers
        whole = [one for one in everybody if wanted in _numbers(one)]
        if not whole and len(wanted) >= SUFFIX_MIN:
            whole = [one for one in everybody if any(number.endswith(wanted) for number in _numbers(one))]
        if not whole and not wanted.isdigit():
            words = typed.casefold().split()
            whole = [one for one in everybody if all(word in one.name.casefold() for word in words)]
        return tuple(whole[:FOUND_MAX])

    def operator(self, username: str) -> Operator:
        """Operator of a user name.

        Raises:
            TerminalRefused: ``unknown-operator``.
        """
        for one in self.pack.operators:
            if one.username == username:
                return one
        raise TerminalRefused("unknown-operator", operator=username)


def read_pack(data: bytes, office_public: bytes, module_public: bytes, terminal_id: UUID) -> LoadedPack:
    """Read a pack and all that is in it; nothing is kept.

    Args:
        data: the file.
        office_public: as it is pinned.
        module_public: as it is pinned.
        terminal_id: whose it must be.

    Raises:
        TerminalRefused: ``bad-message``, ``other-terminal`` or ``bad-pack``.
    """
    try:
        pack = Pack.open(data, office_public)
        leases = [Lease.open(envelope, module_public) for envelope in pack.leases]
    except OfflineError as error:
        raise TerminalRefused("bad-message", why=Words(error.es, error.en)) from error
    if {pack.terminal_id, *(lease.terminal_id for lease in leases)} != {terminal_id}:
        raise TerminalRefused("other-terminal")
    try:
        return _read_content(pack, leases)
    except PricingError as error:
        raise TerminalRefused("bad-pack", why=Words(error.es, error.en)) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TerminalRefused("bad-pack", why=type(error).__name__) from error


def _read_content(pack: Pack, leases: list[Lease]) -> LoadedPack:
    tariffs: dict[str, tuple[Tariff, ...]] = {}
    for plain in pack.tariffs:
        tariff = tariff_from_plain(plain)
        tariffs[tariff.code] = (*tariffs.get(tariff.code, ()), tariff)
    lacking = {one.tariff for one in pack.customers} - tariffs.keys()
    if lacking:
        raise PricingError("not-in-force", tariff=min(lacking), day=pack.valid_from.date())
    return LoadedPack(
        pack,
        tariffs,
        {one.installation: one for one in pack.customers},
        {one.installation: tuple(map(_due, one.obligations)) for one in pack.customers},
        {meter.drn: meter for lease in leases for meter in lease.meters},
        max((lease.until for lease in leases), default=None),
    )


def _due(plain: Mapping[str, Any]) -> PackObligation:
    if plain.keys() != _DUE_FIELDS:
        raise PricingError("not-an-obligation")
    ends_on = plain["ends_on"]
    return PackObligation(
        obligation_from_plain(plain["obligation"]),
        bool(plain["monthly"]),
        date.fromisoformat(plain["starts_on"]),
        None if ends_on is None else date.fromisoformat(ends_on),
    )


def _numbers(one: Customer) -> tuple[str, str, str]:
    return one.drn, one.installation.casefold(), one.serial.casefold()
