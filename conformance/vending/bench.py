"""Bench of the vendor suite: hooks, recorded questions, checks of tokens, and the marks of its cases."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pytest

from conformance.bench.case import case
from conformance.vending.plan import EAS, REGISTERS, Step, decoder_key, steps
from conformance.vending.vending_system import REFUSALS, Answer, Card, NewKey, Request, VendingSystem
from i18n import Message
from protocols.sts.token import Decoded, decode_token

if TYPE_CHECKING:
    from conformance.bench.bench import Bench

FORCED_RND = 5
"""Random bits of the test plan."""

TOKEN_DIGITS, TOKEN_BITS = 20, 66


class VendingBench:
    """Asks the vending system under test, and writes down what it says.

    Args:
        bench: of the case.
    """

    def __init__(self, bench: "Bench") -> None:
        self._bench = bench
        self._vendor = cast(VendingSystem, bench.rig.vendor)
        self._vendor.on_frame = bench.recorder.frame  # type: ignore[assignment]

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The encryption algorithms that the target declares."""
        section = self._bench.statement.vending
        return EAS if section is None else section.ea

    def at(self, moment: datetime, *, fresh: bool = True) -> datetime:
        """Set the clock and force RND; with `fresh`, also forget every TID. Returns the moment."""
        if fresh:
            self._vendor.reset_tids()
        self._vendor.set_clock(moment)
        self._vendor.force_rnd(FORCED_RND)
        self._bench.stimulus(
            Message(
                "clock at {moment:%Y-%m-%d %H:%M} UTC, RND {rnd}, no TIDs given",
                moment=moment,
                rnd=FORCED_RND,
            )
            if fresh
            else Message("clock at {moment:%Y-%m-%d %H:%M} UTC, RND {rnd}", moment=moment, rnd=FORCED_RND)
        )
        return moment

    def play(self, number: str, ea: str) -> None:
        """Play every step of the plan that carries a token, each as the first of its meter."""
        played = steps(number, ea)
        if not played:
            raise self._bench.inconclusive(Message("the plan has no steps"))
        for step in played:
            self.step(step)
        tokens = sum(len(step.tokens) for step in played)
        published = sum(len(step.published) for step in played)
        self._bench.measure("tokens compared", tokens, "")
        self._bench.measure("of them published", published, "")
        if not published:
            self._bench.note(
                Message("no token of these steps is published for this algorithm: they were computed here"),
            )

    def step(self, step: Step) -> None:
        """Play one step and compare."""
        if step.at is not None:
            self.at(step.at)
        answer = self.ask(Message("step {id}", id=step.id), step.request)
        self.check_served(answer)
        expected = ", ".join(step.tokens)
        self._bench.check(
            answer.tokens == step.tokens,
            Message("{id}: gives exactly {expected}", id=step.id, expected=expected),
        )

    def ask(self, words: Message, request: Request) -> Answer:
        """Ask one question, whatever the answer."""
        self._bench.stimulus(words)
        answer = request.put_to(self._vendor)
        self._bench.observe(answer.words())
        return answer

    def served(self, text: Message, request: Request) -> tuple[str, ...]:
        """Ask for what must be served; the tokens."""
        answer = self.ask(text, request)
        self.check_served(answer)
        return answer.tokens

    def check_served(self, answer: Answer) -> None:
        """The answer must be tokens: 20 digits that 66 bits can hold."""
        whole = bool(answer.tokens) and all(map(_is_token, answer.tokens))
        self._bench.check(whole, Message("it serves with tokens of 20 digits"))

    def refused(self, text: Message, request: Request, *kinds: str) -> None:
        """Ask for what must be refused, for one of these reasons where any is named.

        Raises:
            CaseFails: it is served.
            CaseInconclusive: it is refused for a reason that tells nothing about this rule.
        """
        answer = self.ask(text, request)
        self._bench.check(not answer.tokens, Message("refuses: {request}", request=text))
        if kinds and answer.refusal not in (*kinds, "other"):
            wanted = [REFUSALS[kind] for kind in kinds]
            raise self._bench.inconclusive(
                Message("it refuses, but not because of {wanted}: {said}", wanted=wanted, said=answer.said),
            )

    def read(self, token: str, card: Card, held: Card | NewKey | None = None) -> Decoded:
        """Decode a token with the key that a meter has under `card`, or after a change to `held`."""
        return decode_token(token, decoder_key(held or card, card))

    def minute(self, token: str, card: Card, base: datetime) -> int:
        """The minutes between `base` and the TID of a token."""
        decoded = self.read(token, card)
        self._bench.check(
            bool(decoded.crc_ok) and decoded.tid is not None,
            Message("the token reads with the meter's key"),
        )
        base_date = REGISTERS[card.sgc, card.krn].base_date
        moment = base_date.instant + timedelta(minutes=int(decoded.tid or 0))
        return int((moment - base).total_seconds()) // 60


def _is_token(digits: str) -> bool:
    plain = len(digits) == TOKEN_DIGITS and digits.isascii() and digits.isdecimal()
    return plain and int(digits) < 1 << TOKEN_BITS


# ---------------- Marks of the cases

STANDARD = "sts531-1"

_F = TypeVar("_F", bound=Callable[..., Any])


def clause(number: str) -> pytest.MarkDecorator:
    """The case of STS 531-1 that a case of ours plays."""
    return pytest.mark.clause(STANDARD, number, level="shall")


def published(number: str, title: Message, *needs: str) -> Callable[[_F], _F]:
    """Mark a function of (bench, ea) as the published steps of a case, once for each algorithm."""
    parameters = [pytest.param(ea, id=f"ea{ea}", marks=_marks(number, title, ea, needs)) for ea in EAS]
    return pytest.mark.parametrize("ea", parameters)


def _marks(number: str, title: Message, ea: str, needs: tuple[str, ...]) -> list[Any]:
    words = case(
        id=f"vending/{number}/published-ea{ea}",
        title=Message("{title}, EA{ea}", title=title, ea=ea),
        stimulus=Message(
            "Ask for every step of {number} at the plan's time, RND 5 and no TIDs given.", number=number
        ),
        requirement=Message("The tokens are those of the plan, digit by digit."),
    )
    return [words, clause(number), pytest.mark.needs("vending", f"vending:ea{ea}", *needs)]


def rule(
    number: str, name: str, title: Message, stimulus: Message, requirement: Message, *needs: str
) -> Callable[[_F], _F]:
    """Mark a function of (bench) as a case about one rule: what is served beside what is refused."""

    def mark(function: _F) -> _F:
        marks = (
            case(id=f"vending/{number}/{name}", title=title, stimulus=stimulus, requirement=requirement),
            clause(number),
            pytest.mark.needs("vending", *needs),
        )
        for each in marks:
            function = each(function)
        return function

    return mark
