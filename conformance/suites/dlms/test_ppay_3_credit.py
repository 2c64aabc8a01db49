# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""PPAY_CRED and PPAY_CHG: credits and their order, emergency credit, charges by energy, time and payment.

The ids are our own: none are published.
"""

from datetime import timedelta

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import items
from conformance.bench.prepayment import (
    ACCOUNT,
    Found,
    Payment,
    clear,
    flows,
    start_with,
    use_wh,
    with_credit,
)
from i18n import Message
from protocols.dlms.axdr import Data, DataTag, long, octet_string, structure
from protocols.dlms.axdr import double_long as amount
from protocols.dlms.cosem.enumerations import ChargeType, CreditStatus, CreditStatusBit, CreditType
from protocols.dlms.datetimes import CosemDateTime

# ---- PPAY_CRED: credits, their order, emergency credit and its way back. Our own ids

CREDIT_NEEDS = pytest.mark.needs(
    "sts", "token-entry", "account", "load", "clock", "association:reader", "prepayment"
)
EMERGENCY = pytest.mark.needs("emergency-credit")

_INVOKE = 3
_STEP_WH = 1


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("ppay", number, level="shall")


def expect_status(payment: Payment, credit: Found, due: CreditStatus) -> None:
    """Attribute 8 of a credit."""
    seen = payment.number(credit, 8)
    payment.bench.check(
        seen == due,
        Message(
            "the status of credit {obis} is {due} ({name}), seen {seen}",
            obis=credit.obis,
            due=int(due),
            name=due.name.lower(),
            seen=seen,
        ),
    )


def expect_wh(payment: Payment, credit: Found, due_wh: int) -> None:
    """Attribute 2 of a credit, within a step of resolution."""
    seen_wh = payment.number(credit, 2)
    payment.bench.check(
        abs(seen_wh - due_wh) <= _STEP_WH,
        Message(
            "credit {obis} is {due_wh} Wh, seen {seen_wh}", obis=credit.obis, due_wh=due_wh, seen_wh=seen_wh
        ),
    )


def invoked(payment: Payment) -> Found:
    """Emergency credit, chosen: the token credit stands at its threshold."""
    bench, emergency = payment.bench, payment.credit(CreditType.EMERGENCY)
    threshold_wh = payment.number(emergency, 10)
    start_with(bench, max(1, threshold_wh // 100))
    with_credit(bench, 20)  # whatever a case before left owing is paid back
    start_with(bench, max(1, threshold_wh // 100))
    expect_status(payment, emergency, CreditStatus.SELECTABLE)
    payment.invoke(emergency, _INVOKE)
    return emergency


@case(
    id="dlms/PPAY_CRED_1/status-bits",
    title=Message("Bits of the credit status"),
    stimulus=Message("Read current_credit_status with plenty of credit, with little and with none."),
    requirement=Message(
        "It says in credit, low credit and out of credit when that is so. The order of the "
        "bits is named: implementations differ in it."
    ),
)
@clause("PPAY_CRED_1")
@CREDIT_NEEDS
def test_status_bits(bench: Bench) -> None:
    payment = Payment(bench)
    account = payment.one(ACCOUNT)
    threshold_wh = payment.number(account, 16)
    seen: dict[str, str] = {}
    for name, units in (("plenty", threshold_wh // 80 + 50), ("little", max(1, threshold_wh // 200))):
        start_with(bench, units)
        seen[name] = str(payment.read(account, 4).value)
    clear(bench)
    bench.clock.wait(bench.statement.metrology.disconnect_within_s)
    seen["none"] = str(payment.read(account, 4).value)
    bench.observe(Message("bits: {seen}", seen=seen))
    orders = {
        "first bit = bit 0": [_holds(bits, first=True) for bits in seen.values()],
        "last bit = bit 0": [_holds(bits, first=False) for bits in seen.values()],
    }
    due = [(True, False, False), (True, True, False), (False, True, True)]
    order = next((name for name, states in orders.items() if states == due), None)
    bench.note(Message("observed order: {order}", order=order))
    bench.check(
        order is not None,
        Message("the bits say in credit, low and out of credit in one of the two orders"),
    )
    if order == "last bit = bit 0":
        bench.not_strictly(Message("it counts the bits from the last"))


def _holds(bits: str, *, first: bool) -> tuple[bool, bool, bool]:
    """In credit, low credit, out of credit."""
    ordered = bits if first else bits[::-1]
    wanted = (CreditStatusBit.IN_CREDIT, CreditStatusBit.LOW_CREDIT, CreditStatusBit.OUT_OF_CREDIT)
    in_credit, low, out = (ordered[bit : bit + 1] == "1" for bit in wanted)
    return in_credit, low, out


@case(
    id="dlms/PPAY_CRED_2/priority",
    title=Message("Order of the credits"),
    stimulus=Message("With emergency credit chosen and some token credit left, consume 0.1 kWh."),
    requirement=Message("The token credit falls, which comes first; the emergency credit does not."),
)
@clause("PPAY_CRED_2")
@CREDIT_NEEDS
@EMERGENCY
def test_priority(bench: Bench) -> None:
    payment = Payment(bench)
    emergency, token = invoked(payment), payment.credit(CreditType.TOKEN)
    first, second = payment.number(token, 4), payment.number(emergency, 4)
    bench.check(first < second, Message("the token credit comes first"))
    expect_status(payment, emergency, CreditStatus.SELECTED_OR_INVOKED)
    before_wh, lent_wh = payment.number(token, 2), payment.number(emergency, 2)
    use_wh(bench, 100)
    expect_wh(payment, token, before_wh - 100)
    expect_wh(payment, emergency, lent_wh)


@case(
    id="dlms/PPAY_CRED_3/emergency",
    title=Message("Emergency credit in use"),
    stimulus=Message("Choose emergency credit, exhaust the token credit and consume 0.2 kWh more."),
    requirement=Message(
        "Current goes on, emergency credit is in use (3) and falls by what was consumed; the "
        "account says what is to be cleared."
    ),
)
@clause("PPAY_CRED_3")
@CREDIT_NEEDS
@EMERGENCY
def test_emergency(bench: Bench) -> None:
    payment = Payment(bench)
    emergency = invoked(payment)
    lent_wh = payment.number(emergency, 2)
    use_wh(bench, payment.number(payment.credit(CreditType.TOKEN), 2) + 200)
    expect_status(payment, emergency, CreditStatus.IN_USE)
    expect_wh(payment, emergency, lent_wh - 200)
    to_clear_wh = payment.number(payment.one(ACCOUNT), 6)
    bench.check(
        abs(to_clear_wh - 200) <= _STEP_WH,
        Message("200 Wh are to be cleared (seen {to_clear_wh})", to_clear_wh=to_clear_wh),
    )
    bench.stations.load(10.0)
    bench.check(flows(bench), Message("current flows"))


@case(
    id="dlms/PPAY_CRED_4/paid-back",
    title=Message("Emergency credit is paid back"),
    stimulus=Message("After 0.2 kWh of emergency credit, recharge 1 kWh."),
    requirement=Message(
        "The token restores emergency credit first; 0.8 kWh reach the token credit. It is no longer chosen."
    ),
)
@clause("PPAY_CRED_4")
@CREDIT_NEEDS
@EMERGENCY
def test_paid_back(bench: Bench) -> None:
    payment = Payment(bench)
    emergency, token = invoked(payment), payment.credit(CreditType.TOKEN)
    lent_wh = payment.number(emergency, 2)
    use_wh(bench, payment.number(token, 2) + 200)
    used_wh = lent_wh - payment.number(emergency, 2)
    with_credit(bench, 10)
    expect_wh(payment, emergency, lent_wh)
    expect_wh(payment, token, 1_000 - used_wh)
    expect_status(payment, emergency, CreditStatus.ENABLED)


@case(
    id="dlms/PPAY_CRED_5/exhausted",
    title=Message("Everything exhausted"),
    stimulus=Message("Choose emergency credit and consume everything; then recharge."),
    requirement=Message(
        "With everything exhausted (status 4) the current stops within the declared time; "
        "the recharge brings it back."
    ),
)
@clause("PPAY_CRED_5")
@CREDIT_NEEDS
@EMERGENCY
def test_exhausted(bench: Bench) -> None:
    payment, plate = Payment(bench), bench.statement.metrology
    emergency = invoked(payment)
    use_wh(bench, payment.number(payment.one(ACCOUNT), 5) + 1)
    bench.clock.wait(plate.disconnect_within_s)
    expect_status(payment, emergency, CreditStatus.EXHAUSTED)
    bench.stations.load(10.0)
    stopped = not flows(bench)
    with_credit(bench, 50)
    bench.check(stopped, Message("with everything exhausted no current flows"))
    bench.check(flows(bench), Message("with the recharge it comes back"))


@case(
    id="dlms/PPAY_CRED_N1/not-selectable",
    title=Message("Choosing what is not offered"),
    stimulus=Message("With plenty of credit, invoke emergency credit."),
    requirement=Message("Its status does not change."),
)
@clause("PPAY_CRED_N1")
@CREDIT_NEEDS
@EMERGENCY
def test_not_selectable(bench: Bench) -> None:
    payment = Payment(bench)
    emergency = payment.credit(CreditType.EMERGENCY)
    start_with(bench, payment.number(emergency, 10) // 100 + 50)
    before = payment.number(emergency, 8)
    payment.try_to_invoke(emergency, _INVOKE)
    after = payment.number(emergency, 8)
    bench.check(before == after, Message("the status is {before} still", before=before))


# ---- PPAY_CHG: charges by energy, by time and by payment; prices that change. Our own ids.

CHARGE_NEEDS = pytest.mark.needs("sts", "token-entry", "account", "clock", "association:reader", "prepayment")

_ACTIVATE, _SET_REMAINING = 2, 5
_NEVER = octet_string(CosemDateTime(None, None, None, status=0xFF).to_bytes())


def near(bench: Bench, seen_wh: int, due_wh: int, text: Message) -> None:
    """An amount, within a step of resolution."""
    bench.check(
        abs(seen_wh - due_wh) <= _STEP_WH,
        Message("{amount}: {due_wh} Wh, seen {seen_wh}", amount=text, due_wh=due_wh, seen_wh=seen_wh),
    )


def unit_charge(payment: Payment, charge: Found, attribute: int) -> tuple[float, Data]:
    """Price of the first rate, in Wh of credit; and the whole structure."""
    whole = payment.read(charge, attribute)
    scales, _commodity, rates = items(whole)
    price_scale, per_unit = items(scales)[1].value, items(items(rates)[0])[1].value
    if not isinstance(price_scale, int) or not isinstance(per_unit, int):
        raise payment.bench.inconclusive(Message("the price is malformed"))
    return per_unit * 10.0**price_scale, whole


def with_price(whole: Data, factor: int) -> Data:
    """The same unit charge, each rate `factor` times as dear."""
    scales, commodity, rates = items(whole)
    dearer = [
        structure(items(rate)[0], long(int(str(items(rate)[1].value)) * factor)) for rate in items(rates)
    ]
    return structure(scales, commodity, Data(DataTag.ARRAY, tuple(dearer)))


def local_time(bench: Bench, seconds: float) -> Data:
    """So many seconds from now, in the device's local time as the bench knows it: UTC with deviation 0."""
    return octet_string(CosemDateTime.from_utc(bench.utc() + timedelta(seconds=seconds), 0).to_bytes())


@case(
    id="dlms/PPAY_CHG_1/consumption",
    title=Message("Consumption charge"),
    stimulus=Message("Consume 0.5 kWh."),
    requirement=Message(
        "The total paid of the charge rises, and the credit falls, by what the energy costs "
        "at the active price."
    ),
)
@clause("PPAY_CHG_1")
@CHARGE_NEEDS
@pytest.mark.needs("load")
def test_consumption(bench: Bench) -> None:
    start_with(bench, 20)
    payment = Payment(bench)
    charge, token = payment.charge(ChargeType.CONSUMPTION_BASED), payment.credit(CreditType.TOKEN)
    price, _ = unit_charge(payment, charge, 5)
    paid_wh, credit_wh = payment.number(charge, 2), payment.number(token, 2)
    use_wh(bench, 500)
    due_wh = round(500 * price)
    near(bench, payment.number(charge, 2) - paid_wh, due_wh, Message("what is paid rises by"))
    near(bench, credit_wh - payment.number(token, 2), due_wh, Message("the credit falls by"))


@case(
    id="dlms/PPAY_CHG_2/time",
    title=Message("Charge by time"),
    stimulus=Message("Without load, let three periods of the charge by time go by."),
    requirement=Message("It is collected once each period, no more and no less, and booked as paid."),
)
@clause("PPAY_CHG_2")
@CHARGE_NEEDS
@pytest.mark.needs("time-charge", "fast-clock")
def test_time(bench: Bench) -> None:
    payment = Payment(bench)
    charge, token = payment.charge(ChargeType.TIME_BASED), payment.credit(CreditType.TOKEN)
    spared = collection_bits(payment, charge)[2:3] != "1"
    if spared and "friendly-hours" in bench.statement.capabilities.present:
        raise bench.not_applicable(
            Message("nothing is collected in friendly hours: how many periods fall into them is not known"),
        )
    price, _ = unit_charge(payment, charge, 5)
    period_s = payment.number(charge, 8)
    start_with(bench, round(5 * price) // 100 + 10)
    credit_wh, paid_wh = payment.number(token, 2), payment.number(charge, 2)
    bench.clock.wait(3.0 * period_s)
    due_wh = round(3 * price)
    near(bench, credit_wh - payment.number(token, 2), due_wh, Message("the credit falls by"))
    near(bench, payment.number(charge, 2) - paid_wh, due_wh, Message("what is paid rises by"))


@case(
    id="dlms/PPAY_CHG_3/supply-off",
    title=Message("Collection with the supply off"),
    stimulus=Message("Exhaust the credit, let two periods go by with the switch open and recharge."),
    requirement=Message("It is collected or not as the account's bit for collection with supply off says."),
)
@clause("PPAY_CHG_3")
@CHARGE_NEEDS
@pytest.mark.needs("time-charge", "fast-clock")
def test_supply_off(bench: Bench) -> None:
    payment = Payment(bench)
    charge = payment.charge(ChargeType.TIME_BASED)
    collects = collection_bits(payment, charge)[:1] == "1"
    price, _ = unit_charge(payment, charge, 5)
    clear(bench)
    bench.clock.wait(bench.statement.metrology.disconnect_within_s)
    paid_wh = payment.number(charge, 2)
    bench.clock.wait(2.0 * payment.number(charge, 8))
    due_wh = round(2 * price) if collects else 0
    bench.note(Message("collection bit: {collects}", collects=collects))
    near(bench, payment.number(charge, 2) - paid_wh, due_wh, Message("what is paid rises by"))
    with_credit(bench, round(3 * price) // 100 + 10)


def collection_bits(payment: Payment, charge: Found) -> str:
    """When the account lets a charge be collected: supply off, load limiting, friendly hours."""
    account = payment.one(111)
    for row in items(payment.read(account, 11)):
        _credit, name, bits = items(row)
        if isinstance(name.value, bytes) and _same(name.value, charge.obis):
            return str(bits.value)
    return ""


def _same(name: bytes, obis: str) -> bool:
    return obis.startswith(".".join(str(octet) for octet in name[:5]))


@case(
    id="dlms/PPAY_CHG_4/passive",
    title=Message("Passive price with an activation time"),
    stimulus=Message(
        "Write a passive price twice as dear that begins in an hour; consume 0.1 kWh before it and after it."
    ),
    requirement=Message("Before it the old price holds; after it the new one, which is the active one."),
)
@clause("PPAY_CHG_4")
@CHARGE_NEEDS
@pytest.mark.needs("passive-charge", "load", "fast-clock")
def test_passive(bench: Bench) -> None:
    start_with(bench, 20)
    payment = Payment(bench)
    charge, token = payment.charge(ChargeType.CONSUMPTION_BASED), payment.credit(CreditType.TOKEN)
    price, whole = unit_charge(payment, charge, 5)
    try:
        payment.write(charge, 6, with_price(whole, 2))
        payment.write(charge, 7, local_time(bench, 3_600))
        first_wh = payment.number(token, 2)
        use_wh(bench, 100)
        second_wh = payment.number(token, 2)
        bench.clock.wait(3_700)
        third_wh = payment.number(token, 2)
        use_wh(bench, 100)
        last_wh = payment.number(token, 2)
        active, _ = unit_charge(payment, charge, 5)
    finally:
        payment.write(charge, 6, whole)
        payment.write(charge, 7, _NEVER)
        payment.invoke(charge, _ACTIVATE)
    near(bench, first_wh - second_wh, round(100 * price), Message("before it they cost"))
    near(bench, third_wh - last_wh, round(200 * price), Message("after it they cost"))
    bench.check(
        abs(active - 2 * price) < price / 10,
        Message("the new price is the active one"),
    )


@case(
    id="dlms/PPAY_CHG_5/payment-event",
    title=Message("A debt paid with each token"),
    stimulus=Message("Set a debt of 0.3 kWh in the charge by payment and recharge 1 kWh twice."),
    requirement=Message(
        "Each token pays its proportion until the debt is paid, and never more than what remains."
    ),
)
@clause("PPAY_CHG_5")
@CHARGE_NEEDS
@pytest.mark.needs("payment-charge")
def test_payment_event(bench: Bench) -> None:
    start_with(bench, 10)
    payment = Payment(bench)
    charge, token = payment.charge(ChargeType.PAYMENT_EVENT_BASED), payment.credit(CreditType.TOKEN)
    share = payment.number(charge, 13) / 10_000
    payment.invoke(charge, _SET_REMAINING, amount(300))
    owed_wh = 300
    try:
        for _ in range(2):
            before_wh, due_wh = payment.number(token, 2), min(owed_wh, round(1_000 * share))
            with_credit(bench, 10)
            gained_wh = payment.number(token, 2) - before_wh
            near(bench, gained_wh, 1_000 - due_wh, Message("to the credit come"))
            owed_wh -= due_wh
            near(bench, payment.number(charge, 12), owed_wh, Message("there remain"))
    finally:
        payment.invoke(charge, _SET_REMAINING, amount(0))
