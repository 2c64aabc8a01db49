"""Rate limits of one address: connections at once, and notifications by a bucket that fills slowly."""

from collections import Counter, OrderedDict

from system.head_end.acquisition.settings import PushSettings


class AddressLimiter:
    """Counts by address; of addresses that are not connected it remembers so many.

    >>> one = Admission(PushSettings(connections_of_one=1, burst=1, rate_per_s=1.0))
    >>> one.connect("10.0.0.7"), one.connect("10.0.0.7"), one.connect("10.0.0.8")
    (True, False, True)
    >>> one.allow("10.0.0.7", 0.0), one.allow("10.0.0.7", 0.5), one.allow("10.0.0.7", 1.5)
    (True, False, True)
    """

    __slots__ = ("_buckets", "_connected", "_settings")

    def __init__(self, settings: PushSettings) -> None:
        self._settings = settings
        self._connected: Counter[str] = Counter()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def connect(self, address: str) -> bool:
        """True where one more connection may be taken; `leave` gives it back."""
        full = self._connected.total() >= self._settings.connections_max
        if full or self._connected[address] >= self._settings.connections_of_one:
            return False
        self._connected[address] += 1
        return True

    def leave(self, address: str) -> None:
        """A connection is over."""
        self._connected[address] -= 1
        if self._connected[address] <= 0:
            del self._connected[address]

    def allow(self, address: str, now_s: float) -> bool:
        """True where one more notification may be taken."""
        left, since_s = self._buckets.pop(address, (float(self._settings.burst), now_s))
        left = min(float(self._settings.burst), left + max(0.0, now_s - since_s) * self._settings.rate_per_s)
        allowed = left >= 1.0
        self._buckets[address] = (left - 1.0 if allowed else left), now_s
        if len(self._buckets) > self._settings.addresses_max:
            self._buckets.popitem(last=False)
        return allowed


class Cooldown:
    """Says yes to a key, and then no for a while.

    >>> seldom = Seldom(most=2)
    >>> [seldom.may(7, at_s, every_s=60.0) for at_s in (0.0, 59.0, 60.0)]
    [True, False, True]
    """

    __slots__ = ("_last", "_most")

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._last: OrderedDict[int, float] = OrderedDict()

    def may(self, key: int, now_s: float, *, every_s: float) -> bool:
        """True where the last time was long enough ago."""
        last_s = self._last.get(key)
        if last_s is not None and now_s - last_s < every_s:
            return False
        self._last[key] = now_s
        self._last.move_to_end(key)
        if len(self._last) > self._most:
            self._last.popitem(last=False)
        return True

    def forget(self, key: int) -> None:
        """It was not so: the next one is the first."""
        self._last.pop(key, None)
