"""8.2 Entry: twenty digits below 2^66, by keypad or gateway, and nothing else."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.ways import ways_in
from conformance.text import Text

CLAUSE = pytest.mark.clause("iec62055-41", "8.2", level="shall")
#: The first number that is no token: 66 bits are full.
_TWO_TO_66 = str(1 << 66)
#: Longer than any unit keeps an entry that nobody goes on with, and than any answer takes.
_ABANDONED_S, _ANSWER_S = 180.0, 15.0


@case(
    id="sts/8.2/keypad",
    title=Text("Código por teclado", "Token by keypad"),
    stimulus=Text("Teclear un código de crédito nuevo.", "Enter a fresh credit token at the keypad."),
    requirement=Text(
        "Se acepta y el crédito sube exactamente su cantidad.",
        "It is accepted and credit rises by exactly its amount.",
    ),
)
@CLAUSE
@pytest.mark.clause("iec62055-41", "8.4", level="shall")
@pytest.mark.needs("sts", "keypad")
def test_keypad(bench: Bench) -> None:
    desk = bench.tokens
    digits = desk.credit(12)
    with desk.credit_moves(12):
        desk.expect_accepted(desk.enter(digits, "keypad"))


@case(
    id="sts/8.2/gateway",
    title=Text("Código por la pasarela DLMS", "Token by the DLMS gateway"),
    stimulus=Text("Entregar un código de crédito nuevo por DLMS.", "Deliver a fresh credit token by DLMS."),
    requirement=Text(
        "Se ejecuta, el estado de la pasarela lo dice y el crédito sube exactamente su cantidad.",
        "It is executed, the gateway's status says so and credit rises by exactly its amount.",
    ),
)
@CLAUSE
@pytest.mark.clause("dlms-bb", "class-115", level="shall")
@pytest.mark.needs("sts", "token-gateway", "association:reader")
def test_gateway(bench: Bench) -> None:
    desk = bench.tokens
    digits = desk.credit(13)
    with desk.credit_moves(13):
        desk.expect_accepted(desk.enter(digits, "gateway"))


@case(
    id="sts/8.2/carrier",
    title=Text("Código por el portador virtual local", "Token by the local virtual carrier"),
    stimulus=Text(
        "Entregar un código de crédito nuevo por el puerto local, dos veces.",
        "Hand over a fresh credit token at the local port, twice.",
    ),
    requirement=Text(
        "La primera vez se acepta y el crédito sube exactamente su cantidad; la segunda es UsedError.",
        "The first time it is accepted and credit rises by exactly its amount; the second is UsedError.",
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "carrier")
def test_carrier(bench: Bench) -> None:
    desk = bench.tokens
    digits = desk.credit(14)
    with desk.credit_moves(14):
        desk.expect_accepted(desk.enter(digits, "carrier"))
    with desk.credit_moves(0):
        desk.expect(desk.enter(digits, "carrier"), "UsedError")


@case(
    id="sts/8.2/malformed",
    title=Text("Entradas que no son un código", "Entries that are no token"),
    stimulus=Text(
        "Por cada vía, entregar 19 dígitos, 21 dígitos, y 20 dígitos por encima de 2^66−1.",
        "By each way in, enter 19 digits, 21 digits, and 20 digits above 2^66−1.",
    ),
    requirement=Text(
        "Ninguna se acepta y el crédito no cambia.", "None is accepted and credit does not move."
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry")
def test_malformed(bench: Bench) -> None:
    desk = bench.tokens
    good = desk.credit(8)
    with desk.credit_moves(0):
        for way in ways_in(bench):
            for entry in (good[:19], "9" + good, _TWO_TO_66, "9" * 20):
                desk.expect_refused(desk.enter(entry, way))
    with desk.credit_moves(8):
        desk.expect_accepted(desk.enter(good))


@case(
    id="sts/8.2/largest-number",
    title=Text("El mayor número de 66 bits", "The largest number of 66 bits"),
    stimulus=Text(
        "Teclear 2^66−1 y 2^66: el último que cabe y el primero que no.",
        "Enter 2^66−1 and 2^66: the last one that fits and the first that does not.",
    ),
    requirement=Text(
        "Los dos se rechazan sin efecto; el segundo es FormatError.",
        "Both are refused without effect; the second is FormatError.",
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry")
def test_largest_number(bench: Bench) -> None:
    desk = bench.tokens
    with desk.credit_moves(0):
        desk.expect_refused(desk.enter(str((1 << 66) - 1)))
        desk.expect(desk.enter(_TWO_TO_66), "FormatError")


@case(
    id="sts/8.2/backspace",
    title=Text("Corregir un dígito", "Correcting a digit"),
    stimulus=Text(
        "Teclear un código tecla a tecla, con dígitos equivocados que se borran, y confirmarlo.",
        "Key a token in key by key, with wrong digits that are deleted, and confirm it.",
    ),
    requirement=Text(
        "Vale lo que queda: el código se acepta una vez. Sin confirmar no pasa nada.",
        "What is left counts: the token is accepted, once. Unconfirmed, nothing happens.",
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "keypad")
def test_backspace(bench: Bench) -> None:
    desk = bench.tokens
    digits = desk.credit(9)
    with desk.credit_moves(0):
        _press(bench, digits[:7] + "99", "del", "del")
        _press(bench, digits[7:19] + str((int(digits[19]) + 1) % 10), "del")
        _press(bench, digits[19])
    with desk.credit_moves(9):
        _press(bench, "", "ok")
        _let_the_answer_come(bench)
    with desk.credit_moves(0):
        desk.expect(desk.enter(digits, "keypad"), "UsedError")


@case(
    id="sts/8.2/abandoned",
    title=Text("Una entrada abandonada", "An abandoned entry"),
    stimulus=Text(
        "Teclear la mitad de un código, esperar tres minutos y teclear otro entero.",
        "Key in half a token, wait three minutes and key in another one, whole.",
    ),
    requirement=Text(
        "La mitad abandonada no cuenta: el entero se acepta.",
        "The abandoned half does not count: the whole one is accepted.",
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "keypad", "fast-clock")
def test_abandoned(bench: Bench) -> None:
    desk = bench.tokens
    digits = desk.credit(7)
    with desk.credit_moves(7):
        _press(bench, digits[:10])
        bench.clock.wait(_ABANDONED_S)
        desk.expect_accepted(desk.enter(digits, "keypad"))


@case(
    id="sts/8.2/grouping",
    title=Text("Los dígitos se ven en grupos de cuatro", "Digits are seen in groups of four"),
    stimulus=Text(
        "Teclear doce dígitos sin confirmar y mirar la pantalla; borrarlos.",
        "Key in twelve digits without confirming and look at the display; delete them.",
    ),
    requirement=Text(
        "Se ven los dígitos tecleados; que vayan en grupos de cuatro, como en el tiquete, se anota.",
        "The digits are seen; whether in groups of four, as on the ticket, is noted.",
    ),
)
@pytest.mark.clause("iec62055-41", "8.2", level="should")
@pytest.mark.needs("sts", "keypad")
def test_grouping(bench: Bench) -> None:
    typed = "123456789012"
    _press(bench, typed)
    shown = bench.keypad.display().text
    _press(bench, "", *["del"] * len(typed))
    bench.observe(f"pantalla: {shown}", f"display: {shown}")
    bench.check(typed[-4:] in shown.replace(" ", ""), "se ven los dígitos", "the digits are seen")
    if "1234 5678 9012" not in shown:
        bench.not_strictly("no van en grupos de cuatro", "they are not in groups of four")


def _press(bench: Bench, digits: str, *keys: str) -> None:
    bench.stimulus(f"teclas {' '.join((digits, *keys))}", f"keys {' '.join((digits, *keys))}")
    for key in (*digits, *keys):
        bench.keypad.press(key)


def _let_the_answer_come(bench: Bench) -> None:
    """A customer unit on a slow link takes its time."""
    bench.clock.wait(_ANSWER_S)
    shown = bench.keypad.display().text
    bench.observe(f"pantalla: {shown}", f"display: {shown}")
