"""Who has not answered for so long that it must be said: once a silence, and over power cuts of our own.

The wire tells of modems that it loses, but not of a meter that is mute behind a living modem, nor of one
that was lost while the concentrator itself had no supply. What counts is the last answer, or the last
reading.

Source: plc.md PLC-11 (unreachable meters are reported within TimeDisconMeter)
"""

import json
from collections.abc import Generator
from typing import Any

from simpy import Environment, Event

from sim.concentrator.assembly import Components
from sim.concentrator.registry import MeterRecord

_SLOT = "silent"
#: Longest pause between two looks, s.
_LOOK_S = 3_600.0
Steps = Generator[Event, Any, None]


class SilenceWatch:
    """Tells of each registered meter that has been silent for too long.

    Args:
        env: the world's environment.
        parts: of the concentrator.
        limit_s: how long a silence may last (S12 TimeDisconMeter), s.
    """

    __slots__ = ("_env", "_limit_s", "_parts", "_told")

    def __init__(self, env: Environment, parts: Components, limit_s: float) -> None:
        self._env = env
        self._parts = parts
        self._limit_s = limit_s
        self._told: set[str] = set()

    def run(self) -> Steps:
        """Look again whenever the next silence comes to its limit."""
        self._told = set(json.loads(self._parts.memory.get(_SLOT) or "[]"))
        while True:
            yield self._env.timeout(self._look())

    def _look(self) -> float:
        """Tell of those over the limit; seconds until the next look."""
        left_s = _LOOK_S
        told = set()
        for record in self._parts.registry:
            if not record.is_registered:
                continue
            rest_s = self._limit_s - self.silent_s(record)
            if rest_s > 0:
                left_s = min(left_s, rest_s)
                continue
            told.add(record.serial)
            if record.serial not in self._told:
                self._parts.events.tell("meter-silent", record.serial, f"{self._limit_s:.0f} s")
        if told != self._told:
            self._told = told
            self._parts.memory.put(_SLOT, json.dumps(sorted(told)))
        return max(1.0, left_s)

    def silent_s(self, record: MeterRecord) -> float:
        """For how long nothing has come from a meter, s; readings count from their instant."""
        parts = self._parts
        at_s = parts.statistics.of(record.serial).last_contact_s
        if at_s is not None:
            return float(self._env.now) - at_s
        newest_s = max(
            (aged.captured_utc_s for aged in parts.latest.of(record.serial, 0).values()), default=0
        )
        return float(parts.clock.utc_s() - max(newest_s, record.since_utc_s))
