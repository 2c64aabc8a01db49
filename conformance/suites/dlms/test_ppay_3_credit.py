"""PPAY_CRED: credits, their order, emergency credit and its way back. Our own ids: nobody publishes any."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.loop import flows, with_credit
from conformance.bench.payment import ACCOUNT, Found, Payment, clear, start_with, use_wh
from conformance.text import Text
from protocols.dlms.cosem.enumerations import CreditStatus, CreditStatusBit, CreditType

NEEDS = pytest.mark.needs(
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
        f"el estado del crédito {credit.obis} es {int(due)} ({due.name.lower()}), se vio {seen}",
        f"the status of credit {credit.obis} is {int(due)} ({due.name.lower()}), seen {seen}",
    )


def expect_wh(payment: Payment, credit: Found, due_wh: int) -> None:
    """Attribute 2 of a credit, within a step of resolution."""
    seen_wh = payment.number(credit, 2)
    payment.bench.check(
        abs(seen_wh - due_wh) <= _STEP_WH,
        f"el crédito {credit.obis} es {due_wh} Wh, se vio {seen_wh}",
        f"credit {credit.obis} is {due_wh} Wh, seen {seen_wh}",
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
    title=Text("Bits de estado del crédito", "Bits of the credit status"),
    stimulus=Text(
        "Leer current_credit_status con crédito de sobra, con poco y sin él.",
        "Read current_credit_status with plenty of credit, with little and with none.",
    ),
    requirement=Text(
        "Dice en crédito, crédito bajo y sin crédito cuando toca. El orden de los bits se nombra: las "
        "implementaciones difieren en él.",
        "It says in credit, low credit and out of credit when that is so. The order of the bits is named: "
        "implementations differ in it.",
    ),
)
@clause("PPAY_CRED_1")
@NEEDS
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
    bench.observe(f"bits: {seen}", f"bits: {seen}")
    orders = {
        "first bit = bit 0": [_holds(bits, first=True) for bits in seen.values()],
        "last bit = bit 0": [_holds(bits, first=False) for bits in seen.values()],
    }
    due = [(True, False, False), (True, True, False), (False, True, True)]
    order = next((name for name, states in orders.items() if states == due), None)
    bench.note(f"orden observado: {order}", f"observed order: {order}")
    bench.check(
        order is not None,
        "los bits dicen en crédito, bajo y agotado en uno de los dos órdenes",
        "the bits say in credit, low and out of credit in one of the two orders",
    )
    if order == "last bit = bit 0":
        bench.not_strictly("cuenta los bits desde el último", "it counts the bits from the last")


def _holds(bits: str, *, first: bool) -> tuple[bool, bool, bool]:
    """In credit, low credit, out of credit."""
    ordered = bits if first else bits[::-1]
    wanted = (CreditStatusBit.IN_CREDIT, CreditStatusBit.LOW_CREDIT, CreditStatusBit.OUT_OF_CREDIT)
    in_credit, low, out = (ordered[bit : bit + 1] == "1" for bit in wanted)
    return in_credit, low, out


@case(
    id="dlms/PPAY_CRED_2/priority",
    title=Text("Orden de los créditos", "Order of the credits"),
    stimulus=Text(
        "Con el crédito de emergencia elegido y crédito por códigos, consumir 0,1 kWh.",
        "With emergency credit chosen and some token credit left, consume 0.1 kWh.",
    ),
    requirement=Text(
        "Baja el crédito por códigos, de mayor prioridad; el de emergencia no.",
        "The token credit falls, which comes first; the emergency credit does not.",
    ),
)
@clause("PPAY_CRED_2")
@NEEDS
@EMERGENCY
def test_priority(bench: Bench) -> None:
    payment = Payment(bench)
    emergency, token = invoked(payment), payment.credit(CreditType.TOKEN)
    first, second = payment.number(token, 4), payment.number(emergency, 4)
    bench.check(first < second, "el crédito por códigos va primero", "the token credit comes first")
    expect_status(payment, emergency, CreditStatus.SELECTED_OR_INVOKED)
    before_wh, lent_wh = payment.number(token, 2), payment.number(emergency, 2)
    use_wh(bench, 100)
    expect_wh(payment, token, before_wh - 100)
    expect_wh(payment, emergency, lent_wh)


@case(
    id="dlms/PPAY_CRED_3/emergency",
    title=Text("Crédito de emergencia en uso", "Emergency credit in use"),
    stimulus=Text(
        "Elegir el crédito de emergencia, agotar el de códigos y consumir 0,2 kWh más.",
        "Choose emergency credit, exhaust the token credit and consume 0.2 kWh more.",
    ),
    requirement=Text(
        "La corriente sigue, el crédito de emergencia está en uso (3) y baja lo consumido; la cuenta dice "
        "qué hay por saldar.",
        "Current goes on, emergency credit is in use (3) and falls by what was consumed; the account says "
        "what is to be cleared.",
    ),
)
@clause("PPAY_CRED_3")
@NEEDS
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
        f"por saldar hay 200 Wh (se vio {to_clear_wh})",
        f"200 Wh are to be cleared (seen {to_clear_wh})",
    )
    bench.home.load(10.0)
    bench.check(flows(bench), "pasa corriente", "current flows")


@case(
    id="dlms/PPAY_CRED_4/paid-back",
    title=Text("El crédito de emergencia se paga", "Emergency credit is paid back"),
    stimulus=Text(
        "Tras usar 0,2 kWh de emergencia, recargar 1 kWh.",
        "After 0.2 kWh of emergency credit, recharge 1 kWh.",
    ),
    requirement=Text(
        "El código repone primero la emergencia; al crédito por códigos llegan 0,8 kWh. Ya no está elegida.",
        "The token restores emergency credit first; 0.8 kWh reach the token credit. It is no longer chosen.",
    ),
)
@clause("PPAY_CRED_4")
@NEEDS
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
    title=Text("Todo agotado", "Everything exhausted"),
    stimulus=Text(
        "Elegir el crédito de emergencia y consumir todo; después, recargar.",
        "Choose emergency credit and consume everything; then recharge.",
    ),
    requirement=Text(
        "Agotado todo (estado 4), la corriente cesa en el tiempo declarado; la recarga la devuelve.",
        "With everything exhausted (status 4) the current stops within the declared time; the recharge "
        "brings it back.",
    ),
)
@clause("PPAY_CRED_5")
@NEEDS
@EMERGENCY
def test_exhausted(bench: Bench) -> None:
    payment, plate = Payment(bench), bench.statement.metrology
    emergency = invoked(payment)
    use_wh(bench, payment.number(payment.one(ACCOUNT), 5) + 1)
    bench.clock.wait(plate.disconnect_within_s)
    expect_status(payment, emergency, CreditStatus.EXHAUSTED)
    bench.home.load(10.0)
    stopped = not flows(bench)
    with_credit(bench, 50)
    bench.check(stopped, "agotado todo, no pasa corriente", "with everything exhausted no current flows")
    bench.check(flows(bench), "con la recarga vuelve", "with the recharge it comes back")


@case(
    id="dlms/PPAY_CRED_N1/not-selectable",
    title=Text("Elegir lo que no se ofrece", "Choosing what is not offered"),
    stimulus=Text(
        "Con crédito de sobra, invocar el de emergencia.", "With plenty of credit, invoke emergency credit."
    ),
    requirement=Text("Su estado no cambia.", "Its status does not change."),
)
@clause("PPAY_CRED_N1")
@NEEDS
@EMERGENCY
def test_not_selectable(bench: Bench) -> None:
    payment = Payment(bench)
    emergency = payment.credit(CreditType.EMERGENCY)
    start_with(bench, payment.number(emergency, 10) // 100 + 50)
    before = payment.number(emergency, 8)
    payment.try_to_invoke(emergency, _INVOKE)
    after = payment.number(emergency, 8)
    bench.check(before == after, f"el estado sigue en {before}", f"the status is {before} still")
