"""A head-end elsewhere: our tokens go out by its network API, and it is asked until each has ended.

The id of a token there is made from sale and position here, so that a repeated hand-over acts once; of two
tokens of a sale the second goes out when the first has ended well.
"""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField

from system.config.clock import business_now, security_now
from system.config.compiled import CompiledQuery
from system.config.outgoing import Answer, UnableToSend, send
from system.head_end.vocabulary import ENDED, OrderState, Reason
from system.vending.delivery.carriers import TokenState
from system.vending.delivery.models import RemoteHeadEnd, RemoteToken
from system.vending.delivery.remote_keys import NoRemoteKey, key_of
from system.vending.models import Sale, Token

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


def _over_the_net(url: str, body: bytes, headers: Mapping[str, str], method: str) -> Answer:
    return send(url, body, headers, method=method)


SENDERS: list[Sender] = [_over_the_net]


class Elsewhere:
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
        """What it last said."""
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


def follow(most: int = PIECE) -> int:
    """Send and ask what is due; how many requests went out."""
    due = RemoteToken.objects.filter(next_at__lte=security_now()).select_related("head_end", "sale")
    asked = 0
    for row in due.order_by("next_at")[:most]:
        if _waits_for_another(row):
            _later(row, count=False)
            continue
        if row.sent or _begin(row):
            asked += 1
            _one(row)
    return asked


def _begin(row: RemoteToken) -> bool:
    """Written before it goes out, so that nobody takes back what is on its way; False: somebody did."""
    mine = RemoteToken.objects.filter(pk=row.pk, next_at__isnull=False)
    return bool(mine.update(state=OrderState.UNSURE.value))


def _one(row: RemoteToken) -> None:
    try:
        answer = _ask(row) if row.sent else _hand_in(row)
    except (UnableToSend, NoRemoteKey) as error:
        forbidden = isinstance(error, NoRemoteKey) or error.forbidden
        _again(row, went_out=not forbidden)
        return
    if answer.status >= _SERVER or answer.status in _NOT_LET_IN | {_TIMEOUT}:
        _again(row, went_out=answer.status not in _NOT_LET_IN)
        return
    if answer.status >= _CLIENT:
        # refused for good: the token was never handed to the meter
        _end(row, OrderState.FAILED, "", Reason.UNKNOWN_METER if answer.status == _ABSENT else None)
        return
    said = _read(answer.body)
    if said is None:
        _again(row, went_out=True)
        return
    RemoteToken.objects.filter(pk=row.pk).update(sent=True)
    state = said["state"]
    if state in ENDED:
        _end(row, state, said["answer"], said["reason"])
    else:
        RemoteToken.objects.filter(pk=row.pk).update(state=state)
        _later(row, count=False)


def _again(row: RemoteToken, *, went_out: bool) -> None:
    """Try again later; what never went out by this or an earlier attempt waits as before."""
    if not went_out and row.state == OrderState.WAITING.value:
        RemoteToken.objects.filter(pk=row.pk).update(state=row.state)
    else:
        row.state = OrderState.UNSURE.value
    _later(row, count=True)


def _hand_in(row: RemoteToken) -> Answer:
    token = Token.objects.get(sale=row.sale, position=row.position)
    body = json.dumps({"meter": row.sale.drn, "token": token.digits}).encode()
    headers = {**_headers(row), "Idempotency-Key": str(row.pk), "Content-Type": "application/json"}
    return SENDERS[-1](f"{row.head_end.url.rstrip('/')}/deliveries", body, headers, "POST")


def _ask(row: RemoteToken) -> Answer:
    return SENDERS[-1](f"{row.head_end.url.rstrip('/')}/deliveries/{row.pk}", b"", _headers(row), "GET")


def _headers(row: RemoteToken) -> dict[str, str]:
    return {"Authorization": f"Bearer {key_of(row.head_end)}"}


def _read(body: bytes) -> dict[str, Any] | None:
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


def _later(row: RemoteToken, *, count: bool) -> None:
    tries = row.tries + 1
    before = RemoteToken.objects.filter(sale=row.sale, position__lt=row.position)
    if before.filter(state__in=[state.value for state in ENDED - {OrderState.DONE}]).exists():
        _end(row, OrderState.CANCELLED, "", None)
        return
    if count and tries >= TRIES_MAX:
        # what was sent may have been executed, and nobody says that it was not
        _end(
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


def _end(row: RemoteToken, state: OrderState, answer: str, reason: Reason | None) -> None:
    from system.vending.delivery.after import ended

    with transaction.atomic():
        RemoteToken.objects.filter(pk=row.pk).update(
            state=state.value,
            answer=answer,
            reason="" if reason is None else reason.value,
            next_at=None,
            ended_at=business_now(),
        )
        ended(row.sale)


def _head_end_of(sale: Sale) -> RemoteHeadEnd | None:
    """Who was handed the sale, else who is configured for its site, else for the whole provider."""
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
