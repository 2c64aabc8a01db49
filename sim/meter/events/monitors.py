"""Register monitors and the parameter monitor: what is watched, and what comes of it.

A register monitor compares a value with its thresholds whenever the meter closes its books; when it goes over
one, or back under it, a script runs. The parameter monitor remembers the last write to what it watches.

Source: IEC 62056-6-2, Register monitor (class_id 21), Parameter monitor (class_id 65)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.meter.supply.limiter import ScriptReference

#: Class, logical name and attribute of what is watched.
Watched = tuple[int, bytes, int]

#: No script at all.
NO_SCRIPT: ScriptReference = (bytes(6), 0)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A threshold was passed: upwards or downwards, and what to run."""

    threshold: int
    upwards: bool
    script: ScriptReference


@dataclass(slots=True)
class RegisterMonitor:
    """One monitor.

    Args:
        watched: an attribute whose value is a whole number.
        thresholds: in the units of that attribute.
        actions: for each threshold, the scripts for up and down.
    """

    watched: Watched
    thresholds: tuple[int, ...] = ()
    actions: tuple[tuple[ScriptReference, ScriptReference], ...] = ()
    _last: int | None = field(default=None, init=False)

    def look(self, value: int) -> list[Crossing]:
        """The value is this now; the thresholds that it passed since the last look, none at the first."""
        last, self._last = self._last, value
        if last is None or last == value:
            return []
        upwards = value > last
        low, high = sorted((last, value))
        # A threshold belongs to the lower side: equal is not over it.
        passed = [place for place, limit in enumerate(self.thresholds) if low <= limit < high]
        passed.sort(key=lambda place: self.thresholds[place], reverse=not upwards)
        return [Crossing(self.thresholds[place], upwards, self._script(place, upwards)) for place in passed]

    def _script(self, place: int, upwards: bool) -> ScriptReference:
        if place >= len(self.actions):
            return NO_SCRIPT
        up, down = self.actions[place]
        return up if upwards else down


class RegisterMonitors:
    """Every register monitor of a meter by its logical name.

    Args:
        terms: at the factory.
    """

    __slots__ = ("items",)

    def __init__(self, terms: Mapping[bytes, RegisterMonitor]) -> None:
        self.items = {
            name: RegisterMonitor(item.watched, item.thresholds, item.actions) for name, item in terms.items()
        }

    def snapshot(self) -> dict[str, Any]:
        """As plain data; what the values were last does not outlive the power."""
        return {
            name.hex(): {
                "watched": [item.watched[0], item.watched[1].hex(), item.watched[2]],
                "thresholds": list(item.thresholds),
                "actions": [[_plain(up), _plain(down)] for up, down in item.actions],
            }
            for name, item in self.items.items()
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept."""
        self.items = {bytes.fromhex(name): _monitor(values) for name, values in kept.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """One write to a watched attribute; `value` is its A-XDR octets."""

    watched: Watched
    value: bytes
    epoch_us: int


class ParameterMonitor:
    """The last write to any of the attributes that are watched.

    Args:
        watched: at the factory.
    """

    __slots__ = ("last", "watched")

    def __init__(self, watched: Sequence[Watched] = ()) -> None:
        self.watched = list(watched)
        self.last: Change | None = None

    def written(self, watched: Watched, value: bytes, epoch_us: int) -> bool:
        """An attribute was written; True where it is one of those."""
        if watched not in self.watched:
            return False
        self.last = Change(watched, value, epoch_us)
        return True

    def add(self, watched: Watched) -> bool:
        """Watch one more; False where it is watched already."""
        if watched in self.watched:
            return False
        self.watched.append(watched)
        return True

    def delete(self, watched: Watched) -> bool:
        """Watch it no more; False where it was not."""
        if watched not in self.watched:
            return False
        self.watched.remove(watched)
        return True

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        last = self.last
        return {
            "watched": [[class_id, name.hex(), index] for class_id, name, index in self.watched],
            "last": last and [*_watched_plain(last.watched), last.value.hex(), last.epoch_us],
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept."""
        self.watched = [_watched(row) for row in kept["watched"]]
        last = kept["last"]
        self.last = last and Change(_watched(last[:3]), bytes.fromhex(last[3]), last[4])


def _plain(script: ScriptReference) -> list[Any]:
    return [script[0].hex(), script[1]]


def _watched_plain(watched: Watched) -> list[Any]:
    return [watched[0], watched[1].hex(), watched[2]]


def _watched(row: Sequence[Any]) -> Watched:
    return row[0], bytes.fromhex(row[1]), row[2]


def _monitor(values: Mapping[str, Any]) -> RegisterMonitor:
    actions = tuple(
        ((bytes.fromhex(up[0]), up[1]), (bytes.fromhex(down[0]), down[1])) for up, down in values["actions"]
    )
    return RegisterMonitor(_watched(values["watched"]), tuple(values["thresholds"]), actions)
