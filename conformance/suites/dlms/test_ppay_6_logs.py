"""PPAY_LOG: what the payment logs keep of tokens, credit and charges. Our own ids."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dialogue import items
from conformance.bench.payment import Found, Payment, start_with
from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.enumerations import ChargeType

NEEDS = pytest.mark.needs("sts", "token-entry", "account", "payment-logs", "association:reader")

_PROFILE, _BUFFER, _ENTRIES = 7, 2, 7
CHARGES, CREDITS, TOKENS = "0.0.99.14.0", "0.0.99.15.0", "0.0.99.17.0"


def clause(number: str) -> pytest.MarkDecorator:
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
@clause("PPAY_LOG_1")
@NEEDS
def test_tokens(bench: Bench) -> None:
    desk, payment = bench.tokens, Payment(bench)
    digits = desk.credit(1)
    before = rows(payment, TOKENS)
    desk.must_accept(digits)
    desk.expect_refused(desk.enter(digits))
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
@clause("PPAY_LOG_2")
@NEEDS
def test_credits(bench: Bench) -> None:
    desk, payment = bench.tokens, Payment(bench)
    desk.must_accept(desk.credit(3))
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
@clause("PPAY_LOG_3")
@NEEDS
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
