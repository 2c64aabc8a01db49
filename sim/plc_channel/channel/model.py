"""What a channel answers: how well one place hears another, and whether a frame gets through.

A place is the index of a point on the feeder; the concentrator's coupler is `BASE_PLACE`.
"""

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
        """Whether carrier sense at `rx` notices that `tx` sends."""

    def frame_error(
        self, scheme: str, octets: int, tx: int, rx: int, begin_s: float, end_s: float, draw: float
    ) -> bool:
        """Whether a frame is lost; `draw` is uniform in [0, 1) and belongs to the listener."""
