"""Parity of a terminal with the on-line vending, operation by operation; the page goes to standard output.

python -m tools.pages.terminal_parity > docs/reference/terminal-parity.md

The names are those of the office's table of operations; a test holds the two against each other.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Degree(StrEnum):
    """Degree of parity."""

    SAME = "same"
    PART = "in part"
    OFFICE = "office only"
    NEVER = "does not apply"


class Parity(NamedTuple):
    """Degree, and how, or why not."""

    degree: Degree
    how: str


_S, _P, _O, _N = Degree

PARITY: Mapping[str, Parity] = {
    "sale.sell": Parity(_S, "*Vender*: same pricing, same tokens, same ticket; the counter keeps the limit"),
    "sale.reprint": Parity(_S, "*Imprimir otra vez*; each copy is an entry of the chain"),
    "sales.see": Parity(_S, "*Ventas*: its own, by day"),
    "shift.operate": Parity(_S, "*Turno*: open, count, close, Z of 58 mm"),
    "home.see": Parity(_S, "four doors, what may be sold, what was sold today"),
    "customers.see": Parity(_P, "those of its pack, by meter, NIU, serial or name; no sales of others"),
    "tariffs.see": Parity(_P, "its price is shown before the sale; no list of tariffs"),
    "obligations.see": Parity(_P, "what a sale takes off, and what is owed afterwards, on price and ticket"),
    "reports.see": Parity(_P, "sums of a day, a shift, its life; reports of all are made at the office"),
    "terminals.see": Parity(_P, "itself: *Oficina* and `amibench pos status`"),
    "terminals.settle": Parity(_P, "its half: writes the batch, loads the pack, by file or by link"),
    "deposit.receive": Parity(_O, "cash is received by people; its receipt comes with the next pack"),
    "sale.reverse": Parity(_O, "needs two people and the books"),
    "token.free-issue": Parity(_O, "needs two people; a lease mints only what money pays"),
    "token.key-change": Parity(_O, "a lease brings decoder keys, never the vending key"),
    "token.management": Parity(_O, "the counter mints credit alone"),
    "token.deliver": Parity(_O, "needs a link to the meter: the ticket is typed"),
    "customers.edit": Parity(_O, "the pack is signed by the office"),
    "registry.import": Parity(_O, "the pack is signed by the office"),
    "personal-data.export": Parity(_O, "the books are there"),
    "personal-data.erase": Parity(_O, "the books are there; a new pack brings what is left"),
    "devices.see": Parity(_P, "the meter of a customer, with its key's SGC, KRN and TI, on the ticket"),
    "devices.edit": Parity(_O, "a meter that is swapped comes with the next pack"),
    "tariffs.edit": Parity(_O, "a version that begins later is in the pack already"),
    "obligations.edit": Parity(_O, "they come with the pack"),
    "points-of-sale.manage": Parity(_O, "limit and terms come with the pack"),
    "terminals.manage": Parity(_O, "enrolment, PINs, limit, suspension"),
    "users.manage": Parity(_O, "who may sell comes with the pack"),
    "approval.approve": Parity(_O, "nothing at a terminal waits for a second person"),
    "audit.see": Parity(_O, "the chain of entries is its trail; the office reads it"),
    "reports.schedule": Parity(_O, "reports of all are made at the office"),
    "networks.manage": Parity(_O, "connections with others are the office's"),
    "account.see-own": Parity(_N, "for subscribers in the portal"),
    "field.see": Parity(_N, "head-end"),
    "field.manage": Parity(_N, "head-end"),
    "field.confirm": Parity(_N, "head-end"),
    "field.read": Parity(_N, "head-end"),
    "order.send": Parity(_N, "head-end"),
    "order.cancel": Parity(_N, "head-end"),
    "order.mass-disconnect": Parity(_N, "head-end"),
}
"""Operation of the office -> what a terminal has of it."""

_TOP = """\
# What a terminal without a link can do

Made by `python -m tools.pages.terminal_parity` from its table; do not edit it here. The first column is all
of the office's operations (`system/accounts/permissions.py`): what is missing is named. Asked for by R5.4-04.

"""


def page() -> str:
    """The page."""
    each = {degree: [name for name, one in PARITY.items() if one.degree is degree] for degree in Degree}
    counts = ", ".join(f"{len(names)} {degree}" for degree, names in each.items())
    head = [f"{_TOP}{counts}.\n", "| operation | terminal | how, or why not |", "|---|---|---|"]
    rows = [
        f"| `{name}` | {degree} | {PARITY[name].how} |" for degree, names in each.items() for name in names
    ]
    return "\n".join([*head, *rows])


if __name__ == "__main__":
    print(page())
