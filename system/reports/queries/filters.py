"""Filters and dimensions: sales, reversals, payments and bills by place, tariff and counter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from system.config.clock import BOGOTA
from system.registry.models import Agreement, Group, GroupAxis, GroupMembership, Installation, Sector
from system.reports.declaration import Column, ColumnKind, Values

NO_ZONE = "Sin zona"


@dataclass(frozen=True, slots=True)
class FactTable:
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


SALES = FactTable("installation", "agreement", "shift", "business_day")
REVERSALS = FactTable("sale__installation", "sale__agreement", "sale__shift", "movement__business_day")
PAYMENTS = FactTable("bill__installation", "bill__agreement", "shift", "movement__business_day")
BILLS = FactTable("installation", "agreement", "", "movement__business_day")

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


def filters_of(source: FactTable, values: Values) -> dict[str, Any]:
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


def zone_names(user: Any, day: date) -> dict[int, str]:
    """Installation -> its zone at the end of a day: the first by name, so that none counts twice."""
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
    known = zone_names(user, values["until"])
    return lambda installation_id: known.get(installation_id, NO_ZONE)


# --- Dimensions

Key = tuple[Any, ...]
_SECTORS = dict(Sector.choices)


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way of grouping.

    Args:
        title: Spanish, «por …».
        ways: patterns of `Source.way`.
        columns: what a key is shown as.
        shown: makes the function key -> cells; keys with the same cells are one row.
    """

    title: str
    ways: tuple[str, ...]
    columns: tuple[Column, ...]
    shown: Callable[[Any, Values], Callable[[Key], Key]]


def _same_cells(_user: Any, _values: Values) -> Callable[[Key], Key]:
    return lambda key: key


def _month_cells(_user: Any, _values: Values) -> Callable[[Key], Key]:
    return lambda key: (f"{key[0]:%Y-%m}",)


def _joined_cells(_user: Any, _values: Values) -> Callable[[Key], Key]:
    return lambda key: (" · ".join("—" if part is None else str(part) for part in key),)


def _shift_cells(_user: Any, _values: Values) -> Callable[[Key], Key]:
    def shown(key: Key) -> Key:
        opened: datetime | None = key[0]
        return (None if opened is None else opened.astimezone(BOGOTA), *key[1:])

    return shown


def _zone_cells(user: Any, values: Values) -> Callable[[Key], Key]:
    name = zone_namer(user, values)
    return lambda key: (name(key[0]),)


def estrato_name(estrato: int | None, sector: str) -> str:
    """As a report says it.

    >>> estrato_name(2, "residential"), estrato_name(None, "official")
    ('Estrato 2', 'Oficial')
    """
    return _SECTORS.get(sector, sector) if estrato is None else f"Estrato {estrato}"


def _estrato_cells(_user: Any, _values: Values) -> Callable[[Key], Key]:
    return lambda key: (estrato_name(*key),)


def _text(name: str, title: str) -> tuple[Column, ...]:
    return (Column(name, title),)


DIMENSIONS: Mapping[str, Dimension] = {
    "dia": Dimension("día", ("{day}",), (Column("dia", "Día", ColumnKind.DAY),), _same_cells),
    "mes": Dimension("mes", ("{day}",), _text("mes", "Mes"), _month_cells),
    "punto": Dimension(
        "punto de venta",
        ("{shift}__point_of_sale__merchant__name", "{shift}__point_of_sale__name"),
        _text("punto", "Punto"),
        _joined_cells,
    ),
    "turno": Dimension(
        "turno",
        ("{shift}__opened_at", "{shift}__point_of_sale__name", "{shift}__cashier__username"),
        (
            Column("turno", "Turno abierto", ColumnKind.INSTANT),
            Column("punto", "Punto"),
            Column("cajero", "Cajero"),
        ),
        _shift_cells,
    ),
    "comunidad": Dimension(
        "comunidad",
        ("{installation}__site__community__name",),
        _text("comunidad", "Comunidad"),
        _joined_cells,
    ),
    "zona": Dimension("zona", ("{installation}_id",), _text("zona", "Zona"), _zone_cells),
    "estrato": Dimension(
        "estrato",
        ("{installation}__estrato", "{installation}__sector"),
        _text("estrato", "Estrato"),
        _estrato_cells,
    ),
    "tarifa": Dimension("tarifa", ("{agreement}__tariff_code",), _text("tarifa", "Tarifa"), _joined_cells),
}
