"""8.11 ClearTamperCondition: it puts out the alarm of what is over, and nothing else."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from i18n import Message
from protocols.sts.token import ClearTamperCondition

CLAUSE = pytest.mark.clause("iec62055-41", "8.11", level="shall")

_RND = 5
_COVER = "terminal"
_SENSING_S = 5.0


@case(
    id="sts/8.11/clear",
    title=Message("Clear without tampering"),
    stimulus=Message("Enter a clear-tamper token, and again."),
    requirement=Message("It is accepted, the repeated one is UsedError and credit does not move."),
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
    title=Message("Tampering re-arms"),
    stimulus=Message(
        "Open the terminal cover, clear with the cover open, close it, clear, and open it "
        "again; at the end close and clear."
    ),
    requirement=Message(
        "The alarm comes on at the opening, goes out when cleared with the cover closed, and "
        "comes back with the second opening."
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "keypad", "cover", "clock")
def test_re_arms(bench: Bench) -> None:
    tokens = bench.tokens
    if "alarm" not in bench.keypad.display().leds:
        raise bench.not_applicable(Message("no alarm lamp can be seen"))
    try:
        with tokens.credit_moves(0):
            _open(bench)
            _expect_alarm(bench, lit=True)
            if not tokens.enter(_token(bench)).accepted:
                bench.note(Message("it does not clear with the cover open"))
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
    bench.stimulus(Message("the terminal cover is opened"))
    bench.cover.open(_COVER)
    bench.clock.wait(_SENSING_S)


def _close(bench: Bench) -> None:
    bench.stimulus(Message("the terminal cover is closed"))
    bench.cover.close(_COVER)
    bench.clock.wait(_SENSING_S)


def _expect_alarm(bench: Bench, *, lit: bool) -> None:
    bench.clock.wait(_SENSING_S)
    seen = bench.keypad.display().leds.get("alarm", False)
    words = Message("on") if lit else Message("out")
    bench.check(seen == lit, Message("the alarm lamp is {words}", words=words))
