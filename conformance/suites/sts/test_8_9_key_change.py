# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""8.9 Key change: whole sets in any order, sections of two sets, rollover, and a power cut in the middle."""

from itertools import permutations

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.mint import KeyRegister, default_key, other_group, other_revision, other_tariff
from conformance.bench.sts_procedures import (
    SECTION_NAMES,
    KeyChanges,
    every_cut,
    expect_key,
    hybrid,
    key_changes,
    read_key_register,
    sections,
)
from i18n import Message
from protocols.sts.acceptance.key_register import KEY_TYPE_MATRIX
from protocols.sts.identity import KeyType
from protocols.sts.token import KeyChange, encode_token, key_change_sections

# ---- 8.9 Key change: the set counts whole, in any order, and what it leads to is what it says.

CLAUSE = pytest.mark.clause("iec62055-41", "8.9", level="shall")
NEEDS = pytest.mark.needs("sts", "token-entry", "key-change")


@case(
    id="sts/8.9/there-and-back",
    title=Message("Key change there and back"),
    stimulus=Message(
        "Change to the key of another revision with the sections in reverse order, and back "
        "to the declared one with the sections in order."
    ),
    requirement=Message(
        "An incomplete set changes nothing; with the whole set the former key is dead, the "
        "new one works, and used TIDs and credit are kept."
    ),
)
@CLAUSE
@NEEDS
def test_there_and_back(bench: Bench) -> None:
    tokens = bench.tokens
    declared = tokens.mint.register
    other = other_revision(declared)
    used_tid = tokens.tid()
    tokens.must_accept(tokens.credit(2, tid=used_tid))
    with key_changes(bench) as changes:
        found = sections(declared, other)
        changes.may_leave_under(other)
        *waiting, last = reversed(found)
        for name in waiting:
            changes.collect(found, (name,))
            expect_key(bench, declared, other)
        with tokens.credit_moves(0):
            tokens.expect(changes.enter(found, last), "Accept")
            tokens.follow_key(other)
            tokens.expect(tokens.enter(tokens.credit(7, tid=used_tid)), "UsedError")
        expect_key(bench, other, declared)
        changes.change(declared)
        expect_key(bench, declared, other)


@case(
    id="sts/8.9/every-order",
    title=Message("Sections in every order"),
    stimulus=Message(
        "Change the key again and again, with the sections in each of the orders that there are."
    ),
    requirement=Message(
        "In any order each section answers with its name, the last one is accepted and only "
        "the new key works."
    ),
)
@CLAUSE
@NEEDS
def test_every_order(bench: Bench) -> None:
    declared = bench.tokens.mint.register
    other = other_revision(declared)
    with key_changes(bench) as changes:
        for order in permutations(sections(declared, other)):
            before, new = (declared, other) if changes.present == declared else (other, declared)
            changes.change(new, order)
            expect_key(bench, new, before)


@case(
    id="sts/8.9/repeats",
    title=Message("Sections entered again"),
    stimulus=Message("Enter each section twice and, after the change, one section of the former set."),
    requirement=Message(
        "Repeating neither completes the set nor spoils it; after the change a section under "
        "the former key is CRCError."
    ),
)
@CLAUSE
@NEEDS
def test_repeats(bench: Bench) -> None:
    tokens = bench.tokens
    declared = tokens.mint.register
    other = other_revision(declared)
    with key_changes(bench) as changes, tokens.credit_moves(0):
        found = sections(declared, other)
        changes.may_leave_under(other)
        *waiting, last = found
        for name in waiting:
            changes.collect(found, (name, name))
        tokens.expect(changes.enter(found, last), "Accept")
        tokens.follow_key(other)
        tokens.expect(changes.enter(found, last), "CRCError")
        tokens.expect(changes.enter(found, waiting[0]), "CRCError")
        changes.change(declared)


@case(
    id="sts/8.9/supply-group",
    title=Message("Change of supply group and tariff"),
    stimulus=Message("Change to another SGC and another TI at once, section by section, and back."),
    requirement=Message(
        "Up to the last section (three with a 64-bit key, four with 128) only the former key "
        "works; after it only the new one."
    ),
)
@CLAUSE
@NEEDS
def test_supply_group(bench: Bench) -> None:
    tokens = bench.tokens
    declared = tokens.mint.register
    other = other_group(declared).varied(ti=other_tariff(declared))
    with key_changes(bench) as changes:
        found = sections(declared, other)
        changes.may_leave_under(other)
        *waiting, last = found
        for name in waiting:
            changes.collect(found, (name,))
            expect_key(bench, declared, other)
        tokens.expect(changes.enter(found, last), "Accept")
        tokens.follow_key(other)
        expect_key(bench, other, declared)
        changes.change(declared)
        expect_key(bench, declared, other)


@case(
    id="sts/8.9/mixed-in",
    title=Message("Other tokens between the sections"),
    stimulus=Message(
        "Between the sections, enter a test token, a credit token under the former key and another meter's."
    ),
    requirement=Message(
        "The test token is accepted, the other meter's is CRCError, none completes the set, "
        "and the last section does. What becomes of the credit token is noted: makers differ."
    ),
)
@CLAUSE
@NEEDS
def test_mixed_in(bench: Bench) -> None:
    tokens = bench.tokens
    declared = tokens.mint.register
    other = other_revision(declared)
    with key_changes(bench) as changes:
        found = sections(declared, other)
        changes.may_leave_under(other)
        *waiting, last = found
        for name in waiting:
            changes.collect(found, (name,))
            tokens.expect_accepted(tokens.enter(tokens.display_token()))
            tokens.expect(tokens.enter(tokens.credit(1, register=other)), "CRCError")
            if not tokens.enter(tokens.credit(1)).accepted:
                bench.not_strictly(
                    Message("half-way through the change it takes no credit under the former key"),
                )
        tokens.expect(changes.enter(found, last), "Accept")
        tokens.follow_key(other)
        expect_key(bench, other, declared)
        changes.change(declared)


@case(
    id="sts/8.9/time-out",
    title=Message("A partial set expires"),
    stimulus=Message(
        "Enter all sections but one, wait longer than the declared time and enter the missing one."
    ),
    requirement=Message("The last one completes nothing any more: still only the former key works."),
)
@pytest.mark.clause("iec62055-41", "8.9", level="may")
@pytest.mark.needs("sts", "token-entry", "key-change", "fast-clock")
def test_time_out(bench: Bench) -> None:
    tokens, section = bench.tokens, bench.statement.sts
    assert section is not None
    declared = tokens.mint.register
    other = other_revision(declared)
    with key_changes(bench) as changes:
        found = sections(declared, other)
        changes.may_leave_under(other)
        *waiting, last = found
        changes.collect(found, waiting)
        with tokens.credit_moves(0):
            bench.clock.wait(section.key_change_timeout_s * 1.1)
            tokens.expect(changes.enter(found, last), *SECTION_NAMES)
        expect_key(bench, declared, other)


# ---- 8.9 Key change: sections of two sets, key types, and what a change may never do.


@case(
    id="sts/8.9/two-sets",
    title=Message("Sections of two sets mixed"),
    stimulus=Message(
        "Enter the first and second section of one set, the second of another, and the rest of the first."
    ),
    requirement=Message(
        "A meter never ends up with a key made of parts of two: the former one works, or one "
        "of the two whole ones."
    ),
)
@CLAUSE
@NEEDS
def test_two_sets(bench: Bench) -> None:
    tokens = bench.tokens
    declared = tokens.mint.register
    group = other_group(declared)  # so that a 64-bit set has three sections: two would not show it
    one, other = other_revision(group), group.varied(ti=other_tariff(declared))
    with key_changes(bench) as changes:
        first, second = sections(declared, one), sections(declared, other)
        mixed = hybrid(declared, one, other)
        changes.may_leave_under(one, other, mixed)
        changes.collect(first, ("1stKCT", "2ndKCT"))
        changes.enter(second, "2ndKCT")
        for name in list(first)[2:]:
            changes.enter(first, name)
        tid = tokens.tid()
        with tokens.credit_moves(0):
            tokens.expect(tokens.enter(tokens.credit(1, tid=tid, register=mixed)), "CRCError")
        with tokens.credit_moves(1):
            live = _first_that_works(bench, tid, declared, one, other)
        bench.check(live is not None, Message("the former key or a whole one works"))


def _first_that_works(bench: Bench, tid: int, *registers: KeyRegister) -> KeyRegister | None:
    """The register whose credit the device takes; the mint follows."""
    tokens = bench.tokens
    for register in registers:
        if tokens.enter(tokens.credit(1, tid=tid, register=register)).accepted:
            tokens.follow_key(register)
            return register
    return None


@case(
    id="sts/8.9/begun-anew",
    title=Message("One set begun, then another"),
    stimulus=Message("Enter the first section of one set and then another whole set, in order."),
    requirement=Message("The second set counts whole; the first leaves no trace."),
)
@CLAUSE
@NEEDS
def test_begun_anew(bench: Bench) -> None:
    declared = bench.tokens.mint.register
    one, other = other_revision(declared), declared.varied(ti=other_tariff(declared))
    with key_changes(bench) as changes:
        changes.may_leave_under(one)
        changes.collect(sections(declared, one), ("1stKCT",))
        changes.change(other)
        expect_key(bench, other, declared, one)
        changes.change(declared)
        expect_key(bench, declared, other)


@case(
    id="sts/8.9/key-types",
    title=Message("Which key type may follow which"),
    stimulus=Message(
        "Under each key type that this meter can be led to, enter the first section of a "
        "change to each of the four types."
    ),
    requirement=Message(
        "What is allowed is 1stKCT, the rest KeyTypeError. Rows that cannot be reached, and "
        "DCTK with DDTK, are noted."
    ),
)
@CLAUSE
@NEEDS
def test_key_types(bench: Bench) -> None:
    declared = bench.tokens.mint.register
    with key_changes(bench) as changes, bench.tokens.credit_moves(0):
        rows = [declared.key_type]
        _row(bench, changes, declared)
        if KeyType.DDTK in KEY_TYPE_MATRIX[declared.key_type] and declared.key_type is not KeyType.DDTK:
            changes.change(default_key(declared))
            rows.append(KeyType.DDTK)
            _row(bench, changes, default_key(declared))
        missing = ", ".join(kind.name for kind in KeyType if kind not in rows)
        bench.note(Message("rows not tried: {missing}", missing=missing))


def _row(bench: Bench, changes: KeyChanges, present: KeyRegister) -> None:
    """The four cells of the matrix that begin at the present key type."""
    for new in KeyType:
        bench.note(Message("{name} to {name2}", name=present.key_type.name, name2=new.name))
        answer = changes.enter({"1stKCT": _first_section(present, new)}, "1stKCT")
        if new is KeyType.DCTK:  # only for meters that take erasable magnetic cards
            bench.tokens.expect(answer, "KeyTypeError")
        elif new in KEY_TYPE_MATRIX[present.key_type]:
            bench.tokens.expect(answer, "1stKCT")
        else:
            bench.tokens.expect(answer, "KeyTypeError")


def _first_section(present: KeyRegister, new: KeyType) -> str:
    """A first section that asks for `new`; its key part is the present one, so that nothing is lost."""
    change = KeyChange(present.key(), present.ken, present.krn, present.ti, new, sgc=present.sgc)
    return encode_token(key_change_sections(change)[3], present.key())


@case(
    id="sts/8.9/refused-set",
    title=Message("A refused first section does not count"),
    stimulus=Message("Enter the sections of a change to a forbidden key type (DITK)."),
    requirement=Message("The first is KeyTypeError, the set never completes and the former key stays."),
)
@CLAUSE
@NEEDS
def test_refused_set(bench: Bench) -> None:
    tokens = bench.tokens
    declared = tokens.mint.register
    if KeyType.DITK in KEY_TYPE_MATRIX[declared.key_type]:
        raise bench.not_applicable(Message("the meter is under a DITK"))
    forbidden = declared.varied(key_type=KeyType.DITK)
    with key_changes(bench) as changes:
        changes.may_leave_under(forbidden)
        found = sections(declared, forbidden)
        tokens.expect(changes.enter(found, "1stKCT"), "KeyTypeError")
        for name in list(found)[1:]:
            tokens.expect(changes.enter(found, name), name)
        expect_key(bench, declared, forbidden)


# ---- 8.9 Key change: the rollover bit, the attributes that change together, and a cut in the middle.

#: The first TIDs after a base date.
_EARLY_TID = 2


@case(
    id="sts/8.9/rollover",
    title=Message("Change of base date (RO = 1)"),
    stimulus=Message(
        "Change to the key of the following base date with RO = 1, enter a TID used before "
        "and one of the first minutes, and come back."
    ),
    requirement=Message(
        "Credit is kept and the TID store is empty: both tokens are accepted, each of them once."
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "key-change", "next-base-date")
def test_rollover(bench: Bench) -> None:
    tokens = bench.tokens
    declared = tokens.mint.register
    later = declared.varied(base_date=declared.base_date.following())
    used_tid = tokens.tid()
    tokens.must_accept(tokens.credit(3, tid=used_tid))
    with key_changes(bench) as changes:
        with tokens.credit_moves(0):
            changes.change(later)
        for tid in (used_tid, _EARLY_TID):
            with tokens.credit_moves(4):
                tokens.expect(tokens.enter(tokens.credit(4, tid=tid)), "Accept")
            with tokens.credit_moves(0):
                tokens.expect(tokens.enter(tokens.credit(5, tid=tid)), "UsedError")


@case(
    id="sts/8.9/same-base-date",
    title=Message("Key change within a base date (RO = 0)"),
    stimulus=Message(
        "Use two TIDs, change the key with RO = 0 and enter tokens of the same TIDs under the new key."
    ),
    requirement=Message("Store and credit are as they were: both are UsedError."),
)
@CLAUSE
@NEEDS
def test_same_base_date(bench: Bench) -> None:
    tokens = bench.tokens
    used = [tokens.tid(), tokens.tid()]
    for tid in used:
        tokens.must_accept(tokens.credit(1, tid=tid))
    with key_changes(bench) as changes, tokens.credit_moves(0):
        changes.change(other_revision(tokens.mint.register))
        for tid in used:
            tokens.expect(tokens.enter(tokens.credit(2, tid=tid)), "UsedError")


@case(
    id="sts/8.9/attributes",
    title=Message("SGC, KRN, TI, KT and KEN change together"),
    stimulus=Message(
        "Change every attribute of the key at once and read the register by DLMS after each section."
    ),
    requirement=Message(
        "Up to the last section the former register is read whole; after it, the new one whole."
    ),
)
@CLAUSE
@pytest.mark.clause("iec62055-41", "7.3.9", level="shall")
@pytest.mark.needs("sts", "token-entry", "key-change", "association:reader")
def test_attributes(bench: Bench) -> None:
    tokens = bench.tokens
    declared = tokens.mint.register
    revised = other_revision(other_group(declared))
    other = revised.varied(ti=other_tariff(declared), ken=(declared.ken - 1) % 256)
    with key_changes(bench) as changes, tokens.credit_moves(0):
        found = sections(declared, other)
        changes.may_leave_under(other)
        *waiting, last = found
        for name in waiting:
            changes.collect(found, (name,))
            read_key_register(bench).expect(bench, declared)
        tokens.expect(changes.enter(found, last), "Accept")
        tokens.follow_key(other)
        read_key_register(bench).expect(bench, other)
        changes.change(declared)
        read_key_register(bench).expect(bench, declared)


@case(
    id="sts/8.9/power-cut",
    title=Message("Power cut during a key change"),
    stimulus=Message(
        "Change the key again and again, cutting the supply before, during and after each "
        "write of the last section; after each cut, enter that section again."
    ),
    requirement=Message(
        "After the cut the former key works whole or the new one whole, and entering the "
        "sections again leads to the new one."
    ),
)
@CLAUSE
@pytest.mark.clause("pay", "PAY-08", level="shall")
@pytest.mark.needs("sts", "token-entry", "key-change", "supply", "cut", "clock")
def test_power_cut(bench: Bench) -> None:
    tokens = bench.tokens
    declared = tokens.mint.register
    other = other_revision(declared)
    *waiting, last = sections(declared, other)
    with key_changes(bench) as changes:
        changes.may_leave_under(other)
        changes.collect(sections(declared, other), waiting)
        for cut in every_cut(bench, lambda: _complete(bench, changes, declared, other, last)):
            before, new = changes.present, declared if changes.present == other else other
            found = sections(before, new)
            changes.collect(found, waiting)
            cut(found[last])
            if tokens.enter(tokens.credit(1, register=new)).accepted:
                tokens.follow_key(new)
                expect_key(bench, new, before)
            else:
                expect_key(bench, before, new)
                changes.change(new)


def _complete(bench: Bench, changes: KeyChanges, old: KeyRegister, new: KeyRegister, last: str) -> None:
    """The last section of a set, without a cut."""
    bench.tokens.expect(changes.enter(sections(old, new), last), "Accept")
    bench.tokens.follow_key(new)
