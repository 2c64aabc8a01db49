"""How sales, reversals and payments are found by place, tariff and counter: the same words for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from system.config.clock import BOGOTA
from system.registry.models import Agreement, Group, GroupAxis, GroupMembership, Installation
from system.reports.declaring import Values

NO_ZONE = "Sin zona"


@dataclass(frozen=True, slots=True)
class Source:
    """A table of facts, and the ways from it.

    Args:
        installation, agreement, shift: ways of relations.
        day: the business day on which it counts.
    """

    installation: str
    agreement: str
    shift: str
    day: str

    def way(self, pattern: str) -> str:
        """A way such as ``{installation}__estrato`` from this table.

        >>> REVERSAL.way("{installation}__estrato")
        'sale__installation__estrato'
        """
        return pattern.format(
            installation=self.installation, agreement=self.agreement, shift=self.shift, day=self.day
        )


SALE = Source("installation", "agreement", "shift", "business_day")
REVERSAL = Source("sale__installation", "sale__agreement", "sale__shift", "movement__business_day")
PAYMENT = Source("bill__installation", "bill__agreement", "shift", "movement__business_day")
BILL = Source("installation", "agreement", "", "movement__business_day")

#: Parameter -> the way to what it must be equal to.
_EQUAL: Mapping[str, str] = {
    "community": "{installation}__site__community_id",
    "estrato": "{installation}__estrato",
    "tariff": "{agreement}__tariff_code",
    "point": "{shift}__point_of_sale_id",
}


def end_of(day: date) -> datetime:
    """The last instant of a business day."""
    return datetime.combine(day, time.max, BOGOTA)


def narrowed(source: Source, values: Values) -> dict[str, Any]:
    """The filter of a source that the parameters ask for, its period included."""
    wanted: dict[str, Any] = {
        source.way(way): values[name] for name, way in _EQUAL.items() if values.get(name)
    }
    if values.get("zone"):
        inside = GroupMembership.objects.at(end_of(values["until"])).filter(group_id=values["zone"])
        wanted[source.way("{installation}__in")] = inside.values("installation_id")
    if values.get("since"):
        wanted[source.way("{day}__range")] = (values["since"], values["until"])
    return wanted


def installations(user: Any, values: Values) -> Any:
    """The installations that the parameters ask for, by place, estrato and tariff."""
    found = Installation.objects.of(user)
    if values.get("community"):
        found = found.filter(site__community_id=values["community"])
    if values.get("estrato"):
        found = found.filter(estrato=values["estrato"])
    at = end_of(values["until"])
    if values.get("zone"):
        inside = GroupMembership.objects.at(at).filter(group_id=values["zone"])
        found = found.filter(pk__in=inside.values("installation_id"))
    if values.get("tariff"):
        agreed = Agreement.objects.at(at).filter(tariff_code=values["tariff"])
        found = found.filter(pk__in=agreed.values("installation_id"))
    return found


def zones(user: Any, day: date) -> dict[int, str]:
    """Installation -> its zone at the end of a day: the first by name, so that nobody counts twice."""
    groups = Group.objects.of(user).filter(axis=GroupAxis.ZONE)
    rows = (
        GroupMembership.objects.at(end_of(day))
        .filter(group__in=groups)
        .order_by("-group__name")
        .values_list("installation_id", "group__name")
    )
    return dict(rows)


def zone_namer(user: Any, values: Values) -> Callable[[int], str]:
    """Installation -> the name of its zone."""
    known = zones(user, values["until"])
    return lambda installation_id: known.get(installation_id, NO_ZONE)
