"""Every row of the physics holds, and says honestly what it is."""

import math

import pytest

from tools.fidelity.channel import PHYSICS_POINTS, not_modelled, physics_rows
from tools.fidelity.phy import SIMPRIME_RECEIVER, ber_errors, r1
from tools.fidelity.rows import Point, band, row

NAMES = [f"{index} {point.ident}" for index, point in enumerate(PHYSICS_POINTS)]


@pytest.mark.parametrize("point", PHYSICS_POINTS, ids=NAMES)
def test_rows_hold(point: Point) -> None:
    found = point.measure()
    assert found.holds, f"{found.title}: {found.measured} instead of {found.published} {found.unit}"
    assert found.ident == point.ident
    assert found.confidence in {"E", "C", "I", "A"}  # no claim rests on memory
    assert found.source


def test_all_points_of_the_issue_are_there() -> None:
    assert {"R1", "R2", "R3", "R4", "R9", "R11", "PLC-1", "PLC-2", "PLC-12"} <= {
        point.ident for point in PHYSICS_POINTS
    }


def test_what_was_fitted_says_so() -> None:
    fitted = [point.measure() for point in PHYSICS_POINTS if point.ident in ("R9", "R11")]
    assert {found.kind for found in fitted} == {"calibration"}
    kinds = {name: r1(name, frames=20).kind for name in ("DBPSK", "DBPSK_C")}
    assert kinds == {"DBPSK": "validation", "DBPSK_C": "calibration"}


def test_a_row_measures_the_same_twice() -> None:
    assert ber_errors("DBPSK", 20) == ber_errors("DBPSK", 20)
    assert SIMPRIME_RECEIVER.interleaver == "block"


@pytest.mark.parametrize(("measured", "holds"), [(1.0, True), (1.3, True), (1.31, False), (0.69, False)])
def test_tolerances_of_rows(measured: float, holds: bool) -> None:
    found = row("X", "a figure", 1.0, measured, 0.3)
    assert found.holds is holds
    assert found.tolerance == "± 0.3"


@pytest.mark.parametrize(
    ("measured", "margin", "holds"),
    [(5.0, 0.0, True), (6.1, 0.0, False), (6.1, 0.5, True), (4.4, 0.5, False)],
)
def test_bands(measured: float, margin: float, holds: bool) -> None:
    found = band("X", "a figure", 5.0, 6.0, measured, margin=margin)
    assert found.holds is holds
    assert found.published == "5.00 … 6.00"


def test_a_band_without_an_end() -> None:
    found = band("X", "a figure", 10.0, math.inf, 1e6)
    assert found.holds
    assert found.published == "≥ 10.00"


def test_quick_rows_are_all_but_the_slow_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [Point("a", lambda: row("a", "", 1, 1, 1)), Point("b", lambda: row("b", "", 1, 1, 1), slow=True)]
    monkeypatch.setattr("tools.fidelity.channel.PHYSICS_POINTS", made)
    assert [found.ident for found in physics_rows()] == ["a", "b"]
    assert [found.ident for found in physics_rows(slow=False)] == ["a"]


def test_what_is_left_out_is_said_in_two_languages() -> None:
    assert len(not_modelled()) >= 8
    for sentence in not_modelled():
        assert sentence.en.endswith(".")
        assert sentence.es.endswith(".")
        assert sentence.en != sentence.es
