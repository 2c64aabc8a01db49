"""The second half of a sale: ask the security module, and write down how it ended. Safe to repeat."""

from typing import Any

from django.db.models import UUIDField

from system.config.clock import business_now, security_now
from system.config.compiled import CompiledDeletion, CompiledQuery, insert, update
from system.config.writer import writing
from system.registry.models import MeterKeying
from system.security_module.errors import AnswerLost, RequestRefused, UnableToReachModule
from system.vending.errors import SalePending, UnableToSell
from system.vending.ledger import settle
from system.vending.models import (
    InstallationResidue,
    OpenSale,
    PlannedKeyChange,
    Sale,
    SaleKind,
    SaleOutcome,
    Token,
    TokenRole,
)
from system.vending.module import module
from system.vending.pricing import LineKind, price_sale
from system.vending.pricing.stored import from_json
from system.vending.selectors.pricing import month_of

#: What an unknown message id is answered with: it was never minted, and is closed now.
_ABSENT = frozenset({"result-not-found", "message-cancelled"})

#: Token class -> what it does on a ticket, where it is not what the sale is.
_CREDIT_CLASS = 0


def finish_sale(sale: Sale) -> Sale:
    """Bring a reserved sale to its end, or tell how it ended.

    Raises:
        UnableToSell: it was, or is now, cancelled: nothing was charged.
        SalePending: the module does not say.
    """
    # a sale that bears its open place in memory was reserved a moment ago by this very call
    known = None if Sale.open.is_cached(sale) else _OUTCOME.first(sale_id=sale.pk)
    outcome = known or _ask(sale)
    if not outcome.minted:
        raise UnableToSell(outcome.reason or "La venta fue anulada.")
    return sale


def resolve_sale(sale: Sale) -> SaleOutcome:
    """What became of a sale that somebody left open: fetched, or cancelled in the module for good.

    Raises:
        SalePending: the module does not say.
    """
    known: SaleOutcome | None = _OUTCOME.first(sale_id=sale.pk)
    if known is not None:
        return known
    try:
        answer = module().fetch_result(str(sale.pk), cancel_if_absent=True)
    except RequestRefused as refused:
        if refused.code not in _ABSENT:
            raise SalePending(sale.pk) from refused
        return _end(sale, None, "La venta quedó a medias y fue anulada: no se cobró.")
    except UnableToReachModule as lost:
        raise SalePending(sale.pk) from lost
    return _end(sale, answer, "")


def _ask(sale: Sale) -> SaleOutcome:
    try:
        answer = _CALLS[SaleKind(sale.kind)](sale)
    except AnswerLost as lost:
        raise SalePending(sale.pk) from lost
    except UnableToReachModule:
        # nothing was sent by this call, but an earlier one may have been: only the module knows
        return _unreached(sale)
    except RequestRefused as refused:
        if refused.code in {"message-id-reused", "message-in-progress"}:
            return resolve_sale(sale)
        return _end(sale, None, f"El módulo de seguridad no lo permite: {refused.es}")
    return _end(sale, answer, "")


def _unreached(sale: Sale) -> SaleOutcome:
    try:
        return resolve_sale(sale)
    except SalePending:
        raise SalePending(sale.pk) from None


def _mint(sale: Sale) -> dict[str, Any]:
    wanted = dict(sale.request)
    return module().mint(
        str(sale.pk), sale.meter, subclass=wanted.pop("subclass"), amount=wanted.pop("amount"), **wanted
    )


def _key_change(sale: Sale) -> dict[str, Any]:
    wanted = dict(sale.request)
    return module().key_change(str(sale.pk), sale.meter, wanted.pop("target"), **wanted)


def _management(sale: Sale) -> dict[str, Any]:
    wanted = dict(sale.request)
    return module().management(
        str(sale.pk), sale.meter, subclass=wanted.pop("subclass"), value=wanted.pop("value", 0), **wanted
    )


_CALLS = {
    SaleKind.ENERGY: _mint,
    SaleKind.FREE: _mint,
    SaleKind.KEY_CHANGE: _key_change,
    SaleKind.MANAGEMENT: _management,
}

#: What tokens of a sale are, but for those of class 0 and the key changes before them.
_ROLES = {
    SaleKind.ENERGY: TokenRole.KEY_CHANGE,
    SaleKind.FREE: TokenRole.KEY_CHANGE,
    SaleKind.KEY_CHANGE: TokenRole.KEY_CHANGE,
    SaleKind.MANAGEMENT: TokenRole.MANAGEMENT,
}


def _end(sale: Sale, answer: dict[str, Any] | None, reason: str) -> SaleOutcome:
    """Commit or void, once: whoever comes second finds the first one's outcome."""
    with writing():
        return _write_down(sale, answer, reason)


def _write_down(sale: Sale, answer: dict[str, Any] | None, reason: str) -> SaleOutcome:
    # the open place is the lock: who deletes it ends the sale
    if _FREE(sale=sale.pk) == 0:
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
        _keep_tokens(sale, answer["tokens"])
        if any(token["class"] != _CREDIT_CLASS for token in answer["tokens"]):
            keep_new_keying(sale, answer.get("key", {}))
        if sale.inputs:
            _remember(sale)
    settle(sale.movement, posted=minted)
    return outcome


def _keep_tokens(sale: Sale, tokens: list[dict[str, Any]]) -> None:
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


def _remember(sale: Sale) -> None:
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


def keep_new_keying(sale: Sale, key: dict[str, Any]) -> None:
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


_FREE = CompiledDeletion(OpenSale, "sale")
_OUTCOME = CompiledQuery(lambda sale_id: SaleOutcome.objects.filter(pk=sale_id), sale_id=UUIDField())
