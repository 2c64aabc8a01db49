"""PPAY_CHG: charges by energy, by time and by payment; prices that change. Our own ids."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from datetime import timedelta

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dialogue import items
from conformance.bench.loop import with_credit
from conformance.bench.payment import Found, Payment, clear, start_with, use_wh
from conformance.text import Text
from protocols.dlms.axdr import Data, DataTag, long, octet_string, structure
from protocols.dlms.axdr import double_long as amount
from protocols.dlms.cosem.enumerations import ChargeType, CreditType
from protocols.dlms.datetimes import CosemDateTime

NEEDS = pytest.mark.needs("sts", "token-entry", "account", "clock", "association:reader", "prepayment")

_STEP_WH = 1
_ACTIVATE, _SET_REMAINING = 2, 5
_NEVER = octet_string(CosemDateTime(None, None, None, status=0xFF).to_bytes())


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("ppay", number, level="shall")


def near(bench: Bench, seen_wh: int, due_wh: int, es: str, en: str) -> None:
    """An amount, within a step of resolution."""
    bench.check(
        abs(seen_wh - due_wh) <= _STEP_WH,
        f"{es}: {due_wh} Wh, se vio {seen_wh}",
        f"{en}: {due_wh} Wh, seen {seen_wh}",
    )


def unit_charge(payment: Payment, charge: Found, attribute: int) -> tuple[float, Data]:
    """Price of the first rate, in Wh of credit; and the whole structure."""
    whole = payment.read(charge, attribute)
    scales, _commodity, rates = items(whole)
    price_scale, per_unit = items(scales)[1].value, items(items(rates)[0])[1].value
    if not isinstance(price_scale, int) or not isinstance(per_unit, int):
        raise payment.bench.inconclusive("precio mal formado", "the price is malformed")
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
    title=Text("Cargo por consumo", "Consumption charge"),
    stimulus=Text("Consumir 0,5 kWh.", "Consume 0.5 kWh."),
    requirement=Text(
        "El total pagado del cargo sube, y el crédito baja, lo que la energía cuesta al precio activo.",
        "The total paid of the charge rises, and the credit falls, by what the energy costs at the active "
        "price.",
    ),
)
@clause("PPAY_CHG_1")
@NEEDS
@pytest.mark.needs("load")
def test_consumption(bench: Bench) -> None:
    start_with(bench, 20)
    payment = Payment(bench)
    charge, token = payment.charge(ChargeType.CONSUMPTION_BASED), payment.credit(CreditType.TOKEN)
    price, _ = unit_charge(payment, charge, 5)
    paid_wh, credit_wh = payment.number(charge, 2), payment.number(token, 2)
    use_wh(bench, 500)
    due_wh = round(500 * price)
    near(bench, payment.number(charge, 2) - paid_wh, due_wh, "sube lo pagado", "what is paid rises by")
    near(bench, credit_wh - payment.number(token, 2), due_wh, "baja el crédito", "the credit falls by")


@case(
    id="dlms/PPAY_CHG_2/time",
    title=Text("Cargo por tiempo", "Charge by time"),
    stimulus=Text(
        "Sin carga, dejar pasar tres períodos del cargo por tiempo.",
        "Without load, let three periods of the charge by time go by.",
    ),
    requirement=Text(
        "Se cobra una vez cada período, ni más ni menos, y se anota como pagado.",
        "It is collected once each period, no more and no less, and booked as paid.",
    ),
)
@clause("PPAY_CHG_2")
@NEEDS
@pytest.mark.needs("time-charge", "fast-clock")
def test_time(bench: Bench) -> None:
    payment = Payment(bench)
    charge, token = payment.charge(ChargeType.TIME_BASED), payment.credit(CreditType.TOKEN)
    spared = collection_bits(payment, charge)[2:3] != "1"
    if spared and "friendly-hours" in bench.statement.capabilities.present:
        raise bench.not_applicable(
            "en horas amigables no se cobra: no se sabe cuántos períodos caen en ellas",
            "nothing is collected in friendly hours: how many periods fall into them is not known",
        )
    price, _ = unit_charge(payment, charge, 5)
    period_s = payment.number(charge, 8)
    start_with(bench, round(5 * price) // 100 + 10)
    credit_wh, paid_wh = payment.number(token, 2), payment.number(charge, 2)
    bench.clock.wait(3.0 * period_s)
    due_wh = round(3 * price)
    near(bench, credit_wh - payment.number(token, 2), due_wh, "baja el crédito", "the credit falls by")
    near(bench, payment.number(charge, 2) - paid_wh, due_wh, "sube lo pagado", "what is paid rises by")


@case(
    id="dlms/PPAY_CHG_3/supply-off",
    title=Text("Cobro con el suministro cortado", "Collection with the supply off"),
    stimulus=Text(
        "Agotar el crédito, dejar pasar dos períodos con el interruptor abierto y recargar.",
        "Exhaust the credit, let two periods go by with the switch open and recharge.",
    ),
    requirement=Text(
        "Se cobra o no según diga el bit de cobro con suministro cortado de la cuenta.",
        "It is collected or not as the account's bit for collection with supply off says.",
    ),
)
@clause("PPAY_CHG_3")
@NEEDS
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
    bench.note(f"bit de cobro: {collects}", f"collection bit: {collects}")
    near(bench, payment.number(charge, 2) - paid_wh, due_wh, "sube lo pagado", "what is paid rises by")
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
    title=Text("Precio pasivo con hora de activación", "Passive price with an activation time"),
    stimulus=Text(
        "Escribir un precio pasivo doble que empieza en una hora; consumir 0,1 kWh antes y 0,1 kWh después.",
        "Write a passive price twice as dear that begins in an hour; consume 0.1 kWh before it and after it.",
    ),
    requirement=Text(
        "Antes rige el precio viejo; después, el nuevo, que es el activo.",
        "Before it the old price holds; after it the new one, which is the active one.",
    ),
)
@clause("PPAY_CHG_4")
@NEEDS
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
    near(bench, first_wh - second_wh, round(100 * price), "antes cuestan", "before it they cost")
    near(bench, third_wh - last_wh, round(200 * price), "después cuestan", "after it they cost")
    bench.check(
        abs(active - 2 * price) < price / 10,
        "el precio nuevo es el activo",
        "the new price is the active one",
    )


@case(
    id="dlms/PPAY_CHG_5/payment-event",
    title=Text("Deuda pagada con cada código", "A debt paid with each token"),
    stimulus=Text(
        "Poner una deuda de 0,3 kWh en el cargo por pago y recargar 1 kWh dos veces.",
        "Set a debt of 0.3 kWh in the charge by payment and recharge 1 kWh twice.",
    ),
    requirement=Text(
        "Cada código paga su proporción hasta saldar la deuda, y nunca más de lo que queda.",
        "Each token pays its proportion until the debt is paid, and never more than what remains.",
    ),
)
@clause("PPAY_CHG_5")
@NEEDS
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
            near(bench, gained_wh, 1_000 - due_wh, "al crédito llegan", "to the credit come")
            owed_wh -= due_wh
            near(bench, payment.number(charge, 12), owed_wh, "quedan por pagar", "there remain")
    finally:
        payment.invoke(charge, _SET_REMAINING, amount(0))
