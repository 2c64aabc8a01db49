# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""7.3.7 Validation: a TID is good once and not when too old; key expiry, default key, the clock."""

from itertools import permutations

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.mint import default_key
from conformance.bench.sts_procedures import key_changes
from conformance.bench.token_entry import channels_of
from conformance.text import Text
from protocols.sts.acceptance.key_register import KEY_TYPE_MATRIX
from protocols.sts.identity import TID_MAX, KeyType, TokenIdentifier
from protocols.sts.token import ClearTamperCondition, SetMaximumPowerLimit, TransferCredit

# ---- 7.3.7 Validation: key expiry, the default key, and the clock that plays no part.

CLAUSE = pytest.mark.clause("iec62055-41", "7.3.7", level="shall")

_RND = 5
#: A key expiry number in the middle of the range, and the last TID that it allows.
_KEN, _LAST_TID = 85, 0x55FFFF
_NEVER = 255
#: The first days after the base date.
_LONG_AGO = (2000, 4000)
_LIMIT_W = 5000


@case(
    id="sts/7.3.7/key-expiry",
    title=Text("Vencimiento de la clave", "Key expiry"),
    stimulus=Text(
        "Con el almacén de TID vacío (cambio de fecha base) y KEN 85, teclear TID 0x55FFFF, 0x560000 y "
        "0x560001; cambiar a KEN 255 y teclear 0x560000 y el mayor TID.",
        "With an empty TID store (a change of base date) and KEN 85, enter TID 0x55FFFF, 0x560000 and "
        "0x560001; change to KEN 255 and enter 0x560000 and the highest TID.",
    ),
    requirement=Text(
        "Hasta el límite se acepta, después es KeyExpiredError sin consumir el TID, también en gestión; las "
        "secciones de clave están exentas; con 255 no vence nunca.",
        "Up to the limit it is accepted, beyond it KeyExpiredError without using the TID up, for "
        "management, too; key sections are exempt; with 255 it never expires.",
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "key-change", "key-expiry", "next-base-date")
def test_key_expiry(bench: Bench) -> None:
    tokens = bench.tokens
    declared = tokens.mint.register
    empty = declared.varied(base_date=declared.base_date.following(), ken=_KEN)
    with key_changes(bench) as changes:
        changes.change(empty)
        with tokens.credit_moves(2):
            tokens.expect(tokens.enter(tokens.credit(2, tid=_LAST_TID)), "Accept")
        with tokens.credit_moves(0):
            for tid in (_LAST_TID + 1, _LAST_TID + 2, TID_MAX):
                tokens.expect(tokens.enter(tokens.credit(3, tid=tid)), "KeyExpiredError")
            limit = tokens.mint.token(SetMaximumPowerLimit(_RND, _LAST_TID + 1, _LIMIT_W))
            tokens.expect(tokens.enter(limit), "KeyExpiredError")
            changes.change(empty.varied(ken=_NEVER))
        for tid in (_LAST_TID + 1, TID_MAX):
            with tokens.credit_moves(4):
                tokens.expect(tokens.enter(tokens.credit(4, tid=tid)), "Accept")


@case(
    id="sts/7.3.7/default-key",
    title=Text("Clave por defecto (DDTK)", "Default key (DDTK)"),
    stimulus=Text(
        "Cambiar a una clave DDTK, teclear crédito y un código de gestión, y volver; teclear el crédito de "
        "nuevo.",
        "Change to a DDTK, enter credit and a management token, and come back; enter credit again.",
    ),
    requirement=Text(
        "Bajo DDTK el crédito es DDTKError sin consumir el TID y la gestión se acepta; de vuelta, el TID "
        "sirve.",
        "Under a DDTK credit is DDTKError without using the TID up and management is accepted; back home "
        "the TID serves.",
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "key-change")
def test_default_key(bench: Bench) -> None:
    tokens = bench.tokens
    declared = tokens.mint.register
    reached = KeyType.DDTK in KEY_TYPE_MATRIX[declared.key_type]
    if not reached or declared.key_type not in KEY_TYPE_MATRIX[KeyType.DDTK]:
        raise bench.not_applicable("no hay ida y vuelta a DDTK", "there is no way to a DDTK and back")
    tids = [tokens.tid(), tokens.tid()]
    with key_changes(bench) as changes, tokens.credit_moves(0):
        changes.change(default_key(declared))
        for tid in tids:
            tokens.expect(tokens.enter(tokens.credit(6, tid=tid)), "DDTKError")
        tokens.expect_accepted(tokens.enter(tokens.mint.token(ClearTamperCondition(_RND, tokens.tid(), 0))))
        changes.change(declared)
    for tid in tids:
        with tokens.credit_moves(6):
            tokens.expect_accepted(tokens.enter(tokens.credit(6, tid=tid)))


@case(
    id="sts/7.3.7/clock-plays-no-part",
    title=Text("El reloj del medidor no cuenta", "The meter's clock plays no part"),
    stimulus=Text(
        "Con el almacén de TID vacío (cambio de fecha base y vuelta), teclear códigos de años después y de "
        "años antes de hoy.",
        "With an empty TID store (a change of base date and back), enter tokens of years after and of years "
        "before today.",
    ),
    requirement=Text(
        "Todos se aceptan, una vez cada uno: solo cuenta el almacén, no el reloj.",
        "All are accepted, each of them once: the store alone counts, not the clock.",
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "key-change", "next-base-date")
def test_clock_plays_no_part(bench: Bench) -> None:
    declared = bench.tokens.mint.register
    with key_changes(bench) as changes:
        changes.change(declared.varied(base_date=declared.base_date.following(), ken=_NEVER))
        _good_once(bench, TID_MAX)
        changes.change(declared)
        for tid in _LONG_AGO:
            _good_once(bench, tid)


def _good_once(bench: Bench, tid: int) -> None:
    tokens = bench.tokens
    moment = TokenIdentifier(tid, tokens.mint.register.base_date).instant
    bench.note(f"código del {moment:%Y-%m-%d}", f"token of {moment:%Y-%m-%d}")
    digits = tokens.credit(2, tid=tid)
    with tokens.credit_moves(2):
        tokens.expect(tokens.enter(digits), "Accept")
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(digits), "UsedError")


# ---- 7.3.7 Validation: a TID is good once, whatever else the token says, and not when it is too old.

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
    tokens = bench.tokens
    digits = tokens.credit(10)
    with tokens.credit_moves(10):
        tokens.expect_accepted(tokens.enter(digits))
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(digits), "UsedError")


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
    tokens = bench.tokens
    tid = tokens.tid()
    tokens.must_accept(tokens.credit(5, tid=tid))
    others = (
        TransferCredit(0, _RND, tid, 7),
        TransferCredit(0, _RND + 1, tid, 5),
        SetMaximumPowerLimit(_RND, tid, 5000),
    )
    with tokens.credit_moves(0):
        for token in others:
            tokens.expect(tokens.enter(tokens.mint.token(token)), "UsedError")


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
    tokens = bench.tokens
    first, second, third = (tokens.credit(units) for units in (1, 2, 3))
    for digits, units in ((third, 3), (first, 1), (second, 2)):
        with tokens.credit_moves(units):
            tokens.expect_accepted(tokens.enter(digits))


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
    tokens = bench.tokens
    kept_back = tokens.credit(9)
    section = bench.statement.sts
    assert section is not None
    for _ in range(section.tid_store_size):
        tokens.must_accept(tokens.credit(1))
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(kept_back), "OldError")


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
    tokens, section = bench.tokens, bench.statement.sts
    assert section is not None
    earlier = tokens.tid()
    kept, gaps = [], []
    for _ in range(section.tid_store_size):
        kept.append(tokens.tid())
        gaps.append(tokens.tid())
        tokens.must_accept(tokens.credit(1, tid=kept[-1]))
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(tokens.credit(1, tid=kept[0])), "UsedError")
        tokens.expect(tokens.enter(tokens.credit(1, tid=earlier)), "OldError")
        tokens.expect(tokens.enter(tokens.credit(1, tid=kept[-1])), "UsedError")
    for place, gap in ((0, gaps[0]), (1, gaps[-2])):
        with tokens.credit_moves(1):
            tokens.expect_accepted(tokens.enter(tokens.credit(1, tid=gap)))
        with tokens.credit_moves(0):
            tokens.expect(tokens.enter(tokens.credit(1, tid=gap)), "UsedError")
            tokens.expect(tokens.enter(tokens.credit(1, tid=kept[place])), "OldError", "UsedError")
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(tokens.credit(1, tid=kept[0])), "OldError")


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
    tokens = bench.tokens
    tokens.tid()  # the probe comes first
    midnight = tokens.mint.tids.midnight()
    for tid in (midnight, midnight + 2, midnight + 3):
        with tokens.credit_moves(1):
            tokens.expect_accepted(tokens.enter(tokens.credit(1, tid=tid)))
    tokens.mint.tids.leap(3)
    digits = tokens.credit(1, tid=midnight + 1)
    if tokens.enter(digits).accepted:
        with tokens.credit_moves(0):
            tokens.expect(tokens.enter(digits), "UsedError")
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
    tokens, ways = bench.tokens, channels_of(bench)
    if len(ways) < 2:
        raise bench.not_applicable("solo hay una vía de entrada", "there is only one way in")
    for first, second in permutations(ways, 2):
        digits = tokens.credit(6)
        with tokens.credit_moves(6):
            tokens.expect_accepted(tokens.enter(digits, first))
        with tokens.credit_moves(0):
            tokens.expect(tokens.enter(digits, second), "UsedError")
