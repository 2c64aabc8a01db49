"""The table of what a terminal can do is whole, and the page is made from it (R5.4-04)."""

from pathlib import Path

import pytest

from system.accounts.permissions import Operation
from system.terminal.pages.urls import urlpatterns
from tools.pages.terminal_parity import PARITY, Degree, page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "terminal-parity.md"
#: Pages by which a terminal does what the table says that it does wholly.
DOORS = {
    "sale.sell": "buy",
    "sale.reprint": "print",
    "sales.see": "sales",
    "shift.operate": "shift-end",
    "home.see": "home",
}


@pytest.mark.requirement("R5.4-04")
def test_every_operation_of_the_office_is_in_the_table() -> None:
    assert set(PARITY) == {operation.value for operation in Operation}
    whole = {name for name, one in PARITY.items() if one.degree is Degree.SAME}
    assert whole == DOORS.keys()
    assert set(DOORS.values()) <= {pattern.name for pattern in urlpatterns}


@pytest.mark.requirement("R5.4-04")
def test_the_page_is_made_from_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page() + "\n"
