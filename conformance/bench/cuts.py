"""Cutting a device's supply at each write of its memory, one after the other."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.bench.bench import Bench

MOMENTS = ("before", "during", "after")

#: Time for which the supply stays away, and for the device to come up again.
_OFF_S, _BOOT_S = 1.0, 5.0
#: A token that takes more writes than this is cut at the first ones only.
_WRITES_MAX = 40

Cut = Callable[[str], None]


def every_cut(bench: "Bench", rehearsal: Callable[[], None]) -> Iterator[Cut]:
    """For each write and each moment of it, what enters a token into a cut and gives the supply back.

    Args:
        bench: of the case.
        rehearsal: the same without a cut: how many writes it takes is counted.
    """
    before = bench.home.writes()
    rehearsal()
    writes = min(bench.home.writes() - before, _WRITES_MAX)
    bench.measure("writes", writes, "")
    for write in range(1, writes + 1):
        for moment in MOMENTS:
            yield lambda digits, write=write, moment=moment: _cut(bench, digits, write, moment)  # type: ignore[misc]


def _cut(bench: "Bench", digits: str, write: int, moment: str) -> None:
    way = "carrier" if bench.has("carrier") else None  # a customer unit may keep an entry and repeat it
    bench.home.arm_cut(write, moment)
    bench.tokens.enter(digits, way)
    bench.home.disarm()
    bench.home.cut()
    bench.drop_link()
    bench.clock.wait(_OFF_S)
    bench.home.energise()
    bench.clock.wait(_BOOT_S)
