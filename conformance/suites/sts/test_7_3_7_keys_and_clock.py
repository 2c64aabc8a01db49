"""7.3.7 Validation: key expiry, the default key, and the clock that plays no part."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.keys import excursion
from conformance.bench.mint import default_key
from conformance.text import Text
from protocols.sts.acceptance.key_types import KEY_TYPE_MATRIX
from protocols.sts.identity import TID_MAX, KeyType, TokenIdentifier
from protocols.sts.token import ClearTamperCondition, SetMaximumPowerLimit

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
    desk = bench.tokens
    declared = desk.mint.register
    empty = declared.varied(base_date=declared.base_date.following(), ken=_KEN)
    with excursion(bench) as trip:
        trip.change(empty)
        with desk.credit_moves(2):
            desk.expect(desk.enter(desk.credit(2, tid=_LAST_TID)), "Accept")
        with desk.credit_moves(0):
            for tid in (_LAST_TID + 1, _LAST_TID + 2, TID_MAX):
                desk.expect(desk.enter(desk.credit(3, tid=tid)), "KeyExpiredError")
            limit = desk.mint.token(SetMaximumPowerLimit(_RND, _LAST_TID + 1, _LIMIT_W))
            desk.expect(desk.enter(limit), "KeyExpiredError")
            trip.change(empty.varied(ken=_NEVER))
        for tid in (_LAST_TID + 1, TID_MAX):
            with desk.credit_moves(4):
                desk.expect(desk.enter(desk.credit(4, tid=tid)), "Accept")


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
    desk = bench.tokens
    declared = desk.mint.register
    reached = KeyType.DDTK in KEY_TYPE_MATRIX[declared.key_type]
    if not reached or declared.key_type not in KEY_TYPE_MATRIX[KeyType.DDTK]:
        raise bench.not_applicable("no hay ida y vuelta a DDTK", "there is no way to a DDTK and back")
    tids = [desk.tid(), desk.tid()]
    with excursion(bench) as trip, desk.credit_moves(0):
        trip.change(default_key(declared))
        for tid in tids:
            desk.expect(desk.enter(desk.credit(6, tid=tid)), "DDTKError")
        desk.expect_accepted(desk.enter(desk.mint.token(ClearTamperCondition(_RND, desk.tid(), 0))))
        trip.change(declared)
    for tid in tids:
        with desk.credit_moves(6):
            desk.expect_accepted(desk.enter(desk.credit(6, tid=tid)))


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
    with excursion(bench) as trip:
        trip.change(declared.varied(base_date=declared.base_date.following(), ken=_NEVER))
        _good_once(bench, TID_MAX)
        trip.change(declared)
        for tid in _LONG_AGO:
            _good_once(bench, tid)


def _good_once(bench: Bench, tid: int) -> None:
    desk = bench.tokens
    moment = TokenIdentifier(tid, desk.mint.register.base_date).instant
    bench.note(f"código del {moment:%Y-%m-%d}", f"token of {moment:%Y-%m-%d}")
    digits = desk.credit(2, tid=tid)
    with desk.credit_moves(2):
        desk.expect(desk.enter(digits), "Accept")
    with desk.credit_moves(0):
        desk.expect(desk.enter(digits), "UsedError")
