"""The settlement file: CSV whose columns bear a version, one line a movement, and a line that closes it.

Amounts are whole centavos; the sign says which way: above 0 the network owes more. `HEAD` of a version never
changes; another set of columns is another version.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from system.config.clock import BOGOTA

VERSION = 1
HEAD = (
    "version",
    "red",
    "liquidacion",
    "dia",
    "linea",
    "clase",
    "venta",
    "tiquete",
    "medidor",
    "hora",
    "valor_c",
    "comision_c",
    "saldo_c",
)
#: That the file is UTF-8, as spreadsheets look for it; and what they take for the beginning of a formula.
_MARK = b"\xef\xbb\xbf"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")


def render(settlement: Any, lines: Iterable[Any]) -> bytes:
    """The file of a settlement; `lines` have kind, sale, movement, amount and commission."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(HEAD)
    writer.writerows([_safe(cell) for cell in row] for row in _rows(settlement, list(lines)))
    return _MARK + made.getvalue().encode()


def file_name(settlement: Any) -> str:
    """A name without surprises."""
    return f"liquidacion-{settlement.network_id}-{settlement.day.isoformat()}-v{VERSION}.csv"


def _rows(settlement: Any, lines: list[Any]) -> Iterator[list[Any]]:
    head = [VERSION, settlement.network.name, settlement.number, settlement.day.isoformat()]
    balance_c = settlement.opening_c
    yield [*head, 0, "apertura", "", "", "", "", 0, 0, balance_c]
    for position, line in enumerate(lines, 1):
        balance_c += line.amount_c
        sale = line.sale
        yield [
            *head,
            position,
            str(line.kind.label).lower(),
            "" if sale is None else str(sale.pk),
            "" if sale is None else sale.number,
            "" if sale is None else sale.drn,
            f"{line.movement.business_at.astimezone(BOGOTA):%Y-%m-%d %H:%M:%S}",
            line.amount_c,
            line.commission_c,
            balance_c,
        ]
    total_c = sum(line.amount_c for line in lines)
    kept_c = sum(line.commission_c for line in lines)
    yield [*head, len(lines) + 1, "cierre", "", "", "", "", total_c, kept_c, settlement.closing_c]


def _safe(cell: Any) -> Any:
    """Numbers stay numbers; text that a spreadsheet would compute gets an apostrophe.

    >>> _safe("=1+1"), _safe(-5)
    ("'=1+1", -5)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip().startswith(_FORMULA) else cell
