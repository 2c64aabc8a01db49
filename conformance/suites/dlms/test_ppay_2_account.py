"""PPAY_ACC: the account, its sums, its mode and its life. The ids are our own: none are published."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import items
from conformance.bench.prepayment import ACCOUNT, CHARGE, CREDIT, Payment, clear, flows, start_with, use_wh
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.cosem.enumerations import AccountStatus, CreditType, PaymentMode
from protocols.dlms.obis import Obis

NEEDS = pytest.mark.needs("sts", "token-entry", "account", "association:reader")

_ACTIVATE, _CLOSE, _RESET = 1, 2, 3
_TOKEN_UNITS = 10


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("ppay", number, level="shall")


@case(
    id="dlms/PPAY_ACC_1/references",
    title=Message("State and references of the account"),
    stimulus=Message("Read mode, status and the lists of credits and charges of the account."),
    requirement=Message(
        "Mode 1 or 2, status 1 to 3; each reference is a credit or a charge that the association lists."
    ),
)
@clause("PPAY_ACC_1")
@NEEDS
def test_references(bench: Bench) -> None:
    payment = Payment(bench)
    mode, status = payment.mode_and_status()
    bench.check(mode in list(PaymentMode), Message("the mode is 1 or 2 ({mode})", mode=mode))
    bench.check(status in list(AccountStatus), Message("the status is 1 to 3 ({status})", status=status))
    for attribute, class_id in ((9, CREDIT), (10, CHARGE)):
        names = [item.value for item in items(payment.read(payment.one(ACCOUNT), attribute))]
        known = {item.obis for item in payment.all_of(class_id)}
        referred = {str(Obis.from_bytes(name)) for name in names if isinstance(name, bytes)}
        bench.check(
            bool(referred) and referred <= known,
            Message(
                "list {attribute} names objects of class {class_id} that exist",
                attribute=attribute,
                class_id=class_id,
            ),
        )


@case(
    id="dlms/PPAY_ACC_2/available",
    title=Message("Available credit"),
    stimulus=Message("Leave 1 kWh and read the available credit and the amount to clear of the account."),
    requirement=Message("Available is the token credit; nothing is to be cleared."),
)
@clause("PPAY_ACC_2")
@NEEDS
@pytest.mark.needs("clock")
def test_available(bench: Bench) -> None:
    start_with(bench, _TOKEN_UNITS)
    due_wh = bench.tokens.due_wh(_TOKEN_UNITS)
    payment = Payment(bench)
    account = payment.one(ACCOUNT)
    token_wh = payment.number(payment.credit(CreditType.TOKEN), 2)
    available_wh = payment.number(account, 5)
    bench.check(
        available_wh == token_wh == due_wh,
        Message(
            "available {available_wh} Wh, credit {token_wh} Wh, due {due_wh} Wh",
            available_wh=available_wh,
            token_wh=token_wh,
            due_wh=due_wh,
        ),
    )
    to_clear_wh = payment.number(account, 6)
    bench.check(to_clear_wh == 0, Message("nothing to clear"))


@case(
    id="dlms/PPAY_ACC_3/mode",
    title=Message("Change of the payment mode"),
    stimulus=Message(
        "Without credit, set the account to credit mode and draw a load; set it back to "
        "prepayment, recharge and consume."
    ),
    requirement=Message(
        "In credit mode current flows and the credit does not fall; in prepayment without "
        "credit it stops, and with credit it falls again."
    ),
)
@clause("PPAY_ACC_3")
@NEEDS
@pytest.mark.needs("payment-mode", "load", "clock", "self-closing")
def test_mode(bench: Bench) -> None:
    clear(bench)
    payment, plate = Payment(bench), bench.statement.metrology
    account, token = payment.one(ACCOUNT), payment.credit(CreditType.TOKEN)
    _, status = payment.mode_and_status()

    def set_mode(mode: PaymentMode) -> None:
        payment.write(account, 2, axdr.structure(axdr.enum(mode), axdr.enum(status)))

    try:
        set_mode(PaymentMode.CREDIT)
        bench.clock.wait(plate.reconnect_within_s)
        bench.stations.load(10.0)
        flowed = flows(bench)
        bench.clock.wait(600)
        credit_wh = payment.number(token, 2)
    finally:
        set_mode(PaymentMode.PREPAYMENT)
    bench.clock.wait(plate.disconnect_within_s)
    stopped = not flows(bench)
    bench.stations.load(0.0)
    bench.check(flowed, Message("in credit mode current flows"))
    bench.check(credit_wh == 0, Message("in credit mode the credit does not fall"))
    bench.check(stopped, Message("in prepayment without credit it stops"))
    start_with(bench, _TOKEN_UNITS)
    use_wh(bench, 100)
    due_wh = bench.tokens.due_wh(_TOKEN_UNITS) - 100
    left_wh = payment.number(token, 2)
    bench.check(
        abs(left_wh - due_wh) <= 1,
        Message(
            "in prepayment the credit falls again ({due_wh} Wh, seen {left_wh})",
            due_wh=due_wh,
            left_wh=left_wh,
        ),
    )


@case(
    id="dlms/PPAY_ACC_4/life",
    title=Message("Life of the account"),
    stimulus=Message("Close the account, reset it and activate it, reading its status each time."),
    requirement=Message(
        "Closed (3), new (1) and active (2); resetting an active account does nothing. What "
        "becomes of the supply is noted: no source says it."
    ),
)
@clause("PPAY_ACC_4")
@NEEDS
@pytest.mark.needs("account-states", "load", "clock")
def test_life(bench: Bench) -> None:
    start_with(bench, 10)
    payment = Payment(bench)
    account = payment.one(ACCOUNT)
    payment.try_to_invoke(account, _RESET)
    seen = [payment.mode_and_status()[1]]
    try:
        payment.invoke(account, _CLOSE)
        seen.append(payment.mode_and_status()[1])
        bench.stations.load(10.0)
        bench.clock.wait(bench.statement.metrology.disconnect_within_s)
        supplied = flows(bench)
        bench.stations.load(0.0)
    finally:
        payment.invoke(account, _RESET)
        seen.append(payment.mode_and_status()[1])
        payment.invoke(account, _ACTIVATE)
        seen.append(payment.mode_and_status()[1])
    bench.note(Message("closed, it gives supply") if supplied else Message("closed, it does not give supply"))
    bench.check(
        seen
        == [AccountStatus.ACTIVE, AccountStatus.CLOSED, AccountStatus.NEW_INACTIVE, AccountStatus.ACTIVE],
        Message("the states are 2, 3, 1, 2 (seen {seen})", seen=seen),
    )
