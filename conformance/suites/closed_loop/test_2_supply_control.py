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
from i18n import Message
from protocols.sts.token import ClearCredit, ClearTamperCondition, SetMaximumPowerLimit

# ---- The switch: it opens when it must, it really interrupts, and it closes again.

_LOAD_A = 10.0
_ELECTRICITY = 0


@case(
    id="closed-loop/PAY-04/exhausted",
    title=Message("Disconnection at zero credit"),
    stimulus=Message("Leave 0.1 kWh of credit, draw 10 A until it is exhausted, then enter a new token."),
    requirement=Message(
        "Current flows while there is credit, stops within the declared time at zero, and "
        "comes back with the new token."
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
        raise bench.inconclusive(Message("no current flows although there is credit"))
    seconds = left_wh * 3600 / power_w
    bench.clock.wait(seconds * 0.8)
    bench.check(flows(bench), Message("with credit, current flows"))
    bench.clock.wait(seconds * 0.2 + plate.disconnect_within_s)
    bench.check(
        not flows(bench),
        Message(
            "with credit exhausted, current stops within {disconnect_within_s:g} s",
            disconnect_within_s=plate.disconnect_within_s,
        ),
    )
    with_credit(bench, 50)
    bench.check(flows(bench), Message("with the new token current comes back"))


@case(
    id="closed-loop/class-70/remote",
    title=Message("Remote disconnection and reconnection"),
    stimulus=Message("With credit and a load of 10 A, order disconnection by DLMS and then reconnection."),
    requirement=Message(
        "The order is accepted, the current really stops and the state read says so; "
        "reconnection brings it back."
    ),
)
@pytest.mark.clause("dlms-bb", "class-70", level="shall")
@pytest.mark.needs("sts", "token-entry", "load", "clock", "disconnect", "association:reader")
def test_remote(bench: Bench) -> None:
    plate = bench.statement.metrology
    with_credit(bench, 50)
    bench.stations.load(_LOAD_A)
    if not flows(bench):
        raise bench.inconclusive(Message("no current flows although there is credit"))
    order(bench, DISCONNECT)
    bench.clock.wait(plate.disconnect_within_s)
    stopped, reported_open = not flows(bench), not _output_state(bench)
    order(bench, RECONNECT)
    bench.clock.wait(plate.reconnect_within_s)
    back = flows(bench)
    bench.check(stopped, Message("after disconnection the current stops"))
    bench.check(reported_open, Message("the state read was open"))
    bench.check(back, Message("after reconnection the current comes back"))


@case(
    id="closed-loop/PAY-13/reconnect-without-credit",
    title=Message("Remote reconnection without credit"),
    stimulus=Message("Clear the credit, connect a load and order reconnection by DLMS; then a new token."),
    requirement=Message("The order gives no service while there is no credit; the token does."),
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
    bench.check(not served, Message("without credit no current flows"))
    bench.check(back, Message("with the new token current comes back"))


def _output_state(bench: Bench) -> bool:
    with bench.associated("reader") as dialogue:
        state = bool(dialogue.get(70, DISCONNECT_CONTROL, 2).value)
    bench.observe(Message("output_state = {state}", state=state))
    return state


# ---- What a power cut must not lose, and must not give twice.

_OFF_S, _BOOT_S = 60.0, 10.0


@case(
    id="closed-loop/PAY-08/cut-after-accept",
    title=Message("Power cut after a token was accepted"),
    stimulus=Message("Enter a token, cut the supply for a minute, restore it and repeat the token."),
    requirement=Message("Credit and energy are kept and the repeated token is UsedError."),
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
        Message(
            "the register keeps {before_wh:g} Wh (it reads {after_wh:g})",
            before_wh=before_wh,
            after_wh=after_wh,
        ),
    )
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(digits), "UsedError")


@case(
    id="closed-loop/PAY-08/cut-during-entry",
    title=Message("Power cut in the middle of an entry"),
    stimulus=Message("Key in half a token, cut the supply, restore it and enter the whole token."),
    requirement=Message("The lost half leaves no trace: the whole token is accepted, once."),
)
@pytest.mark.clause("pay", "PAY-08", level="shall")
@pytest.mark.needs("sts", "keypad", "supply", "clock")
def test_cut_during_entry(bench: Bench) -> None:
    tokens = bench.tokens
    digits = tokens.credit(14)
    with tokens.credit_moves(14):
        bench.stimulus(Message("keys {digits}", digits=digits[:10]))
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
_TAMPERING: dict[str, tuple[Message, str]] = {
    "terminal": (Message("terminal cover"), "0.0.96.20.5"),
    "meter": (Message("meter cover"), "0.0.96.20.0"),
    "magnet": (Message("magnet"), "0.0.96.20.15"),
}


@case(
    id="closed-loop/PAY-06/low-credit",
    title=Message("Low-credit warning"),
    stimulus=Message("Leave 0.1 kWh of credit, then recharge above the declared threshold."),
    requirement=Message("The account's status says low credit, and no longer says so after the recharge."),
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
        raise bench.not_applicable(Message("the threshold is below one token"))
    bench.measure("low_credit_threshold", threshold_wh, "Wh")
    with_credit(bench, threshold_wh // 80 + 1)
    with bench.associated("reader") as dialogue:
        enough = _status(dialogue.get(111, ACCOUNT, 4).value)
    bench.observe(Message("status {low}, then {enough}", low=low, enough=enough))
    in_order = low[_LOW_CREDIT_BIT] == "1" and enough[_LOW_CREDIT_BIT] == "0"
    reversed_order = low[-1 - _LOW_CREDIT_BIT] == "1" and enough[-1 - _LOW_CREDIT_BIT] == "0"
    bench.check(in_order or reversed_order, Message("bit 1 warns and stops warning"))
    if not in_order:
        bench.not_strictly(Message("it counts the bits from the other end"))


def _status(value: object) -> str:
    """A bit-string, as text; too short for the question reads as zeros."""
    return str(value).ljust(8, "0")


@case(
    id="closed-loop/PAY-11/power-limit",
    title=Message("Disconnection above the power limit"),
    stimulus=Message(
        "Set a limit of 2 kW, draw 1.5 kW and then 3 kW; at the end take the load away and "
        "set the rated limit."
    ),
    requirement=Message(
        "Below the limit current flows; above it the current stops within the declared time."
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
    bench.check(below, Message("below the limit current flows"))
    bench.check(
        not above,
        Message(
            "above it the current stops within {overload_within_s:g} s",
            overload_within_s=plate.overload_within_s,
        ),
    )


@case(
    id="closed-loop/PAY-12/tamper",
    title=Message("Covers and magnet"),
    stimulus=Message(
        "Open and close each cover, bring and remove a magnet; then a token that clears the tamper condition."
    ),
    requirement=Message("Each counter rises by one, the alarm lamp comes on and the token puts it out."),
)
@pytest.mark.clause("pay", "PAY-12", level="shall")
@pytest.mark.needs("sts", "keypad", "cover", "magnet", "clock", "association:reader")
def test_tamper(bench: Bench) -> None:
    tokens = bench.tokens
    for what, (words, counter) in _TAMPERING.items():
        before = _count(bench, counter)
        _tamper(bench, what)
        bench.stimulus(Message("{words}: open and close", words=words))
        after = _count(bench, counter)
        bench.measure(counter, after, "")
        bench.check(after == before + 1, Message("{words}: it is counted once", words=words))
    has_lamp = "alarm" in bench.keypad.display().leds
    if has_lamp:
        bench.check(_alarm_becomes(bench, True), Message("the alarm lamp is on"))
    tokens.expect_accepted(tokens.enter(tokens.mint.token(ClearTamperCondition(5, tokens.tid(), 0))))
    if has_lamp:
        bench.check(_alarm_becomes(bench, False), Message("the token puts it out"))


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
