"""Carriers of tokens: our head-end (`system.head_end.api`), and head-ends elsewhere by their network API.

`carrier_of` asks the carriers of `CARRIERS` in their order; tests put one of their own there.

The id of a token at a head-end elsewhere is made from sale and position here, so that a repeated hand-over
acts once; of two tokens of a sale the second goes out when the first has ended well.
"""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.db.models import BigIntegerField
from django.dispatch import Signal

from system.config.clock import business_now, security_now
from system.config.compiled_queries import CompiledQuery
from system.config.outgoing_http import Answer, UnableToSend, send
from system.head_end import api
from system.head_end.api import ENDED, OrderState, Reason, TokenDelivery
from system.vending.delivery.models import RemoteHeadEnd, RemoteToken
from system.vending.delivery.remote_keys import NoRemoteKey, key_of
from system.vending.models import Sale, Token

#: A token ended at a head-end elsewhere; sent with its `sale` inside the transaction that writes it down.
token_ended = Signal()

# ------------ interface, and our own head-end


@dataclass(frozen=True, slots=True)
class TokenState:
    """State of one token.

    Args:
        position: in its sale.
        state: of its order.
        answer: the meter's own word, as the standard names it (``Accept``, ``UsedError`` …); empty: none.
        already: an earlier attempt of ours had entered it.
        reason: where it did not go well.
        at: when that was so, business time.
        unsure: it was sent once, and its answer lost.
    """

    position: int
    state: OrderState
    answer: str = ""
    already: bool = False
    reason: Reason | None = None
    at: datetime | None = None
    unsure: bool = False


class Carrier(Protocol):
    """A head-end that takes tokens."""

    def takes(self, sale: Sale) -> str:
        """The name under which it takes the tokens of this sale's meter; empty: it does not reach it."""

    def hand(self, user: Any, sale: Sale) -> None:
        """Take all tokens of a sale, in their order; the same sale again changes nothing."""

    def look(self, sale: Sale) -> Sequence[TokenState]:
        """States of the tokens of a sale; empty where it was never handed them."""

    def withdraw(self, user: Any, sale: Sale) -> bool:
        """Take back all that wait, within the caller's transaction; False: one has been sent meanwhile."""


class LocalHeadEnd:
    """`system.head_end.api`."""

    def takes(self, sale: Sale) -> str:
        """``local`` where the device is reachable."""
        return "local" if api.reachable(sale.device) else ""

    def hand(self, user: Any, sale: Sale) -> None:
        """One order a token, each after the one before."""
        digits = [token.digits for token in sale.tokens.order_by("position")]
        api.deliver_tokens(user, sale.device, sale.pk, digits)

    def look(self, sale: Sale) -> Sequence[TokenState]:
        """Its orders."""
        return local_token_states(sale.pk)

    def withdraw(self, user: Any, sale: Sale) -> bool:
        """Cancel what waits; an order that has begun since it was looked at refuses."""
        found = api.delivery_of(sale.pk)
        try:
            for token in () if found is None else found.tokens:
                if token.state is OrderState.WAITING:
                    api.cancel_order(user, token.order_id)
        except api.UnableToOrder:
            return False
        return True


def local_token_states(delivery_id: Any) -> Sequence[TokenState]:
    """States of the tokens that our head-end was given under an id."""
    found = api.delivery_of(delivery_id)
    return () if found is None else tuple(map(_token_state, found.tokens))


def _token_state(token: TokenDelivery) -> TokenState:
    return TokenState(
        token.position,
        token.state,
        token.answer,
        bool(token.result.get("already")),
        token.reason,
        token.at,
        token.unsure,
    )


def carriers() -> list[Carrier]:
    """Every carrier, in the order in which they are asked: who is configured for a site, then ours."""
    return CARRIERS or [RemoteCarrier(), LocalHeadEnd()]


#: Others than those of the house; for tests and for houses with a head-end of their own.
CARRIERS: list[Carrier] = []


def carrier_of(sale: Sale) -> tuple[str, Carrier] | None:
    """Name and carrier that reach the meter of a sale; None: none does."""
    for carrier in carriers():
        name = carrier.takes(sale)
        if name:
            return name, carrier
    return None


def token_states(sale: Sale) -> Sequence[TokenState]:
    """States of the tokens of a sale, wherever they were handed to."""
    for carrier in carriers():
        states = carrier.look(sale)
        if states:
            return states
    return ()


# ------------ head-ends elsewhere: tokens go out by the network API, and are asked for until each has ended

#: Pauses between questions, seconds: they double from the first.
ASK_S, ASK_MAX_S, TRIES_MAX = 5.0, 600.0, 60
PIECE = 50
_ABSENT, _CLIENT, _SERVER, _TIMEOUT = 404, 400, 500, 408
#: Refused before the other side looked at what was asked.
_NOT_LET_IN = frozenset({401, 403, 429})
#: It was sent, or is being sent.
_MAY_BE_THERE = frozenset({OrderState.RUNNING.value, OrderState.UNSURE.value})

#: How requests go out; tests put another instance of this house here.
Sender = Callable[[str, bytes, Mapping[str, str], str], Answer]


def _send(url: str, body: bytes, headers: Mapping[str, str], method: str) -> Answer:
    return send(url, body, headers, method=method)


SENDERS: list[Sender] = [_send]


class RemoteCarrier:
    """The carrier of sites that a head-end elsewhere reaches."""

    def takes(self, sale: Sale) -> str:
        """``remote:<id>`` where one is configured for the site, or for the whole provider."""
        found = _head_end_of(sale)
        return "" if found is None else f"remote:{found.pk}"

    def hand(self, user: Any, sale: Sale) -> None:
        """Write down what is owed to it; the worker sends it, and asks."""
        del user
        head_end = _head_end_of(sale)
        if head_end is None:
            raise LookupError("no head-end elsewhere takes this sale")
        now = security_now()
        for token in sale.tokens.order_by("position"):
            RemoteToken.objects.get_or_create(
                id=uuid.uuid5(sale.pk, str(token.position)),
                defaults={
                    "head_end": head_end,
                    "sale": sale,
                    "position": token.position,
                    "next_at": now,
                },
            )

    def look(self, sale: Sale) -> Sequence[TokenState]:
        """States of the tokens of a sale; empty where it was never handed them."""
        rows = RemoteToken.objects.filter(sale=sale).order_by("position")
        return tuple(
            TokenState(
                row.position,
                OrderState(row.state),
                row.answer,
                reason=_reason(row.reason),
                at=row.ended_at,
                unsure=row.state == OrderState.EXPIRED.value,
            )
            for row in rows
        )

    def withdraw(self, user: Any, sale: Sale) -> bool:
        """Only what was never sent: the other side is not asked to forget anything."""
        del user
        rows = list(RemoteToken.objects.filter(sale=sale).select_for_update())
        if any(row.sent or row.state in _MAY_BE_THERE for row in rows):
            return False
        waiting = RemoteToken.objects.filter(sale=sale, state=OrderState.WAITING.value)
        waiting.update(state=OrderState.CANCELLED.value, next_at=None, ended_at=business_now())
        return True


def follow_remote_tokens(most: int = PIECE) -> int:
    """Send and ask what is due; how many requests went out."""
    due = RemoteToken.objects.filter(next_at__lte=security_now()).select_related("head_end", "sale")
    asked = 0
    for row in due.order_by("next_at")[:most]:
        if _waits_for_another(row):
            _postpone(row, count=False)
            continue
        if row.sent or _claim(row):
            asked += 1
            _exchange(row)
    return asked


def _claim(row: RemoteToken) -> bool:
    """Written before it goes out, so that nobody takes back what is on its way; False: somebody did."""
    mine = RemoteToken.objects.filter(pk=row.pk, next_at__isnull=False)
    return bool(mine.update(state=OrderState.UNSURE.value))


def _exchange(row: RemoteToken) -> None:
    try:
        answer = _query(row) if row.sent else _hand_in(row)
    except (UnableToSend, NoRemoteKey) as error:
        forbidden = isinstance(error, NoRemoteKey) or error.forbidden
        _retry(row, went_out=not forbidden)
        return
    if answer.status >= _SERVER or answer.status in _NOT_LET_IN | {_TIMEOUT}:
        _retry(row, went_out=answer.status not in _NOT_LET_IN)
        return
    if answer.status >= _CLIENT:
        # refused for good: the token was never handed to the meter
        _end_token(row, OrderState.FAILED, "", Reason.UNKNOWN_METER if answer.status == _ABSENT else None)
        return
    said = _parse_answer(answer.body)
    if said is None:
        _retry(row, went_out=True)
        return
    RemoteToken.objects.filter(pk=row.pk).update(sent=True)
    state = said["state"]
    if state in ENDED:
        _end_token(row, state, said["answer"], said["reason"])
    else:
        RemoteToken.objects.filter(pk=row.pk).update(state=state)
        _postpone(row, count=False)


def _retry(row: RemoteToken, *, went_out: bool) -> None:
    """Try again later; what never went out by this or an earlier attempt waits as before."""
    if not went_out and row.state == OrderState.WAITING.value:
        RemoteToken.objects.filter(pk=row.pk).update(state=row.state)
    else:
        row.state = OrderState.UNSURE.value
    _postpone(row, count=True)


def _hand_in(row: RemoteToken) -> Answer:
    token = Token.objects.get(sale=row.sale, position=row.position)
    body = json.dumps({"meter": row.sale.drn, "token": token.digits}).encode()
    headers = {**_headers(row), "Idempotency-Key": str(row.pk), "Content-Type": "application/json"}
    return SENDERS[-1](f"{row.head_end.url.rstrip('/')}/deliveries", body, headers, "POST")


def _query(row: RemoteToken) -> Answer:
    return SENDERS[-1](f"{row.head_end.url.rstrip('/')}/deliveries/{row.pk}", b"", _headers(row), "GET")


def _headers(row: RemoteToken) -> dict[str, str]:
    return {"Authorization": f"Bearer {key_of(row.head_end)}"}


def _parse_answer(body: bytes) -> dict[str, Any] | None:
    """State, answer and reason of what the other side says; None where it makes no sense."""
    try:
        said = json.loads(body)
        state = OrderState(said["state"])
        answer = said.get("answer") or ""
        if not isinstance(answer, str) or len(answer) > 40 or not answer.isascii():
            return None
        return {"state": state, "answer": answer, "reason": _reason(said.get("reason") or "")}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _reason(text: str) -> Reason | None:
    return Reason(text) if text in set(Reason) else None


def _waits_for_another(row: RemoteToken) -> bool:
    before = RemoteToken.objects.filter(sale=row.sale, position__lt=row.position)
    return before.exclude(state=OrderState.DONE.value).exists()


def _postpone(row: RemoteToken, *, count: bool) -> None:
    tries = row.tries + 1
    before = RemoteToken.objects.filter(sale=row.sale, position__lt=row.position)
    if before.filter(state__in=[state.value for state in ENDED - {OrderState.DONE}]).exists():
        _end_token(row, OrderState.CANCELLED, "", None)
        return
    if count and tries >= TRIES_MAX:
        # what was sent may have been executed, and nobody says that it was not
        _end_token(
            row,
            OrderState.EXPIRED if row.sent or row.state in _MAY_BE_THERE else OrderState.FAILED,
            "",
            Reason.UNREACHABLE,
        )
        return
    pause_s = min(ASK_S * 2 ** min(tries, 10), ASK_MAX_S)
    RemoteToken.objects.filter(pk=row.pk).update(
        tries=tries, next_at=security_now() + timedelta(seconds=pause_s)
    )


def _end_token(row: RemoteToken, state: OrderState, answer: str, reason: Reason | None) -> None:
    with transaction.atomic():
        RemoteToken.objects.filter(pk=row.pk).update(
            state=state.value,
            answer=answer,
            reason="" if reason is None else reason.value,
            next_at=None,
            ended_at=business_now(),
        )
        token_ended.send(sender=RemoteToken, sale=row.sale)


def _head_end_of(sale: Sale) -> RemoteHeadEnd | None:
    """Head-end that was handed the sale, else that of its site, else that of the whole provider."""
    known: dict[int, RemoteHeadEnd] = {row.pk: row for row in _HEAD_ENDS(provider_id=sale.provider_id)}
    if not known:
        return None
    handed = RemoteToken.objects.filter(sale=sale).values_list("head_end_id", flat=True).first()
    if handed is not None:
        return known[handed]
    by_site = {row.site_id: row for row in known.values() if row.active}
    return by_site.get(sale.installation.site_id) or by_site.get(None)


_HEAD_ENDS = CompiledQuery(
    lambda provider_id: RemoteHeadEnd.objects.filter(provider_id=provider_id).order_by("pk"),
    provider_id=BigIntegerField(),
)
