"""R5.4-06: however a chain is cut and repeated, the books are the same; forged files keep nothing."""

import contextlib
import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offline_paper import PaperTerminal
from vending_world import drn

from protocols.offline.envelope import seal
from system.vending.ledger import ledger_faults
from system.vending.models import (
    AccountBalance,
    InstallationMonth,
    InstallationResidue,
    Sale,
    ShiftClosure,
    TicketPrint,
    Token,
)
from system.vending.offline.errors import ForkFound, OfflineRefused
from system.vending.offline.models import Batch, Finding, SettledEntry, SettledSale
from system.vending.offline.services.settlement import receive_batch

_EXAMPLES = 60 if os.environ.get("AMIBENCH_SLOW") == "1" else 6
_ONE_FIXTURE = [HealthCheck.function_scoped_fixture]
_FEW = settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=_ONE_FIXTURE)


@contextmanager
def afterwards_nothing() -> Iterator[None]:
    """Whatever is written within is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def books() -> dict[str, Any]:
    """All that a batch changes, without the walls' times and the rows' numbers."""
    return {
        "sales": list(
            Sale.objects.order_by("pk").values_list(
                "pk", "number", "amount_c", "units", "energy_c", "residue_mc", "business_at", "shift_id"
            )
        ),
        "settled": list(
            SettledSale.objects.order_by("pk").values_list(
                "pk", "bought_units", "cost_mc", "residue_after_mc", "lost_mc", "deducted_c"
            )
        ),
        "tokens": list(Token.objects.order_by("digits").values_list("sale_id", "digits", "tid")),
        "balances": list(
            AccountBalance.objects.order_by("account__kind", "account__owner").values_list(
                "account__kind", "account__owner", "posted_c", "pending_c"
            )
        ),
        "months": list(InstallationMonth.objects.order_by("installation").values_list("units", "taken_c")),
        "residues": list(InstallationResidue.objects.order_by("installation").values_list("residue_mc")),
        "entries": list(SettledEntry.objects.order_by("number").values_list("number", "hash")),
        "closures": list(ShiftClosure.objects.values_list("shift_id", "expected_cash_c")),
        "prints": TicketPrint.objects.count(),
        "findings": list(Finding.objects.order_by("entry").values_list("entry", "kind")),
    }


@pytest.fixture
def story(post: Any) -> Any:
    """A short day: sales to two customers, a print, the end of the shift."""
    said = post.paper.sell(drn(1), 1_000_000)
    post.paper.write("print", sale_id=said["sale_id"], copy=1)
    post.paper.sell(drn(2), 300_000)
    post.paper.sell(drn(1), 6_000_000)
    post.paper.close_shift(counted_c=7_300_000, sold_c=7_300_000, sales=3)
    return post


@pytest.mark.requirement("R5.4-01", "R5.4-06")
@_FEW
@given(data=st.data())
def test_any_split_and_repetition_gives_the_same_books(story: Any, data: Any) -> None:
    last = len(story.paper.entries)
    pieces = st.lists(st.tuples(st.integers(1, last), st.integers(1, last)), max_size=4)
    with afterwards_nothing():
        story.settle()
        whole = books()
    with afterwards_nothing():
        reached = 0
        for first, end in [*data.draw(pieces, "pieces"), (1, last)]:
            assert story.settle(min(first, reached + 1), max(end, first)).left == 0
            reached = max(reached, end, first)
        assert books() == whole
        assert ledger_faults() == []


@_FEW
@given(data=st.data())
def test_signed_nonsense_never_breaks_the_books(story: Any, data: Any) -> None:
    """A terminal that went mad signs what it likes: refused, or booked and told; the ledger adds up."""
    body = json.loads(story.paper.batch())["body"]
    paths = list(_paths(body))
    for path in data.draw(st.lists(st.sampled_from(paths), min_size=1, max_size=2)):
        _put(body, path, data.draw(_JSON))
    with afterwards_nothing():
        with contextlib.suppress(OfflineRefused):
            receive_batch(None, _signed(story.paper, body))
        assert ledger_faults() == []


@_FEW
@given(data=st.data())
def test_a_chain_of_nonsense_never_breaks_the_books(story: Any, data: Any) -> None:
    """The same with a chain that holds: only what sales say is wild."""
    amounts = st.integers(0, 10**15)
    wild = {
        "amount_c": amounts,
        "units": st.integers(0, 10**9),
        "energy_c": amounts,
        "residue_mc": st.integers(-(10**15), 10**15),
        "sequence": st.integers(1, 10**9),
        "spent_c": amounts,
        "drn": st.sampled_from([drn(1), drn(3), drn(99)]),
        "operator": st.text("abc", min_size=1, max_size=9),
        "number": st.sampled_from(["T1-000001", "T1-7", "x", "T1-" + "9" * 36]),
        "inputs": st.dictionaries(st.text(max_size=5), st.integers(-5, 5), max_size=3),
    }
    names = data.draw(st.lists(st.sampled_from(sorted(wild)), min_size=1, max_size=3, unique=True))
    other = {name: data.draw(wild[name], name) for name in names}
    entries, sequence, spent = list(story.paper.entries), story.paper.sequence, story.paper.spent_c
    with afterwards_nothing():
        story.paper.sell(drn(1), 1_000_000, **other)
        settlement = story.settle()
        assert settlement.left == 0
        assert ledger_faults() == []
    story.paper.entries, story.paper.sequence, story.paper.spent_c = entries, sequence, spent


#: One of each class of octets that JSON tells apart, and some that are none.
_OCTETS = tuple(bytes([octet]) for octet in b'\x00\x1f 0aZ"\\{],:\x7f\xc3\xff')


def test_a_changed_octet_is_refused_wherever_it_is(story: Any) -> None:
    data = story.paper.batch()
    chance = random.Random(7)
    places = [chance.randrange(len(data)) for _ in range(40)] + [0, 1, len(data) - 1]
    for place in places:
        for octet in _OCTETS:
            forged = data[:place] + octet + data[place + 1 :]
            if forged != data:
                _refused(forged)
    for end in (0, 1, len(data) // 2, len(data) - 1):
        _refused(data[:end])
    others = (
        data + b" ",
        data + data,
        b"[" * 100_000,
        b"null",
        b"{}",
        b'{"body":{}}',
        b"\xef\xbb\xbf" + data,
    )
    for other in others:
        _refused(other)
    assert not Batch.objects.exists()
    assert receive_batch(None, data).left == 0


def test_another_kind_of_message_is_refused(post: Any) -> None:
    _refused(post.paper.enrolment())
    body = json.loads(post.paper.batch())["body"]
    assert not Batch.objects.exists()
    _refused(_signed(post.paper, body, kind="pack"))


def _refused(data: bytes) -> None:
    with pytest.raises(OfflineRefused) as caught:
        receive_batch(None, data)
    assert not isinstance(caught.value, ForkFound)


def _signed(paper: PaperTerminal, body: dict[str, Any], kind: str = "batch") -> bytes:
    return seal(kind, body, paper.public, paper.sign)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text("ab-0{é", max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=3),
    max_leaves=5,
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from _paths(one, (*path, key))


def _put(value: Any, path: tuple[Any, ...], new: Any) -> None:
    for key in path[:-1]:
        if not isinstance(value, dict | list) or (isinstance(value, dict) and key not in value):
            return
        if isinstance(value, list) and not (isinstance(key, int) and key < len(value)):
            return
        value = value[key]
    last = path[-1]
    if isinstance(value, dict) or (isinstance(value, list) and isinstance(last, int) and last < len(value)):
        value[last] = new
