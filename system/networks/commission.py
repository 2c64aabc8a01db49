"""Commission of a network: pure, in whole centavos, rounded down, never more than the sale.

A percentage is typed as people say it: ``10`` means 10 %. `commission_example` shows the result before it
counts, because a typed 10 that became 1000 % is an old story.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from system.networks.errors import UnableToManage
from system.vending.api import pesos

KINDS = ("none", "percent", "fixed")
BP_MAX = 10_000
#: Above this the check sentence warns, hundredths of a percent; and as a share of an example sale.
UNUSUAL_BP = 1_500
EXAMPLE_C = 10_000_000
_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?")


@dataclass(frozen=True, slots=True)
class Commission:
    """Terms.

    Args:
        kind: of `KINDS`.
        bp: of a percentage, hundredths of a percent, 0 to `BP_MAX`.
        fixed_c: of a fixed one, centavos a sale.
        cap_c: the most of one sale, centavos; None: no cap.
    """

    kind: str
    bp: int = 0
    fixed_c: int = 0
    cap_c: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UnableToManage("Esa clase de comisión no existe.", "commission_kind")
        if not 0 <= self.bp <= BP_MAX:
            raise UnableToManage("La comisión no puede pasar del 100 %.", "percent")
        if self.fixed_c < 0 or (self.cap_c is not None and self.cap_c < 0):
            raise UnableToManage("La comisión no puede ser menor que cero.", "fixed")

    def of(self, amount_c: int) -> int:
        """Of a sale, centavos.

        >>> Commission("percent", bp=1_000).of(12_345)
        1234
        >>> Commission("fixed", fixed_c=50_000).of(20_000)
        20000
        """
        raw_c = _BY_KIND[self.kind](self, amount_c)
        capped_c = raw_c if self.cap_c is None else min(raw_c, self.cap_c)
        return max(0, min(capped_c, amount_c))


def _no_commission(_terms: Commission, _amount_c: int) -> int:
    return 0


def _percentage(terms: Commission, amount_c: int) -> int:
    return amount_c * terms.bp // BP_MAX


def _fixed(terms: Commission, _amount_c: int) -> int:
    return terms.fixed_c


_BY_KIND: Mapping[str, Callable[[Commission, int], int]] = {
    "none": _no_commission,
    "percent": _percentage,
    "fixed": _fixed,
}


def read_percent(text: str) -> int:
    """A percentage as people type it, in hundredths of a percent.

    Raises:
        UnableToManage: it is none, has more than two decimals, or is above 100.

    >>> read_percent("10"), read_percent("2,5 %"), read_percent("0,05")
    (1000, 250, 5)
    """
    match = _PERCENT.fullmatch(text.strip())
    if match is None:
        raise UnableToManage("Escriba el porcentaje, por ejemplo 10 o 2,5.", "percent")
    bp = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if bp > BP_MAX:
        raise UnableToManage("La comisión no puede pasar del 100 %.", "percent")
    return bp


def percent_text(bp: int) -> str:
    """Hundredths of a percent as people read them.

    >>> percent_text(1000), percent_text(250), percent_text(5)
    ('10 %', '2,5 %', '0,05 %')
    """
    whole, rest = divmod(bp, 100)
    return f"{whole}{f',{rest:02d}'.rstrip('0') if rest else ''} %"


def commission_example(terms: Commission, example_c: int = EXAMPLE_C) -> str:
    """An example of the terms as a sentence, before they are agreed to."""
    kept_c = terms.of(example_c)
    said = f"De una venta de {pesos(example_c)} la red se queda con {pesos(kept_c)}"
    if terms.kind == "percent":
        said += f" ({percent_text(terms.bp)})"
    said += f" y consigna {pesos(example_c - kept_c)}."
    return said


def is_unusual(terms: Commission, example_c: int = EXAMPLE_C) -> bool:
    """True where the commission is so high that the page warns."""
    return terms.of(example_c) * BP_MAX > example_c * UNUSUAL_BP
