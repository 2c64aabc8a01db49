"""Frame of PRIME 1.3.6 in time: beacon slots, the shared contention period, perhaps one without."""

from sim.plc_channel.prime.settings import FRAME_SYMBOLS, SYMBOL_S, PrimeSettings

FRAME_S = FRAME_SYMBOLS * SYMBOL_S
#: a beacon slot: five symbols and one of guard
SLOT_S = 6 * SYMBOL_S
#: sequence numbers are modulo this
SEQUENCES = 32
_ROUNDING_S = 1e-7


class FrameClock:
    """Where in a frame an instant lies.

    Args:
        terms: lengths of the periods.

    >>> clock = FrameClock(PrimeSettings())
    >>> clock.begin(0.0)
    >>> round(clock.contention(0.0, 0.011), 5), round(clock.contention(0.61, 0.011), 5)
    (0.06944, 0.68768)
    """

    __slots__ = ("_cfp_s", "_scp_s", "origin_s")

    def __init__(self, terms: PrimeSettings) -> None:
        first = FRAME_SYMBOLS - terms.scp_symbols
        last = FRAME_SYMBOLS - terms.cfp_symbols
        self._scp_s = (first * SYMBOL_S, last * SYMBOL_S)
        self._cfp_s = (last * SYMBOL_S, FRAME_S)
        self.origin_s = 0.0

    def begin(self, now_s: float) -> None:
        """The base node sends its first beacon at `now_s`."""
        self.origin_s = now_s

    def frame(self, at_s: float) -> int:
        """Number of the frame that holds `at_s`."""
        return int((at_s - self.origin_s + _ROUNDING_S) // FRAME_S)

    def next_frame(self, at_s: float) -> int:
        """Number of the first frame that does not begin before `at_s`."""
        return -int((self.origin_s - at_s + _ROUNDING_S) // FRAME_S)

    def frame_s(self, frame: int) -> float:
        """When a frame begins."""
        return self.origin_s + frame * FRAME_S

    def slot_begin_s(self, frame: int, slot: int) -> float:
        """When the beacon of a slot begins."""
        return self.frame_s(frame) + slot * SLOT_S

    def slot_end_s(self, frame: int, slot: int) -> float:
        """When the beacon of a slot has been heard."""
        return self.frame_s(frame) + (slot + 1) * SLOT_S

    def contention(self, at_s: float, needs_s: float) -> float:
        """The first instant from `at_s` on at which the shared period leaves `needs_s`."""
        return self._first(self._scp_s, at_s, needs_s)

    def contention_free(self, at_s: float, needs_s: float) -> float:
        """The same in the contention free period."""
        return self._first(self._cfp_s, at_s, needs_s)

    def in_contention(self, begin_s: float, end_s: float) -> bool:
        """True if a transmission lies within one shared period."""
        first, last = self._scp_s
        base_s = self.frame_s(self.frame(begin_s))
        return begin_s - base_s >= first - _ROUNDING_S and end_s - base_s <= last + _ROUNDING_S

    def _first(self, period_s: tuple[float, float], at_s: float, needs_s: float) -> float:
        frame = self.frame(at_s)
        offset_s = max(at_s - self.frame_s(frame), period_s[0])
        if offset_s + needs_s > period_s[1] + _ROUNDING_S:
            frame, offset_s = frame + 1, period_s[0]
        return self.frame_s(frame) + offset_s
