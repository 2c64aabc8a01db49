"""Gaps: what plans want of meters' profiles, less what was got."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from system.head_end import desk, spans
from system.head_end.models import CollectionPlan, Coverage, MeterAccess
from system.head_end.periods import floor, instant, last_run, obis_of, seconds
from system.head_end.selectors.targets import in_parts, target_of
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
            for part in in_parts(devices)
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
        """When a plan for this meter ran last."""
        runs = [last_run(self.now_s, plan.at_s, plan.every_s) for plan in self.plans(access)]
        return instant(max(runs)) if runs else None

    def next_runs(self) -> list[datetime]:
        """When each plan runs next."""
        return [
            instant(last_run(self.now_s, plan.at_s, plan.every_s) + plan.every_s)
            for plans in self._plans.values()
            for plan in plans
        ]

    def gaps(self, access: MeterAccess, patience_s: int = 0) -> list[desk.Gap]:
        """What a meter is to be asked for: per profile the oldest holes first.

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
            desk.Gap(target_of(access), profile, instant(after), instant(to))
            for profile, (to_s, period_s) in wanted.items()
            for after, to in self.holes(access, profile, to_s, period_s)[:HOLES_MAX]
        ]

    def holes(self, access: MeterAccess, profile: str, to_s: int, period_s: int) -> list[spans.Span]:
        """For which times nobody got an answer yet, from when the meter was confirmed."""
        row = self._coverage.get((access.device_id, profile))
        since_s = floor(seconds(access.wanted_since), period_s)
        found = spans.missing(row.had if row else [], (since_s, to_s)) if to_s > since_s else []
        return [(after, to) for after, to in found if to - after >= period_s]


def _groups_of(device_ids: Sequence[int], now: datetime) -> dict[int, frozenset[int]]:
    """Device -> groups of the installation where it hangs."""
    homes: dict[int, int] = {}
    for part in in_parts(device_ids):
        homes.update(
            DeviceInstallation.objects.at(now)
            .filter(device_id__in=part)
            .values_list("device_id", "installation_id")
        )
    groups: dict[int, set[int]] = defaultdict(set)
    for part in in_parts(sorted(set(homes.values()))):
        for installation, group in (
            GroupMembership.objects.at(now)
            .filter(installation_id__in=part)
            .values_list("installation_id", "group_id")
        ):
            groups[installation].add(group)
    return {device: frozenset(groups[installation]) for device, installation in homes.items()}
