"""8.11 ClearTamperCondition: it puts out the alarm of what is over, and nothing else."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.text import Text
from protocols.sts.token import ClearTamperCondition

CLAUSE = pytest.mark.clause("iec62055-41", "8.11", level="shall")

_RND = 5
_COVER = "terminal"
_SENSING_S = 5.0


@case(
    id="sts/8.11/clear",
    title=Text("Borrar sin manipulación", "Clear without tampering"),
    stimulus=Text(
        "Teclear un código de borrado de manipulación, y repetirlo.",
        "Enter a clear-tamper token, and again.",
    ),
    requirement=Text(
        "Se acepta, el repetido es UsedError y el crédito no cambia.",
        "It is accepted, the repeated one is UsedError and credit does not move.",
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry")
def test_clear(bench: Bench) -> None:
    tokens = bench.tokens
    digits = _token(bench)
    with tokens.credit_moves(0):
        tokens.expect_accepted(tokens.enter(digits))
        tokens.expect(tokens.enter(digits), "UsedError")


@case(
    id="sts/8.11/re-arms",
    title=Text("La manipulación se rearma", "Tampering re-arms"),
    stimulus=Text(
        "Abrir la tapa de bornera, borrar con la tapa abierta, cerrarla, borrar, y abrirla otra vez; al "
        "final, cerrar y borrar.",
        "Open the terminal cover, clear with the cover open, close it, clear, and open it again; at the end "
        "close and clear.",
    ),
    requirement=Text(
        "La alarma se enciende al abrir, se apaga al borrar con la tapa cerrada, y vuelve con la segunda "
        "apertura.",
        "The alarm comes on at the opening, goes out when cleared with the cover closed, and comes back "
        "with the second opening.",
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "keypad", "cover", "clock")
def test_re_arms(bench: Bench) -> None:
    tokens = bench.tokens
    if "alarm" not in bench.keypad.display().leds:
        raise bench.not_applicable("no se ve ninguna luz de alarma", "no alarm lamp can be seen")
    try:
        with tokens.credit_moves(0):
            _open(bench)
            _expect_alarm(bench, lit=True)
            if not tokens.enter(_token(bench)).accepted:
                bench.note("no borra con la tapa abierta", "it does not clear with the cover open")
            _close(bench)
            tokens.expect_accepted(tokens.enter(_token(bench)))
            _expect_alarm(bench, lit=False)
            _open(bench)
            _expect_alarm(bench, lit=True)
    finally:
        _close(bench)
        tokens.enter(_token(bench))
    _expect_alarm(bench, lit=False)


def _token(bench: Bench) -> str:
    return bench.tokens.mint.token(ClearTamperCondition(_RND, bench.tokens.tid(), 0))


def _open(bench: Bench) -> None:
    bench.stimulus("se abre la tapa de bornera", "the terminal cover is opened")
    bench.cover.open(_COVER)
    bench.clock.wait(_SENSING_S)


def _close(bench: Bench) -> None:
    bench.stimulus("se cierra la tapa de bornera", "the terminal cover is closed")
    bench.cover.close(_COVER)
    bench.clock.wait(_SENSING_S)


def _expect_alarm(bench: Bench, *, lit: bool) -> None:
    bench.clock.wait(_SENSING_S)
    seen = bench.keypad.display().leds.get("alarm", False)
    words = Text("encendida", "on") if lit else Text("apagada", "out")
    bench.check(seen == lit, f"la luz de alarma está {words.es}", f"the alarm lamp is {words.en}")
