"""Gaps in readings: what collection plans want of meters less what was read, and the report of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from protocols import intervals
from protocols.dlms.obis import obis_of
from protocols.intervals import floor, instant, last_run, seconds
from system.head_end import store_port
from system.head_end.models import CollectionPlan, Coverage, MeterAccess
from system.head_end.selectors.meter_access import in_chunks, target_of
from system.head_end.vocabulary import Registration
from system.registry.models import DeviceInstallation, GroupMembership

#: Holes of one profile of one meter that one visit takes; the others come with the next.
HOLES_MAX = 50


class GapFinder:
    """Finds the gaps of many meters with few questions.

    Args:
        accesses: the meters.
        now: plans that ran up to now count.
    """

    def __init__(self, accesses: Sequence[MeterAccess], now: datetime) -> None:
        self.now_s = seconds(now)
        devices = [access.device_id for access in accesses]
        self._plans: dict[int, list[CollectionPlan]] = defaultdict(list)
        providers = {access.provider_id for access in accesses}
        for plan in CollectionPlan.objects.filter(provider_id__in=providers, enabled=True).order_by("pk"):
            self._plans[plan.provider_id].append(plan)
        self._coverage = {
            (row.device_id, row.profile): row
            for part in in_chunks(devices)
            for row in Coverage.objects.filter(device_id__in=part)
        }
        self._groups = _groups_of(devices, now) if self._any_group() else {}

    def _any_group(self) -> bool:
        return any(plan.group_id for plans in self._plans.values() for plan in plans)

    def plans(self, access: MeterAccess) -> list[CollectionPlan]:
        """The plans that count for a meter."""
        groups = self._groups.get(access.device_id, frozenset())
        return [
            plan
            for plan in self._plans[access.provider_id]
            if plan.group_id is None or plan.group_id in groups
        ]

    def ran_at(self, access: MeterAccess) -> datetime | None:
        """Last run of a plan for this meter."""
        runs = [last_run(self.now_s, plan.at_s, plan.every_s) for plan in self.plans(access)]
        return instant(max(runs)) if runs else None

    def next_runs(self) -> list[datetime]:
        """Next run of each plan."""
        return [
            instant(last_run(self.now_s, plan.at_s, plan.every_s) + plan.every_s)
            for plans in self._plans.values()
            for plan in plans
        ]

    def gaps(self, access: MeterAccess, patience_s: int = 0) -> list[store_port.Gap]:
        """Gaps to ask a meter for: per profile the oldest holes first.

        Args:
            access: the meter.
            patience_s: younger rows are left to a concentrator.
        """
        wanted: dict[str, tuple[int, int]] = {}
        for plan in self.plans(access):
            ran_s = last_run(self.now_s, plan.at_s, plan.every_s)
            to_s = floor(min(ran_s, self.now_s - patience_s), plan.period_s)
            profile = obis_of(plan.profile)
            wanted[profile] = (max(to_s, wanted.get(profile, (0, 0))[0]), plan.period_s)
        return [
            store_port.Gap(target_of(access), profile, instant(after), instant(to))
            for profile, (to_s, period_s) in wanted.items()
            for after, to in self.holes(access, profile, to_s, period_s)[:HOLES_MAX]
        ]

    def holes(self, access: MeterAccess, profile: str, to_s: int, period_s: int) -> list[intervals.Span]:
        """Times without an answer, from when the meter was confirmed."""
        row = self._coverage.get((access.device_id, profile))
        since_s = floor(seconds(access.wanted_since), period_s)
        found = intervals.missing(row.had if row else [], (since_s, to_s)) if to_s > since_s else []
        return [(after, to) for after, to in found if to - after >= period_s]


def _groups_of(device_ids: Sequence[int], now: datetime) -> dict[int, frozenset[int]]:
    """Device -> groups of the installation where it hangs."""
    homes: dict[int, int] = {}
    for part in in_chunks(device_ids):
        homes.update(
            DeviceInstallation.objects.at(now)
            .filter(device_id__in=part)
            .values_list("device_id", "installation_id")
        )
    groups: dict[int, set[int]] = defaultdict(set)
    for part in in_chunks(sorted(set(homes.values()))):
        for installation, group in (
            GroupMembership.objects.at(now)
            .filter(installation_id__in=part)
            .values_list("installation_id", "group_id")
        ):
            groups[installation].add(group)
    return {device: frozenset(groups[installation]) for device, installation in homes.items()}


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
    out = [row for access in rows for row in _open_gaps(finder, access)]
    out += _known_gaps(rows)
    since_s = seconds(since) if since else 0
    return sorted(
        (row for row in out if seconds(row.to) > since_s),
        key=lambda row: (row.serial, row.profile, row.after),
    )


def _open_gaps(finder: GapFinder, access: MeterAccess) -> Iterable[GapRow]:
    for gap in finder.gaps(access):
        period_s = next(
            plan.period_s for plan in finder.plans(access) if obis_of(plan.profile) == gap.profile
        )
        yield _row(access, gap.profile, OPEN, (seconds(gap.after), seconds(gap.to)), period_s)


def _known_gaps(accesses: Sequence[MeterAccess]) -> Iterable[GapRow]:
    by_device = {access.device_id: access for access in accesses}
    for part in in_chunks(list(by_device)):
        for cover in Coverage.objects.filter(device_id__in=part):
            access = by_device[cover.device_id]
            for kind, found in ((NONE_THERE, cover.none_there), (DOUBTED, cover.doubted)):
                for span in intervals.union(found):
                    yield _row(access, cover.profile, kind, span, cover.period_s)


def _row(access: MeterAccess, profile: str, kind: str, span: intervals.Span, period_s: int) -> GapRow:
    count = (span[1] - span[0]) // period_s if period_s else 0
    serial = access.device.serial
    return GapRow(access.device_id, serial, profile, kind, instant(span[0]), instant(span[1]), count)
