"""Small screen and its four buttons: a menu as data, in Spanish and English (R6.2-09).

Four lines of twenty characters. ``up`` and ``down`` move, ``enter`` opens, changes or confirms, ``back``
leaves.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sim.concentrator.context import ConcentratorContext
from sim.concentrator.errors import OrderError
from sim.concentrator.parameters import Parameter

LINES, COLUMNS = 4, 20
BUTTONS = ("up", "down", "enter", "back")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the menu.

    Args:
        es: its words in Spanish, short.
        en: in English.
        shows: a value that is read when it is shown; None of a branch.
        items: what lies below a branch.
        parameter: name of the parameter that ``enter`` changes, through its choices.
    """

    es: str
    en: str
    shows: Callable[[ConcentratorContext], str] | None = None
    items: tuple["Item", ...] = ()
    parameter: str = ""


def _count(name: str) -> Callable[[ConcentratorContext], str]:
    return lambda context: str(context.summary().get(name, 0))


MENU = Item(
    "Concentrador",
    "Concentrator",
    items=(
        Item(
            "Estado",
            "Status",
            items=(
                Item("Hora", "Time", lambda context: context.clock.utc().strftime("%d/%m %H:%M:%S")),
                Item("Enlace", "Uplink", lambda context: str(context.uplinks.active or "-")),
                Item("Sin entregar", "Undelivered", lambda context: str(context.storage.undelivered)),
                Item("Serie", "Serial", lambda context: context.terms.serial),
            ),
        ),
        Item(
            "Medidores",
            "Meters",
            items=(
                Item("Registrados", "Registered", _count("registered")),
                Item("Cuarentena", "Quarantine", _count("quarantined")),
                Item("Perdidos", "Lost", _count("unreachable")),
            ),
        ),
        Item(
            "Ajustes",
            "Settings",
            items=(
                Item("Idioma", "Language", parameter="web.lang"),
                Item("Enlace", "Uplink", parameter="uplink.preferred"),
                Item("Lectura", "Reading", parameter="plan.load.every_minutes"),
            ),
        ),
    ),
)


@dataclass(slots=True)
class _Level:
    """One open branch, and the line that the finger is on."""

    item: Item
    place: int = 0


@dataclass(slots=True)
class _Edit:
    """A parameter that is being changed."""

    parameter: Parameter
    choice: int


@dataclass(slots=True)
class FrontPanel:
    """Screen and buttons of one concentrator.

    Args:
        context: its parts.
        powered: False while it is dead.
        lang: ``es`` or ``en``, asked at each look.
    """

    context: ConcentratorContext
    powered: Callable[[], bool]
    lang: Callable[[], str]
    _levels: list[_Level] = field(default_factory=lambda: [_Level(MENU)])
    _edit: _Edit | None = None

    def press(self, button: str) -> None:
        """A finger on a button.

        Raises:
            ValueError: there is no such button.
        """
        if button not in BUTTONS:
            raise ValueError(f"there is no button {button!r}; known: {', '.join(BUTTONS)}")
        if self.powered():
            acts: dict[str, Callable[[], None]] = {
                "up": lambda: self._move(-1),
                "down": lambda: self._move(1),
                "enter": self._enter,
                "back": self._back,
            }
            acts[button]()

    def lines(self) -> tuple[str, ...]:
        """Lines shown: four of twenty characters, empty ones without power."""
        if not self.powered():
            return ("",) * LINES
        level = self._levels[-1]
        if self._edit is not None:
            choice = self._edit.parameter.choices[self._edit.choice]
            shown = [self._words(level.item.items[level.place]), f"> {choice}"]
        else:
            first = max(0, level.place - (LINES - 2))
            rows = level.item.items[first : first + LINES - 1]
            shown = [f"[{self._words(level.item)}]"]
            shown += [self._row(item, first + number == level.place) for number, item in enumerate(rows)]
        return tuple(text[:COLUMNS] for text in [*shown, *[""] * LINES][:LINES])

    def _row(self, item: Item, here: bool) -> str:
        mark = ">" if here else " "
        if item.parameter:
            value = self.context.parameters.values().get(item.parameter, "-")
        else:
            value = item.shows(self.context) if item.shows is not None else ""
        words = self._words(item)
        return f"{mark}{words}" + (value.rjust(max(0, COLUMNS - 1 - len(words))) if value else "")

    def _words(self, item: Item) -> str:
        return item.es if self.lang() == "es" else item.en

    def _move(self, by: int) -> None:
        if self._edit is not None:
            self._edit.choice = (self._edit.choice + by) % len(self._edit.parameter.choices)
            return
        level = self._levels[-1]
        level.place = (level.place + by) % len(level.item.items)

    def _enter(self) -> None:
        level = self._levels[-1]
        item = level.item.items[level.place]
        if self._edit is not None:
            edit, self._edit = self._edit, None
            try:
                self.context.parameters.write(edit.parameter.name, edit.parameter.choices[edit.choice])
            except OrderError:
                return
        elif item.items:
            self._levels.append(_Level(item))
        elif item.parameter:
            self._begin_edit(item.parameter)

    def _begin_edit(self, name: str) -> None:
        parameter = next((row for row in self.context.parameters if row.name == name), None)
        if parameter is not None and parameter.choices:
            present = parameter.read()
            place = parameter.choices.index(present) if present in parameter.choices else 0
            self._edit = _Edit(parameter, place)

    def _back(self) -> None:
        if self._edit is not None:
            self._edit = None
        elif len(self._levels) > 1:
            self._levels.pop()
