"""What the event log says of a token."""

from sim.meter.events import EventCode
from sim.meter.tokens import TokenRecord, taken


def token_events(record: TokenRecord, *, key_changed: bool, locks: bool) -> tuple[EventCode, ...]:
    """The events that come of one token.

    Args:
        record: the token and its result.
        key_changed: it completed a key change.
        locks: it was one wrong entry too many.
    """
    events = {
        EventCode.TOKEN_ACCEPTED: taken(record.outcome),
        EventCode.TOKEN_REFUSED: not taken(record.outcome),
        EventCode.KEY_CHANGED: key_changed,
        EventCode.LOCKED_OUT: locks,
    }
    return tuple(code for code, holds in events.items() if holds)
