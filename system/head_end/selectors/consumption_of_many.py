"""Energy taken by many homes in one period: a few statements, however many homes there are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet

from system.head_end.periods import seconds
from system.head_end.selectors.consumption import energy_of_stay, total_wh
from system.head_end.selectors.registers import Lineage, Mark, last_marks, lineages_by_device
from system.head_end.selectors.stays import Stay, stays_by_installation
from system.registry.models import Installation


def consumption_by_installation(
    installations: QuerySet[Installation], start: datetime, end: datetime
) -> dict[int, int | None]:
    """Energy from `start` to `end` of each of some installations, by its key; see `consumption_wh`.

    Only what is out of the ordinary is asked about home by home: a meter that was swapped, a register that
    was replaced.
    """
    keys = list(installations.order_by().values_list("pk", flat=True))
    if start >= end:
        return dict.fromkeys(keys, 0)
    begin_s, end_s = seconds(start), seconds(end)
    stays = stays_by_installation(installations.order_by(), begin_s, end_s)
    whole = [stay for ones in stays.values() for stay in ones if stay.whole]
    ends = _Ends(whole, begin_s, end_s)
    return {key: total_wh([ends.energy_wh(stay) for stay in stays.get(key, ())]) for key in keys}


class _Ends:
    """The registers of many meters at both ends of a period, asked for once."""

    def __init__(self, stays: Iterable[Stay], begin_s: int, end_s: int) -> None:
        self._lines: Mapping[int, Sequence[Lineage]] = lineages_by_device({stay.device.pk for stay in stays})
        lines = [line for ones in self._lines.values() for line in ones]
        self._first: Mapping[Lineage, Mark] = last_marks(lines, begin_s)
        self._last: Mapping[Lineage, Mark] = last_marks(lines, end_s)

    def energy_wh(self, stay: Stay) -> int | None:
        if not stay.whole:
            return energy_of_stay(stay)
        for line in self._lines.get(stay.device.pk, ()):
            first, last = self._first.get(line), self._last.get(line)
            if first is None or last is None:
                continue
            if first.series.pk != last.series.pk:
                return energy_of_stay(stay)
            return last.energy_wh - first.energy_wh
        return None
