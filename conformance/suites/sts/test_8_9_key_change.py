"""8.9 Key change: sections in any order, all or nothing, and what survives it."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.mint import Register, change_tokens, other_revision
from conformance.text import Text


@case(
    id="sts/8.9/there-and-back",
    title=Text("Cambio de clave de ida y vuelta", "Key change there and back"),
    stimulus=Text(
        "Cambiar a la clave de otra revisión con las secciones en orden inverso, y volver a la declarada "
        "con las "
        "secciones en orden.",
        "Change to the key of another revision with the sections in reverse order, and back to the "
        "declared one with "
        "the sections in order.",
    ),
    requirement=Text(
        "Un juego incompleto no cambia nada; con el juego completo la clave anterior deja de servir, la "
        "nueva sirve, y "
        "los TID usados y el crédito se conservan.",
        "An incomplete set changes nothing; with the whole set the former key is dead, the new one works, "
        "and used "
        "TIDs and credit are kept.",
    ),
)
@pytest.mark.clause("iec62055-41", "8.9", level="shall")
@pytest.mark.needs("sts", "token-entry", "key-change")
def test_there_and_back(bench: Bench) -> None:
    desk = bench.tokens
    declared = desk.mint.register
    other = other_revision(declared)
    used_tid = desk.tid()
    desk.must_accept(desk.credit(2, tid=used_tid))
    try:
        with desk.credit_moves(0):
            _change(bench, declared, other, backwards=True)
            desk.expect(desk.enter(desk.credit(7, tid=used_tid)), "UsedError")
            _change(bench, other, declared, backwards=False)
    finally:
        _bring_back(bench, declared)
    with desk.credit_moves(5):
        desk.expect_accepted(desk.enter(desk.credit(5)))


def _bring_back(bench: Bench, declared: Register) -> None:
    """Whatever went wrong, the device must not be left under the other key."""
    desk = bench.tokens
    if desk.mint.register != declared:
        bench.note("se restituye la clave declarada", "the declared key is brought back")
        for section in change_tokens(desk.mint.register, declared):
            desk.enter(section)
        desk.follow_key(declared)


def _change(bench: Bench, old: Register, new: Register, *, backwards: bool) -> None:
    """Enter the whole set: before its last section the new key must not work, after it the old one."""
    desk = bench.tokens
    sections = change_tokens(old, new)
    if backwards:
        sections.reverse()
    tid = desk.tid()
    for section in sections[:-1]:
        desk.expect_accepted(desk.enter(section))
    bench.note(
        "falta una sección: la clave nueva no debe servir",
        "one section is missing: the new key must not work",
    )
    desk.expect(desk.enter(desk.credit(1, tid=tid, register=new)), "CRCError")
    desk.expect_accepted(desk.enter(sections[-1]))
    desk.follow_key(new)
    desk.expect(desk.enter(desk.credit(1, tid=tid, register=old)), "CRCError")
    desk.mint.tids.give_back(tid)
