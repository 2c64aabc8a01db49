"""The switch: it opens when it must, it really interrupts, and it closes again."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from contextlib import suppress

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.endings import CaseFails
from conformance.bench.loop import (
    DISCONNECT,
    RECONNECT,
    SWITCH,
    credit_wh,
    flows,
    order,
    use_up_share,
    with_credit,
)
from conformance.text import Text
from protocols.sts.token import ClearCredit

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
    desk, plate = bench.tokens, bench.statement.metrology
    use_up_share(bench)
    desk.must_accept(desk.mint.token(ClearCredit(5, desk.tid(), _ELECTRICITY)))
    with_credit(bench, 1)
    left_wh = credit_wh(bench)
    bench.home.load(_LOAD_A)
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
    bench.home.load(_LOAD_A)
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
    desk, plate = bench.tokens, bench.statement.metrology
    use_up_share(bench)
    desk.must_accept(desk.mint.token(ClearCredit(5, desk.tid(), _ELECTRICITY)))
    bench.home.load(_LOAD_A)
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
        state = bool(dialogue.get(70, SWITCH, 2).value)
    bench.observe(f"output_state = {state}", f"output_state = {state}")
    return state
