"""PPAY_DISC: the switch at zero credit, ready for reconnection, friendly hours. Our own ids."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from datetime import timedelta

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.loop import flows, with_credit
from conformance.bench.payment import SWITCH, Payment, start_with, use_wh
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.cosem.disconnect import ControlMode, ControlState
from protocols.dlms.cosem.enumerations import CreditType

NEEDS = pytest.mark.needs(
    "sts", "token-entry", "account", "disconnect", "load", "clock", "association:reader", "prepayment"
)

_LOAD_A = 10.0
_SUNDAY = 6
#: Minutes to UTC, as the target's clock says; the virtual meters stand in Colombia.
_BOGOTA = timedelta(hours=5)


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("ppay", number, level="shall")


@case(
    id="dlms/PPAY_DISC_1/zero",
    title=Text("Corte en cero, listo para reconectar", "Open at zero, ready for reconnection"),
    stimulus=Text(
        "Consumir todo el crédito y leer el estado del interruptor; después, recargar.",
        "Consume all the credit and read the state of the switch; then recharge.",
    ),
    requirement=Text(
        "En cero el interruptor está abierto y listo para reconectar (2); recargado, conectado (1) si su "
        "modo le deja cerrarse solo.",
        "At zero the switch is open and ready for reconnection (2); recharged, connected (1) where its mode "
        "lets it close by itself.",
    ),
)
@clause("PPAY_DISC_1")
@NEEDS
def test_zero(bench: Bench) -> None:
    start_with(bench, 1)
    payment, plate = Payment(bench), bench.statement.metrology
    switch = payment.one(SWITCH)
    mode = payment.number(switch, 4)
    use_wh(bench, payment.number(payment.credit(CreditType.TOKEN), 2) + 1)
    bench.clock.wait(plate.disconnect_within_s)
    state, closed = payment.number(switch, 3), payment.read(switch, 2).value
    bench.check(
        state == ControlState.READY_FOR_RECONNECTION and closed is False,
        f"abierto y listo para reconectar (2), se vio {state}",
        f"open and ready for reconnection (2), seen {state}",
    )
    with_credit(bench, 50)
    state = payment.number(switch, 3)
    if mode in (ControlMode.MODE_5, ControlMode.MODE_6, ControlMode.MODE_7):
        bench.check(
            state == ControlState.CONNECTED,
            f"recargado, conectado (1), se vio {state}",
            f"recharged, connected (1), seen {state}",
        )
    else:
        bench.informational(f"en modo {mode} queda en {state}", f"in mode {mode} it stays at {state}")


@case(
    id="dlms/PPAY_DISC_2/mode-4",
    title=Text("Sin reconexión propia en modo 4", "No reconnection of its own in mode 4"),
    stimulus=Text(
        "Poner el modo 4, agotar el crédito y recargar; después, devolver el modo.",
        "Set mode 4, exhaust the credit and recharge; then set the mode back.",
    ),
    requirement=Text(
        "En modo 4 nadie la ha reconectado a mano: queda lista para reconectar (2) y no pasa corriente. En "
        "el modo 6 se cierra sola.",
        "In mode 4 nobody reconnected it by hand: it stays ready for reconnection (2) and no current flows. "
        "In mode 6 it closes by itself.",
    ),
)
@clause("PPAY_DISC_2")
@NEEDS
@pytest.mark.needs("control-modes")
def test_mode_4(bench: Bench) -> None:
    start_with(bench, 1)
    payment, plate = Payment(bench), bench.statement.metrology
    switch = payment.one(SWITCH)
    mode = payment.number(switch, 4)
    try:
        payment.write(switch, 4, axdr.enum(ControlMode.MODE_4))
        use_wh(bench, payment.number(payment.credit(CreditType.TOKEN), 2) + 1)
        bench.clock.wait(plate.disconnect_within_s)
        with_credit(bench, 50)
        bench.home.load(_LOAD_A)
        state, flowed = payment.number(switch, 3), flows(bench)
    finally:
        payment.write(switch, 4, axdr.enum(ControlMode(mode)))
    bench.clock.wait(plate.reconnect_within_s)
    after = flows(bench)
    bench.check(
        state == ControlState.READY_FOR_RECONNECTION and not flowed,
        f"en modo 4 queda abierta y lista (2), se vio {state}",
        f"in mode 4 it stays open and ready (2), seen {state}",
    )
    bench.check(after, f"de vuelta en modo {mode} se cierra", f"back in mode {mode} it closes")


@case(
    id="dlms/PPAY_DISC_3/friendly",
    title=Text("Horas amigables", "Friendly hours"),
    stimulus=Text(
        "Agotar el crédito en la noche del domingo, dentro de las horas amigables, y esperar a que acaben.",
        "Exhaust the credit in the night of Sunday, within the friendly hours, and wait for their end.",
    ),
    requirement=Text(
        "Dentro no corta; al acabar, corta, y lo consumido se debe: la recarga lo paga.",
        "Within them it does not cut off; at their end it does, and what was used is owed: the recharge pays "
        "it.",
    ),
)
@clause("PPAY_DISC_3")
@NEEDS
@pytest.mark.needs("friendly-hours", "fast-clock")
def test_friendly(bench: Bench) -> None:
    payment, plate = Payment(bench), bench.statement.metrology
    token = payment.credit(CreditType.TOKEN)
    local = bench.utc() - _BOGOTA
    evening = (local + timedelta(days=(_SUNDAY - local.weekday()) % 7)).replace(hour=21, minute=0, second=0)
    bench.clock.wait(((evening - local) % timedelta(days=7)).total_seconds())
    start_with(bench, 1)
    bench.home.load(_LOAD_A)
    bench.clock.wait(1_800)
    inside, owed_wh = flows(bench), payment.number(token, 2)
    bench.clock.wait(9 * 3_600)
    outside = flows(bench)
    bench.home.load(0.0)
    owed_wh = payment.number(token, 2)
    with_credit(bench, 200)
    left_wh = payment.number(token, 2)
    bench.clock.wait(plate.reconnect_within_s)
    bench.check(inside, "en horas amigables pasa corriente", "in friendly hours current flows")
    bench.check(not outside, "al acabar, cesa", "at their end it stops")
    bench.check(
        owed_wh < 0 and abs(left_wh - 20_000 - owed_wh) <= 1,
        f"se deben {-owed_wh} Wh, que la recarga paga",
        f"{-owed_wh} Wh are owed, which the recharge pays",
    )
