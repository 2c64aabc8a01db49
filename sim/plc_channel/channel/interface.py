"""Channel interface.

How well one place hears another, whether a frame gets through; and the ideal channel.
"""

import math
from typing import Protocol

#: the concentrator's place on the feeder
BASE_PLACE = -1


class Channel(Protocol):
    """The wire between places. Between two changes every answer stays what it is."""

    def snr_db(self, tx: int, rx: int, now_s: float) -> float:
        """Signal to noise per carrier at `rx`, dB: the flat ratio that would spoil as many frames."""

    def next_change_s(self, now_s: float) -> float:
        """The next instant after `now_s` at which an answer may change, s; inf for never."""

    def audible(self, tx: int, rx: int, now_s: float) -> bool:
        """True if carrier sense at `rx` notices that `tx` sends."""

    def frame_error(
        self, scheme: str, octets: int, tx: int, rx: int, begin_s: float, end_s: float, draw: float
    ) -> bool:
        """True if a frame is lost; `draw` is uniform in [0, 1) and belongs to the listener."""


class IdealChannel:
    """Fits `model.Channel`; nothing is ever lost.

    Args:
        snr_db: of every link.
    """

    __slots__ = ("_snr_db",)

    def __init__(self, snr_db: float = 60.0) -> None:
        self._snr_db = snr_db

    def snr_db(self, tx: int, rx: int, now_s: float) -> float:
        """The same for all."""
        return self._snr_db

    def next_change_s(self, now_s: float) -> float:
        """Never."""
        return math.inf

    def audible(self, tx: int, rx: int, now_s: float) -> bool:
        """Always."""
        return True

    def frame_error(
        self, scheme: str, octets: int, tx: int, rx: int, begin_s: float, end_s: float, draw: float
    ) -> bool:
        """Never."""
        return False
