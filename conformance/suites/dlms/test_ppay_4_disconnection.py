# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""PPAY_DISC and PPAY_LOG: the switch at zero credit, friendly hours, and the payment logs.

The ids are our own: none are published.
"""

from datetime import timedelta

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import items
from conformance.bench.prepayment import SWITCH, Found, Payment, flows, start_with, use_wh, with_credit
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.disconnect import ControlMode, ControlState
from protocols.dlms.cosem.enumerations import ChargeType, CreditType

# ---- PPAY_DISC: the switch at zero credit, ready for reconnection, friendly hours. Our own ids.

DISCONNECTION_NEEDS = pytest.mark.needs(
    "sts", "token-entry", "account", "disconnect", "load", "clock", "association:reader", "prepayment"
)

_LOAD_A = 10.0
_SUNDAY = 6
#: Minutes to UTC, as the target's clock says; the virtual meters stand in Colombia.
_BOGOTA = timedelta(hours=5)


def disconnection_clause(number: str) -> pytest.MarkDecorator:
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
@disconnection_clause("PPAY_DISC_1")
@DISCONNECTION_NEEDS
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
@disconnection_clause("PPAY_DISC_2")
@DISCONNECTION_NEEDS
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
        bench.stations.load(_LOAD_A)
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
@disconnection_clause("PPAY_DISC_3")
@DISCONNECTION_NEEDS
@pytest.mark.needs("friendly-hours", "fast-clock")
def test_friendly(bench: Bench) -> None:
    payment, plate = Payment(bench), bench.statement.metrology
    token = payment.credit(CreditType.TOKEN)
    local = bench.utc() - _BOGOTA
    evening = (local + timedelta(days=(_SUNDAY - local.weekday()) % 7)).replace(hour=21, minute=0, second=0)
    bench.clock.wait(((evening - local) % timedelta(days=7)).total_seconds())
    start_with(bench, 1)
    bench.stations.load(_LOAD_A)
    bench.clock.wait(1_800)
    inside, owed_wh = flows(bench), payment.number(token, 2)
    bench.clock.wait(9 * 3_600)
    outside = flows(bench)
    bench.stations.load(0.0)
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


# ---- PPAY_LOG: what the payment logs keep of tokens, credit and charges. Our own ids.

LOG_NEEDS = pytest.mark.needs("sts", "token-entry", "account", "payment-logs", "association:reader")

_PROFILE, _BUFFER, _ENTRIES = 7, 2, 7
CHARGES, CREDITS, TOKENS = "0.0.99.14.0", "0.0.99.15.0", "0.0.99.17.0"


def log_clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("ppay", number, level="should")


def log(payment: Payment, obis: str) -> Found:
    """The log of a logical name."""
    found = payment.at(_PROFILE, obis)
    if found is None:
        raise payment.bench.not_applicable(f"sin registro {obis}", f"no log {obis}")
    return found


def rows(payment: Payment, obis: str) -> list[tuple[Data, ...]]:
    """The rows of a log."""
    found = log(payment, obis)
    read = [tuple(items(row)) for row in items(payment.read(found, _BUFFER))]
    in_use = payment.number(found, _ENTRIES)
    payment.bench.check(
        in_use == len(read),
        f"{obis} tiene las filas que dice ({in_use})",
        f"{obis} has the rows that it says ({in_use})",
    )
    return read


@case(
    id="dlms/PPAY_LOG_1/tokens",
    title=Text("Registro de códigos", "Log of tokens"),
    stimulus=Text(
        "Entregar un código bueno y repetirlo; leer el registro antes y después.",
        "Hand over a good token and repeat it; read the log before and after.",
    ),
    requirement=Text(
        "Hay una fila más por cada código, también por el rechazado.",
        "There is a further row for each token, for the refused one, too.",
    ),
)
@log_clause("PPAY_LOG_1")
@LOG_NEEDS
def test_tokens(bench: Bench) -> None:
    tokens, payment = bench.tokens, Payment(bench)
    digits = tokens.credit(1)
    before = rows(payment, TOKENS)
    tokens.must_accept(digits)
    tokens.expect_refused(tokens.enter(digits))
    after = rows(payment, TOKENS)
    bench.check(
        after[-2:] != before[-2:] and len(after) >= min(len(before) + 2, len(after)),
        "las dos filas últimas son nuevas",
        "the last two rows are new",
    )


@case(
    id="dlms/PPAY_LOG_2/credits",
    title=Text("Historia del crédito por códigos", "Token credit history"),
    stimulus=Text("Recargar 0,3 kWh y leer la historia.", "Recharge 0.3 kWh and read the history."),
    requirement=Text(
        "La fila última dice 300 Wh en alguna de sus columnas.",
        "The last row says 300 Wh in one of its columns.",
    ),
)
@log_clause("PPAY_LOG_2")
@LOG_NEEDS
def test_credits(bench: Bench) -> None:
    tokens, payment = bench.tokens, Payment(bench)
    tokens.must_accept(tokens.credit(3))
    last = rows(payment, CREDITS)[-1:]
    values = [cell.value for row in last for cell in row]
    bench.observe(f"fila: {values}", f"row: {values}")
    bench.check(300 in values, "la fila dice 300 Wh", "the row says 300 Wh")


@case(
    id="dlms/PPAY_LOG_3/charges",
    title=Text("Historia de cobros", "Charge collection history"),
    stimulus=Text(
        "Con crédito, dejar pasar un período del cargo por tiempo y leer la historia.",
        "With credit, let a period of the charge by time go by and read the history.",
    ),
    requirement=Text("Hay una fila más, con lo cobrado.", "There is a further row, with what was collected."),
)
@log_clause("PPAY_LOG_3")
@LOG_NEEDS
@pytest.mark.needs("time-charge", "fast-clock")
def test_charges(bench: Bench) -> None:
    start_with(bench, 50)
    payment = Payment(bench)
    charge = payment.charge(ChargeType.TIME_BASED)
    before = rows(payment, CHARGES)
    bench.clock.wait(float(payment.number(charge, 8)))
    after, amount_wh = rows(payment, CHARGES), payment.number(charge, 11)
    values = [cell.value for cell in after[-1]] if after else []
    bench.observe(f"fila: {values}", f"row: {values}")
    bench.check(after[-1:] != before[-1:], "hay una fila nueva", "there is a new row")
    bench.check(amount_wh in values, f"dice {amount_wh} Wh", f"it says {amount_wh} Wh")
