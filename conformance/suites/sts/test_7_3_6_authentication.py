# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""7.3.6 Authentication: only a token enciphered for this decoder, undamaged, with its own checksum."""

from random import Random

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.sts_procedures import CRC_C, PLAIN_CRC, closed_by, deserved
from i18n import Message
from protocols.sts.identity import DecoderReferenceNumber, MeterPrimaryAccountNumber
from protocols.sts.token import (
    ClearCredit,
    ClearTamperCondition,
    InitiateMeterTest,
    SetMaximumPowerLimit,
    Token,
    TransferCredit,
    TransferCurrencyCredit,
    decode_token,
)

# ---- 7.3.6 Authentication: only a token enciphered for this decoder, and undamaged, is authentic.

CLAUSE = pytest.mark.clause("iec62055-41", "7.3.6", level="shall")
ENTRY = pytest.mark.needs("sts", "token-entry")

_OTHER_PANS = (
    "600727000000000009",
    "600727111111111153",
    MeterPrimaryAccountNumber.from_drn("01000000008").pan,
)


@case(
    id="sts/7.3.6/other-meter",
    title=Message("Another meter's token"),
    stimulus=Message("Enter a credit token of another meter."),
    requirement=Message("It is refused with CRCError, credit does not move and the TID is not consumed."),
)
@CLAUSE
@ENTRY
def test_other_meter(bench: Bench) -> None:
    register = bench.tokens.mint.register
    pan = next(pan for pan in _OTHER_PANS if pan != register.pan)
    _refused_then_own_accepted(bench, pan=pan)


@case(
    id="sts/7.3.6/other-supply-group",
    title=Message("Token of another supply group"),
    stimulus=Message("Enter a token of this meter under another SGC."),
    requirement=Message("It is refused with CRCError, credit does not move and the TID is not consumed."),
)
@CLAUSE
@ENTRY
def test_other_supply_group(bench: Bench) -> None:
    sgc = bench.tokens.mint.register.sgc
    _refused_then_own_accepted(bench, sgc="123457" if sgc != "123457" else "201457")


@case(
    id="sts/7.3.6/other-tariff-index",
    title=Message("Token of another tariff index"),
    stimulus=Message("Enter a token of this meter under another TI."),
    requirement=Message("It is refused with CRCError, credit does not move and the TID is not consumed."),
)
@CLAUSE
@ENTRY
def test_other_tariff_index(bench: Bench) -> None:
    _refused_then_own_accepted(bench, ti=(bench.tokens.mint.register.ti + 1) % 100)


@case(
    id="sts/7.3.6/other-key-revision",
    title=Message("Token of another key revision"),
    stimulus=Message("Enter a token of this meter under another KRN."),
    requirement=Message("It is refused with CRCError, credit does not move and the TID is not consumed."),
)
@CLAUSE
@ENTRY
def test_other_key_revision(bench: Bench) -> None:
    register = bench.tokens.mint.register
    _refused_then_own_accepted(bench, krn=register.krn % 9 + 1)
    _refused_then_own_accepted(bench, krn=(register.krn + 1) % 9 + 1)


def _refused_then_own_accepted(bench: Bench, **foreign: object) -> None:
    """A token under a foreign register, then the device's own one with the same TID."""
    tokens = bench.tokens
    tid = tokens.tid()
    with tokens.credit_moves(0):
        answer = tokens.enter(tokens.credit(3, tid=tid, register=tokens.mint.register.varied(**foreign)))
        tokens.expect(answer, "CRCError")
    with tokens.credit_moves(3):
        tokens.expect_accepted(tokens.enter(tokens.credit(3, tid=tid)))


@case(
    id="sts/7.3.6/damaged-digit",
    title=Message("One wrong digit at each place"),
    stimulus=Message("Enter a valid token with each of its 20 digits changed in turn, then intact."),
    requirement=Message(
        "Each is refused for what it really says (format, class or checksum), credit does "
        "not move, and the intact token is accepted afterwards."
    ),
)
@CLAUSE
@ENTRY
def test_damaged_digit(bench: Bench) -> None:
    tokens = bench.tokens
    good = tokens.credit(4)
    with tokens.credit_moves(0):
        for place in range(20):
            damaged = good[:place] + str((int(good[place]) + 1) % 10) + good[place + 1 :]
            names = deserved(damaged, tokens.mint.register)
            if names is None:
                bench.note(
                    Message("place {place}: fits as well by chance; left out", place=place + 1),
                )
                continue
            answer = tokens.enter(damaged)
            tokens.expect(answer, *names) if names else tokens.expect_refused(answer)
    with tokens.credit_moves(4):
        tokens.expect_accepted(tokens.enter(good))


# ---- 7.3.6 Authentication: each kind of token closes with its own checksum, and class 1 names a maker.

_RND = 5
_DISPLAY_TOTAL = 0x4
#: Bits of the checksum that are turned over: its ends and all of it.
_FLIPS = (0x0001, 0x8000, 0xFFFF)
#: A small part of the 10 000 of the checklist: of those, one in 65 536 would be authentic by chance.
_RANDOM_TOKENS = 40


@case(
    id="sts/7.3.6/checksum-of-every-class",
    title=Message("Wrong checksum in every class"),
    stimulus=Message(
        "Enter credit, limit, clear, tamper, test and key-change tokens with their checksum "
        "altered; then the credit token intact."
    ),
    requirement=Message("All are CRCError without effect, and the TID stays free."),
)
@CLAUSE
@ENTRY
def test_checksum_of_every_class(bench: Bench) -> None:
    tokens = bench.tokens
    register, tid = tokens.mint.register, tokens.tid()
    with tokens.credit_moves(0):
        for token in _one_of_each(bench, tid):
            for flip in _FLIPS:
                tokens.expect(tokens.enter(closed_by(token, PLAIN_CRC, register, flip=flip)), "CRCError")
    with tokens.credit_moves(2):
        tokens.expect_accepted(tokens.enter(tokens.credit(2, tid=tid)))


def _one_of_each(bench: Bench, tid: int) -> list[Token]:
    """A token of each kind; the key section is the first of a change to the very same key."""
    tokens = bench.tokens
    digits = _maker(bench).mfr_code_digits
    found: list[Token] = [
        TransferCredit(0, _RND, tid, 2),
        SetMaximumPowerLimit(_RND, tid, 5000),
        ClearCredit(_RND, tid, 0),
        ClearTamperCondition(_RND, tid, 0),
        InitiateMeterTest(_DISPLAY_TOTAL, 0, digits),
    ]
    section = decode_token(tokens.own_sections()[0], tokens.mint.register.key()).token
    return found if section is None else [*found, section]


@case(
    id="sts/7.3.6/currency-checksum",
    title=Message("CRC_C of credit in currency"),
    stimulus=Message(
        "Enter currency credit tokens closed by CRC_C and by CRC, and an energy token closed by CRC_C."
    ),
    requirement=Message(
        "With CRC_C they are authentic, and FunctionError in a kWh meter; with CRC, and "
        "energy with CRC_C, they are CRCError."
    ),
)
@CLAUSE
@ENTRY
def test_currency_checksum(bench: Bench) -> None:
    tokens = bench.tokens
    register, tid = tokens.mint.register, tokens.tid()
    with tokens.credit_moves(0):
        for subclass in range(4, 8):
            money = TransferCurrencyCredit(subclass, tid, 100_000)
            tokens.expect(tokens.enter(closed_by(money, CRC_C, register)), "FunctionError")
            tokens.expect(tokens.enter(closed_by(money, PLAIN_CRC, register)), "CRCError")
        tokens.expect(tokens.enter(closed_by(TransferCredit(0, _RND, tid, 9), CRC_C, register)), "CRCError")
    with tokens.credit_moves(3):
        tokens.expect_accepted(tokens.enter(tokens.credit(3, tid=tid)))


@case(
    id="sts/7.3.6/manufacturer-code",
    title=Message("Manufacturer code in class 1"),
    stimulus=Message("Enter display tokens with maker 0, with the device's own and with three others."),
    requirement=Message("0 and its own are accepted; the others are MfrCodeError."),
)
@CLAUSE
@ENTRY
def test_manufacturer_code(bench: Bench) -> None:
    tokens, maker = bench.tokens, _maker(bench)
    own, digits = maker.mfr_code, maker.mfr_code_digits
    highest = 10**digits - 1
    others = [code for code in (7, highest // 2, highest) if code != own]
    with tokens.credit_moves(0):
        for code in dict.fromkeys((0, own)):
            tokens.expect_accepted(
                tokens.enter(tokens.mint.token(InitiateMeterTest(_DISPLAY_TOTAL, code, digits)))
            )
        for code in others:
            tokens.expect(
                tokens.enter(tokens.mint.token(InitiateMeterTest(_DISPLAY_TOTAL, code, digits))),
                "MfrCodeError",
            )


@case(
    id="sts/7.3.6/random",
    title=Message("Random tokens"),
    stimulus=Message("Enter {RANDOM_TOKENS} random entries of 20 digits.", RANDOM_TOKENS=_RANDOM_TOKENS),
    requirement=Message(
        "Each is refused for what its block says, deciphered with the device's key, and credit does not move."
    ),
)
@CLAUSE
@ENTRY
def test_random(bench: Bench) -> None:
    tokens = bench.tokens
    random = Random(bench.target.seed)  # noqa: S311 - a sample that can be repeated
    with tokens.credit_moves(0):
        for _ in range(_RANDOM_TOKENS):
            digits = f"{random.randrange(10**20):020d}"
            names = deserved(digits, tokens.mint.register)
            if names is None:
                bench.note(Message("authentic by chance; left out"))
                continue
            answer = tokens.enter(digits)
            tokens.expect(answer, *names) if names else tokens.expect_refused(answer)
    tokens.expect_accepted(tokens.enter(tokens.credit(1)))


def _maker(bench: Bench) -> DecoderReferenceNumber:
    return MeterPrimaryAccountNumber(bench.tokens.mint.register.pan).decoder_reference_number
