# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""Supply control: the switch, cuts of the supply, warnings, limits and tampering, seen from outside."""

from contextlib import suppress

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.outcome import CaseFails
from conformance.bench.prepayment import (
    DISCONNECT,
    DISCONNECT_CONTROL,
    RECONNECT,
    credit_wh,
    energy_wh,
    flows,
    order,
    use_up_share,
    with_credit,
)
from conformance.text import Text
from protocols.sts.token import ClearCredit, ClearTamperCondition, SetMaximumPowerLimit

# ---- The switch: it opens when it must, it really interrupts, and it closes again.

_LOAD_A = 10.0
_ELECTRICITY = 0


@case(
    id="closed-loop/PAY-04/exhausted",
    title=Text("Corte al agotarse el crédito", "Disconnection at zero credit"),
    stimulus=Text(
        "Dejar 0,1 kWh de crédito, cargar 10 A hasta agotarlo, y teclear después un código nuevo.",
        "Leave 0.1 kWh of credit, draw 10 A until it is exhausted, then enter a new token.",
    ),
    requirement=Text(
        "La corriente pasa mientras hay crédito, cesa en el tiempo declarado al agotarse y vuelve con el "
        "código nuevo.",
        "Current flows while there is credit, stops within the declared time at zero, and comes back with "
        "the new token.",
    ),
)
@pytest.mark.clause("pay", "PAY-04", level="shall")
@pytest.mark.needs("sts", "token-entry", "load", "clock", "account", "association:reader", "prepayment")
def test_exhausted(bench: Bench) -> None:
    tokens, plate = bench.tokens, bench.statement.metrology
    use_up_share(bench)
    tokens.must_accept(tokens.mint.token(ClearCredit(5, tokens.tid(), _ELECTRICITY)))
    with_credit(bench, 1)
    left_wh = credit_wh(bench)
    bench.stations.load(_LOAD_A)
    power_w = bench.load.read().power_w
    if power_w <= 0:
        raise bench.inconclusive("con crédito no pasa corriente", "no current flows although there is credit")
    seconds = left_wh * 3600 / power_w
    bench.clock.wait(seconds * 0.8)
    bench.check(flows(bench), "con crédito pasa corriente", "with credit, current flows")
    bench.clock.wait(seconds * 0.2 + plate.disconnect_within_s)
    bench.check(
        not flows(bench),
        f"agotado el crédito, la corriente cesa en {plate.disconnect_within_s:g} s",
        f"with credit exhausted, current stops within {plate.disconnect_within_s:g} s",
    )
    with_credit(bench, 50)
    bench.check(
        flows(bench), "con el código nuevo vuelve la corriente", "with the new token current comes back"
    )


@case(
    id="closed-loop/class-70/remote",
    title=Text("Desconexión y reconexión remotas", "Remote disconnection and reconnection"),
    stimulus=Text(
        "Con crédito y 10 A de carga, ordenar por DLMS la desconexión y después la reconexión.",
        "With credit and a load of 10 A, order disconnection by DLMS and then reconnection.",
    ),
    requirement=Text(
        "La orden se acepta, la corriente cesa de verdad y el estado leído lo dice; la reconexión la "
        "devuelve.",
        "The order is accepted, the current really stops and the state read says so; reconnection brings "
        "it back.",
    ),
)
@pytest.mark.clause("dlms-bb", "class-70", level="shall")
@pytest.mark.needs("sts", "token-entry", "load", "clock", "disconnect", "association:reader")
def test_remote(bench: Bench) -> None:
    plate = bench.statement.metrology
    with_credit(bench, 50)
    bench.stations.load(_LOAD_A)
    if not flows(bench):
        raise bench.inconclusive("con crédito no pasa corriente", "no current flows although there is credit")
    order(bench, DISCONNECT)
    bench.clock.wait(plate.disconnect_within_s)
    stopped, reported_open = not flows(bench), not _output_state(bench)
    order(bench, RECONNECT)
    bench.clock.wait(plate.reconnect_within_s)
    back = flows(bench)
    bench.check(stopped, "tras la desconexión cesa la corriente", "after disconnection the current stops")
    bench.check(reported_open, "el estado leído era abierto", "the state read was open")
    bench.check(back, "tras la reconexión vuelve la corriente", "after reconnection the current comes back")


@case(
    id="closed-loop/PAY-13/reconnect-without-credit",
    title=Text("Reconexión remota sin crédito", "Remote reconnection without credit"),
    stimulus=Text(
        "Borrar el crédito, conectar una carga y ordenar por DLMS la reconexión; después, un código nuevo.",
        "Clear the credit, connect a load and order reconnection by DLMS; then a new token.",
    ),
    requirement=Text(
        "La orden no da servicio mientras no hay crédito; el código sí.",
        "The order gives no service while there is no credit; the token does.",
    ),
)
@pytest.mark.clause("pay", "PAY-13", level="shall")
@pytest.mark.needs("sts", "token-entry", "load", "clock", "disconnect", "account", "association:reader")
@pytest.mark.needs("prepayment")
def test_reconnect_without_credit(bench: Bench) -> None:
    tokens, plate = bench.tokens, bench.statement.metrology
    use_up_share(bench)
    tokens.must_accept(tokens.mint.token(ClearCredit(5, tokens.tid(), _ELECTRICITY)))
    bench.stations.load(_LOAD_A)
    bench.clock.wait(plate.disconnect_within_s)
    with suppress(CaseFails):  # refusing the order is as good as not acting on it
        order(bench, RECONNECT)
    bench.clock.wait(plate.reconnect_within_s)
    served = flows(bench)
    with_credit(bench, 50)
    back = flows(bench)
    bench.check(not served, "sin crédito no pasa corriente", "without credit no current flows")
    bench.check(back, "con el código nuevo vuelve la corriente", "with the new token current comes back")


def _output_state(bench: Bench) -> bool:
    with bench.associated("reader") as dialogue:
        state = bool(dialogue.get(70, DISCONNECT_CONTROL, 2).value)
    bench.observe(f"output_state = {state}", f"output_state = {state}")
    return state


# ---- What a power cut must not lose, and must not give twice.

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
    tokens = bench.tokens
    digits = tokens.credit(11)
    before_wh = energy_wh(bench)
    with tokens.credit_moves(11):
        tokens.must_accept(digits)
        _cut(bench)
    after_wh = energy_wh(bench)
    bench.check(
        after_wh == before_wh,
        f"el registro conserva {before_wh:g} Wh (lee {after_wh:g})",
        f"the register keeps {before_wh:g} Wh (it reads {after_wh:g})",
    )
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(digits), "UsedError")


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
    tokens = bench.tokens
    digits = tokens.credit(14)
    with tokens.credit_moves(14):
        bench.stimulus(f"teclas {digits[:10]}", f"keys {digits[:10]}")
        for key in digits[:10]:
            bench.keypad.press(key)
        _cut(bench)
        tokens.expect_accepted(tokens.enter(digits, "keypad"))
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(digits, "keypad"), "UsedError")


def _cut(bench: Bench) -> None:
    bench.stations.cut()
    bench.drop_link()
    bench.clock.wait(_OFF_S)
    bench.stations.energise()
    bench.clock.wait(_BOOT_S)


# ---- Warnings, limits and tampering, seen from outside.

ACCOUNT = "0.0.19.0.0"
_LOW_CREDIT_BIT = 1
_LIMIT_W = 2000
_SENSING_S = 5.0
#: A unit on the power line hears of a change at the latest with the next refreshes of its display [E].
_UNIT_HEARS_WITHIN_S = 300.0
_LOOK_S = 5.0

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
    tokens = bench.tokens
    use_up_share(bench)
    tokens.must_accept(tokens.mint.token(ClearCredit(5, tokens.tid(), _ELECTRICITY)))
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
    tokens, plate = bench.tokens, bench.statement.metrology
    with_credit(bench, 50)
    tokens.must_accept(tokens.mint.token(SetMaximumPowerLimit(5, tokens.tid(), _LIMIT_W)))
    try:
        bench.stations.load(0.75 * _LIMIT_W / plate.nominal_voltage_v)
        bench.clock.wait(plate.overload_within_s)
        below = flows(bench)
        bench.stations.load(1.5 * _LIMIT_W / plate.nominal_voltage_v)
        bench.clock.wait(plate.overload_within_s)
        above = flows(bench)
    finally:
        bench.stations.load(0.0)
        rated_w = int(plate.nominal_voltage_v * plate.maximum_current_a)
        tokens.must_accept(tokens.mint.token(SetMaximumPowerLimit(5, tokens.tid(), rated_w)))
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
    tokens = bench.tokens
    for what, (words, counter) in _TAMPERING.items():
        before = _count(bench, counter)
        _tamper(bench, what)
        bench.stimulus(f"{words.es}: abrir y cerrar", f"{words.en}: open and close")
        after = _count(bench, counter)
        bench.measure(counter, after, "")
        bench.check(after == before + 1, f"{words.es}: se cuenta una vez", f"{words.en}: it is counted once")
    has_lamp = "alarm" in bench.keypad.display().leds
    if has_lamp:
        bench.check(_alarm_becomes(bench, True), "la luz de alarma está encendida", "the alarm lamp is on")
    tokens.expect_accepted(tokens.enter(tokens.mint.token(ClearTamperCondition(5, tokens.tid(), 0))))
    if has_lamp:
        bench.check(_alarm_becomes(bench, False), "el código la apaga", "the token puts it out")


def _alarm_becomes(bench: Bench, lit: bool) -> bool:
    """State of the alarm lamp as wanted, at the latest when the unit must have heard: in device time."""
    waited_s = 0.0
    while bench.keypad.display().leds["alarm"] is not lit and waited_s < _UNIT_HEARS_WITHIN_S:
        bench.clock.wait(_LOOK_S)
        waited_s += _LOOK_S
    return bench.keypad.display().leds["alarm"] is lit


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
