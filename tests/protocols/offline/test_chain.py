"""Entries that each name the one before: what is changed, left out or put between is seen."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offline_messages import NOW, TERMINAL, chain, sale, uuid

from protocols.offline import ChainBroken, Entry, OfflineError, check_chain, follow, genesis

FIRST = genesis(TERMINAL)
ENTRIES = chain(6)


def test_a_whole_chain_and_each_of_its_ends_hold() -> None:
    check_chain(ENTRIES, 0, FIRST)
    for known in range(1, len(ENTRIES)):
        check_chain(ENTRIES[known:], known, ENTRIES[known - 1].hash)
    check_chain((), 17, "f" * 64)


def test_each_terminal_begins_elsewhere() -> None:
    assert genesis(TERMINAL) != genesis(uuid(1))
    with pytest.raises(ChainBroken) as broken:
        check_chain(ENTRIES, 0, genesis(uuid(1)))
    assert (broken.value.number, broken.value.why) == (1, "fork")


@given(st.integers(0, len(ENTRIES) - 2), st.sampled_from(["at", "content", "previous"]))
def test_a_changed_entry_breaks_what_follows(place: int, field: str) -> None:
    was = ENTRIES[place]
    other: dict[str, Any] = {
        "at": was.at + timedelta(microseconds=1),
        "content": {**was.content, "odd": 1},
        "previous": "0" * 64,
    }
    changed = (*ENTRIES[:place], replace(was, **{field: other[field]}), *ENTRIES[place + 1 :])
    with pytest.raises(ChainBroken) as broken:
        check_chain(changed, 0, FIRST)
    assert broken.value.why == "fork"
    assert broken.value.number == (place + 1 if field == "previous" else place + 2)


@given(st.integers(0, len(ENTRIES) - 2))
def test_an_entry_left_out_is_a_gap(place: int) -> None:
    with pytest.raises(ChainBroken) as broken:
        check_chain((*ENTRIES[:place], *ENTRIES[place + 1 :]), 0, FIRST)
    assert (broken.value.number, broken.value.why) == (place + 2, "gap")
    assert "falta" in broken.value.es


@given(st.permutations(range(len(ENTRIES))))
def test_only_the_one_order_holds(order: list[int]) -> None:
    shuffled = [ENTRIES[place] for place in order]
    if order == sorted(order):
        check_chain(shuffled, 0, FIRST)
        return
    with pytest.raises(ChainBroken):
        check_chain(shuffled, 0, FIRST)


def test_known_entries_again_overlap() -> None:
    with pytest.raises(ChainBroken) as broken:
        check_chain(ENTRIES[3:], 5, ENTRIES[4].hash)
    assert (broken.value.number, broken.value.why) == (4, "overlap")


@given(st.integers(1, 10**6), st.datetimes(timezones=st.just(NOW.tzinfo)), st.integers(1, 99))
def test_an_entry_is_read_back_with_its_hash(number: int, at: Any, copy: int) -> None:
    entry = follow(number, "a" * 64, "print", at, {"sale_id": uuid(1), "copy": copy})
    again = Entry.from_body(entry.to_body())
    assert again == entry
    assert again.hash == entry.hash
    assert entry.number == number + 1


def test_facts_have_uuids_and_content_has_texts() -> None:
    entry = follow(0, FIRST, "sale", NOW, sale(4))
    assert entry.content["sale_id"] == str(uuid(4))
    assert entry.facts["sale_id"] == uuid(4)
    assert isinstance(entry.facts["lease_id"], UUID)
    assert entry.facts["inputs"] == sale(4)["inputs"]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("theft", {}),
        ("print", {"sale_id": uuid(1)}),
        ("print", {"sale_id": uuid(1), "copy": 0}),
        ("print", {"sale_id": uuid(1), "copy": 1, "odd": 1}),
        ("sale", {**sale(1), "amount_c": -1}),
        ("sale", {**sale(1), "amount_c": True}),
        ("sale", {**sale(1), "amount_c": 1.5}),
        ("sale", {**sale(1), "tokens": []}),
        ("sale", {**sale(1), "drn": "1234"}),
        ("sale", {**sale(1), "inputs": []}),
        ("sale", {**sale(1), "flags": ["A B"]}),
        ("sale", {**sale(1), "tokens": [{"digits": "1" * 19, "tid": 1, "role": "credit"}]}),
    ],
)
def test_a_content_that_does_not_fit_its_kind_makes_no_entry(kind: str, content: dict[str, Any]) -> None:
    with pytest.raises(OfflineError):
        follow(0, FIRST, kind, NOW, content)
