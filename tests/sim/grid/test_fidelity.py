"""The rows of the fidelity table, and the sentences on what is left out."""

import pytest

from tools.fidelity.grid import FidelityRow, fidelity_rows, not_modelled, sky_rows


def test_every_row_is_within_its_tolerance_and_the_same_again():
    rows = fidelity_rows(homes=250, days=10)
    assert [row.what for row in rows if not row.within] == []
    assert rows == fidelity_rows(homes=250, days=10)
    assert len({row.what for row in rows}) == len(rows) == 8


def test_the_sky_is_the_published_one():
    peak, energy = sky_rows()
    assert peak.measured == pytest.approx(1078.0, rel=0.02)
    assert energy.measured == pytest.approx(7.7, rel=0.02)


@pytest.mark.parametrize(
    ("measured", "within"),
    [(10.0, True), (9.01, True), (8.99, False), (20.0, True), (21.9, True), (22.1, False)],
)
def test_a_row_is_within_a_widened_range(measured, within):
    assert FidelityRow("x", measured, 10.0, 20.0, 0.1, "s").within is within


def test_what_is_left_out_is_said_in_both_languages():
    assert len(not_modelled()) >= 8
    for sentence in not_modelled():
        assert sentence.en.endswith(".")
        assert sentence.es.endswith(".")
        assert sentence.en != sentence.es
