"""8.9 Key change: sections of two sets, key types, and what a change may never do."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.keys import Excursion, excursion, expect_key, hybrid, sections
from conformance.bench.mint import Register, default_key, other_group, other_revision, other_tariff
from conformance.text import Text
from protocols.sts.acceptance.key_types import KEY_TYPE_MATRIX
from protocols.sts.identity import KeyType
from protocols.sts.token import KeyChange, encode_token, key_change_sections

CLAUSE = pytest.mark.clause("iec62055-41", "8.9", level="shall")
NEEDS = pytest.mark.needs("sts", "token-entry", "key-change")


@case(
    id="sts/8.9/two-sets",
    title=Text("Secciones de dos juegos mezcladas", "Sections of two sets mixed"),
    stimulus=Text(
        "Teclear la primera y la segunda sección de un juego, la segunda de otro, y el resto del primero.",
        "Enter the first and second section of one set, the second of another, and the rest of the first.",
    ),
    requirement=Text(
        "El medidor no queda nunca con una clave hecha de trozos de dos: sirve la anterior, o una de las "
        "dos enteras.",
        "A meter never ends up with a key made of parts of two: the former one works, or one of the two "
        "whole ones.",
    ),
)
@CLAUSE
@NEEDS
def test_two_sets(bench: Bench) -> None:
    desk = bench.tokens
    declared = desk.mint.register
    group = other_group(declared)  # so that a 64-bit set has three sections: of two, nobody could tell
    one, other = other_revision(group), group.varied(ti=other_tariff(declared))
    with excursion(bench) as trip:
        first, second = sections(declared, one), sections(declared, other)
        mixed = hybrid(declared, one, other)
        trip.may_lead_to(one, other, mixed)
        trip.collect(first, ("1stKCT", "2ndKCT"))
        trip.enter(second, "2ndKCT")
        for name in list(first)[2:]:
            trip.enter(first, name)
        tid = desk.tid()
        with desk.credit_moves(0):
            desk.expect(desk.enter(desk.credit(1, tid=tid, register=mixed)), "CRCError")
        with desk.credit_moves(1):
            live = _first_that_works(bench, tid, declared, one, other)
        bench.check(
            live is not None, "sirve la clave anterior o una entera", "the former key or a whole one works"
        )


def _first_that_works(bench: Bench, tid: int, *registers: Register) -> Register | None:
    """The register whose credit the device takes; the mint follows."""
    desk = bench.tokens
    for register in registers:
        if desk.enter(desk.credit(1, tid=tid, register=register)).accepted:
            desk.follow_key(register)
            return register
    return None


@case(
    id="sts/8.9/begun-anew",
    title=Text("Un juego empezado y después otro", "One set begun, then another"),
    stimulus=Text(
        "Teclear la primera sección de un juego y después otro juego entero, en orden.",
        "Enter the first section of one set and then another whole set, in order.",
    ),
    requirement=Text(
        "El segundo juego vale entero; el primero no deja rastro.",
        "The second set counts whole; the first leaves no trace.",
    ),
)
@CLAUSE
@NEEDS
def test_begun_anew(bench: Bench) -> None:
    declared = bench.tokens.mint.register
    one, other = other_revision(declared), declared.varied(ti=other_tariff(declared))
    with excursion(bench) as trip:
        trip.may_lead_to(one)
        trip.collect(sections(declared, one), ("1stKCT",))
        trip.change(other)
        expect_key(bench, other, declared, one)
        trip.change(declared)
        expect_key(bench, declared, other)


@case(
    id="sts/8.9/key-types",
    title=Text("Qué tipo de clave puede seguir a cuál", "Which key type may follow which"),
    stimulus=Text(
        "Bajo cada tipo de clave al que este medidor puede llegar, teclear la primera sección de un cambio "
        "a cada uno de los cuatro tipos.",
        "Under each key type that this meter can be led to, enter the first section of a change to each of "
        "the four types.",
    ),
    requirement=Text(
        "Lo permitido es 1stKCT, lo demás KeyTypeError. Las filas a las que no se llega, y DCTK con DDTK, "
        "se anotan.",
        "What is allowed is 1stKCT, the rest KeyTypeError. Rows that cannot be reached, and DCTK with DDTK, "
        "are noted.",
    ),
)
@CLAUSE
@NEEDS
def test_key_types(bench: Bench) -> None:
    declared = bench.tokens.mint.register
    with excursion(bench) as trip, bench.tokens.credit_moves(0):
        rows = [declared.key_type]
        _row(bench, trip, declared)
        if KeyType.DDTK in KEY_TYPE_MATRIX[declared.key_type] and declared.key_type is not KeyType.DDTK:
            trip.change(default_key(declared))
            rows.append(KeyType.DDTK)
            _row(bench, trip, default_key(declared))
        missing = ", ".join(kind.name for kind in KeyType if kind not in rows)
        bench.note(f"filas sin probar: {missing}", f"rows not tried: {missing}")


def _row(bench: Bench, trip: Excursion, present: Register) -> None:
    """The four cells of the matrix that begin at the present key type."""
    for new in KeyType:
        bench.note(f"{present.key_type.name} a {new.name}", f"{present.key_type.name} to {new.name}")
        answer = trip.enter({"1stKCT": _first_section(present, new)}, "1stKCT")
        if new is KeyType.DCTK:  # only for meters that take erasable magnetic cards
            bench.tokens.expect(answer, "KeyTypeError")
        elif new in KEY_TYPE_MATRIX[present.key_type]:
            bench.tokens.expect(answer, "1stKCT")
        else:
            bench.tokens.expect(answer, "KeyTypeError")


def _first_section(present: Register, new: KeyType) -> str:
    """A first section that asks for `new`; its key part is the present one, so that nothing is lost."""
    change = KeyChange(present.key(), present.ken, present.krn, present.ti, new, sgc=present.sgc)
    return encode_token(key_change_sections(change)[3], present.key())


@case(
    id="sts/8.9/refused-set",
    title=Text("Una primera sección rechazada no cuenta", "A refused first section does not count"),
    stimulus=Text(
        "Teclear las secciones de un cambio a un tipo de clave prohibido (DITK).",
        "Enter the sections of a change to a forbidden key type (DITK).",
    ),
    requirement=Text(
        "La primera es KeyTypeError, el juego no se completa nunca y la clave anterior sigue.",
        "The first is KeyTypeError, the set never completes and the former key stays.",
    ),
)
@CLAUSE
@NEEDS
def test_refused_set(bench: Bench) -> None:
    desk = bench.tokens
    declared = desk.mint.register
    if KeyType.DITK in KEY_TYPE_MATRIX[declared.key_type]:
        raise bench.not_applicable("el medidor está bajo DITK", "the meter is under a DITK")
    forbidden = declared.varied(key_type=KeyType.DITK)
    with excursion(bench) as trip:
        trip.may_lead_to(forbidden)
        found = sections(declared, forbidden)
        desk.expect(trip.enter(found, "1stKCT"), "KeyTypeError")
        for name in list(found)[1:]:
            desk.expect(trip.enter(found, name), name)
        expect_key(bench, declared, forbidden)
