"""One spelling for equal values, and no other is read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.offline import OfflineError
from protocols.offline.canonical import canonical, read

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers(-(10**18) + 1, 10**18 - 1) | TEXTS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read(value: Any) -> None:
    data = canonical(value)
    assert data.isascii()
    assert read(data) == value
    assert canonical(read(data)) == data


@given(st.dictionaries(TEXTS, LEAVES, min_size=2, max_size=6), st.randoms())
def test_the_order_of_keys_does_not_matter(value: dict[str, Any], random: Any) -> None:
    items = list(value.items())
    random.shuffle(items)
    assert canonical(dict(items)) == canonical(value)


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), 10**18, -(10**18), "\ud800", "a\0b", {1, 2}, b"x", {"a": [0.5]}]
)
def test_what_has_no_spelling_is_not_written(value: Any) -> None:
    with pytest.raises(OfflineError):
        canonical(value)


def test_a_circle_is_not_written() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(OfflineError):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1}\n',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":"ñ"}'.encode(),
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-0}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\u0000"}',
        b'{"a":"\\u0041"}',
        b'{"a":' + b"9" * 5000 + b"}",
        b"[" * 200_000,
        b"[" * 200_000 + b"]" * 200_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_another_spelling_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(OfflineError) as refused:
        read(data)
    assert refused.value.es
    assert refused.value.en


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_canonical(data: bytes) -> None:
    try:
        value = read(data)
    except OfflineError:
        return
    assert json.loads(data) == value
    assert canonical(value) == data
