"""Every message goes out and comes back; every field refuses what does not fit; the schema says the same."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offline_messages import (
    OTHER_PUBLIC,
    PUBLIC,
    batch,
    enrolment,
    lease,
    office_keys,
    pack,
    sign,
    sign_otherwise,
)

from protocols.offline import OfflineError, seal
from protocols.offline.messages import (
    Batch,
    Enrolment,
    Lease,
    OfficeKeys,
    Pack,
    open_enrolment,
    open_office_keys,
)
from protocols.offline.schema import CUSTOMERS_MAX, LEASE_METERS_MAX
from protocols.offline.signed_message import Message

MAKERS: dict[type[Message], Callable[[], Message]] = {
    Enrolment: enrolment,
    OfficeKeys: office_keys,
    Lease: lease,
    Pack: pack,
    Batch: batch,
}
BODIES = {kind: make().to_body() for kind, make in MAKERS.items()}
ODD: list[Any] = [None, True, -1, 10**17, "", "x" * 500, "\x07", [], {}, [[]], {"a": 1}, "0" * 64, 0.5]


@pytest.mark.parametrize("kind", MAKERS)
def test_a_message_comes_back(kind: type[Message]) -> None:
    message = MAKERS[kind]()
    data = message.seal(PUBLIC, sign)
    assert kind.open(data, PUBLIC) == message
    assert kind.from_body(message.to_body()) == message
    with pytest.raises(OfflineError, match="another"):
        kind.open(data, OTHER_PUBLIC)
    others = [other for other in MAKERS if other is not kind]
    for other in others:
        with pytest.raises(OfflineError, match="another kind"):
            other.open(data, PUBLIC)


def places(body: Any) -> list[tuple[Any, ...]]:
    """The path of every field of a body, the first item of lists standing for all."""
    found: list[tuple[Any, ...]] = []
    inner = body.items() if isinstance(body, dict) else [(0, body[0])] if body else []
    for key, value in inner:
        found.append((key,))
        if isinstance(value, dict | list):
            found += [(key, *rest) for rest in places(value)]
    return found


def put(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(body)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


OPAQUE = {"inputs", "obligations", "tariffs"}
PLACES = [
    (kind, path)
    for kind, body in BODIES.items()
    for path in places(body)
    if not (len(path) > 1 and OPAQUE & set(path[:-1]))
]


@given(st.sampled_from(PLACES), st.sampled_from(ODD))
def test_a_field_takes_what_fits_and_nothing_else(place: Any, odd: Any) -> None:
    """A changed message is refused with a sentence, or is read and written back as it was changed."""
    kind, path = place
    changed = put(BODIES[kind], path, odd)
    try:
        message = kind.from_body(changed)
    except OfflineError:
        return
    assert message.to_body() == changed


@pytest.mark.parametrize("kind", MAKERS)
def test_every_field_is_needed_and_no_other_is_known(kind: type[Message]) -> None:
    for name in kind.FIELDS:
        body = {key: value for key, value in BODIES[kind].items() if key != name}
        with pytest.raises(OfflineError, match=name):
            kind.from_body(body)
    with pytest.raises(OfflineError, match="odd"):
        kind.from_body({**BODIES[kind], "odd": 1})
    for body in (None, [], 1, "x"):
        with pytest.raises(OfflineError, match="object"):
            kind.from_body(body)


GARBAGE = st.recursive(
    st.none() | st.integers(-9, 9) | st.text("ab", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(Pack.FIELDS)), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(GARBAGE)
def test_a_signed_body_of_garbage_is_refused(body: Any) -> None:
    with pytest.raises(OfflineError):
        Pack.from_body(body)


@pytest.mark.parametrize(
    ("kind", "path", "value", "word"),
    [
        (Enrolment, ("made_at",), "2026-03-01 12:00:00Z", "instant"),
        (Enrolment, ("made_at",), "2026-03-01T12:00:00+00:00", "instant"),
        (Enrolment, ("made_at",), "2026-03-01T12:00:00.000000Z", "instant"),
        (Enrolment, ("made_at",), "2026-02-30T12:00:00Z", "instant"),
        (Enrolment, ("terminal_id",), "5A1C9D2E-7B1F-4A53-9F0E-3C6B8F2D1E40", "UUID"),
        (Enrolment, ("terminal_id",), "{5a1c9d2e7b1f4a539f0e3c6b8f2d1e40}", "UUID"),
        (Enrolment, ("signing_public",), "AB" * 32, "octets"),
        (Enrolment, ("signing_public",), "ab" * 31, "octets"),
        (Lease, ("slot",), 0, "1 to 15"),
        (Lease, ("slot",), 16, "1 to 15"),
        (Lease, ("slots",), 8, "16 to 16"),
        (Lease, ("meters",), [], "1 to 100"),
        (Lease, ("meters", 0, "sealed"), "ab" * 33, "octets"),
        (Lease, ("meters", 0, "ea"), "09", "one of"),
        (Pack, ("customers", 0, "month"), "2026-13", "form"),
        (Pack, ("customers", 0, "name"), "a\nb", "characters"),
        (Pack, ("customers", 0, "estrato"), 7, "1 to 6"),
        (Pack, ("leases", 0), "ñ", "message"),
        (Pack, ("operators", 0, "cost"), 30, "4 to 17"),
        (Pack, ("tariffs", 0), [], "JSON object"),
        (Pack, ("settled", "hash"), "xyz", "form"),
        (Batch, ("entries", 0, "kind"), "theft", "one of"),
        (Batch, ("entries", 0, "content"), {"number": 1}, "pack_id"),
        (Batch, ("counter", "spent_c"), -1, "whole number"),
    ],
)
def test_each_kind_of_value_has_its_sentence(kind: type[Message], path: Any, value: Any, word: str) -> None:
    with pytest.raises(OfflineError, match=word) as refused:
        kind.from_body(put(BODIES[kind], path, value))
    assert str(path[-1]) in refused.value.es or path[-1] == 0 or path[-1] == "content"


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


TOO_MUCH = [deep(13), deep(900), {"a": [0] * 2001}, {str(n): {} for n in range(2001)}]


@pytest.mark.parametrize("inputs", TOO_MUCH, ids=["deep", "deeper", "long", "wide"])
def test_what_other_rooms_write_is_bounded(inputs: Any) -> None:
    body = put(BODIES[Batch], ("entries", 2, "content", "inputs"), inputs)
    with pytest.raises(OfflineError, match="small JSON object"):
        Batch.from_body(body)
    Batch.from_body(put(BODIES[Batch], ("entries", 2, "content", "inputs"), deep(8)))


def test_lists_are_bounded() -> None:
    whole = pack()
    with pytest.raises(OfflineError, match=f"0 to {CUSTOMERS_MAX}"):
        replace(whole, customers=whole.customers[:1] * (CUSTOMERS_MAX + 1)).seal(PUBLIC, sign)
    with pytest.raises(OfflineError, match=f"1 to {LEASE_METERS_MAX}"):
        replace(lease(), meters=lease().meters[:1] * (LEASE_METERS_MAX + 1)).seal(PUBLIC, sign)


def test_nothing_leaves_that_nobody_would_take() -> None:
    with pytest.raises(OfflineError, match="slot"):
        replace(lease(), slot=16).seal(PUBLIC, sign)


def test_an_enrolment_is_signed_by_the_key_that_it_names() -> None:
    data = enrolment().seal(PUBLIC, sign)
    assert open_enrolment(data) == enrolment()
    with pytest.raises(OfflineError, match="altered"):
        open_enrolment(seal("enrolment", enrolment().to_body(), PUBLIC, sign_otherwise))
    with pytest.raises(OfflineError, match="another"):
        open_enrolment(seal("enrolment", enrolment().to_body(), OTHER_PUBLIC, sign_otherwise))
    with pytest.raises(OfflineError):
        open_enrolment(lease().seal(PUBLIC, sign))


def test_the_keys_of_an_office_are_signed_by_itself() -> None:
    assert open_office_keys(office_keys().seal(PUBLIC, sign)) == office_keys()
    with pytest.raises(OfflineError, match="altered"):
        open_office_keys(seal("office-keys", office_keys().to_body(), PUBLIC, sign_otherwise))
    with pytest.raises(OfflineError, match="another"):
        open_office_keys(office_keys().seal(OTHER_PUBLIC, sign_otherwise))
