"""The links of a network as its MAC sees them; answers that stay are asked for once between two changes."""

import math

from sim.plc_channel.channel.model import Channel
from sim.plc_channel.prime.seams import Phy

#: error rates below this count as none, above its complement as certain
_NEGLIGIBLE = 1e-7
#: where the ratio is looked for from which on there are none, and how closely
_SEARCHED_DB, _CLOSE_DB = (-20.0, 80.0), 0.01


class Links:
    """Channel and modem together.

    Args:
        channel: the wire.
        phy: the modem.
        scheme: its modulation.
    """

    __slots__ = ("_airtimes", "_audible", "_channel", "_clean", "_phy", "_ratios", "_scheme", "_until_s")

    def __init__(self, channel: Channel, phy: Phy, scheme: str) -> None:
        self._channel = channel
        self._phy = phy
        self._scheme = scheme
        self._airtimes: dict[int, float] = {}
        self._ratios: dict[tuple[int, int], float] = {}
        self._audible: dict[tuple[int, int], bool] = {}
        self._clean: dict[int, float] = {}
        self._until_s = -math.inf

    def next_change_s(self, now_s: float) -> float:
        """When the channel changes next."""
        return self._channel.next_change_s(now_s)

    def snr_db(self, sender: int, listener: int, now_s: float) -> float:
        """How well `listener` hears `sender`."""
        if now_s >= self._until_s:
            self._renew(now_s)
        key = (sender, listener)
        ratio = self._ratios.get(key)
        if ratio is None:
            ratio = self._ratios[key] = float(self._channel.snr_db(sender, listener, now_s))
        return ratio

    def audible(self, sender: int, listener: int, now_s: float) -> bool:
        """Whether `listener` notices that `sender` sends, and is disturbed by it."""
        if now_s >= self._until_s:
            self._renew(now_s)
        key = (sender, listener)
        found = self._audible.get(key)
        if found is None:
            found = self._audible[key] = bool(self._channel.audible(sender, listener, now_s))
        return found

    def error_rate(self, sender: int, listener: int, octets: int, now_s: float) -> float:
        """The share of frames that noise takes; exactly 0 or 1 where that is as good as certain."""
        snr_db = self.snr_db(sender, listener, now_s)
        if snr_db >= self._clean_db(octets):
            return 0.0
        rate = float(self._phy.error_rate(octets, snr_db))
        return 0.0 if rate < _NEGLIGIBLE else 1.0 if rate > 1.0 - _NEGLIGIBLE else rate

    def _clean_db(self, octets: int) -> float:
        """The ratio from which on errors of frames of this size are negligible."""
        clean_db = self._clean.get(octets)
        if clean_db is None:
            low_db, clean_db = _SEARCHED_DB
            while clean_db - low_db > _CLOSE_DB:
                middle_db = (low_db + clean_db) / 2
                if self._phy.error_rate(octets, middle_db) < _NEGLIGIBLE:
                    clean_db = middle_db
                else:
                    low_db = middle_db
            self._clean[octets] = clean_db
        return clean_db

    def is_lost(
        self, sender: int, listener: int, octets: int, begin_s: float, end_s: float, draw: float
    ) -> bool:
        """Whether noise takes this one frame; `draw` is the listener's number for it."""
        return self._channel.frame_error(self._scheme, octets, sender, listener, begin_s, end_s, draw)

    def airtime_s(self, octets: int) -> float:
        """How long a frame lasts."""
        airtime = self._airtimes.get(octets)
        if airtime is None:
            airtime = self._airtimes[octets] = float(self._phy.airtime_s(octets))
        return airtime

    def _renew(self, now_s: float) -> None:
        self._until_s = self._channel.next_change_s(now_s)
        self._ratios.clear()
        self._audible.clear()
