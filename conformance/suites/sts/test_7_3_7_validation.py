"""7.3.7 Validation: a TID is good once, whatever else the token says, and not when it is too old."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from itertools import permutations

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.ways import ways_in
from conformance.text import Text
from protocols.sts.token import SetMaximumPowerLimit, TransferCredit

CLAUSE = pytest.mark.clause("iec62055-41", "7.3.7", level="shall")
ENTRY = pytest.mark.needs("sts", "token-entry")

_RND = 5


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
        "Teclear un código, y otros del mismo TID: con otra cantidad, con otro RND y de gestión.",
        "Enter a token, then others of the same TID: for another amount, with another RND, and of "
        "management.",
    ),
    requirement=Text(
        "Los demás son UsedError y el crédito no cambia.", "The others are UsedError, credit does not move."
    ),
)
@CLAUSE
@ENTRY
def test_same_tid_other_amount(bench: Bench) -> None:
    desk = bench.tokens
    tid = desk.tid()
    desk.must_accept(desk.credit(5, tid=tid))
    others = (
        TransferCredit(0, _RND, tid, 7),
        TransferCredit(0, _RND + 1, tid, 5),
        SetMaximumPowerLimit(_RND, tid, 5000),
    )
    with desk.credit_moves(0):
        for token in others:
            desk.expect(desk.enter(desk.mint.token(token)), "UsedError")


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
    id="sts/7.3.7/store-full",
    title=Text("Almacén de TID lleno", "A full TID store"),
    stimulus=Text(
        "Llenar el almacén con TID de dos en dos; teclear el menor guardado, uno anterior y dos de los "
        "huecos.",
        "Fill the store with every second TID; enter the smallest kept, an earlier one and two of the gaps.",
    ),
    requirement=Text(
        "El menor es UsedError, el anterior OldError; los de los huecos se aceptan una vez, y el menor que "
        "desplazan pasa a OldError.",
        "The smallest is UsedError, the earlier one OldError; those of the gaps are accepted once, and the "
        "smallest that they displace becomes OldError.",
    ),
)
@CLAUSE
@ENTRY
def test_store_full(bench: Bench) -> None:
    desk, section = bench.tokens, bench.statement.sts
    assert section is not None
    earlier = desk.tid()
    kept, gaps = [], []
    for _ in range(section.tid_store_size):
        kept.append(desk.tid())
        gaps.append(desk.tid())
        desk.must_accept(desk.credit(1, tid=kept[-1]))
    with desk.credit_moves(0):
        desk.expect(desk.enter(desk.credit(1, tid=kept[0])), "UsedError")
        desk.expect(desk.enter(desk.credit(1, tid=earlier)), "OldError")
        desk.expect(desk.enter(desk.credit(1, tid=kept[-1])), "UsedError")
    for place, gap in ((0, gaps[0]), (1, gaps[-2])):
        with desk.credit_moves(1):
            desk.expect_accepted(desk.enter(desk.credit(1, tid=gap)))
        with desk.credit_moves(0):
            desk.expect(desk.enter(desk.credit(1, tid=gap)), "UsedError")
            desk.expect(desk.enter(desk.credit(1, tid=kept[place])), "OldError", "UsedError")
    with desk.credit_moves(0):
        desk.expect(desk.enter(desk.credit(1, tid=kept[0])), "OldError")


@case(
    id="sts/7.3.7/reserved-minute",
    title=Text("El minuto reservado 00:01", "The reserved minute 00:01"),
    stimulus=Text(
        "Teclear códigos de las 00:00, 00:02 y 00:03 de un día, y después uno de las 00:01, dos veces.",
        "Enter tokens of 00:00, 00:02 and 00:03 of one day, and then one of 00:01, twice.",
    ),
    requirement=Text(
        "Los tres primeros se aceptan. El de las 00:01, que no se vende, se anota; si se acepta, vale una "
        "vez.",
        "The first three are accepted. That of 00:01, which nobody sells, is noted; if it is accepted, then "
        "once.",
    ),
)
@CLAUSE
@ENTRY
def test_reserved_minute(bench: Bench) -> None:
    desk = bench.tokens
    desk.tid()  # the probe comes first
    midnight = desk.mint.tids.midnight()
    for tid in (midnight, midnight + 2, midnight + 3):
        with desk.credit_moves(1):
            desk.expect_accepted(desk.enter(desk.credit(1, tid=tid)))
    desk.mint.tids.leap(3)
    digits = desk.credit(1, tid=midnight + 1)
    if desk.enter(digits).accepted:
        with desk.credit_moves(0):
            desk.expect(desk.enter(digits), "UsedError")
    else:
        bench.note("el minuto 00:01 no se acepta", "the minute 00:01 is not accepted")


@case(
    id="sts/7.3.7/one-store-for-both-ways",
    title=Text("Un solo almacén de TID para todas las vías", "One TID store for all ways in"),
    stimulus=Text(
        "Por cada dos vías de entrada (teclado, portador local, pasarela): un código por una y repetido por "
        "la otra.",
        "For every two ways in (keypad, local carrier, gateway): a token by one and again by the other.",
    ),
    requirement=Text(
        "Cada código vale una sola vez, entre por donde entre, y el resultado es el mismo.",
        "Each token is good only once, whichever way it comes in, and the result is the same.",
    ),
)
@CLAUSE
@pytest.mark.clause("dlms-bb", "class-115", level="shall")
@ENTRY
def test_one_store_for_both_ways(bench: Bench) -> None:
    desk, ways = bench.tokens, ways_in(bench)
    if len(ways) < 2:
        raise bench.not_applicable("solo hay una vía de entrada", "there is only one way in")
    for first, second in permutations(ways, 2):
        digits = desk.credit(6)
        with desk.credit_moves(6):
            desk.expect_accepted(desk.enter(digits, first))
        with desk.credit_moves(0):
            desk.expect(desk.enter(digits, second), "UsedError")
