"""A meter's clock: compared with ours, and shifted, set, or only told about, by how far it is off.

Source: IEC 62056-6-2, Clock (methods and attribute 2); requirements F7-06, A-09
"""

from protocols.dlms import axdr
from protocols.dlms.cosem.control import Clock
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError
from system.head_end.acquisition.jobs.endings import Attempt, Ending, done
from system.head_end.acquisition.reasons import ClockTooFar
from system.head_end.acquisition.talk import CLOCK, Talk, note_clock
from system.head_end.desk import OrderWork

_TIME, _SHIFT = 2, 6
#: The most that `shift_time` takes, s.
_SHIFT_MAX_S = 900


async def look(talk: Talk) -> float:
    """How far the clock is ahead now, s.

    Raises:
        DlmsError: it does not tell.
    """
    asked = talk.desk.now()
    found = await talk.session.get(Clock, CLOCK, _TIME)
    note_clock(talk, found, asked, talk.desk.now())
    if talk.clock_off_s is None:
        raise DecodeError("clock: it tells no instant")
    return talk.clock_off_s


async def keep_clock(talk: Talk, *, forced: bool = False) -> float:
    """Correct the clock within the limits; how far it was ahead, s.

    Args:
        talk: the session.
        forced: set it also where it is beyond the limits, because somebody ordered it.

    Raises:
        ClockTooFar: it is further off than may be corrected unasked.
        DlmsError: the meter refuses, or is silent.
    """
    await talk.enough_counters()
    off_s = talk.clock_off_s if talk.clock_off_s is not None else await look(talk)
    limits = talk.terms.clocks
    # behind a slow wire nobody knows better than this what time the meter has
    if abs(off_s) <= limits.tolerance_s + talk.clock_doubt_s:
        return off_s
    if abs(off_s) > limits.set_s and not forced:
        raise ClockTooFar(f"the clock is {off_s:+.0f} s off")
    if abs(off_s) <= min(limits.shift_s, _SHIFT_MAX_S):
        await talk.session.action(Clock, CLOCK, _SHIFT, axdr.long(-round(off_s)))
    else:
        await _set(talk)
    talk.clock_set = True
    return off_s


async def _set(talk: Talk) -> None:
    instant = CosemDateTime.from_utc(talk.desk.now(), talk.terms.deviation_minutes)
    await talk.session.set(Clock, CLOCK, _TIME, axdr.octet_string(instant.to_bytes()))


async def order_clock(talk: Talk, order: OrderWork, attempt: Attempt) -> Ending:
    """Set the clock because somebody ordered it, and read it back.

    Raises:
        Exception: one of `reasons.DEVICE_FAULTS`.
    """
    await look(talk)
    attempt.acted = True
    before_s = await keep_clock(talk, forced=True)
    after_s = await look(talk) if talk.clock_set else before_s
    return done(
        {
            "clock_off_s": round(before_s, 2),
            "clock_set": talk.clock_set,
            "clock_off_after_s": round(after_s, 2),
        }
    )
