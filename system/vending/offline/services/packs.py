"""Packs: what a terminal needs for its next trip, with leases of the security module, a hundred meters each.

First the rows that say which meters are leased, then the module, then the file: whatever dies in between, no
lease is out that the office does not know of. A pack without a file was never handed out.
"""

import hashlib
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max

from protocols.offline import messages
from protocols.offline.envelope import peek
from protocols.offline.errors import OfflineError
from protocols.offline.pin import DEFAULT_COST
from protocols.offline.schema import LEASE_METERS_MAX
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_day, business_now
from system.config.transactions import lock_row, write_transaction
from system.security_module.errors import RequestRefused, SecurityModuleError
from system.vending.module_client import module_client
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.models import LeasedMeter, Pack, PackFile, Terminal, TerminalState
from system.vending.offline.selectors.pack_contents import (
    PackCustomer,
    PackCustomers,
    code_of,
    pack_customers,
    printable,
    units_max,
    versions_of,
)
from system.vending.offline.selectors.terminals import allowed_c, settled_up_to
from system.vending.offline.services.audit_trail import audit_terminal
from system.vending.offline.services.office_keys import sealed_by_office
from system.vending.pricing import Tariff
from system.vending.pricing.money import PPM
from system.vending.pricing.serialization import tariff_to_plain

# ------------ leases


def leased_meters(pack: Pack, offered: Sequence[PackCustomer]) -> list[LeasedMeter]:
    """Leased meters of a pack, a row each; written before the module is asked."""
    return [
        LeasedMeter(
            pack=pack,
            device=one.supply.device,
            installation=one.supply.installation,
            part=1 + place // LEASE_METERS_MAX,
            drn=one.supply.drn,
            sgc=one.supply.keying.sgc,
            krn=one.supply.keying.krn,
            ti=one.supply.keying.ti,
            until=pack.leased_until,
            conservative=one.customer.conservative,
        )
        for place, one in enumerate(offered)
    ]


def request_leases(
    terminal: Terminal, pack: Pack, offered: Sequence[PackCustomer], units_max: int
) -> Iterator[bytes]:
    """The leases of a pack, one after the other.

    Raises:
        OfflineRefused: the module says no, or does not answer; nothing was handed out.
    """
    parts = [offered[at : at + LEASE_METERS_MAX] for at in range(0, len(offered), LEASE_METERS_MAX)]
    for part, meters in enumerate(parts, 1):
        args = {
            "message_id": str(uuid.uuid5(pack.pk, f"lease-{part}")),
            "terminal": {"id": str(terminal.pk), "agreement_public": terminal.agreement_public},
            "part": part,
            "parts": len(parts),
            "slot": terminal.slot,
            "allowed_c": pack.allowed_c,
            "units_max": units_max,
            "not_before": _text(pack.valid_from),
            "until": _text(pack.leased_until),
            "meters": [one.supply.meter_fields() for one in meters],
            # where business follows a simulated world, the module of test keys is told its time
            **({"time": _text(pack.made_at)} if settings.MODULE_FOLLOWS_BUSINESS_TIME else {}),
        }
        yield _lease(args)


def _lease(args: dict[str, Any]) -> bytes:
    try:
        lease: str = module_client().call("lease", args)["lease"]
    except RequestRefused as refused:
        raise OfflineRefused(f"El módulo de seguridad no lo permite: {refused.es}") from refused
    except SecurityModuleError as lost:
        raise OfflineRefused("El módulo de seguridad no responde: intente de nuevo.") from lost
    return lease.encode("ascii")


def _text(instant: datetime) -> str:
    return instant.isoformat()


# ------------ packs

VALID_DAYS, VALID_DAYS_MAX = 15, 40
#: A pack that ended still sells for so long, so that nobody stands in the dark because of a flooded road.
GRACE = timedelta(days=3)
#: A terminal's clock may be behind the office's.
BEHIND_MAX = timedelta(minutes=10)
_DEPOSITS_MAX = 200


def make_pack(user: User, terminal: Terminal, valid_days: int = VALID_DAYS) -> Pack:
    """Make the next pack of a terminal.

    Args:
        user: of the office's staff.
        terminal: an active one, with at least one operator.
        valid_days: how long its prices hold, 1 to 40; it sells for 3 days more.

    Raises:
        OfflineRefused: not allowed, suspended, nobody may sell with it, no customers, no tariff, or the
            security module says no or nothing.
    """
    _require_pack_allowed(user, terminal, valid_days)
    now = business_now().replace(microsecond=0)
    until = now + timedelta(days=valid_days)
    gathered = pack_customers(terminal, now, until)
    if not gathered.offered:
        raise OfflineRefused("Ninguno de sus clientes tiene medidor con llave y contrato prepago.")
    codes = (one.customer.tariff for one in gathered.offered)
    tariffs = versions_of(terminal.provider_id, codes, business_day(now), business_day(until + GRACE))
    pack = _begin_pack(user, terminal, gathered, now, until)
    most_mc = max(0, *(one.customer.residue_mc for one in gathered.offered), 0)
    bound = units_max(tariffs, settings.SALE_MAX_C, most_mc)
    leases = tuple(request_leases(terminal, pack, gathered.offered, bound))
    _finish_pack(pack, terminal, _sealed_pack(terminal, pack, gathered, tariffs, leases), leases, gathered)
    return pack


def pack_bytes(pack: Pack) -> bytes:
    """The signed envelope of a finished pack."""
    return zlib.decompress(pack.file.content)


def newest_pack(terminal: Terminal) -> Pack | None:
    """The newest finished pack of a terminal, or None."""
    rows = Pack.objects.filter(terminal=terminal, file__isnull=False).select_related("file")
    found: Pack | None = rows.order_by("-number").first()
    return found


def _require_pack_allowed(user: User, terminal: Terminal, valid_days: int) -> None:
    if not user.may(Operation.SETTLE_TERMINAL) or terminal.provider_id != user.provider_id:
        raise OfflineRefused("Su rol no permite hacer paquetes de este terminal.")
    terminal.refresh_from_db(fields=["state", "limit_c"])
    if terminal.state != TerminalState.ACTIVE:
        raise OfflineRefused("El terminal no está activo: no recibe paquetes.")
    if not terminal.point_of_sale.active or not terminal.point_of_sale.merchant.active:
        raise OfflineRefused("El punto de venta del terminal está suspendido.")
    if not terminal.operators.filter(active=True, user__is_active=True).exists():
        raise OfflineRefused("Nadie puede vender con el terminal: dé un PIN a un cajero.")
    if not 1 <= valid_days <= VALID_DAYS_MAX:
        raise OfflineRefused(f"Un paquete vale de 1 a {VALID_DAYS_MAX} días.", "valid_days")


def _begin_pack(
    user: User, terminal: Terminal, gathered: PackCustomers, now: datetime, until: datetime
) -> Pack:
    with write_transaction():
        lock_row(terminal)
        last = Pack.objects.filter(terminal=terminal).aggregate(last=Max("number"))["last"] or 0
        pack = Pack(
            provider_id=terminal.provider_id,
            terminal=terminal,
            number=last + 1,
            slot=terminal.slot,
            settled_number=settled_up_to(terminal)[0],
            allowed_c=allowed_c(terminal),
            valid_from=now - BEHIND_MAX,
            valid_until=until,
            leased_until=until + GRACE,
            made_by=user,
            made_at=now,
        )
        pack.save()
        LeasedMeter.objects.bulk_create(leased_meters(pack, gathered.offered), batch_size=500)
        audit_terminal(user, terminal, what="pack", number=pack.number, allowed_c=pack.allowed_c)
    return pack


def _finish_pack(
    pack: Pack, terminal: Terminal, data: bytes, leases: Iterable[bytes], gathered: PackCustomers
) -> None:
    with write_transaction():
        PackFile(
            pack=pack,
            content=zlib.compress(data),
            sha256=hashlib.sha256(data).hexdigest(),
            octets=len(data),
            customers=len(gathered.offered),
            lease_ids=[peek(lease).body["lease_id"] for lease in leases],
        ).save()


def _sealed_pack(
    terminal: Terminal,
    pack: Pack,
    gathered: PackCustomers,
    tariffs: tuple[Tariff, ...],
    leases: tuple[bytes, ...],
) -> bytes:
    number, last_hash = settled_up_to(terminal)
    message = messages.Pack(
        pack_id=pack.pk,
        number=pack.number,
        terminal_id=terminal.pk,
        made_at=pack.made_at,
        valid_from=pack.valid_from,
        valid_until=pack.valid_until,
        provider=_provider(terminal.provider),
        point_of_sale=_point_of_sale(terminal),
        tariffs=tuple(map(tariff_to_plain, tariffs)),
        customers=tuple(one.customer for one in gathered.offered),
        operators=_operators(terminal),
        leases=leases,
        limits=messages.Limits(
            terminal.limit_c, settings.CASH_UNIT_C, settings.SALE_MIN_C, settings.SALE_MAX_C, PPM
        ),
        settled=messages.Settled(number, last_hash),
        deposits=_deposits(terminal),
        test=any(peek(lease).body["test"] for lease in leases),
    )
    body = message.to_body()
    try:
        messages.Pack.from_body(body)
        return sealed_by_office(terminal.provider_id, messages.Pack.KIND, body)
    except OfflineError as error:
        raise OfflineRefused(f"El paquete no se puede escribir: {error.es}.") from error


def _provider(provider: Any) -> messages.Provider:
    return messages.Provider(
        printable(provider.name, 200), code_of(provider.nit), printable(provider.support_phone, 400, "")
    )


def _point_of_sale(terminal: Terminal) -> messages.PointOfSale:
    place = terminal.community or terminal.site or terminal.group
    return messages.PointOfSale(
        terminal.code, printable(terminal.point_of_sale.name, 200), printable(str(place or ""), 400, "")
    )


def _operators(terminal: Terminal) -> tuple[messages.Operator, ...]:
    rows = terminal.operators.filter(active=True, user__is_active=True).select_related("user")
    return tuple(
        messages.Operator(
            row.user.username,
            printable(row.user.get_full_name() or row.user.username, 200),
            bytes.fromhex(row.salt),
            bytes.fromhex(row.verifier),
            DEFAULT_COST,
        )
        for row in rows
    )


def _deposits(terminal: Terminal) -> tuple[messages.PackDeposit, ...]:
    rows = terminal.deposits.select_related("deposit").order_by("-deposit__received_at")[:_DEPOSITS_MAX]
    return tuple(
        messages.PackDeposit(row.deposit_id, row.deposit.amount_c, row.deposit.received_at) for row in rows
    )
