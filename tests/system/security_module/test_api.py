"""The API's words: what does not keep to the schema is refused in one sentence, whatever it is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.security_module import api
from system.security_module.api import OPERATIONS, read_json_line, read_request
from system.security_module.refusals import REASONS, Refused, Words

METER = {"drn": "600727000000000009", "sgc": "201457", "krn": 1, "ti": 1}
MINT = {"message_id": "m-1", "meter": METER, "subclass": 0, "amount": 10}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


def request(operation: Any = "mint", args: Any = MINT, **more: Any) -> Any:
    return read_request({"v": 1, "id": 5, "operation": operation, "args": args, **more})


def refusal(function: Any, *arguments: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        function(*arguments)
    return refused.value


def test_a_request_with_its_defaults() -> None:
    read = request()
    assert (read.id, read.operation) == (5, "mint")
    assert read.raw_args == MINT
    assert read.args["meter"]["ea"] == "11"
    assert read.args["allow_key_change"] is False
    assert read.args["target"] is None


@pytest.mark.parametrize(
    ("args", "word"),
    [
        ({**MINT, "message_id": ""}, "args.message_id"),
        ({**MINT, "message_id": "x" * 41}, "args.message_id"),
        ({**MINT, "message_id": "ñ"}, "args.message_id"),
        ({**MINT, "message_id": 7}, "args.message_id"),
        ({**MINT, "subclass": 8}, "args.subclass"),
        ({**MINT, "subclass": True}, "args.subclass"),
        ({**MINT, "amount": 1.0}, "args.amount"),
        ({**MINT, "amount": 10**40}, "args.amount"),
        ({**MINT, "allow_key_change": 1}, "args.allow_key_change"),
        ({**MINT, "time": "2026-03-01T12:00:00"}, "args.time"),
        ({**MINT, "time": "yesterday"}, "args.time"),
        ({**MINT, "meter": {**METER, "drn": "123"}}, "args.meter.drn"),
        ({**MINT, "meter": {**METER, "sgc": "１２３４５６"}}, "args.meter.sgc"),
        ({**MINT, "meter": {**METER, "krn": 10}}, "args.meter.krn"),
        ({**MINT, "meter": {**METER, "ea": "09"}}, "args.meter.ea"),
        ({**MINT, "meter": {**METER, "doe": "2613"}}, "args.meter.doe"),
        ({**MINT, "meter": {"drn": METER["drn"]}}, "sgc"),
        ({**MINT, "meter": []}, "args.meter"),
        ({**MINT, "approval": {"until": "2026-03-01T12:00:00Z", "signatures": [{}] * 9}}, "signatures"),
        ({**MINT, "color": 1}, "color"),
        ([], "args"),
    ],
)
def test_what_does_not_fit_is_named(args: Any, word: str) -> None:
    refused = refusal(lambda: request(args=args))
    assert refused.code == "bad-request"
    assert word in refused.sentence("es")
    assert word in refused.sentence("en")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ({"x": 1, "subclass": 9}, "args has no field 'x'"),
        ({**MINT, "subclass": 9, "meter": {**METER, "y": 1, "drn": 1}}, "args.meter has no field 'y'"),
        ({**MINT, "meter": {"\ud800": 1}}, "args.meter has no field '\\ud800'"),
        ({"meter": 1}, "args needs message_id"),
        ({**MINT, "meter": 1, "subclass": 9}, "args.meter must be an object"),
        (
            {**MINT, "approval": {"until": "2026-03-01T12:00:00Z", "signatures": [{}]}},
            "signatures[0] needs operator",
        ),
    ],
)
def test_the_first_fault_is_named_and_unknown_fields_come_first(args: Any, sentence: str) -> None:
    assert sentence in refusal(lambda: request(args=args)).sentence("en")


def test_versions_operations_and_envelopes() -> None:
    assert refusal(lambda: request(v=2)).code == "bad-request"
    assert refusal(lambda: request(v=True)).code == "bad-request"
    assert refusal(lambda: request(id=-1)).code == "bad-request"
    assert refusal(lambda: request(more=1)).code == "bad-request"
    assert refusal(lambda: request(operation="steal")).code == "unknown-operation"
    assert refusal(lambda: request(operation=["mint"])).code == "unknown-operation"


def test_every_operation_refuses_nothing_at_all_in_words() -> None:
    for name, operation in OPERATIONS.items():
        if any(field.required for field in operation.args.values()):
            assert refusal(lambda name=name: request(name, {})).code == "bad-request"
        else:
            assert request(name, {}).operation == name


@given(st.binary(max_size=300))
def test_noise_is_no_line(noise: bytes) -> None:
    try:
        read = read_json_line(noise)
    except Refused as refused:
        read = refused.to_json()
    assert isinstance(read, dict)


@given(st.dictionaries(st.sampled_from(["v", "id", "operation", "args", "x"]), json_values))
def test_any_object_is_a_request_or_is_refused(message: dict[str, Any]) -> None:
    try:
        read_request(message)
    except Refused as refused:
        json.dumps(refused.to_json()).encode("ascii")


@given(st.sampled_from(sorted(OPERATIONS)), st.data())
def test_any_arguments_are_read_or_refused(operation: str, data: st.DataObject) -> None:
    names = st.sampled_from([*OPERATIONS[operation].args, "x"])
    args = data.draw(st.dictionaries(names, json_values | st.just(METER)))
    line = api.request_line(1, operation, args)
    try:
        read = set(read_request(read_json_line(line)).args)
    except Refused as refused:
        read = json.loads(api.refusal_line(1, refused))["error"]["code"]
    assert read in ("bad-request", set(OPERATIONS[operation].args))


def test_bounds_of_a_line() -> None:
    long = b'{"a": "' + b"x" * api.LINE_BYTES_MAX + b'"}'
    deep = b"[" * 5000 + b"]" * 5000
    for line in (long, deep, b'{"a": NaN}', b'{"a": 1e999', b"[1]", b"\xff{}", b'{"a": "\xff"}'):
        assert refusal(read_json_line, line).code == "bad-request"


def test_every_reason_speaks_both_languages() -> None:
    for code, reason in REASONS.items():
        assert reason.es != reason.en, code
        assert reason.es.endswith(".")
        assert reason.en.endswith(".")


def test_words_follow_the_language() -> None:
    refused = Refused("not-permitted", what=Words("eso", "that"))
    assert refused.to_json() == {
        "code": "not-permitted",
        "number": 98,
        "es": "Este cliente no puede pedir eso.",
        "en": "This client may not ask for that.",
    }


def test_canonical_is_one_spelling() -> None:
    assert api.canonical({"b": [1, "ñ"], "a": None}) == api.canonical(
        json.loads('{"a":null,"b":[1,"\\u00f1"]}')
    )
