# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""7.3.7 Validation: a TID is good once and not when too old; key expiry, default key, the clock."""

from itertools import permutations

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.mint import default_key
from conformance.bench.sts_procedures import key_changes
from conformance.bench.token_entry import channels_of
from i18n import Message
from protocols.sts.acceptance.key_register import KEY_TYPE_MATRIX
from protocols.sts.identity import TID_MAX, KeyType, TokenIdentifier
from protocols.sts.token import ClearTamperCondition, SetMaximumPowerLimit, TransferCredit

# ---- 7.3.7 Validation: key expiry, the default key, and the clock that plays no part.

CLAUSE = pytest.mark.clause("iec62055-41", "7.3.7", level="shall")

_RND = 5
#: A key expiry number in the middle of the range, and the last TID that it allows.
_KEN, _LAST_TID = 85, 0x55FFFF
_NEVER = 255
#: The first days after the base date.
_LONG_AGO = (2000, 4000)
_LIMIT_W = 5000


@case(
    id="sts/7.3.7/key-expiry",
    title=Message("Key expiry"),
    stimulus=Message(
        "With an empty TID store (a change of base date) and KEN 85, enter TID 0x55FFFF, "
        "0x560000 and 0x560001; change to KEN 255 and enter 0x560000 and the highest TID."
    ),
    requirement=Message(
        "Up to the limit it is accepted, beyond it KeyExpiredError without using the TID up, "
        "for management, too; key sections are exempt; with 255 it never expires."
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "key-change", "key-expiry", "next-base-date")
def test_key_expiry(bench: Bench) -> None:
    tokens = bench.tokens
    declared = tokens.mint.register
    empty = declared.varied(base_date=declared.base_date.following(), ken=_KEN)
    with key_changes(bench) as changes:
        changes.change(empty)
        with tokens.credit_moves(2):
            tokens.expect(tokens.enter(tokens.credit(2, tid=_LAST_TID)), "Accept")
        with tokens.credit_moves(0):
            for tid in (_LAST_TID + 1, _LAST_TID + 2, TID_MAX):
                tokens.expect(tokens.enter(tokens.credit(3, tid=tid)), "KeyExpiredError")
            limit = tokens.mint.token(SetMaximumPowerLimit(_RND, _LAST_TID + 1, _LIMIT_W))
            tokens.expect(tokens.enter(limit), "KeyExpiredError")
            changes.change(empty.varied(ken=_NEVER))
        for tid in (_LAST_TID + 1, TID_MAX):
            with tokens.credit_moves(4):
                tokens.expect(tokens.enter(tokens.credit(4, tid=tid)), "Accept")


@case(
    id="sts/7.3.7/default-key",
    title=Message("Default key (DDTK)"),
    stimulus=Message(
        "Change to a DDTK, enter credit and a management token, and come back; enter credit again."
    ),
    requirement=Message(
        "Under a DDTK credit is DDTKError without using the TID up and management is "
        "accepted; back home the TID serves."
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "key-change")
def test_default_key(bench: Bench) -> None:
    tokens = bench.tokens
    declared = tokens.mint.register
    reached = KeyType.DDTK in KEY_TYPE_MATRIX[declared.key_type]
    if not reached or declared.key_type not in KEY_TYPE_MATRIX[KeyType.DDTK]:
        raise bench.not_applicable(Message("there is no way to a DDTK and back"))
    tids = [tokens.tid(), tokens.tid()]
    with key_changes(bench) as changes, tokens.credit_moves(0):
        changes.change(default_key(declared))
        for tid in tids:
            tokens.expect(tokens.enter(tokens.credit(6, tid=tid)), "DDTKError")
        tokens.expect_accepted(tokens.enter(tokens.mint.token(ClearTamperCondition(_RND, tokens.tid(), 0))))
        changes.change(declared)
    for tid in tids:
        with tokens.credit_moves(6):
            tokens.expect_accepted(tokens.enter(tokens.credit(6, tid=tid)))


@case(
    id="sts/7.3.7/clock-plays-no-part",
    title=Message("The meter's clock plays no part"),
    stimulus=Message(
        "With an empty TID store (a change of base date and back), enter tokens of years "
        "after and of years before today."
    ),
    requirement=Message("All are accepted, each of them once: the store alone counts, not the clock."),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "key-change", "next-base-date")
def test_clock_plays_no_part(bench: Bench) -> None:
    declared = bench.tokens.mint.register
    with key_changes(bench) as changes:
        changes.change(declared.varied(base_date=declared.base_date.following(), ken=_NEVER))
        _good_once(bench, TID_MAX)
        changes.change(declared)
        for tid in _LONG_AGO:
            _good_once(bench, tid)


def _good_once(bench: Bench, tid: int) -> None:
    tokens = bench.tokens
    moment = TokenIdentifier(tid, tokens.mint.register.base_date).instant
    bench.note(Message("token of {moment:%Y-%m-%d}", moment=moment))
    digits = tokens.credit(2, tid=tid)
    with tokens.credit_moves(2):
        tokens.expect(tokens.enter(digits), "Accept")
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(digits), "UsedError")


# ---- 7.3.7 Validation: a TID is good once, whatever else the token says, and not when it is too old.

ENTRY = pytest.mark.needs("sts", "token-entry")


@case(
    id="sts/7.3.7/replay",
    title=Message("The same token twice"),
    stimulus=Message("Enter a credit token twice."),
    requirement=Message("The first time it is accepted; the second is UsedError and credit does not move."),
)
@CLAUSE
@ENTRY
def test_replay(bench: Bench) -> None:
    tokens = bench.tokens
    digits = tokens.credit(10)
    with tokens.credit_moves(10):
        tokens.expect_accepted(tokens.enter(digits))
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(digits), "UsedError")


@case(
    id="sts/7.3.7/same-tid-other-amount",
    title=Message("The same TID with another amount"),
    stimulus=Message(
        "Enter a token, then others of the same TID: for another amount, with another RND, and of management."
    ),
    requirement=Message("The others are UsedError, credit does not move."),
)
@CLAUSE
@ENTRY
def test_same_tid_other_amount(bench: Bench) -> None:
    tokens = bench.tokens
    tid = tokens.tid()
    tokens.must_accept(tokens.credit(5, tid=tid))
    others = (
        TransferCredit(0, _RND, tid, 7),
        TransferCredit(0, _RND + 1, tid, 5),
        SetMaximumPowerLimit(_RND, tid, 5000),
    )
    with tokens.credit_moves(0):
        for token in others:
            tokens.expect(tokens.enter(tokens.mint.token(token)), "UsedError")


@case(
    id="sts/7.3.7/out-of-order",
    title=Message("Tokens out of order"),
    stimulus=Message("Enter three tokens of successive minutes in the order third, first, second."),
    requirement=Message(
        "All three are accepted: a new TID above the smallest kept is valid though not the latest."
    ),
)
@CLAUSE
@ENTRY
def test_out_of_order(bench: Bench) -> None:
    tokens = bench.tokens
    first, second, third = (tokens.credit(units) for units in (1, 2, 3))
    for digits, units in ((third, 3), (first, 1), (second, 2)):
        with tokens.credit_moves(units):
            tokens.expect_accepted(tokens.enter(digits))


@case(
    id="sts/7.3.7/old",
    title=Message("A token older than the TID store"),
    stimulus=Message("Keep a token back, fill the TID store with later ones, and enter it then."),
    requirement=Message("It is OldError and credit does not move."),
)
@CLAUSE
@ENTRY
def test_old(bench: Bench) -> None:
    tokens = bench.tokens
    kept_back = tokens.credit(9)
    section = bench.statement.sts
    assert section is not None
    for _ in range(section.tid_store_size):
        tokens.must_accept(tokens.credit(1))
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(kept_back), "OldError")


@case(
    id="sts/7.3.7/store-full",
    title=Message("A full TID store"),
    stimulus=Message(
        "Fill the store with every second TID; enter the smallest kept, an earlier one and two of the gaps."
    ),
    requirement=Message(
        "The smallest is UsedError, the earlier one OldError; those of the gaps are accepted "
        "once, and the smallest that they displace becomes OldError."
    ),
)
@CLAUSE
@ENTRY
def test_store_full(bench: Bench) -> None:
    tokens, section = bench.tokens, bench.statement.sts
    assert section is not None
    earlier = tokens.tid()
    kept, gaps = [], []
    for _ in range(section.tid_store_size):
        kept.append(tokens.tid())
        gaps.append(tokens.tid())
        tokens.must_accept(tokens.credit(1, tid=kept[-1]))
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(tokens.credit(1, tid=kept[0])), "UsedError")
        tokens.expect(tokens.enter(tokens.credit(1, tid=earlier)), "OldError")
        tokens.expect(tokens.enter(tokens.credit(1, tid=kept[-1])), "UsedError")
    for place, gap in ((0, gaps[0]), (1, gaps[-2])):
        with tokens.credit_moves(1):
            tokens.expect_accepted(tokens.enter(tokens.credit(1, tid=gap)))
        with tokens.credit_moves(0):
            tokens.expect(tokens.enter(tokens.credit(1, tid=gap)), "UsedError")
            tokens.expect(tokens.enter(tokens.credit(1, tid=kept[place])), "OldError", "UsedError")
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(tokens.credit(1, tid=kept[0])), "OldError")


@case(
    id="sts/7.3.7/reserved-minute",
    title=Message("The reserved minute 00:01"),
    stimulus=Message("Enter tokens of 00:00, 00:02 and 00:03 of one day, and then one of 00:01, twice."),
    requirement=Message(
        "The first three are accepted. That of 00:01, which nobody sells, is noted; if it is "
        "accepted, then once."
    ),
)
@CLAUSE
@ENTRY
def test_reserved_minute(bench: Bench) -> None:
    tokens = bench.tokens
    tokens.tid()  # the probe comes first
    midnight = tokens.mint.tids.midnight()
    for tid in (midnight, midnight + 2, midnight + 3):
        with tokens.credit_moves(1):
            tokens.expect_accepted(tokens.enter(tokens.credit(1, tid=tid)))
    tokens.mint.tids.leap(3)
    digits = tokens.credit(1, tid=midnight + 1)
    if tokens.enter(digits).accepted:
        with tokens.credit_moves(0):
            tokens.expect(tokens.enter(digits), "UsedError")
    else:
        bench.note(Message("the minute 00:01 is not accepted"))


@case(
    id="sts/7.3.7/one-store-for-both-ways",
    title=Message("One TID store for all ways in"),
    stimulus=Message(
        "For every two ways in (keypad, local carrier, gateway): a token by one and again by the other."
    ),
    requirement=Message(
        "Each token is good only once, whichever way it comes in, and the result is the same."
    ),
)
@CLAUSE
@pytest.mark.clause("dlms-bb", "class-115", level="shall")
@ENTRY
def test_one_store_for_both_ways(bench: Bench) -> None:
    tokens, ways = bench.tokens, channels_of(bench)
    if len(ways) < 2:
        raise bench.not_applicable(Message("there is only one way in"))
    for first, second in permutations(ways, 2):
        digits = tokens.credit(6)
        with tokens.credit_moves(6):
            tokens.expect_accepted(tokens.enter(digits, first))
        with tokens.credit_moves(0):
            tokens.expect(tokens.enter(digits, second), "UsedError")
