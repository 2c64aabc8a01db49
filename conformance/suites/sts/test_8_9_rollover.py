"""8.9 Key change: the rollover bit, the attributes that change together, and a cut in the middle."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.cuts import every_cut
from conformance.bench.keys import Excursion, excursion, expect_key, sections
from conformance.bench.mint import Register, other_group, other_revision, other_tariff
from conformance.bench.register import read_register
from conformance.text import Text

CLAUSE = pytest.mark.clause("iec62055-41", "8.9", level="shall")
NEEDS = pytest.mark.needs("sts", "token-entry", "key-change")

#: The first TIDs after a base date.
_EARLY_TID = 2


@case(
    id="sts/8.9/rollover",
    title=Text("Cambio de fecha base (RO = 1)", "Change of base date (RO = 1)"),
    stimulus=Text(
        "Cambiar a la clave de la fecha base siguiente con RO = 1, teclear un TID usado antes y uno de los "
        "primeros minutos, y volver.",
        "Change to the key of the following base date with RO = 1, enter a TID used before and one of the "
        "first minutes, and come back.",
    ),
    requirement=Text(
        "El crédito se conserva y el almacén de TID queda vacío: los dos códigos se aceptan, cada uno una "
        "vez.",
        "Credit is kept and the TID store is empty: both tokens are accepted, each of them once.",
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "key-change", "next-base-date")
def test_rollover(bench: Bench) -> None:
    desk = bench.tokens
    declared = desk.mint.register
    later = declared.varied(base_date=declared.base_date.following())
    used_tid = desk.tid()
    desk.must_accept(desk.credit(3, tid=used_tid))
    with excursion(bench) as trip:
        with desk.credit_moves(0):
            trip.change(later)
        for tid in (used_tid, _EARLY_TID):
            with desk.credit_moves(4):
                desk.expect(desk.enter(desk.credit(4, tid=tid)), "Accept")
            with desk.credit_moves(0):
                desk.expect(desk.enter(desk.credit(5, tid=tid)), "UsedError")


@case(
    id="sts/8.9/same-base-date",
    title=Text("Cambio de clave sin cambio de fecha base (RO = 0)", "Key change within a base date (RO = 0)"),
    stimulus=Text(
        "Usar dos TID, cambiar de clave con RO = 0 y teclear códigos de los mismos TID bajo la clave nueva.",
        "Use two TIDs, change the key with RO = 0 and enter tokens of the same TIDs under the new key.",
    ),
    requirement=Text(
        "El almacén y el crédito quedan como estaban: los dos son UsedError.",
        "Store and credit are as they were: both are UsedError.",
    ),
)
@CLAUSE
@NEEDS
def test_same_base_date(bench: Bench) -> None:
    desk = bench.tokens
    used = [desk.tid(), desk.tid()]
    for tid in used:
        desk.must_accept(desk.credit(1, tid=tid))
    with excursion(bench) as trip, desk.credit_moves(0):
        trip.change(other_revision(desk.mint.register))
        for tid in used:
            desk.expect(desk.enter(desk.credit(2, tid=tid)), "UsedError")


@case(
    id="sts/8.9/attributes",
    title=Text("SGC, KRN, TI, KT y KEN cambian juntos", "SGC, KRN, TI, KT and KEN change together"),
    stimulus=Text(
        "Cambiar todos los atributos de la clave a la vez y leer el registro por DLMS tras cada sección.",
        "Change every attribute of the key at once and read the register by DLMS after each section.",
    ),
    requirement=Text(
        "Hasta la última sección se lee el registro anterior entero; después, el nuevo entero.",
        "Up to the last section the former register is read whole; after it, the new one whole.",
    ),
)
@CLAUSE
@pytest.mark.clause("iec62055-41", "7.3.9", level="shall")
@pytest.mark.needs("sts", "token-entry", "key-change", "association:reader")
def test_attributes(bench: Bench) -> None:
    desk = bench.tokens
    declared = desk.mint.register
    revised = other_revision(other_group(declared))
    other = revised.varied(ti=other_tariff(declared), ken=(declared.ken - 1) % 256)
    with excursion(bench) as trip, desk.credit_moves(0):
        found = sections(declared, other)
        trip.may_lead_to(other)
        *waiting, last = found
        for name in waiting:
            trip.collect(found, (name,))
            read_register(bench).expect(bench, declared)
        desk.expect(trip.enter(found, last), "Accept")
        desk.follow_key(other)
        read_register(bench).expect(bench, other)
        trip.change(declared)
        read_register(bench).expect(bench, declared)


@case(
    id="sts/8.9/power-cut",
    title=Text("Corte de energía durante un cambio de clave", "Power cut during a key change"),
    stimulus=Text(
        "Cambiar de clave una y otra vez, cortando la alimentación antes, durante y después de cada "
        "escritura de la última sección; tras cada corte, repetir la sección.",
        "Change the key again and again, cutting the supply before, during and after each write of the last "
        "section; after each cut, enter that section again.",
    ),
    requirement=Text(
        "Tras el corte sirve la clave anterior entera o la nueva entera, y repetir las secciones lleva a la "
        "nueva.",
        "After the cut the former key works whole or the new one whole, and entering the sections again "
        "leads to the new one.",
    ),
)
@CLAUSE
@pytest.mark.clause("pay", "PAY-08", level="shall")
@pytest.mark.needs("sts", "token-entry", "key-change", "supply", "cut", "clock")
def test_power_cut(bench: Bench) -> None:
    desk = bench.tokens
    declared = desk.mint.register
    other = other_revision(declared)
    *waiting, last = sections(declared, other)
    with excursion(bench) as trip:
        trip.may_lead_to(other)
        trip.collect(sections(declared, other), waiting)
        for cut in every_cut(bench, lambda: _complete(bench, trip, declared, other, last)):
            before, new = trip.present, declared if trip.present == other else other
            found = sections(before, new)
            trip.collect(found, waiting)
            cut(found[last])
            if desk.enter(desk.credit(1, register=new)).accepted:
                desk.follow_key(new)
                expect_key(bench, new, before)
            else:
                expect_key(bench, before, new)
                trip.change(new)


def _complete(bench: Bench, trip: Excursion, old: Register, new: Register, last: str) -> None:
    """The last section of a set, without a cut."""
    bench.tokens.expect(trip.enter(sections(old, new), last), "Accept")
    bench.tokens.follow_key(new)
