"""A token that was sent and never answered for: what can be known of it, before somebody decides.

Nobody but the meter knows whether it took the token. Whoever wants the money back all the same looks at the
meter first, where it can be reached, waits, writes down why, and needs a second person who reads the same.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from system.config.clock import business_day, business_now
from system.head_end import api
from system.head_end.vocabulary import ENDED, OrderKind, OrderState
from system.vending.delivery.carriers import look
from system.vending.models import Sale

#: So long after the last attempt nobody decides: the customer may still type it, the meter may still answer.
REST = timedelta(hours=24)
#: Name of the argument of an approval that says what was known.
UNKNOWN_TOKEN = "unknown_token"  # noqa: S105 - a name
#: The token gateway: its value is the last token that came, by whatever way (class 115, IEC 62056-6-2).
_GATEWAY = "0.0.19.40.0"
_LOOKS_FOR, _LOOKS_DAYS = timedelta(hours=12), 30


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is known of a token whose answer was lost for good.

    Args:
        since: when the last attempt ended, business time.
        looked_at: when the meter was looked at; None: never.
        last_token_is_ours: what it said then; None: it did not say, or was never looked at.
        looking: it is being asked now.
    """

    since: datetime
    looked_at: datetime | None = None
    last_token_is_ours: bool | None = None
    looking: bool = False

    @property
    def until(self) -> datetime:
        """Not before this may somebody decide."""
        return self.since + REST

    @property
    def decidable(self) -> bool:
        """Whether somebody may decide that the money goes back."""
        return business_now() >= self.until and not self.last_token_is_ours and not self.looking

    @property
    def sentence(self) -> str:
        """Spanish: what the second person must read."""
        sent = f"enviado, sin respuesta desde {self.since:%Y-%m-%d %H:%M} UTC"
        if self.looked_at is None:
            return f"{sent}; al medidor no se le ha preguntado"
        asked = f"{sent}; consultado {self.looked_at:%Y-%m-%d %H:%M} UTC"
        return f"{asked}: {_FOUND[self.last_token_is_ours]}"


_FOUND: Mapping[bool | None, str] = {
    True: "su último token es el de esta venta",
    False: "su último token es otro",
    None: "el medidor no lo dice",
}


def unknown_of(user: Any, sale: Sale) -> Unknown | None:
    """What is known; None where the outcome is known, may still come, or nothing was sent."""
    states = look(sale)
    lost = [state for state in states if state.unsure and not state.answer]
    if not lost or any(state.state not in ENDED for state in states):
        return None
    since = max((state.at for state in lost if state.at is not None), default=sale.movement.business_at)
    looks = [view for look_id in _look_ids(sale, since) if (view := api.order_of(user, look_id)) is not None]
    ended = [view for view in looks if view.state is OrderState.DONE]
    if not ended:
        return Unknown(since, looking=any(view.state not in ENDED for view in looks))
    newest = ended[-1]
    return Unknown(
        since,
        newest.changed_at,
        _is_ours(sale, newest.result),
        looking=any(view.state not in ENDED for view in looks),
    )


def look_at_meter(user: Any, sale: Sale) -> None:
    """Ask the meter which token came last; the same day again is the same question.

    Raises:
        UnableToOrder: not allowed, or the meter is not in the field.
    """
    order_id = _look_id(sale, business_day())
    api.request_order(user, order_id, sale.device, OrderKind.READ, {"obis": [_GATEWAY]}, _LOOKS_FOR)


def _look_id(sale: Sale, day: Any) -> uuid.UUID:
    return uuid.uuid5(sale.pk, f"look {day}")


def _look_ids(sale: Sale, since: datetime) -> list[uuid.UUID]:
    """Of every day since, oldest first; of the last ones where that is long ago."""
    today, first = business_day(), business_day(since)
    days = min((today - first).days, _LOOKS_DAYS)
    return [_look_id(sale, today - timedelta(days=back)) for back in range(days, -1, -1)]


def _is_ours(sale: Sale, result: Mapping[str, Any]) -> bool | None:
    last = next((line["value"] for line in result.get("values", ()) if line["obis"] == _GATEWAY), None)
    if not isinstance(last, str) or not last:
        return None
    return last in set(sale.tokens.values_list("digits", flat=True))
