"""A wire and a modem without physics: every link as a table says; for set-ups that need no noise."""

import math
from collections.abc import Mapping

from sim.plc_channel.phy.airtime import airtime_ms
from sim.plc_channel.prime.seams import Phy


class ThresholdPhy:
    """Fits `seams.Phy`: published airtimes; no errors from a threshold on, nothing but errors below.

    Args:
        scheme: the modulation.
        threshold_db: SNR at and above which a frame arrives.
        floor: share of frames that get lost nevertheless.
    """

    __slots__ = ("_floor", "_scheme", "_threshold_db")

    def __init__(self, scheme: str = "DBPSK_C", threshold_db: float = 3.5, floor: float = 0.0) -> None:
        self._scheme = scheme
        self._threshold_db = threshold_db
        self._floor = floor

    def airtime_s(self, octets: int) -> float:
        """Preamble, header and payload."""
        return airtime_ms(self._scheme, octets) * 1e-3

    def error_rate(self, octets: int, snr_db: float) -> float:
        """The floor, or all."""
        return self._floor if snr_db >= self._threshold_db else 1.0


class TableChannel:
    """Fits `channel.model.Channel`: one ratio for all links, save those named.

    Args:
        phy: turns a ratio into losses.
        snr_db: of every link.
        links: (sender, listener) -> ratio, for those that differ.
        audible_db: ratio from which on a transmission is noticed.
    """

    __slots__ = ("_audible_db", "_links", "_phy", "_snr_db")

    def __init__(
        self,
        phy: Phy,
        snr_db: float = 40.0,
        links: Mapping[tuple[int, int], float] | None = None,
        audible_db: float = 0.0,
    ) -> None:
        self._phy = phy
        self._snr_db = snr_db
        self._links = dict(links or {})
        self._audible_db = audible_db

    def snr_db(self, tx: int, rx: int, now_s: float) -> float:
        """As the table says."""
        return self._links.get((tx, rx), self._snr_db)

    def next_change_s(self, now_s: float) -> float:
        """Never."""
        return math.inf

    def audible(self, tx: int, rx: int, now_s: float) -> bool:
        """Whether the ratio is high enough."""
        return self.snr_db(tx, rx, now_s) >= self._audible_db

    def frame_error(
        self, scheme: str, octets: int, tx: int, rx: int, begin_s: float, end_s: float, draw: float
    ) -> bool:
        """As the modem's error rate says."""
        return draw < self._phy.error_rate(octets, self.snr_db(tx, rx, begin_s))
