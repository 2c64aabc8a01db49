"""8.5 InitiateMeterTest/Display: not enciphered, good as often as wanted."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.token_entry import DISPLAY_TOTAL
from i18n import Message
from protocols.sts.identity import MeterPrimaryAccountNumber
from protocols.sts.token import InitiateMeterTest, ReadExtendedToken
from protocols.sts.token.non_specific_management import ALL_TESTS

CLAUSE = pytest.mark.clause("iec62055-41", "8.5", level="shall")
ENTRY = pytest.mark.needs("sts", "token-entry")

#: Control bits whose meaning is public: display, total register, KRN and KT, TI, maximum power limit.
_PUBLIC_BITS = (0x2, 0x4, 0x8, 0x10, 0x40)
#: Bits that no public source gives a meaning: the ends of the field.
_OTHER_BITS = {2: (1 << 30, 1 << 35), 4: (1 << 24, 1 << 27)}
_READ_FLAGS = 0xFC0000000


@case(
    id="sts/8.5/display",
    title=Message("Display tokens"),
    stimulus=Message("Enter twice each token that shows something: display, total, KRN and KT, TI, limit."),
    requirement=Message("They are accepted both times and credit does not move."),
)
@CLAUSE
@ENTRY
def test_display(bench: Bench) -> None:
    tokens = bench.tokens
    with tokens.credit_moves(0):
        for bit in _PUBLIC_BITS:
            digits = tokens.mint.token(InitiateMeterTest(bit, 0, _mfr_digits(bench)))
            for _ in range(2):
                tokens.expect_accepted(tokens.enter(digits))


@case(
    id="sts/8.5/every-test",
    title=Message("Test 0: all of them"),
    stimulus=Message("Enter the token with every control bit set."),
    requirement=Message("It is accepted and credit does not move."),
)
@CLAUSE
@ENTRY
def test_every_test(bench: Bench) -> None:
    tokens, digits = bench.tokens, _mfr_digits(bench)
    control = ALL_TESTS[digits // 2 - 1]
    with tokens.credit_moves(0):
        tokens.expect_accepted(tokens.enter(tokens.mint.token(InitiateMeterTest(control, 0, digits))))


@case(
    id="sts/8.5/other-form",
    title=Message("The other form of the control field"),
    stimulus=Message(
        "Enter test tokens in the form of the other length of manufacturer code (36 or 28 bits)."
    ),
    requirement=Message(
        "A meter owes the form of its own code; what it does with the other is noted, and "
        "credit does not move."
    ),
)
@CLAUSE
@ENTRY
def test_other_form(bench: Bench) -> None:
    tokens, digits = bench.tokens, _mfr_digits(bench)
    with tokens.credit_moves(0):
        tokens.expect_accepted(tokens.enter(tokens.display_token()))
        for code in (0, 7):
            answer = tokens.enter(tokens.mint.token(InitiateMeterTest(DISPLAY_TOTAL, code, 6 - digits)))
            tokens.expect(answer, "MfrCodeError", "FunctionError", "Accept")
            if answer.accepted:
                bench.note(Message("it takes both forms"))


@case(
    id="sts/8.5/unsupported",
    title=Message("Control bits without a function"),
    stimulus=Message("Enter test tokens with a single bit that this meter may lack, and with none."),
    requirement=Message("They are carried out or are FunctionError; credit does not move."),
)
@CLAUSE
@ENTRY
def test_unsupported(bench: Bench) -> None:
    tokens, digits = bench.tokens, _mfr_digits(bench)
    with tokens.credit_moves(0):
        for control in (*_OTHER_BITS[digits], 0):
            answer = tokens.enter(tokens.mint.token(InitiateMeterTest(control, 0, digits)))
            tokens.expect(answer, "FunctionError", "Accept")


@case(
    id="sts/8.5/extended-read",
    title=Message("Extended read (STS 202-5)"),
    stimulus=Message("Enter extended-read tokens: of the flags and of a value."),
    requirement=Message("They are carried out or are FunctionError; credit does not move."),
)
@CLAUSE
@ENTRY
def test_extended_read(bench: Bench) -> None:
    tokens = bench.tokens
    with tokens.credit_moves(0):
        for control in (_READ_FLAGS, 1 << 30):
            answer = tokens.enter(tokens.mint.token(ReadExtendedToken(control, 0)))
            tokens.expect(answer, "FunctionError", "Accept")


def _mfr_digits(bench: Bench) -> int:
    pan = MeterPrimaryAccountNumber(bench.tokens.mint.register.pan)
    return pan.decoder_reference_number.mfr_code_digits
