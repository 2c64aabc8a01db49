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
from i18n import Message
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
    title=Message("Open at zero, ready for reconnection"),
    stimulus=Message("Consume all the credit and read the state of the switch; then recharge."),
    requirement=Message(
        "At zero the switch is open and ready for reconnection (2); recharged, connected (1) "
        "where its mode lets it close by itself."
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
        Message("open and ready for reconnection (2), seen {state}", state=state),
    )
    with_credit(bench, 50)
    state = payment.number(switch, 3)
    if mode in (ControlMode.MODE_5, ControlMode.MODE_6, ControlMode.MODE_7):
        bench.check(
            state == ControlState.CONNECTED,
            Message("recharged, connected (1), seen {state}", state=state),
        )
    else:
        bench.informational(Message("in mode {mode} it stays at {state}", mode=mode, state=state))


@case(
    id="dlms/PPAY_DISC_2/mode-4",
    title=Message("No reconnection of its own in mode 4"),
    stimulus=Message("Set mode 4, exhaust the credit and recharge; then set the mode back."),
    requirement=Message(
        "In mode 4 nobody reconnected it by hand: it stays ready for reconnection (2) and no "
        "current flows. In mode 6 it closes by itself."
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
        Message("in mode 4 it stays open and ready (2), seen {state}", state=state),
    )
    bench.check(after, Message("back in mode {mode} it closes", mode=mode))


@case(
    id="dlms/PPAY_DISC_3/friendly",
    title=Message("Friendly hours"),
    stimulus=Message(
        "Exhaust the credit in the night of Sunday, within the friendly hours, and wait for their end."
    ),
    requirement=Message(
        "Within them it does not cut off; at their end it does, and what was used is owed: "
        "the recharge pays it."
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
    bench.check(inside, Message("in friendly hours current flows"))
    bench.check(not outside, Message("at their end it stops"))
    bench.check(
        owed_wh < 0 and abs(left_wh - 20_000 - owed_wh) <= 1,
        Message("{value} Wh are owed, which the recharge pays", value=-owed_wh),
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
        raise payment.bench.not_applicable(Message("no log {obis}", obis=obis))
    return found


def rows(payment: Payment, obis: str) -> list[tuple[Data, ...]]:
    """The rows of a log."""
    found = log(payment, obis)
    read = [tuple(items(row)) for row in items(payment.read(found, _BUFFER))]
    in_use = payment.number(found, _ENTRIES)
    payment.bench.check(
        in_use == len(read),
        Message("{obis} has the rows that it says ({in_use})", obis=obis, in_use=in_use),
    )
    return read


@case(
    id="dlms/PPAY_LOG_1/tokens",
    title=Message("Log of tokens"),
    stimulus=Message("Hand over a good token and repeat it; read the log before and after."),
    requirement=Message("There is a further row for each token, for the refused one, too."),
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
        Message("the last two rows are new"),
    )


@case(
    id="dlms/PPAY_LOG_2/credits",
    title=Message("Token credit history"),
    stimulus=Message("Recharge 0.3 kWh and read the history."),
    requirement=Message("The last row says 300 Wh in one of its columns."),
)
@log_clause("PPAY_LOG_2")
@LOG_NEEDS
def test_credits(bench: Bench) -> None:
    tokens, payment = bench.tokens, Payment(bench)
    tokens.must_accept(tokens.credit(3))
    last = rows(payment, CREDITS)[-1:]
    values = [cell.value for row in last for cell in row]
    bench.observe(Message("row: {values}", values=values))
    bench.check(300 in values, Message("the row says 300 Wh"))


@case(
    id="dlms/PPAY_LOG_3/charges",
    title=Message("Charge collection history"),
    stimulus=Message("With credit, let a period of the charge by time go by and read the history."),
    requirement=Message("There is a further row, with what was collected."),
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
    bench.observe(Message("row: {values}", values=values))
    bench.check(after[-1:] != before[-1:], Message("there is a new row"))
    bench.check(amount_wh in values, Message("it says {amount_wh} Wh", amount_wh=amount_wh))
