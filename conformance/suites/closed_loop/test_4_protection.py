"""Warnings, limits and tampering, seen from outside."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.loop import flows, use_up_share, with_credit
from conformance.text import Text
from protocols.sts.token import ClearCredit, ClearTamperCondition, SetMaximumPowerLimit

ACCOUNT = "0.0.19.0.0"
_LOW_CREDIT_BIT = 1
_ELECTRICITY = 0
_LIMIT_W = 2000
_SENSING_S = 5.0

#: What is done -> the counter that must rise. Source: Blue Book, 0.0.96.20.x.
_TAMPERING: dict[str, tuple[Text, str]] = {
    "terminal": (Text("tapa de bornera", "terminal cover"), "0.0.96.20.5"),
    "meter": (Text("tapa del medidor", "meter cover"), "0.0.96.20.0"),
    "magnet": (Text("imán", "magnet"), "0.0.96.20.15"),
}


@case(
    id="closed-loop/PAY-06/low-credit",
    title=Text("Aviso de crédito bajo", "Low-credit warning"),
    stimulus=Text(
        "Dejar 0,1 kWh de crédito y después recargar por encima del umbral declarado.",
        "Leave 0.1 kWh of credit, then recharge above the declared threshold.",
    ),
    requirement=Text(
        "El estado de la cuenta dice crédito bajo, y deja de decirlo al recargar.",
        "The account's status says low credit, and no longer says so after the recharge.",
    ),
)
@pytest.mark.clause("pay", "PAY-06", level="shall")
@pytest.mark.needs("sts", "token-entry", "clock", "account", "association:reader", "prepayment")
def test_low_credit(bench: Bench) -> None:
    desk = bench.tokens
    use_up_share(bench)
    desk.must_accept(desk.mint.token(ClearCredit(5, desk.tid(), _ELECTRICITY)))
    with_credit(bench, 1)
    with bench.associated("reader") as dialogue:
        threshold_wh = dialogue.integer(111, ACCOUNT, 16)
        low = _status(dialogue.get(111, ACCOUNT, 4).value)
    if threshold_wh < 100:
        raise bench.not_applicable("el umbral es menor que un código", "the threshold is below one token")
    bench.measure("low_credit_threshold", threshold_wh, "Wh")
    with_credit(bench, threshold_wh // 80 + 1)
    with bench.associated("reader") as dialogue:
        enough = _status(dialogue.get(111, ACCOUNT, 4).value)
    bench.observe(f"estado {low}, después {enough}", f"status {low}, then {enough}")
    in_order = low[_LOW_CREDIT_BIT] == "1" and enough[_LOW_CREDIT_BIT] == "0"
    reversed_order = low[-1 - _LOW_CREDIT_BIT] == "1" and enough[-1 - _LOW_CREDIT_BIT] == "0"
    bench.check(
        in_order or reversed_order, "el bit 1 avisa y deja de avisar", "bit 1 warns and stops warning"
    )
    if not in_order:
        bench.not_strictly("cuenta los bits al revés", "it counts the bits from the other end")


def _status(value: object) -> str:
    """A bit-string, as text; too short for the question reads as zeros."""
    return str(value).ljust(8, "0")


@case(
    id="closed-loop/PAY-11/power-limit",
    title=Text("Corte por exceso de potencia", "Disconnection above the power limit"),
    stimulus=Text(
        "Poner un límite de 2 kW, cargar 1,5 kW y después 3 kW; al final, quitar la carga y poner el "
        "límite nominal.",
        "Set a limit of 2 kW, draw 1.5 kW and then 3 kW; at the end take the load away and set the rated "
        "limit.",
    ),
    requirement=Text(
        "Por debajo del límite pasa la corriente; por encima cesa en el tiempo declarado.",
        "Below the limit current flows; above it the current stops within the declared time.",
    ),
)
@pytest.mark.clause("pay", "PAY-11", level="shall")
@pytest.mark.clause("iec62055-41", "8.6", level="shall")
@pytest.mark.needs("sts", "token-entry", "load", "clock")
def test_power_limit(bench: Bench) -> None:
    desk, plate = bench.tokens, bench.statement.metrology
    with_credit(bench, 50)
    desk.must_accept(desk.mint.token(SetMaximumPowerLimit(5, desk.tid(), _LIMIT_W)))
    try:
        bench.home.load(0.75 * _LIMIT_W / plate.nominal_voltage_v)
        bench.clock.wait(plate.overload_within_s)
        below = flows(bench)
        bench.home.load(1.5 * _LIMIT_W / plate.nominal_voltage_v)
        bench.clock.wait(plate.overload_within_s)
        above = flows(bench)
    finally:
        bench.home.load(0.0)
        rated_w = int(plate.nominal_voltage_v * plate.maximum_current_a)
        desk.must_accept(desk.mint.token(SetMaximumPowerLimit(5, desk.tid(), rated_w)))
        bench.clock.wait(10 * plate.overload_within_s)
    bench.check(below, "por debajo del límite pasa corriente", "below the limit current flows")
    bench.check(
        not above,
        f"por encima cesa en {plate.overload_within_s:g} s",
        f"above it the current stops within {plate.overload_within_s:g} s",
    )


@case(
    id="closed-loop/PAY-12/tamper",
    title=Text("Tapas e imán", "Covers and magnet"),
    stimulus=Text(
        "Abrir y cerrar cada tapa, acercar y retirar un imán; después, un código de borrado de manipulación.",
        "Open and close each cover, bring and remove a magnet; then a token that clears the tamper "
        "condition.",
    ),
    requirement=Text(
        "Cada contador sube uno, la luz de alarma se enciende y el código la apaga.",
        "Each counter rises by one, the alarm lamp comes on and the token puts it out.",
    ),
)
@pytest.mark.clause("pay", "PAY-12", level="shall")
@pytest.mark.needs("sts", "keypad", "cover", "magnet", "clock", "association:reader")
def test_tamper(bench: Bench) -> None:
    desk = bench.tokens
    for what, (words, counter) in _TAMPERING.items():
        before = _count(bench, counter)
        _tamper(bench, what)
        bench.stimulus(f"{words.es}: abrir y cerrar", f"{words.en}: open and close")
        after = _count(bench, counter)
        bench.measure(counter, after, "")
        bench.check(after == before + 1, f"{words.es}: se cuenta una vez", f"{words.en}: it is counted once")
    leds = bench.keypad.display().leds
    if "alarm" in leds:
        bench.check(leds["alarm"], "la luz de alarma está encendida", "the alarm lamp is on")
    desk.expect_accepted(desk.enter(desk.mint.token(ClearTamperCondition(5, desk.tid(), 0))))
    if "alarm" in leds:
        out = not bench.keypad.display().leds["alarm"]
        bench.check(out, "el código la apaga", "the token puts it out")


def _tamper(bench: Bench, what: str) -> None:
    if what == "magnet":
        bench.magnet.apply()
        bench.clock.wait(_SENSING_S)
        bench.magnet.remove()
    else:
        bench.cover.open(what)
        bench.clock.wait(_SENSING_S)
        bench.cover.close(what)
    bench.clock.wait(_SENSING_S)


def _count(bench: Bench, counter: str) -> int:
    with bench.associated("reader") as dialogue:
        return dialogue.integer(1, counter, 2)
