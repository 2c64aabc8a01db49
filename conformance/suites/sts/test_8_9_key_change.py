"""8.9 Key change: the set counts whole, in any order, and what it leads to is what it says."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from itertools import permutations

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.keys import ALL_SECTIONS, excursion, expect_key, sections
from conformance.bench.mint import other_group, other_revision, other_tariff
from conformance.text import Text

CLAUSE = pytest.mark.clause("iec62055-41", "8.9", level="shall")
NEEDS = pytest.mark.needs("sts", "token-entry", "key-change")


@case(
    id="sts/8.9/there-and-back",
    title=Text("Cambio de clave de ida y vuelta", "Key change there and back"),
    stimulus=Text(
        "Cambiar a la clave de otra revisión con las secciones en orden inverso, y volver a la declarada "
        "con las secciones en orden.",
        "Change to the key of another revision with the sections in reverse order, and back to the declared "
        "one with the sections in order.",
    ),
    requirement=Text(
        "Un juego incompleto no cambia nada; con el juego completo la clave anterior deja de servir, la "
        "nueva sirve, y los TID usados y el crédito se conservan.",
        "An incomplete set changes nothing; with the whole set the former key is dead, the new one works, "
        "and used TIDs and credit are kept.",
    ),
)
@CLAUSE
@NEEDS
def test_there_and_back(bench: Bench) -> None:
    desk = bench.tokens
    declared = desk.mint.register
    other = other_revision(declared)
    used_tid = desk.tid()
    desk.must_accept(desk.credit(2, tid=used_tid))
    with excursion(bench) as trip:
        found = sections(declared, other)
        trip.may_lead_to(other)
        *waiting, last = reversed(found)
        for name in waiting:
            trip.collect(found, (name,))
            expect_key(bench, declared, other)
        with desk.credit_moves(0):
            desk.expect(trip.enter(found, last), "Accept")
            desk.follow_key(other)
            desk.expect(desk.enter(desk.credit(7, tid=used_tid)), "UsedError")
        expect_key(bench, other, declared)
        trip.change(declared)
        expect_key(bench, declared, other)


@case(
    id="sts/8.9/every-order",
    title=Text("Secciones en todos los órdenes", "Sections in every order"),
    stimulus=Text(
        "Cambiar de clave una y otra vez, con las secciones en cada uno de los órdenes posibles.",
        "Change the key again and again, with the sections in each of the orders that there are.",
    ),
    requirement=Text(
        "En cualquier orden cada sección da su nombre, la última se acepta y solo la clave nueva sirve.",
        "In any order each section answers with its name, the last one is accepted and only the new key "
        "works.",
    ),
)
@CLAUSE
@NEEDS
def test_every_order(bench: Bench) -> None:
    declared = bench.tokens.mint.register
    other = other_revision(declared)
    with excursion(bench) as trip:
        for order in permutations(sections(declared, other)):
            before, new = (declared, other) if trip.present == declared else (other, declared)
            trip.change(new, order)
            expect_key(bench, new, before)


@case(
    id="sts/8.9/repeats",
    title=Text("Secciones repetidas", "Sections entered again"),
    stimulus=Text(
        "Teclear cada sección dos veces y, después del cambio, una sección del juego anterior.",
        "Enter each section twice and, after the change, one section of the former set.",
    ),
    requirement=Text(
        "Repetir no completa el juego ni lo estropea; tras el cambio, una sección bajo la clave anterior es "
        "CRCError.",
        "Repeating neither completes the set nor spoils it; after the change a section under the former key "
        "is CRCError.",
    ),
)
@CLAUSE
@NEEDS
def test_repeats(bench: Bench) -> None:
    desk = bench.tokens
    declared = desk.mint.register
    other = other_revision(declared)
    with excursion(bench) as trip, desk.credit_moves(0):
        found = sections(declared, other)
        trip.may_lead_to(other)
        *waiting, last = found
        for name in waiting:
            trip.collect(found, (name, name))
        desk.expect(trip.enter(found, last), "Accept")
        desk.follow_key(other)
        desk.expect(trip.enter(found, last), "CRCError")
        desk.expect(trip.enter(found, waiting[0]), "CRCError")
        trip.change(declared)


@case(
    id="sts/8.9/supply-group",
    title=Text("Cambio de grupo de suministro y de tarifa", "Change of supply group and tariff"),
    stimulus=Text(
        "Cambiar a otro SGC y otro TI a la vez, sección a sección, y volver.",
        "Change to another SGC and another TI at once, section by section, and back.",
    ),
    requirement=Text(
        "Hasta la última sección (tres con clave de 64 bits, cuatro con 128) sirve solo la clave anterior; "
        "después solo la nueva.",
        "Up to the last section (three with a 64-bit key, four with 128) only the former key works; after "
        "it only the new one.",
    ),
)
@CLAUSE
@NEEDS
def test_supply_group(bench: Bench) -> None:
    desk = bench.tokens
    declared = desk.mint.register
    other = other_group(declared).varied(ti=other_tariff(declared))
    with excursion(bench) as trip:
        found = sections(declared, other)
        trip.may_lead_to(other)
        *waiting, last = found
        for name in waiting:
            trip.collect(found, (name,))
            expect_key(bench, declared, other)
        desk.expect(trip.enter(found, last), "Accept")
        desk.follow_key(other)
        expect_key(bench, other, declared)
        trip.change(declared)
        expect_key(bench, declared, other)


@case(
    id="sts/8.9/mixed-in",
    title=Text("Otros códigos entre las secciones", "Other tokens between the sections"),
    stimulus=Text(
        "Entre las secciones, teclear un código de prueba, uno de crédito bajo la clave anterior y uno de "
        "otro medidor.",
        "Between the sections, enter a test token, a credit token under the former key and another meter's.",
    ),
    requirement=Text(
        "El de prueba se acepta, el de otro medidor es CRCError, ninguno completa el juego, y la última "
        "sección lo completa. Lo que pasa con el de crédito se anota: los fabricantes difieren.",
        "The test token is accepted, the other meter's is CRCError, none completes the set, and the last "
        "section does. What becomes of the credit token is noted: makers differ.",
    ),
)
@CLAUSE
@NEEDS
def test_mixed_in(bench: Bench) -> None:
    desk = bench.tokens
    declared = desk.mint.register
    other = other_revision(declared)
    with excursion(bench) as trip:
        found = sections(declared, other)
        trip.may_lead_to(other)
        *waiting, last = found
        for name in waiting:
            trip.collect(found, (name,))
            desk.expect_accepted(desk.enter(desk.display_token()))
            desk.expect(desk.enter(desk.credit(1, register=other)), "CRCError")
            if not desk.enter(desk.credit(1)).accepted:
                bench.not_strictly(
                    "a mitad del cambio no toma crédito bajo la clave anterior",
                    "half-way through the change it takes no credit under the former key",
                )
        desk.expect(trip.enter(found, last), "Accept")
        desk.follow_key(other)
        expect_key(bench, other, declared)
        trip.change(declared)


@case(
    id="sts/8.9/time-out",
    title=Text("Un juego incompleto caduca", "A partial set expires"),
    stimulus=Text(
        "Teclear todas las secciones menos una, esperar más que el plazo declarado y teclear la que falta.",
        "Enter all sections but one, wait longer than the declared time and enter the missing one.",
    ),
    requirement=Text(
        "La última ya no completa nada: sigue sirviendo solo la clave anterior.",
        "The last one completes nothing any more: still only the former key works.",
    ),
)
@pytest.mark.clause("iec62055-41", "8.9", level="may")
@pytest.mark.needs("sts", "token-entry", "key-change", "fast-clock")
def test_time_out(bench: Bench) -> None:
    desk, section = bench.tokens, bench.statement.sts
    assert section is not None
    declared = desk.mint.register
    other = other_revision(declared)
    with excursion(bench) as trip:
        found = sections(declared, other)
        trip.may_lead_to(other)
        *waiting, last = found
        trip.collect(found, waiting)
        with desk.credit_moves(0):
            bench.clock.wait(section.key_change_timeout_s * 1.1)
            desk.expect(trip.enter(found, last), *ALL_SECTIONS)
        expect_key(bench, declared, other)
