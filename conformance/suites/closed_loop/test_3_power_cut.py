"""What a power cut must not lose, and must not give twice."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.loop import energy_wh
from conformance.text import Text

_OFF_S, _BOOT_S = 60.0, 10.0


@case(
    id="closed-loop/PAY-08/cut-after-accept",
    title=Text("Corte de energía tras aceptar un código", "Power cut after a token was accepted"),
    stimulus=Text(
        "Teclear un código, cortar la alimentación un minuto, restablecerla y repetir el código.",
        "Enter a token, cut the supply for a minute, restore it and repeat the token.",
    ),
    requirement=Text(
        "El crédito y la energía se conservan y el código repetido es UsedError.",
        "Credit and energy are kept and the repeated token is UsedError.",
    ),
)
@pytest.mark.clause("pay", "PAY-08", level="shall")
@pytest.mark.clause("pay", "PAY-09", level="shall")
@pytest.mark.needs("sts", "token-entry", "supply", "clock", "account", "association:reader")
def test_cut_after_accept(bench: Bench) -> None:
    desk = bench.tokens
    digits = desk.credit(11)
    before_wh = energy_wh(bench)
    with desk.credit_moves(11):
        desk.must_accept(digits)
        _cut(bench)
    after_wh = energy_wh(bench)
    bench.check(
        after_wh == before_wh,
        f"el registro conserva {before_wh:g} Wh (lee {after_wh:g})",
        f"the register keeps {before_wh:g} Wh (it reads {after_wh:g})",
    )
    with desk.credit_moves(0):
        desk.expect(desk.enter(digits), "UsedError")


@case(
    id="closed-loop/PAY-08/cut-during-entry",
    title=Text("Corte de energía a media entrada", "Power cut in the middle of an entry"),
    stimulus=Text(
        "Teclear la mitad de un código, cortar la alimentación, restablecerla y teclearlo entero.",
        "Key in half a token, cut the supply, restore it and enter the whole token.",
    ),
    requirement=Text(
        "La mitad perdida no deja rastro: el código entero se acepta una vez.",
        "The lost half leaves no trace: the whole token is accepted, once.",
    ),
)
@pytest.mark.clause("pay", "PAY-08", level="shall")
@pytest.mark.needs("sts", "keypad", "supply", "clock")
def test_cut_during_entry(bench: Bench) -> None:
    desk = bench.tokens
    digits = desk.credit(14)
    with desk.credit_moves(14):
        bench.stimulus(f"teclas {digits[:10]}", f"keys {digits[:10]}")
        for key in digits[:10]:
            bench.keypad.press(key)
        _cut(bench)
        desk.expect_accepted(desk.enter(digits, "keypad"))
    with desk.credit_moves(0):
        desk.expect(desk.enter(digits, "keypad"), "UsedError")


def _cut(bench: Bench) -> None:
    bench.home.cut()
    bench.drop_link()
    bench.clock.wait(_OFF_S)
    bench.home.energise()
    bench.clock.wait(_BOOT_S)
