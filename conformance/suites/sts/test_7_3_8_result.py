# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""7.3.8 Token result: refusals by name, without any effect; 7.3.9 Key register: attributes read back."""

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.mint import raw_token
from conformance.bench.sts_procedures import (
    CRC_C,
    PLAIN_CRC,
    function_or_kept_tid,
    keeps_tid,
    read_key_register,
)
from i18n import Message
from protocols.sts.identity import MeterPrimaryAccountNumber
from protocols.sts.token import (
    ClearCredit,
    ClearTamperCondition,
    InitiateMeterTest,
    SetExtendedToken,
    TransferCredit,
    TransferCurrencyCredit,
)

# ---- 7.3.8 Token result: what a meter does not offer is refused by name, without any effect.

CLAUSE = pytest.mark.clause("iec62055-41", "7.3.8", level="shall")
ENTRY = pytest.mark.needs("sts", "token-entry")

_RND = 5
_CREDIT, _MANAGEMENT, _RESERVED = 0, 2, 3
#: The largest amount that a token holds, tenths of a kWh.
_LARGEST_UNITS = 18_201_624
#: So many of the largest tokens a register may take before the bench believes that it has no bottom.
_LARGEST_TAKEN = 5


@case(
    id="sts/7.3.8/function",
    title=Message("Water, gas and time credit on an electricity meter"),
    stimulus=Message(
        "Enter authentic water, gas and time credit tokens, and after each an electricity "
        "one of the same TID."
    ),
    requirement=Message(
        "They are FunctionError, move no credit and consume no TID; the electricity one is accepted."
    ),
)
@CLAUSE
@ENTRY
def test_function(bench: Bench) -> None:
    for subclass in (1, 2, 3):
        keeps_tid(bench, lambda tid, sub=subclass: TransferCredit(sub, _RND, tid, 10), "FunctionError")  # type: ignore[misc]


@case(
    id="sts/7.3.8/currency",
    title=Message("Credit in currency on a kWh meter"),
    stimulus=Message(
        "Enter currency credit tokens of the four kinds, positive, negative and of the largest amount."
    ),
    requirement=Message("All are FunctionError, move no credit and consume no TID."),
)
@CLAUSE
@ENTRY
def test_currency(bench: Bench) -> None:
    for subclass, amount_1e5 in ((4, 100_000), (4, -100_000), (5, 1), (6, -1), (7, 10**30)):
        keeps_tid(
            bench,
            lambda tid, sub=subclass, money=amount_1e5: TransferCurrencyCredit(sub, tid, money),  # type: ignore[misc]
            "FunctionError",
        )


@case(
    id="sts/7.3.8/reserved",
    title=Message("Reserved subclasses and class 3"),
    stimulus=Message(
        "Enter authentic tokens of reserved or proprietary subclasses (0/8, 0/15, 2/11, 2/15) and of class 3."
    ),
    requirement=Message(
        "They are refused: FunctionError or FormatError in classes 0 and 2, any refusal in 3."
    ),
)
@CLAUSE
@ENTRY
def test_reserved(bench: Bench) -> None:
    for token_class, subclass in ((_CREDIT, 8), (_CREDIT, 15), (_MANAGEMENT, 11), (_MANAGEMENT, 15)):
        keeps_tid(
            bench,
            lambda tid, kind=token_class, sub=subclass: _raw(bench, kind, sub, tid),  # type: ignore[misc]
            "FunctionError",
            "FormatError",
        )
    tokens = bench.tokens
    tid = tokens.tid()
    with tokens.credit_moves(0):
        for subclass in (0, 4, 9):
            tokens.expect_refused(tokens.enter(_raw(bench, _RESERVED, subclass, tid)))


def _raw(bench: Bench, token_class: int, subclass: int, tid: int) -> str:
    """A token of any class and subclass that would bring 1 kWh if it were credit."""
    content48 = subclass << 44 | _RND << 40 | tid << 16 | 10
    crc = (CRC_C if token_class == _CREDIT and 4 <= subclass < 8 else PLAIN_CRC)(token_class, content48)
    return raw_token(token_class, content48, crc, bench.tokens.mint.register.key())


@case(
    id="sts/7.3.8/overflow",
    title=Message("More credit than there is room for"),
    stimulus=Message(
        "Enter the largest token there is (1,820,162.4 kWh) until there is no more room; "
        "then one of 0.1 kWh with the TID of the refused one."
    ),
    requirement=Message(
        "What there is room for is added exactly; what not is OverflowError, leaves credit "
        "as it was and uses up no TID."
    ),
)
@CLAUSE
@pytest.mark.clause("iec62055-41", "8.4", level="shall")
@pytest.mark.needs("sts", "token-entry", "account", "association:reader")
def test_overflow(bench: Bench) -> None:
    tokens = bench.tokens
    for _ in range(_LARGEST_TAKEN):
        tid, before_wh = tokens.tid(), tokens.credit_wh()
        answer = tokens.enter(tokens.credit(_LARGEST_UNITS, tid=tid))
        tokens.expect(answer, "OverflowError", "Accept")
        if not answer.accepted:
            break
        _check_rise(bench, before_wh, tokens.credit_wh())
    else:
        bench.informational(Message("the register was not filled"))
        return
    after_wh = tokens.credit_wh()
    bench.check(before_wh == after_wh, Message("credit does not move"))
    with tokens.credit_moves(0):
        tokens.expect_accepted(tokens.enter(tokens.mint.token(ClearTamperCondition(_RND, tid, 0))))


def _check_rise(bench: Bench, before_wh: int | None, after_wh: int | None) -> None:
    rise_wh = (after_wh or 0) - (before_wh or 0)
    bench.check(
        rise_wh == _LARGEST_UNITS * 100,
        Message(
            "credit rises by {LARGEST_UNITS} Wh (it rose by {rise_wh})",
            LARGEST_UNITS=_LARGEST_UNITS * 100,
            rise_wh=rise_wh,
        ),
    )


@case(
    id="sts/7.3.8/range-and-format",
    title=Message("Values out of range and a pad that is not zero"),
    stimulus=Message("Enter tokens that clear registers 8, 255 and 65534, and tamper tokens with a pad."),
    requirement=Message(
        "Those of registers are RangeError (or FunctionError), those of the pad FormatError "
        "(or RangeError); none uses up its TID."
    ),
)
@CLAUSE
@ENTRY
def test_range_and_format(bench: Bench) -> None:
    for register in (8, 255, 0xFFFE):
        keeps_tid(
            bench,
            lambda tid, number=register: ClearCredit(_RND, tid, number),  # type: ignore[misc]
            "RangeError",
            "FunctionError",
        )
    for pad in (1, 0xFFFF):
        keeps_tid(
            bench,
            lambda tid, bits=pad: ClearTamperCondition(_RND, tid, bits),  # type: ignore[misc]
            "FormatError",
            "RangeError",
        )


@case(
    id="sts/7.3.8/extended",
    title=Message("Extended tokens (STS 202-5)"),
    stimulus=Message("Enter extended tokens that set a value and both states of a flag."),
    requirement=Message("They are carried out, or are FunctionError without using up the TID."),
)
@CLAUSE
@pytest.mark.clause("iec62055-41", "8.13", level="shall")
@ENTRY
def test_extended(bench: Bench) -> None:
    for index, value in ((1, 123), (63, 0), (63, 1)):
        function_or_kept_tid(
            bench,
            lambda tid, number=index, control=value: SetExtendedToken(_RND, tid, number, control),  # type: ignore[misc]
            Message("the extended setting {index}", index=index),
        )


# ---- 7.3.9 Key register: identity and attributes can be read back, by DLMS and on the display.

REGISTER_CLAUSE = pytest.mark.clause("iec62055-41", "7.3.9", level="shall")

#: Control bits of test tokens that show the register. Source: IEC 62055-41, 6.3.8, by public manuals.
_KRN_AND_KT, _TI = 0x8, 0x10
#: Pages follow each other; so often the display is looked at, and so far apart.
_LOOKS, _LOOK_S = 30, 1.0


@case(
    id="sts/7.3.9/read-back",
    title=Message("The register read by DLMS"),
    stimulus=Message("Read the object of class 116."),
    requirement=Message("PAN with its check digit, EA, SGC, TI, KRN, key type and KEN are those declared."),
)
@REGISTER_CLAUSE
@pytest.mark.needs("sts", "association:reader")
def test_read_back(bench: Bench) -> None:
    seen = read_key_register(bench)
    declared = bench.tokens.mint.register
    bench.check(
        MeterPrimaryAccountNumber(seen.pan).pan == declared.pan,
        Message("the PAN is {pan} (read: {pan2})", pan=declared.pan, pan2=seen.pan),
    )
    seen.expect(bench, declared)


@case(
    id="sts/7.3.9/display",
    title=Message("KRN, key type and TI on the display"),
    stimulus=Message("Enter the test tokens that show KRN and KT, and TI, and look at the display."),
    requirement=Message("They are accepted and the display shows the declared numbers."),
)
@REGISTER_CLAUSE
@pytest.mark.clause("iec62055-41", "8.5", level="shall")
@pytest.mark.needs("sts", "keypad", "fast-clock")
def test_display(bench: Bench) -> None:
    tokens = bench.tokens
    register = tokens.mint.register
    drn = MeterPrimaryAccountNumber(register.pan).decoder_reference_number
    wanted = {_KRN_AND_KT: (str(register.krn), str(int(register.key_type))), _TI: (f"{register.ti:02d}",)}
    for control, numbers in wanted.items():
        tokens.expect_accepted(
            tokens.enter(tokens.mint.token(InitiateMeterTest(control, 0, drn.mfr_code_digits)), "keypad")
        )
        shown = _pages(bench)
        bench.observe(Message("display: {shown}", shown=" / ".join(shown)))
        found = any(set(numbers) <= set(page.split()) for page in shown)
        bench.check(found, Message("{numbers} can be seen", numbers=" ".join(numbers)))


def _pages(bench: Bench) -> list[str]:
    """Pages that the display shows in half a minute, each once."""
    pages: dict[str, None] = {}
    for _ in range(_LOOKS):
        pages[bench.keypad.display().text] = None
        bench.clock.wait(_LOOK_S)
    return list(pages)
