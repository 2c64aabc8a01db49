"""Parameters that an operator may see and change while the concentrator runs.

By page, by buttons, from the head-end (R6.2-09).
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sim.concentrator.collection import Collector
from sim.concentrator.errors import OrderError, TermsError
from sim.concentrator.line_loss import LineLoss
from sim.concentrator.nvm import Nvm
from sim.concentrator.plans import Plan
from sim.concentrator.settings import ConcentratorTerms
from sim.concentrator.terms import Uplink
from sim.concentrator.uplink_selection import UplinkSelector

# ---- parameters and their store

_SLOT = "parameters"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Args:
        name: stable; the unit is its last part.
        es: for people, in Spanish.
        en: for people, in English.
        read: its present value, as text.
        kept: whether what was set is kept here; False where somebody else keeps it.
        choices: what it may be, where that is a closed list: the buttons go through it.
        write: sets it from a text; raises `TermsError` or ValueError to refuse. None: it is shown only.
    """

    name: str
    es: str
    en: str
    read: Callable[[], str]
    write: Callable[[str], None] | None = None
    choices: tuple[str, ...] = ()
    kept: bool = True


class Parameters:
    """All parameters of one concentrator.

    Args:
        memory: where what was set is kept.
        rows: the parameters.
        on_change: told of each name and new value that somebody set.
    """

    __slots__ = ("_memory", "_on_change", "_rows", "_set")

    def __init__(self, memory: Nvm, rows: list[Parameter], on_change: Callable[[str, str], object]) -> None:
        self._memory = memory
        self._rows = {row.name: row for row in rows}
        self._on_change = on_change
        self._set: dict[str, str] = {}

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._rows.values())

    def load(self) -> None:
        """Set again what was set before the power went; what does not fit any more is dropped."""
        self._set = json.loads(self._memory.get(_SLOT) or "{}")
        for name, value in list(self._set.items()):
            row = self._rows.get(name)
            try:
                if row is None or row.write is None:
                    raise ValueError(name)
                row.write(value)
            except (TermsError, ValueError):
                del self._set[name]

    def values(self) -> dict[str, str]:
        """Name -> present value."""
        return {row.name: row.read() for row in self}

    def write(self, name: str, value: str) -> str:
        """Set one; the value as it is from now on.

        Raises:
            OrderError: ``refused``: there is no such parameter, or it cannot be that.
        """
        row = self._rows.get(name)
        if row is None or row.write is None:
            raise OrderError("refused", f"no parameter {name[:40]!r} can be set")
        try:
            row.write(value)
        except (TermsError, ValueError) as error:
            raise OrderError("refused", f"{name}: {error}") from error
        if row.kept:
            self._set[name] = value
            self._memory.put(_SLOT, json.dumps(self._set))
        self._on_change(name, row.read())
        return row.read()


# ---- table of parameters

_MINUTES = ("5", "15", "30", "60", "120", "240", "1440")
_SHARES = ("warning_percent", "alarm_percent", "negative_percent", "technical_percent", "coverage_percent")
_WORDS_OF_SHARES = {
    "warning_percent": ("Pérdida que advierte (%)", "Loss that warns (%)"),
    "alarm_percent": ("Pérdida que alarma (%)", "Loss that alarms (%)"),
    "negative_percent": ("Balance negativo (%)", "Negative balance (%)"),
    "technical_percent": ("Pérdida técnica supuesta (%)", "Assumed technical loss (%)"),
    "coverage_percent": ("Cobertura mínima de un día (%)", "Least coverage of a day (%)"),
}


#: Adds a plan, or replaces the one of that name.
ChangePlan = Callable[[Plan], None]


class Language:
    """The language of page and screen."""

    __slots__ = ("lang",)

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def set(self, lang: str) -> None:
        """Choose it.

        Raises:
            ValueError: neither ``es`` nor ``en``.
        """
        if lang not in ("es", "en"):
            raise ValueError("it must be es or en")
        self.lang = lang


def parameter_rows(
    terms: ConcentratorTerms,
    collector: Collector,
    loss: LineLoss,
    uplinks: UplinkSelector,
    language: Language,
    change_plan: ChangePlan,
) -> list[Parameter]:
    """The parameters of one concentrator."""
    rows = [
        Parameter("serial", "Número de serie", "Serial number", lambda: terms.serial),
        Parameter("ldn", "Nombre lógico", "Logical device name", lambda: terms.ldn),
        Parameter("eui48", "Dirección del módem", "Modem address", lambda: terms.eui48.hex(":")),
        Parameter("storage.rows", "Capacidad (filas)", "Capacity (rows)", lambda: str(terms.storage.rows)),
        Parameter("storage.eviction", "Al llenarse", "When full", lambda: str(terms.storage.eviction)),
        Parameter("web.lang", "Idioma", "Language", lambda: language.lang, language.set, ("es", "en")),
        Parameter(
            "uplink.preferred",
            "Enlace preferido",
            "Preferred uplink",
            lambda: str(uplinks.preferred),
            uplinks.prefer,
            tuple(str(name) for name in Uplink),
        ),
    ]
    rows += [_share(loss, name) for name in _SHARES]
    return rows + [_interval(collector, change_plan, plan) for plan in terms.plans if plan.at_s is None]


def _share(loss: LineLoss, name: str) -> Parameter:
    def write(value: str) -> None:
        changed: dict[str, Any] = {name: float(value)}
        loss.terms = replace(loss.terms, **changed)

    return Parameter(
        f"balance.{name}", *_WORDS_OF_SHARES[name], lambda: f"{getattr(loss.terms, name):g}", write
    )


def _interval(collector: Collector, change_plan: ChangePlan, plan: Plan) -> Parameter:
    def read() -> str:
        present = next((item for item in collector.plans if item.name == plan.name), plan)
        return f"{present.every_s / 60:g}"

    def write(value: str) -> None:
        present = next((item for item in collector.plans if item.name == plan.name), plan)
        change_plan(replace(present, every_s=round(60 * float(value)), at_s=None))

    words = f"Plan {plan.name}: cada (min)", f"Plan {plan.name}: every (min)"
    return Parameter(f"plan.{plan.name}.every_minutes", *words, read, write, _MINUTES, kept=False)
