"""The rig of a vending system: no stations, no link of its own, and a clock that is the bench's to set."""

from typing import NoReturn

from conformance.bench.endings import BenchError
from conformance.stations.wall import WallClock
from conformance.targets.load import Target
from conformance.vending.adapters import open_vendor
from conformance.vending.vending_system import VendingSystem, VendingUnreachable

_STILL_UTC = "2026-01-01T00:00:00+00:00"


class StillClock:
    """Device time of a vendor in this process: every answer comes at once, and no two runs differ."""

    def now_s(self) -> float:
        """Always the same instant."""
        return 0.0

    def utc(self) -> str:
        """The same instant."""
        return _STILL_UTC

    def wait(self, seconds: float) -> None:
        """Nothing goes by."""


def clock_of(target: Target) -> StillClock | WallClock:
    """The clock that times the record of a run."""
    return StillClock() if target.clock_kind == "virtual" else WallClock()


def reach(target: Target) -> VendingSystem:
    """Reach the vending system.

    Raises:
        BenchError: in one sentence.
    """
    section = target.statement.vending
    try:
        if section is None:
            return open_vendor(target.statement.link.url, {})
        return open_vendor(target.statement.link.url, section.operators, section.secret_file)
    except VendingUnreachable as error:
        raise BenchError(f"the vending system cannot be reached: {error}") from error


def no_link() -> NoReturn:
    """A vending system has no meter's link.

    Raises:
        BenchError: always.
    """
    raise BenchError("a vending system has no meter's link: choose the suite `vending`")
