"""8.2 Lock-out after wrong tokens: a maker's own, not in the standard; who declares it keeps to it."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.answers import TokenAnswer
from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.ways import ways_in
from conformance.targets.sts_section import LockOutSection
from conformance.text import Text

CLAUSE = pytest.mark.clause("iec62055-41", "8.2", level="may")
NEEDS = pytest.mark.needs("sts", "token-entry", "lock-out", "fast-clock")

#: How many locks in a row are followed; each is twice as long as the one before.
_LOCKS = 3
#: Times are looked at this much before and after they are due, as a share of them.
_EARLY, _LATE = 0.8, 1.2
_GUESSES = 5


@case(
    id="sts/8.2/lock-out",
    title=Text("Bloqueo tras códigos errados", "Lock-out after wrong tokens"),
    stimulus=Text(
        "Teclear códigos errados hasta el bloqueo y más allá; bloqueado, uno bueno y uno de prueba, por "
        "cada vía.",
        "Enter wrong tokens until it locks and beyond; while locked, a good one and a test token, by each "
        "way in.",
    ),
    requirement=Text(
        "Se bloquea al número declarado y el doble cada vez; bloqueado rechaza el bueno por todas las vías "
        "y toma el de prueba; después el bueno se acepta.",
        "It locks at the declared number, twice as long each time; locked, it refuses the good one by every "
        "way in and takes the test token; afterwards the good one is accepted.",
    ),
)
@CLAUSE
@NEEDS
def test_lock_out(bench: Bench) -> None:
    desk, terms = bench.tokens, _terms(bench)
    desk.must_accept(desk.credit(1))  # an authentic token ends any series
    good = desk.credit(5)
    with desk.credit_moves(0):
        for _ in range(terms.wrong_entries):
            desk.expect(_guess(bench), "CRCError")
        for doubling in range(_LOCKS):
            locked_s = min(terms.first_s * 2**doubling, terms.longest_s)
            _is_locked(bench, good)
            bench.clock.wait(locked_s * _EARLY)
            desk.expect(desk.enter(good, patient=False), "LockOut")
            bench.clock.wait(locked_s * (_LATE - _EARLY))
            if doubling < _LOCKS - 1:
                desk.expect(_guess(bench), "CRCError")
    with desk.credit_moves(5):
        desk.expect(desk.enter(good, patient=False), "Accept")


def _is_locked(bench: Bench, good: str) -> None:
    desk = bench.tokens
    for way in ways_in(bench):
        desk.expect(desk.enter(good, way, patient=False), "LockOut")
    desk.expect(desk.enter(desk.display_token(), patient=False), "Accept")


@case(
    id="sts/8.2/lock-out-reset",
    title=Text("Un código auténtico acaba la serie", "An authentic token ends the series"),
    stimulus=Text(
        "Varias veces: un código errado menos de los que bloquean, y uno bueno; después, los que bloquean.",
        "Several times: one wrong token fewer than lock it, and a good one; then as many as lock it.",
    ),
    requirement=Text(
        "No se bloquea mientras la serie se interrumpe, y el primer bloqueo dura lo declarado.",
        "It does not lock while the series is broken, and the first lock lasts as declared.",
    ),
)
@CLAUSE
@NEEDS
def test_lock_out_reset(bench: Bench) -> None:
    desk, terms = bench.tokens, _terms(bench)
    for _ in range(2):
        for _ in range(terms.wrong_entries - 1):
            desk.expect(_guess(bench), "CRCError")
        with desk.credit_moves(1):
            desk.expect(desk.enter(desk.credit(1), patient=False), "Accept")
    for _ in range(terms.wrong_entries):
        desk.expect(_guess(bench), "CRCError")
    digits = desk.credit(1)
    desk.expect(desk.enter(digits, patient=False), "LockOut")
    bench.clock.wait(terms.first_s * _LATE)
    with desk.credit_moves(1):
        desk.expect(desk.enter(digits, patient=False), "Accept")


@case(
    id="sts/8.2/guessing",
    title=Text("Cuánto cuesta adivinar", "What guessing costs"),
    stimulus=Text(
        "Teclear códigos de otro grupo seguidos y medir el tiempo del dispositivo que cuesta cada intento.",
        "Enter tokens of another group in a row and measure the device time that each try costs.",
    ),
    requirement=Text(
        "Informativo: de cada 65 536 bloques al azar uno es auténtico; se dice cuánto tardaría.",
        "Informational: of 65,536 random blocks one is authentic; how long that would take is told.",
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "clock")
def test_guessing(bench: Bench) -> None:
    began_s = bench.clock.now_s()
    for _ in range(_GUESSES):
        bench.tokens.expect(_guess(bench, patient=True), "CRCError")
    each_s = (bench.clock.now_s() - began_s) / _GUESSES
    bench.measure("time for one guess", f"{each_s:.3f}", "s")
    days = each_s * 65_536 / 86_400
    bench.informational(
        f"65 536 intentos a este paso: {days:.3g} días", f"65,536 tries at this pace: {days:.3g} days"
    )
    bench.tokens.must_accept(bench.tokens.credit(1))


def _terms(bench: Bench) -> LockOutSection:
    section = bench.statement.sts
    assert section is not None
    assert section.lock_out is not None
    return section.lock_out


def _guess(bench: Bench, *, patient: bool = False) -> TokenAnswer:
    """Another meter's token: authentic in form, but under a key that this one does not hold."""
    desk = bench.tokens
    foreign = desk.mint.register.varied(sgc="990070")
    return desk.enter(desk.credit(1, register=foreign), patient=patient)
