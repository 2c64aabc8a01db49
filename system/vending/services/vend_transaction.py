"""Vend transaction: reserve, mint, commit, and recover, for everything that the security module mints.

1. *Reserve*, one transaction: the sale, its money as pending, and the installation's one place for an open
   sale. From here on the sale has an id that the module knows it by.
2. *Mint*: the module is asked under that id. A lost answer is fetched, never asked for again.
3. *Commit*, one transaction: tokens, posted money, month and residue, and the open place is free.

Whatever dies in between, `recover_sales` finds the open sale and asks the module what became of it: minted is
committed, not minted is cancelled there first and then voided here. Every way to a minted sale ends in its
delivery (`system.vending.delivery.hand_over.deliver_sale`): no caller has to remember it.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.db.models import BigIntegerField, CharField, UUIDField

from system.accounts.models import Approval, User
from system.config.clock import business_now, security_now
from system.config.compiled_queries import CompiledQuery, insert, update
from system.config.transactions import lock_row, write_transaction
from system.registry.models import MeterKeying, Provider
from system.security_module.errors import AnswerLost, RequestRefused, UnableToReachModule
from system.vending.delivery.hand_over import deliver_sale
from system.vending.errors import SalePending, SaleUnderWay, UnableToSell
from system.vending.ledger import LedgerEntry, claim, new_movement, settle, write
from system.vending.models import (
    InstallationResidue,
    Movement,
    MovementKind,
    OpenSale,
    PlannedKeyChange,
    Sale,
    SaleKind,
    SaleOutcome,
    Shift,
    Token,
    TokenRole,
)
from system.vending.module_client import module_client
from system.vending.pricing import LineKind, Quote, price_sale
from system.vending.pricing.serialization import from_json, to_json
from system.vending.selectors.supply import Supply, UnknownMeter, find_supply, first_of_month, month_of

# ------------ ticket numbers: consecutive by provider and day, so that no sale hides in a gap


def next_number(provider_id: int, day: date) -> str:
    """The next number of a day, ``20261124-000017``; the caller's transaction makes it his."""
    lock_row(Provider(pk=provider_id))  # two counters that take a number at once wait for each other here
    head = f"{day:%Y%m%d}-"
    # a range and not a pattern: with a pattern the first sale of a day would look at all those before it
    last = _LAST.first(provider_id=provider_id, head=head, behind=f"{head}a")
    return f"{head}{int(last.removeprefix(head)) + 1 if last else 1:06d}"


_LAST = CompiledQuery(
    lambda provider_id, head, behind: (
        Sale.objects.filter(provider_id=provider_id, number__gt=head, number__lt=behind)
        .order_by("-number")
        .values_list("number", flat=True)[:1]
    ),
    provider_id=BigIntegerField(),
    head=CharField(),
    behind=CharField(),
)


# ------------ reserve: lock the installation, write the sale, its money pending


@dataclass(frozen=True, slots=True)
class VendTerms:
    """Terms of a vend.

    Args:
        sale_id: the caller's; the message id of the module.
        kind: of the sale.
        movement: of its money.
        request: what the module is asked for beside the meter.
        fingerprint: what the same id must mean again.
        approval: of a second person, where four eyes are needed.
    """

    sale_id: uuid.UUID
    kind: SaleKind
    movement: MovementKind
    request: Mapping[str, Any]
    fingerprint: str
    approval: Approval | None = None


def fingerprint(*said: Any) -> str:
    """SHA-256 of what the caller asked."""
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()


def known_sale(sale_id: uuid.UUID, asked: str, user: User) -> Sale | None:
    """The sale of an id, if this user asked for the same thing under it before.

    Raises:
        UnableToSell: the id was used for something else, or by somebody else.
    """
    sale: Sale | None = _SALE.first(sale_id=sale_id)
    if sale is not None and (sale.fingerprint != asked or sale.seller_id != user.pk):
        raise UnableToSell("Ese identificador ya se usó para otra venta.")
    return sale


def find_or_reserve(user: User, sale_id: uuid.UUID, asked: str, reserve_now: Callable[[], Sale]) -> Sale:
    """The sale of an id: known already, or reserved now.

    The same request may come twice at once (a key pressed twice, a browser that asks again): the second one
    finds the first one's sale instead of being refused because of it.

    Raises:
        UnableToSell: see `known_sale`, and whatever `reserve_now` raises.
    """
    sale = known_sale(sale_id, asked, user)
    if sale is not None:
        return sale
    try:
        return reserve_now()
    except (SaleUnderWay, IntegrityError):
        sale = known_sale(sale_id, asked, user)
        if sale is None and Movement.objects.filter(pk=sale_id).exists():
            raise UnableToSell("Ese identificador ya se usó para otra cosa.") from None
        if sale is None:
            raise
        return sale


def locked_supply(user: User, number: str, now: datetime) -> Supply:
    """The supply, its installation locked: from here to the commit nobody else sells to it (R36).

    Raises:
        UnableToSell: the number is of no meter, or a sale to it has no outcome yet.
    """
    try:
        supply = find_supply(user, number, now)
    except UnknownMeter as error:
        raise UnableToSell(str(error)) from error
    lock_row(supply.installation)
    if _OPEN_SALE(installation_id=supply.installation.pk):
        raise SaleUnderWay("Otra venta de este medidor está en curso: intente de nuevo en un momento.")
    return supply


def reserve_sale(
    user: User,
    supply: Supply,
    terms: VendTerms,
    now: datetime,
    entries: Iterable[LedgerEntry] = (),
    quote: Quote | None = None,
    shift: Shift | None = None,
) -> Sale:
    """Write the sale, its pending money, and the installation's open place; inside the caller's transaction.

    Raises:
        OverLimit: see `system.vending.ledger.claim`.
    """
    movement = new_movement(user.provider_pk, terms.movement, terms.sale_id, at=now)
    day = movement.business_day
    transfers = write(movement, entries)
    sale = Sale(
        id=terms.sale_id,
        provider_id=user.provider_pk,
        kind=terms.kind,
        movement=movement,
        installation=supply.installation,
        device=supply.device,
        agreement=supply.agreement,
        shift=shift,
        seller=user,
        approval=terms.approval,
        drn=supply.drn,
        meter=supply.meter_fields(),
        request={**terms.request, **_module_time(terms, now)},
        number=next_number(user.provider_pk, day),
        business_at=now,
        business_day=day,
        month=first_of_month(day),
        wall_at=movement.wall_at,
        fingerprint=terms.fingerprint,
        **({} if quote is None else _priced_fields(quote)),
    )
    insert(sale)
    insert(OpenSale(installation=supply.installation, sale=sale))
    claim(transfers)
    return sale


def _priced_fields(quote: Quote) -> dict[str, Any]:
    return {
        "inputs": to_json(quote.inputs),
        "amount_c": quote.inputs.amount_c,
        "units": quote.units,
        "energy_c": quote.energy_c,
        "deducted_c": quote.deducted_c,
        "residue_mc": quote.residue_mc,
        "subsidy_mc": quote.subsidy_mc,
    }


def _module_time(terms: VendTerms, now: datetime) -> dict[str, str]:
    """Where business follows a simulated world, the module of test keys is told its time; never elsewhere.

    What operators sign bears no time: their signatures hold until an instant of the module's own clock.
    """
    told = settings.MODULE_FOLLOWS_BUSINESS_TIME and "approval" not in terms.request
    return {"time": now.isoformat()} if told else {}


_SALE = CompiledQuery(lambda sale_id: Sale.objects.filter(pk=sale_id), sale_id=UUIDField())
_OPEN_SALE = CompiledQuery(
    lambda installation_id: OpenSale.objects.filter(pk=installation_id).values_list("pk"),
    installation_id=BigIntegerField(),
)


# ------------ mint and commit: safe to repeat

#: What an unknown message id is answered with: it was never minted, and is closed now.
_ABSENT = frozenset({"result-not-found", "message-cancelled"})

#: Token class -> what it does on a ticket, where it is not what the sale is.
_CREDIT_CLASS = 0


def finish_sale(sale: Sale) -> Sale:
    """Bring a reserved sale to its end, or tell how it ended; a minted one is handed over for delivery.

    Raises:
        UnableToSell: it was, or is now, cancelled: nothing was charged.
        SalePending: the module does not say.
    """
    # a sale that bears its open place in memory was reserved a moment ago by this very call
    known = None if Sale.open.is_cached(sale) else _OUTCOME.first(sale_id=sale.pk)
    outcome = known or _ask_module(sale)
    if not outcome.minted:
        raise UnableToSell(outcome.reason or "La venta fue anulada.")
    deliver_sale(sale)
    return sale


def resolve_sale(sale: Sale) -> SaleOutcome:
    """Outcome of a sale that was left open: fetched, or cancelled in the module for good.

    Raises:
        SalePending: the module does not say.
    """
    outcome: SaleOutcome = _OUTCOME.first(sale_id=sale.pk) or _fetch_outcome(sale)
    if outcome.minted:
        deliver_sale(sale)
    return outcome


def _fetch_outcome(sale: Sale) -> SaleOutcome:
    try:
        answer = module_client().fetch_result(str(sale.pk), cancel_if_absent=True)
    except RequestRefused as refused:
        if refused.code not in _ABSENT:
            raise SalePending(sale.pk) from refused
        return _commit(sale, None, "La venta quedó a medias y fue anulada: no se cobró.")
    except UnableToReachModule as lost:
        raise SalePending(sale.pk) from lost
    return _commit(sale, answer, "")


def _ask_module(sale: Sale) -> SaleOutcome:
    try:
        answer = _MINT[SaleKind(sale.kind)](sale)
    except AnswerLost as lost:
        raise SalePending(sale.pk) from lost
    except UnableToReachModule:
        # nothing was sent by this call, but an earlier one may have been: only the module knows
        return _fetch_outcome(sale)
    except RequestRefused as refused:
        if refused.code in {"message-id-reused", "message-in-progress"}:
            return _fetch_outcome(sale)
        return _commit(sale, None, f"El módulo de seguridad no lo permite: {refused.es}")
    return _commit(sale, answer, "")


def _mint(sale: Sale) -> dict[str, Any]:
    wanted = dict(sale.request)
    return module_client().mint(
        str(sale.pk), sale.meter, subclass=wanted.pop("subclass"), amount=wanted.pop("amount"), **wanted
    )


def _mint_key_change(sale: Sale) -> dict[str, Any]:
    wanted = dict(sale.request)
    return module_client().key_change(str(sale.pk), sale.meter, wanted.pop("target"), **wanted)


def _mint_management(sale: Sale) -> dict[str, Any]:
    wanted = dict(sale.request)
    return module_client().management(
        str(sale.pk), sale.meter, subclass=wanted.pop("subclass"), value=wanted.pop("value", 0), **wanted
    )


_MINT = {
    SaleKind.ENERGY: _mint,
    SaleKind.FREE: _mint,
    SaleKind.KEY_CHANGE: _mint_key_change,
    SaleKind.MANAGEMENT: _mint_management,
}

#: What tokens of a sale are, but for those of class 0 and the key changes before them.
_ROLES = {
    SaleKind.ENERGY: TokenRole.KEY_CHANGE,
    SaleKind.FREE: TokenRole.KEY_CHANGE,
    SaleKind.KEY_CHANGE: TokenRole.KEY_CHANGE,
    SaleKind.MANAGEMENT: TokenRole.MANAGEMENT,
}


def _commit(sale: Sale, answer: dict[str, Any] | None, reason: str) -> SaleOutcome:
    """Commit or void, once: whoever comes second finds the first one's outcome."""
    with write_transaction():
        return _write_outcome(sale, answer, reason)


def _write_outcome(sale: Sale, answer: dict[str, Any] | None, reason: str) -> SaleOutcome:
    # the open place is the lock: who deletes it ends the sale
    if OpenSale.objects.filter(sale=sale).delete()[0] == 0:
        ended: SaleOutcome = SaleOutcome.objects.get(sale=sale)
        return ended
    minted = answer is not None
    outcome = SaleOutcome(
        sale=sale,
        minted=minted,
        test_keys=bool(answer and answer.get("test")),
        reason=reason[:200],
        wall_at=security_now(),
    )
    insert(outcome)
    if answer is not None:
        _insert_tokens(sale, answer["tokens"])
        if any(token["class"] != _CREDIT_CLASS for token in answer["tokens"]):
            record_new_keying(sale, answer.get("key", {}))
        if sale.inputs:
            _update_month(sale)
    settle(sale.movement, posted=minted)
    return outcome


def _insert_tokens(sale: Sale, tokens: list[dict[str, Any]]) -> None:
    other = _ROLES[SaleKind(sale.kind)]
    rows = [
        Token(
            sale=sale,
            position=position,
            role=TokenRole.CREDIT if token["class"] == _CREDIT_CLASS else other,
            digits=token["digits"],
            tid=token.get("tid"),
        )
        for position, token in enumerate(tokens, 1)
    ]
    insert(*rows)


def _update_month(sale: Sale) -> None:
    """Month-to-date, what was taken off, and the residue: as the quote said, for nobody else was selling."""
    quote = price_sale(from_json(sale.inputs))
    month = month_of(sale.installation_id, sale.month)
    for line in quote.lines:
        if line.kind is not LineKind.ENERGY:
            month.taken_c[line.obligation_id] = month.taken_c.get(line.obligation_id, 0) + line.amount_c
    month.units += quote.units
    if month.pk is None:
        insert(month)
    else:
        update(month, fields=["units", "taken_c"])
    residue = InstallationResidue(installation_id=sale.installation_id, residue_mc=quote.residue_mc)
    if not update(residue, fields=["residue_mc"]):
        insert(residue)


def record_new_keying(sale: Sale, key: dict[str, Any]) -> None:
    """After the tokens of a key change were minted: from now on the registry says the new key.

    Args:
        sale: with its tokens.
        key: what the module answered as the meter's key after them.
    """
    if not sale.tokens.filter(role=TokenRole.KEY_CHANGE).exists():
        return
    now = business_now()
    old = MeterKeying.objects.filter(device=sale.device, valid_to__isnull=True).first()
    if old is not None:
        old.ends(now)
    MeterKeying.objects.create(
        provider_id=sale.provider_id,
        device=sale.device,
        valid_from=now,
        sgc=key["sgc"],
        krn=key["krn"],
        ti=key["ti"],
        ken=key["ken"],
        key_type=key["key_type"],
        **{} if old is None else {name: getattr(old, name) for name in ("ea", "dkga", "tct", "base_date")},
    )
    PlannedKeyChange.objects.filter(
        device=sale.device, krn=key["krn"], ti=key["ti"], ended_at__isnull=True
    ).update(ended_at=security_now(), sale=sale)


_OUTCOME = CompiledQuery(lambda sale_id: SaleOutcome.objects.filter(pk=sale_id), sale_id=UUIDField())


# ------------ recover


def recover_sales(older_than_s: float = 0.0) -> tuple[int, int, int]:
    """Resolve what is open.

    Args:
        older_than_s: leave alone what was reserved less long ago, by the wall: it may be under way.

    Returns:
        How many were minted, cancelled, and are still unknown.
    """
    minted = cancelled = unknown = 0
    before = security_now() - timedelta(seconds=older_than_s)
    for place in OpenSale.objects.select_related("sale").filter(sale__wall_at__lte=before):
        try:
            outcome = resolve_sale(place.sale)
        except SalePending:
            unknown += 1
        else:
            minted, cancelled = minted + outcome.minted, cancelled + (not outcome.minted)
    return minted, cancelled, unknown
