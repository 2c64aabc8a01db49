"""PPAY_ACC: the account, its sums, its mode and its life. Our own ids: nobody publishes any."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import items
from conformance.bench.prepayment import ACCOUNT, CHARGE, CREDIT, Payment, clear, flows, start_with, use_wh
from conformance.text import Text
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
    title=Text("Estado y referencias de la cuenta", "State and references of the account"),
    stimulus=Text(
        "Leer modo, estado y las listas de créditos y cargos de la cuenta.",
        "Read mode, status and the lists of credits and charges of the account.",
    ),
    requirement=Text(
        "Modo 1 o 2, estado 1 a 3; cada referencia es un crédito o un cargo que la asociación lista.",
        "Mode 1 or 2, status 1 to 3; each reference is a credit or a charge that the association lists.",
    ),
)
@clause("PPAY_ACC_1")
@NEEDS
def test_references(bench: Bench) -> None:
    payment = Payment(bench)
    mode, status = payment.mode_and_status()
    bench.check(mode in list(PaymentMode), f"el modo es 1 o 2 ({mode})", f"the mode is 1 or 2 ({mode})")
    bench.check(
        status in list(AccountStatus), f"el estado es 1 a 3 ({status})", f"the status is 1 to 3 ({status})"
    )
    for attribute, class_id in ((9, CREDIT), (10, CHARGE)):
        names = [item.value for item in items(payment.read(payment.one(ACCOUNT), attribute))]
        known = {item.obis for item in payment.all_of(class_id)}
        referred = {str(Obis.from_bytes(name)) for name in names if isinstance(name, bytes)}
        bench.check(
            bool(referred) and referred <= known,
            f"la lista {attribute} nombra objetos de clase {class_id} que existen",
            f"list {attribute} names objects of class {class_id} that exist",
        )


@case(
    id="dlms/PPAY_ACC_2/available",
    title=Text("Crédito disponible", "Available credit"),
    stimulus=Text(
        "Dejar 1 kWh y leer el crédito disponible y la cantidad por saldar de la cuenta.",
        "Leave 1 kWh and read the available credit and the amount to clear of the account.",
    ),
    requirement=Text(
        "Disponible es el crédito por códigos; no hay nada por saldar.",
        "Available is the token credit; nothing is to be cleared.",
    ),
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
        f"disponible {available_wh} Wh, crédito {token_wh} Wh, debido {due_wh} Wh",
        f"available {available_wh} Wh, credit {token_wh} Wh, due {due_wh} Wh",
    )
    to_clear_wh = payment.number(account, 6)
    bench.check(to_clear_wh == 0, "nada por saldar", "nothing to clear")


@case(
    id="dlms/PPAY_ACC_3/mode",
    title=Text("Cambio de modo de pago", "Change of the payment mode"),
    stimulus=Text(
        "Sin crédito, pasar la cuenta a modo crédito y cargar; volver a prepago, recargar y consumir.",
        "Without credit, set the account to credit mode and draw a load; set it back to prepayment, recharge "
        "and consume.",
    ),
    requirement=Text(
        "En modo crédito pasa la corriente y el crédito no baja; en prepago sin crédito cesa, y con crédito "
        "vuelve a bajar.",
        "In credit mode current flows and the credit does not fall; in prepayment without credit it stops, "
        "and with credit it falls again.",
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
    bench.check(flowed, "en modo crédito pasa corriente", "in credit mode current flows")
    bench.check(
        credit_wh == 0, "en modo crédito el crédito no baja", "in credit mode the credit does not fall"
    )
    bench.check(stopped, "en prepago sin crédito cesa", "in prepayment without credit it stops")
    start_with(bench, _TOKEN_UNITS)
    use_wh(bench, 100)
    due_wh = bench.tokens.due_wh(_TOKEN_UNITS) - 100
    left_wh = payment.number(token, 2)
    bench.check(
        abs(left_wh - due_wh) <= 1,
        f"en prepago el crédito baja otra vez ({due_wh} Wh, se vio {left_wh})",
        f"in prepayment the credit falls again ({due_wh} Wh, seen {left_wh})",
    )


@case(
    id="dlms/PPAY_ACC_4/life",
    title=Text("Vida de la cuenta", "Life of the account"),
    stimulus=Text(
        "Cerrar la cuenta, reponerla y activarla, leyendo su estado cada vez.",
        "Close the account, reset it and activate it, reading its status each time.",
    ),
    requirement=Text(
        "Cerrada (3), nueva (1) y activa (2); reponer una cuenta activa no hace nada. Qué pasa con el "
        "suministro se anota: ninguna fuente lo dice.",
        "Closed (3), new (1) and active (2); resetting an active account does nothing. What becomes of the "
        "supply is noted: no source says it.",
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
    bench.note(
        f"cerrada, {'da' if supplied else 'no da'} suministro",
        f"closed, it {'gives' if supplied else 'does not give'} supply",
    )
    bench.check(
        seen
        == [AccountStatus.ACTIVE, AccountStatus.CLOSED, AccountStatus.NEW_INACTIVE, AccountStatus.ACTIVE],
        f"los estados son 2, 3, 1, 2 (se vio {seen})",
        f"the states are 2, 3, 1, 2 (seen {seen})",
    )
