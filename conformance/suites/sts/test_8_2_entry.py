# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""8.2 Entry: twenty digits below 2^66, by keypad or gateway, and the lock-out that a maker may declare."""

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.token_entry import TokenAnswer, channels_of
from conformance.targets.model import LockOutSection
from i18n import Message

# ---- 8.2 Entry: twenty digits below 2^66, by keypad or gateway, and nothing else.

CLAUSE = pytest.mark.clause("iec62055-41", "8.2", level="shall")
#: The first number that is no token: 66 bits are full.
_TWO_TO_66 = str(1 << 66)
#: Longer than any unit keeps an entry that is not gone on with, and than any answer takes.
_ABANDONED_S, _ANSWER_S = 180.0, 15.0


@case(
    id="sts/8.2/keypad",
    title=Message("Token by keypad"),
    stimulus=Message("Enter a fresh credit token at the keypad."),
    requirement=Message("It is accepted and credit rises by exactly its amount."),
)
@CLAUSE
@pytest.mark.clause("iec62055-41", "8.4", level="shall")
@pytest.mark.needs("sts", "keypad")
def test_keypad(bench: Bench) -> None:
    tokens = bench.tokens
    digits = tokens.credit(12)
    with tokens.credit_moves(12):
        tokens.expect_accepted(tokens.enter(digits, "keypad"))


@case(
    id="sts/8.2/gateway",
    title=Message("Token by the DLMS gateway"),
    stimulus=Message("Deliver a fresh credit token by DLMS."),
    requirement=Message(
        "It is executed, the gateway's status says so and credit rises by exactly its amount."
    ),
)
@CLAUSE
@pytest.mark.clause("dlms-bb", "class-115", level="shall")
@pytest.mark.needs("sts", "token-gateway", "association:reader")
def test_gateway(bench: Bench) -> None:
    tokens = bench.tokens
    digits = tokens.credit(13)
    with tokens.credit_moves(13):
        tokens.expect_accepted(tokens.enter(digits, "gateway"))


@case(
    id="sts/8.2/carrier",
    title=Message("Token by the local virtual carrier"),
    stimulus=Message("Hand over a fresh credit token at the local port, twice."),
    requirement=Message(
        "The first time it is accepted and credit rises by exactly its amount; the second is UsedError."
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "carrier")
def test_carrier(bench: Bench) -> None:
    tokens = bench.tokens
    digits = tokens.credit(14)
    with tokens.credit_moves(14):
        tokens.expect_accepted(tokens.enter(digits, "carrier"))
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(digits, "carrier"), "UsedError")


@case(
    id="sts/8.2/malformed",
    title=Message("Entries that are no token"),
    stimulus=Message("By each way in, enter 19 digits, 21 digits, and 20 digits above 2^66−1."),
    requirement=Message("None is accepted and credit does not move."),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry")
def test_malformed(bench: Bench) -> None:
    tokens = bench.tokens
    good = tokens.credit(8)
    with tokens.credit_moves(0):
        for way in channels_of(bench):
            for entry in (good[:19], "9" + good, _TWO_TO_66, "9" * 20):
                tokens.expect_refused(tokens.enter(entry, way))
    with tokens.credit_moves(8):
        tokens.expect_accepted(tokens.enter(good))


@case(
    id="sts/8.2/largest-number",
    title=Message("The largest number of 66 bits"),
    stimulus=Message("Enter 2^66−1 and 2^66: the last one that fits and the first that does not."),
    requirement=Message("Both are refused without effect; the second is FormatError."),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry")
def test_largest_number(bench: Bench) -> None:
    tokens = bench.tokens
    with tokens.credit_moves(0):
        tokens.expect_refused(tokens.enter(str((1 << 66) - 1)))
        tokens.expect(tokens.enter(_TWO_TO_66), "FormatError")


@case(
    id="sts/8.2/backspace",
    title=Message("Correcting a digit"),
    stimulus=Message("Key a token in key by key, with wrong digits that are deleted, and confirm it."),
    requirement=Message("What is left counts: the token is accepted, once. Unconfirmed, nothing happens."),
)
@CLAUSE
@pytest.mark.needs("sts", "keypad")
def test_backspace(bench: Bench) -> None:
    tokens = bench.tokens
    digits = tokens.credit(9)
    with tokens.credit_moves(0):
        _press(bench, digits[:7] + "99", "del", "del")
        _press(bench, digits[7:19] + str((int(digits[19]) + 1) % 10), "del")
        _press(bench, digits[19])
    with tokens.credit_moves(9):
        _press(bench, "", "ok")
        _let_the_answer_come(bench)
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(digits, "keypad"), "UsedError")


@case(
    id="sts/8.2/abandoned",
    title=Message("An abandoned entry"),
    stimulus=Message("Key in half a token, wait three minutes and key in another one, whole."),
    requirement=Message("The abandoned half does not count: the whole one is accepted."),
)
@CLAUSE
@pytest.mark.needs("sts", "keypad", "fast-clock")
def test_abandoned(bench: Bench) -> None:
    tokens = bench.tokens
    digits = tokens.credit(7)
    with tokens.credit_moves(7):
        _press(bench, digits[:10])
        bench.clock.wait(_ABANDONED_S)
        tokens.expect_accepted(tokens.enter(digits, "keypad"))


@case(
    id="sts/8.2/grouping",
    title=Message("Digits are seen in groups of four"),
    stimulus=Message("Key in twelve digits without confirming and look at the display; delete them."),
    requirement=Message("The digits are seen; whether in groups of four, as on the ticket, is noted."),
)
@pytest.mark.clause("iec62055-41", "8.2", level="should")
@pytest.mark.needs("sts", "keypad")
def test_grouping(bench: Bench) -> None:
    typed = "123456789012"
    _press(bench, typed)
    shown = bench.keypad.display().text
    _press(bench, "", *["del"] * len(typed))
    bench.observe(Message("display: {shown}", shown=shown))
    bench.check(typed[-4:] in shown.replace(" ", ""), Message("the digits are seen"))
    if "1234 5678 9012" not in shown:
        bench.not_strictly(Message("they are not in groups of four"))


def _press(bench: Bench, digits: str, *keys: str) -> None:
    bench.stimulus(Message("keys {names}", names=" ".join((digits, *keys))))
    for key in (*digits, *keys):
        bench.keypad.press(key)


def _let_the_answer_come(bench: Bench) -> None:
    """A customer unit on a slow link takes its time."""
    bench.clock.wait(_ANSWER_S)
    shown = bench.keypad.display().text
    bench.observe(Message("display: {shown}", shown=shown))


# ---- 8.2 Lock-out after wrong tokens: a maker's own, not in the standard; who declares it keeps to it.

LOCK_OUT_CLAUSE = pytest.mark.clause("iec62055-41", "8.2", level="may")
LOCK_OUT_NEEDS = pytest.mark.needs("sts", "token-entry", "lock-out", "fast-clock")

#: How many locks in a row are followed; each is twice as long as the one before.
_LOCKS = 3
#: Times are looked at this much before and after they are due, as a share of them.
_EARLY, _LATE = 0.8, 1.2
_GUESSES = 5


@case(
    id="sts/8.2/lock-out",
    title=Message("Lock-out after wrong tokens"),
    stimulus=Message(
        "Enter wrong tokens until it locks and beyond; while locked, a good one and a test "
        "token, by each way in."
    ),
    requirement=Message(
        "It locks at the declared number, twice as long each time; locked, it refuses the "
        "good one by every way in and takes the test token; afterwards the good one is "
        "accepted."
    ),
)
@LOCK_OUT_CLAUSE
@LOCK_OUT_NEEDS
def test_lock_out(bench: Bench) -> None:
    tokens, terms = bench.tokens, _terms(bench)
    tokens.must_accept(tokens.credit(1))  # an authentic token ends any series
    good = tokens.credit(5)
    with tokens.credit_moves(0):
        for _ in range(terms.wrong_entries):
            tokens.expect(_guess(bench), "CRCError")
        for doubling in range(_LOCKS):
            locked_s = min(terms.first_s * 2**doubling, terms.longest_s)
            _is_locked(bench, good)
            bench.clock.wait(locked_s * _EARLY)
            tokens.expect(tokens.enter(good, patient=False), "LockOut")
            bench.clock.wait(locked_s * (_LATE - _EARLY))
            if doubling < _LOCKS - 1:
                tokens.expect(_guess(bench), "CRCError")
    with tokens.credit_moves(5):
        tokens.expect(tokens.enter(good, patient=False), "Accept")


def _is_locked(bench: Bench, good: str) -> None:
    tokens = bench.tokens
    for way in channels_of(bench):
        tokens.expect(tokens.enter(good, way, patient=False), "LockOut")
    tokens.expect(tokens.enter(tokens.display_token(), patient=False), "Accept")


@case(
    id="sts/8.2/lock-out-reset",
    title=Message("An authentic token ends the series"),
    stimulus=Message(
        "Several times: one wrong token fewer than lock it, and a good one; then as many as lock it."
    ),
    requirement=Message("It does not lock while the series is broken, and the first lock lasts as declared."),
)
@LOCK_OUT_CLAUSE
@LOCK_OUT_NEEDS
def test_lock_out_reset(bench: Bench) -> None:
    tokens, terms = bench.tokens, _terms(bench)
    for _ in range(2):
        for _ in range(terms.wrong_entries - 1):
            tokens.expect(_guess(bench), "CRCError")
        with tokens.credit_moves(1):
            tokens.expect(tokens.enter(tokens.credit(1), patient=False), "Accept")
    for _ in range(terms.wrong_entries):
        tokens.expect(_guess(bench), "CRCError")
    digits = tokens.credit(1)
    tokens.expect(tokens.enter(digits, patient=False), "LockOut")
    bench.clock.wait(terms.first_s * _LATE)
    with tokens.credit_moves(1):
        tokens.expect(tokens.enter(digits, patient=False), "Accept")


@case(
    id="sts/8.2/guessing",
    title=Message("What guessing costs"),
    stimulus=Message(
        "Enter tokens of another group in a row and measure the device time that each try costs."
    ),
    requirement=Message(
        "Informational: of 65,536 random blocks one is authentic; how long that would take is told."
    ),
)
@LOCK_OUT_CLAUSE
@pytest.mark.needs("sts", "token-entry", "clock")
def test_guessing(bench: Bench) -> None:
    began_s = bench.clock.now_s()
    for _ in range(_GUESSES):
        bench.tokens.expect(_guess(bench, patient=True), "CRCError")
    each_s = (bench.clock.now_s() - began_s) / _GUESSES
    bench.measure("time for one guess", f"{each_s:.3f}", "s")
    days = each_s * 65_536 / 86_400
    bench.informational(Message("65,536 tries at this pace: {days:.3g} days", days=days))
    bench.tokens.must_accept(bench.tokens.credit(1))


def _terms(bench: Bench) -> LockOutSection:
    section = bench.statement.sts
    assert section is not None
    assert section.lock_out is not None
    return section.lock_out


def _guess(bench: Bench, *, patient: bool = False) -> TokenAnswer:
    """Another meter's token: authentic in form, but under a key that this one does not hold."""
    tokens = bench.tokens
    foreign = tokens.mint.register.varied(sgc="990070")
    return tokens.enter(tokens.credit(1, register=foreign), patient=patient)
