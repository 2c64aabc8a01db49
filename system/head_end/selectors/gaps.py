"""The gap report: what plans wanted and nobody has, told apart from what the meter itself does not have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from system.head_end import spans
from system.head_end.models import Coverage, MeterAccess
from system.head_end.periods import instant, obis_of, seconds
from system.head_end.selectors.due_gaps import GapFinder
from system.head_end.selectors.targets import in_parts
from system.head_end.vocabulary import Registration

OPEN, NONE_THERE, DOUBTED = "open", "none-there", "doubted"
KIND_NAMES = {
    OPEN: "Falta leer",
    NONE_THERE: "El medidor no tiene datos",
    DOUBTED: "En cuarentena",
}


@dataclass(frozen=True, slots=True)
class GapRow:
    """A time for which rows of a profile are missing.

    Args:
        kind: OPEN: nobody got an answer yet; NONE_THERE: the meter has nothing there; DOUBTED: in quarantine.
        rows: how many are missing.
    """

    device_id: int
    serial: str
    profile: str
    kind: str
    after: datetime
    to: datetime
    rows: int


def gap_report(
    user: Any, now: datetime, *, since: datetime | None = None, device_ids: Sequence[int] | None = None
) -> list[GapRow]:
    """Everything that plans wanted up to now and that is not there, by meter and time.

    Args:
        user: whose provider's meters.
        now: plans that ran up to now count.
        since: only what ends after this.
        device_ids: only these meters.
    """
    accesses = (
        MeterAccess.objects.of(user).filter(state=Registration.CONFIRMED.value).select_related("device")
    )
    if device_ids is not None:
        accesses = accesses.filter(device_id__in=list(device_ids))
    rows = list(accesses.order_by("device__serial", "pk"))
    finder = GapFinder(rows, now)
    out = [row for access in rows for row in _open(finder, access)]
    out += _told(rows)
    since_s = seconds(since) if since else 0
    return sorted(
        (row for row in out if seconds(row.to) > since_s),
        key=lambda row: (row.serial, row.profile, row.after),
    )


def _open(finder: GapFinder, access: MeterAccess) -> Iterable[GapRow]:
    for gap in finder.gaps(access):
        period_s = next(
            plan.period_s for plan in finder.plans(access) if obis_of(plan.profile) == gap.profile
        )
        yield _row(access, gap.profile, OPEN, (seconds(gap.after), seconds(gap.to)), period_s)


def _told(accesses: Sequence[MeterAccess]) -> Iterable[GapRow]:
    by_device = {access.device_id: access for access in accesses}
    for part in in_parts(list(by_device)):
        for cover in Coverage.objects.filter(device_id__in=part):
            access = by_device[cover.device_id]
            for kind, found in ((NONE_THERE, cover.none_there), (DOUBTED, cover.doubted)):
                for span in spans.union(found):
                    yield _row(access, cover.profile, kind, span, cover.period_s)


def _row(access: MeterAccess, profile: str, kind: str, span: spans.Span, period_s: int) -> GapRow:
    count = (span[1] - span[0]) // period_s if period_s else 0
    serial = access.device.serial
    return GapRow(access.device_id, serial, profile, kind, instant(span[0]), instant(span[1]), count)
