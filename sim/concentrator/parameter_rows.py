"""The table of parameters: which of a concentrator's terms may be changed while it runs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sim.concentrator.balance import LineLoss
from sim.concentrator.collector import Collector
from sim.concentrator.parameters import Parameter
from sim.concentrator.plans import Plan
from sim.concentrator.settings import ConcentratorTerms
from sim.concentrator.terms import Uplink
from sim.concentrator.uplinks import Uplinks

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
    uplinks: Uplinks,
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
