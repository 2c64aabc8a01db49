"""Collection plans: what is read of every meter, and when; data of the scenario or of the head-end.

>>> parse_plan({"name": "night", "task": "profile", "obis": ["1.0.99.1.0"], "at": "02:30"}).due_after(0, 300)
27000
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from protocols import intervals
from protocols.dlms.errors import DlmsError
from protocols.dlms.obis import Obis
from sim.concentrator.errors import TermsError
from sim.concentrator.terms import DAY_S, check

_CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class Task(StrEnum):
    """Task of a plan at a meter."""

    PROFILE = "profile"
    REGISTERS = "registers"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan.

    Args:
        name: unique, for people.
        task: what it does.
        obis: profiles, registers or event logs; one or more.
        every_s: s between two runs, on the multiples of it in local time; 0 with `at_s`.
        at_s: s after local midnight of the one run a day; None with `every_s`.
        days: how far back a gap of a profile is looked for, 1 or more.
    """

    name: str
    task: Task
    obis: tuple[str, ...]
    every_s: int = 0
    at_s: int | None = None
    days: int = 30

    def __post_init__(self) -> None:
        check(bool(self.name) and len(self.name) <= 40, "a plan needs a name of 1 to 40 characters")
        check(bool(self.obis), f"plan {self.name}: obis must name one object or more")
        check((self.every_s > 0) != (self.at_s is not None), f"plan {self.name}: either every_minutes or at")
        check(self.days >= 1, f"plan {self.name}: days must be 1 or more")
        for code in self.obis:
            try:
                Obis.from_string(code)
            except DlmsError as error:
                raise TermsError(f"plan {self.name}: {code!r} is no OBIS code") from error

    def due_after(self, utc_s: float, deviation_minutes: int) -> int:
        """When it is due next, later than `utc_s`, s since 1970."""
        every_s = self.every_s if self.at_s is None else DAY_S
        return intervals.last_run(utc_s, self.at_s or 0, every_s, 60 * deviation_minutes) + every_s

    def to_table(self) -> dict[str, Any]:
        """As `parse_plan` takes it."""
        table: dict[str, Any] = {"name": self.name, "task": str(self.task), "obis": list(self.obis)}
        if self.at_s is None:
            table["every_minutes"] = self.every_s / 60
        else:
            table["at"] = f"{self.at_s // 3600:02d}:{self.at_s % 3600 // 60:02d}"
        return table | {"days": self.days}


#: What is done where nobody says otherwise: profiles and events each hour, daily closure after midnight.
DEFAULT_PLANS: tuple[Plan, ...] = (
    Plan("load", Task.PROFILE, ("1.0.99.1.0",), every_s=3600),
    Plan("daily", Task.PROFILE, ("1.0.99.2.0",), at_s=900, days=60),
    Plan("registers", Task.REGISTERS, ("1.0.1.8.0", "1.0.2.8.0", "0.0.19.10.0"), at_s=1800),
    Plan("events", Task.EVENTS, ("0.0.99.98.0", "0.0.99.98.1", "0.0.99.98.2"), every_s=4 * 3600),
)
_KEYS = frozenset({"name", "task", "obis", "every_minutes", "at", "days"})


def parse_plan(table: Mapping[str, Any]) -> Plan:
    """A plan from its table.

    Raises:
        TermsError: in one sentence.
    """
    name = str(table.get("name", ""))
    unknown = sorted(set(table) - _KEYS)
    check(not unknown, f"plan {name}: {', '.join(unknown)} is unknown; it takes {', '.join(sorted(_KEYS))}")
    tasks = [str(task) for task in Task]
    check(table.get("task") in tasks, f"plan {name}: task must be one of {', '.join(tasks)}")
    obis = table.get("obis")
    check(
        isinstance(obis, list | tuple) and all(isinstance(code, str) for code in obis),
        f"plan {name}: obis must be a list of texts",
    )
    every, days = table.get("every_minutes", 0), table.get("days", 30)
    check(_is_number(every), f"plan {name}: every_minutes must be a number")
    check(isinstance(days, int) and not isinstance(days, bool), f"plan {name}: days must be a whole number")
    return Plan(name, Task(table["task"]), tuple(obis or ()), round(60 * every), _at_s(name, table), days)


def _at_s(name: str, table: Mapping[str, Any]) -> int | None:
    if "at" not in table:
        return None
    found = _CLOCK_TIME.fullmatch(str(table["at"]))
    check(found is not None, f"plan {name}: at must be a time such as 02:30")
    assert found is not None  # noqa: S101 - checked above
    return 3600 * int(found[1]) + 60 * int(found[2])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
