"""Which TID an off-line token gets: the terminal's own minutes, so that no other seller takes the same."""

from protocols.sts.identity import TID_MAX, TokenIdentifier
from system.security_module.tid_memory import SLOT_LEAD_MINUTES


def next_tid(now: TokenIdentifier, above: int, slot: int, slots: int) -> int | None:
    """The TID of a meter's next token, or None when its minutes are used up for the moment.

    It is the latest minute up to `now` that is of the slot, above `above` and not the reserved 00:01; failing
    that, the first such minute after `above`, at most `SLOT_LEAD_MINUTES` ahead of `now`.

    Args:
        now: the clock under the meter's base date.
        above: the last TID that the meter was given.
        slot: of the terminal, 1 to slots - 1.
        slots: how many there are.
    """
    latest = now.tid - (now.tid - slot) % slots
    while latest > max(above, -1) and TokenIdentifier(latest, now.base_date).is_reserved:
        latest -= slots
    if latest > max(above, -1):
        return latest
    tid = above + 1 + (slot - above - 1) % slots
    last = min(now.tid + SLOT_LEAD_MINUTES, TID_MAX)
    while tid <= last and TokenIdentifier(tid, now.base_date).is_reserved:
        tid += slots
    return tid if tid <= last else None
