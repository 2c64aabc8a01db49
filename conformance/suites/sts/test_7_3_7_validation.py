"""7.3.7 Validation: a TID is good once, whatever else the token says, and not when it is too old."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.text import Text

CLAUSE = pytest.mark.clause("iec62055-41", "7.3.7", level="shall")
ENTRY = pytest.mark.needs("sts", "token-entry")


@case(
    id="sts/7.3.7/replay",
    title=Text("El mismo código dos veces", "The same token twice"),
    stimulus=Text("Teclear un código de crédito dos veces.", "Enter a credit token twice."),
    requirement=Text(
        "La primera vez se acepta; la segunda es UsedError y el crédito no cambia.",
        "The first time it is accepted; the second is UsedError and credit does not move.",
    ),
)
@CLAUSE
@ENTRY
def test_replay(bench: Bench) -> None:
    desk = bench.tokens
    digits = desk.credit(10)
    with desk.credit_moves(10):
        desk.expect_accepted(desk.enter(digits))
    with desk.credit_moves(0):
        desk.expect(desk.enter(digits), "UsedError")


@case(
    id="sts/7.3.7/same-tid-other-amount",
    title=Text("El mismo TID con otra cantidad", "The same TID with another amount"),
    stimulus=Text(
        "Teclear un código, y otro del mismo TID por otra cantidad.",
        "Enter a token, then another one of the same TID for another amount.",
    ),
    requirement=Text(
        "El segundo es UsedError y el crédito no cambia.", "The second is UsedError, credit does not move."
    ),
)
@CLAUSE
@ENTRY
def test_same_tid_other_amount(bench: Bench) -> None:
    desk = bench.tokens
    tid = desk.tid()
    desk.must_accept(desk.credit(5, tid=tid))
    with desk.credit_moves(0):
        desk.expect(desk.enter(desk.credit(7, tid=tid)), "UsedError")


@case(
    id="sts/7.3.7/out-of-order",
    title=Text("Códigos en desorden", "Tokens out of order"),
    stimulus=Text(
        "Teclear tres códigos de minutos seguidos en el orden tercero, primero, segundo.",
        "Enter three tokens of successive minutes in the order third, first, second.",
    ),
    requirement=Text(
        "Los tres se aceptan: un TID nuevo por encima del menor guardado es válido aunque no sea el último.",
        "All three are accepted: a new TID above the smallest kept is valid though not the latest.",
    ),
)
@CLAUSE
@ENTRY
def test_out_of_order(bench: Bench) -> None:
    desk = bench.tokens
    first, second, third = (desk.credit(units) for units in (1, 2, 3))
    for digits, units in ((third, 3), (first, 1), (second, 2)):
        with desk.credit_moves(units):
            desk.expect_accepted(desk.enter(digits))


@case(
    id="sts/7.3.7/old",
    title=Text("Un código más viejo que el almacén de TID", "A token older than the TID store"),
    stimulus=Text(
        "Guardar un código sin teclear, llenar el almacén de TID con códigos posteriores, y teclearlo "
        "entonces.",
        "Keep a token back, fill the TID store with later ones, and enter it then.",
    ),
    requirement=Text(
        "Se rechaza con OldError y el crédito no cambia.", "It is OldError and credit does not move."
    ),
)
@CLAUSE
@ENTRY
def test_old(bench: Bench) -> None:
    desk = bench.tokens
    kept_back = desk.credit(9)
    section = bench.statement.sts
    assert section is not None
    for _ in range(section.tid_store_size):
        desk.must_accept(desk.credit(1))
    with desk.credit_moves(0):
        desk.expect(desk.enter(kept_back), "OldError")


@case(
    id="sts/7.3.7/one-store-for-both-ways",
    title=Text("Un solo almacén de TID para teclado y pasarela", "One TID store for keypad and gateway"),
    stimulus=Text(
        "Un código por la pasarela y repetido por el teclado; otro por el teclado y repetido por la "
        "pasarela.",
        "A token by the gateway and again by the keypad; another by the keypad and again by the gateway.",
    ),
    requirement=Text(
        "Cada código vale una sola vez, entre por donde entre.",
        "Each token is good only once, whichever way it comes in.",
    ),
)
@CLAUSE
@pytest.mark.clause("dlms-bb", "class-115", level="shall")
@pytest.mark.needs("sts", "keypad", "token-gateway", "association:reader")
def test_one_store_for_both_ways(bench: Bench) -> None:
    desk = bench.tokens
    for first, second in (("gateway", "keypad"), ("keypad", "gateway")):
        digits = desk.credit(6)
        with desk.credit_moves(6):
            desk.expect_accepted(desk.enter(digits, first))
        with desk.credit_moves(0):
            desk.expect(desk.enter(digits, second), "UsedError")
