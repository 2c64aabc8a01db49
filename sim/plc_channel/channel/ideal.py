"""A wire on which everybody hears everybody."""

import math


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
