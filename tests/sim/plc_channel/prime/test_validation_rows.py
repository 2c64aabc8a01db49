"""Rows of the fidelity table: judged by their figure, written the same everywhere."""

import pytest

from tools.fidelity.mac import Check, checks, mac_row


def check(kind: str, low: float, high: float, found: float) -> Check:
    return Check("R0", "nothing", "s", 2.0, low, high, lambda: found, kind, ranged=kind == "band")


@pytest.mark.parametrize(
    ("found", "holds"), [(1.8999, False), (1.9, True), (2.0, True), (2.1, True), (2.1001, False)]
)
def test_a_row_holds_within_its_bounds(found: float, holds: bool) -> None:
    assert mac_row(check("validation", 1.9, 2.1, found)).holds is holds


def test_figures_are_written_with_four_digits() -> None:
    written = mac_row(check("validation", 1.9, 2.1, 2.0123456))
    assert (written.published, written.measured, written.tolerance) == ("2", "2.012", "± 0.1")
    assert mac_row(check("band", 0.5, 4.0, 1.0)).published == "0.5 … 4"
    assert mac_row(check("validation", 2.0, 2.0, 2.0)).tolerance == "exact"


def test_what_was_fitted_says_so() -> None:
    kinds = {item.ident: item.kind for item in checks() if item.what == "slope of reading time"}
    assert kinds == {"R5": "calibration"}
    assert {item.kind for item in checks()} == {"validation", "calibration", "computed", "band"}
