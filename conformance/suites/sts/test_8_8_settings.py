"""8.8 and 8.13: tariff rate and water meter factor, which not every meter has."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.refusals import function_or_kept_tid
from conformance.text import Text
from protocols.sts.token import SetTariffRate, SetWaterMeterFactor

ENTRY = pytest.mark.needs("sts", "token-entry")

_RND = 5


@case(
    id="sts/8.8/tariff-rate",
    title=Text("Tarifa", "Tariff rate"),
    stimulus=Text("Teclear códigos de tarifa 0, 1 y 65535.", "Enter tariff-rate tokens 0, 1 and 65535."),
    requirement=Text(
        "O los ejecuta, o son FunctionError sin consumir el TID; el crédito no cambia.",
        "They are carried out, or are FunctionError without using up the TID; credit does not move.",
    ),
)
@pytest.mark.clause("iec62055-41", "8.8", level="shall")
@ENTRY
def test_tariff_rate(bench: Bench) -> None:
    for value in (0, 1, 0xFFFF):
        function_or_kept_tid(
            bench,
            lambda tid, rate=value: SetTariffRate(_RND, tid, rate),  # type: ignore[misc]
            "tarifa por código",
            "a tariff by token",
        )


@case(
    id="sts/8.13/water-factor",
    title=Text("Factor de medidor de agua", "Water meter factor"),
    stimulus=Text(
        "Teclear códigos de factor de medidor de agua, 1 y 65535.",
        "Enter water-meter-factor tokens, 1 and 65535.",
    ),
    requirement=Text(
        "O los ejecuta, o son FunctionError sin consumir el TID; el crédito no cambia.",
        "They are carried out, or are FunctionError without using up the TID; credit does not move.",
    ),
)
@pytest.mark.clause("iec62055-41", "8.13", level="shall")
@ENTRY
def test_water_factor(bench: Bench) -> None:
    for value in (1, 0xFFFF):
        function_or_kept_tid(
            bench,
            lambda tid, factor=value: SetWaterMeterFactor(_RND, tid, factor),  # type: ignore[misc]
            "un factor de agua",
            "a water factor",
        )
