"""Shapes: one sentence for what does not fit, and nothing but a sentence whatever comes."""

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.field.control_ops import OPERATIONS
from protocols.field.shapes import Field, Shape
from protocols.field.uplink_messages import MESSAGES, message_shape

ROW = (Field("first", "integer", low=0, high=9), Field("kind", "text", required=False, choices=("a", "b")))
BODY = (Field("rows", "objects", of=ROW), Field("name", "text", required=False))

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
SHAPES = [
    *(shape for kind in MESSAGES.values() for shape in (kind.body_shape, kind.answer_shape)),
    *(
        shape
        for operation in OPERATIONS.values()
        for shape in (operation.args_shape, operation.results_shape)
    ),
]


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        ([], "an object was expected"),
        ({}, "rows is missing"),
        ({"rows": None}, "rows is missing"),
        ({"rows": [], "z": 1, "b": 2}, "b is unknown; it takes name, rows"),
        ({"rows": [], 7: 1}, "7 is unknown; it takes name, rows"),
        ({"rows": 7}, "rows must be a list of at most 1000 objects"),
        ({"rows": [{}, 3]}, "rows must be a list of at most 1000 objects"),
        ({"rows": [{"first": 1}, {"first": 10}]}, "rows: first must be from 0 to 9"),
        ({"rows": [{"first": True}]}, "rows: first must be an integer"),
        ({"rows": [{"kind": "a"}]}, "rows: first is missing"),
        ({"rows": [{"first": None}]}, "rows: first is missing"),
        ({"rows": [{"first": 1, "kind": "c"}]}, "rows: kind must be one of a, b"),
        ({"rows": [{"first": 1, "more": 1}]}, "rows: more is unknown; it takes first, kind"),
        ({"rows": 7, "name": 7}, "rows must be a list of at most 1000 objects"),
    ],
)
def test_the_first_fault_is_named(given_, sentence):
    assert message_shape(BODY).complaint(given_) == sentence


def test_what_fits():
    shape = message_shape(BODY)
    assert shape.complaint({"rows": [{"first": 0, "kind": None}], "name": None}) is None
    assert shape.complaint(MappingProxyType({"rows": []})) is None


def test_null_is_a_value_where_it_does_not_count_as_left_out():
    assert Shape((Field("a", "flag", required=False),)).complaint({"a": None}) == "a must be true or false"


def test_a_text_is_unicode():
    assert message_shape((Field("a", "text"),)).complaint({"a": "\ud800"}) is not None


@given(st.sampled_from(SHAPES), st.data())
def test_whatever_comes_is_answered_with_a_sentence(shape, data):
    names = st.sampled_from([field.name for field in shape.fields] or ["x"]) | st.text(max_size=4)
    given_ = data.draw(st.dictionaries(names, ANYTHING, max_size=6) | ANYTHING)
    found = shape.complaint(given_)
    assert found is None or (found and "\n" not in repr(found))
