"""Along what facts are grouped: ways to the key, and what is made of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from system.config.clock import BOGOTA
from system.reports.declaring import Column, Kind, Values
from system.reports.questions.narrowing import zone_namer

Key = tuple[Any, ...]
_SECTORS: Mapping[str, str] = {
    "residential": "Residencial",
    "commercial": "Comercial",
    "official": "Oficial",
}


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


def _as_it_is(_user: Any, _values: Values) -> Callable[[Key], Key]:
    return lambda key: key


def _month(_user: Any, _values: Values) -> Callable[[Key], Key]:
    return lambda key: (f"{key[0]:%Y-%m}",)


def _joined(_user: Any, _values: Values) -> Callable[[Key], Key]:
    return lambda key: (" · ".join("—" if part is None else str(part) for part in key),)


def _shift(_user: Any, _values: Values) -> Callable[[Key], Key]:
    def shown(key: Key) -> Key:
        opened: datetime | None = key[0]
        return (None if opened is None else opened.astimezone(BOGOTA), *key[1:])

    return shown


def _zone(user: Any, values: Values) -> Callable[[Key], Key]:
    name = zone_namer(user, values)
    return lambda key: (name(key[0]),)


def estrato_name(estrato: int | None, sector: str) -> str:
    """As a report says it.

    >>> estrato_name(2, "residential"), estrato_name(None, "official")
    ('Estrato 2', 'Oficial')
    """
    return _SECTORS.get(sector, sector) if estrato is None else f"Estrato {estrato}"


def _estrato(_user: Any, _values: Values) -> Callable[[Key], Key]:
    return lambda key: (estrato_name(*key),)


def _text(name: str, title: str) -> tuple[Column, ...]:
    return (Column(name, title),)


DIMENSIONS: Mapping[str, Dimension] = {
    "dia": Dimension("día", ("{day}",), (Column("dia", "Día", Kind.DAY),), _as_it_is),
    "mes": Dimension("mes", ("{day}",), _text("mes", "Mes"), _month),
    "punto": Dimension(
        "punto de venta",
        ("{shift}__point_of_sale__merchant__name", "{shift}__point_of_sale__name"),
        _text("punto", "Punto"),
        _joined,
    ),
    "turno": Dimension(
        "turno",
        ("{shift}__opened_at", "{shift}__point_of_sale__name", "{shift}__cashier__username"),
        (
            Column("turno", "Turno abierto", Kind.INSTANT),
            Column("punto", "Punto"),
            Column("cajero", "Cajero"),
        ),
        _shift,
    ),
    "comunidad": Dimension(
        "comunidad", ("{installation}__site__community__name",), _text("comunidad", "Comunidad"), _joined
    ),
    "zona": Dimension("zona", ("{installation}_id",), _text("zona", "Zona"), _zone),
    "estrato": Dimension(
        "estrato",
        ("{installation}__estrato", "{installation}__sector"),
        _text("estrato", "Estrato"),
        _estrato,
    ),
    "tarifa": Dimension("tarifa", ("{agreement}__tariff_code",), _text("tarifa", "Tarifa"), _joined),
}
