"""What the module allows: limits, roles, two operators, message ids, expired keys, minutes."""

from dataclasses import replace
from typing import Any

import pytest

from system.security_module.refusals import Refused


def test_a_repeated_message_id_gives_the_same_token(bench) -> None:
    first = bench.mint("sale-1")
    bench.wall.pass_minutes(5)
    assert bench.mint("sale-1") == first
    assert bench.ask("fetch_result", message_id="sale-1") == first


def test_a_message_id_with_other_parameters_is_refused(bench, meter) -> None:
    bench.mint("sale-1")
    code = bench.code("mint", message_id="sale-1", meter=meter, subclass=0, amount=256)
    assert code == "message-id-reused"


def test_a_result_that_never_was_is_not_found_and_can_be_cancelled(bench, meter) -> None:
    assert bench.code("fetch_result", message_id="x") == "result-not-found"
    assert bench.code("fetch_result", message_id="x", cancel_if_absent=True) == "result-not-found"
    assert bench.code("fetch_result", message_id="x") == "message-cancelled"
    assert bench.code("mint", message_id="x", meter=meter, subclass=0, amount=1) == "message-cancelled"


def test_every_token_of_a_meter_has_a_tid_of_its_own(bench) -> None:
    tids = [bench.mint()["tokens"][-1]["tid"] for _ in range(40)]
    assert len(set(tids)) == 40
    assert all(tid % 1440 != 1 for tid in tids)


def test_another_meter_may_have_the_same_minute(bench, meter) -> None:
    first = bench.mint()["tokens"][-1]["tid"]
    other = bench.mint(meter={**meter, "drn": "600727111111111153"})["tokens"][-1]["tid"]
    assert first == other


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"drn": "12345678904"}, "luhn"),
        ({"sgc": "999999"}, "key-not-found"),
    ],
)
def test_a_meter_that_cannot_be_is_refused(bench, meter, change: dict[str, Any], code: str) -> None:
    assert bench.code("mint", message_id="m", meter={**meter, **change}, subclass=0, amount=1) == code


@pytest.mark.parametrize("change", [{"krn": 0}, {"extra": 1}, {"ti": "1"}, {"drn": 7}])
def test_a_meter_that_breaks_the_schema_is_refused_before_anything(bench, meter, change) -> None:
    with pytest.raises(Refused, match="malformed"):
        bench.ask("mint", message_id="m", meter={**meter, **change}, subclass=0, amount=1)


def test_an_expired_key_sells_nothing(bench, meter) -> None:
    bench.ask("set_clock", time="2032-10-27T08:00:00Z")  # NEG-KEN-1: KEN 85 of the base 2014
    expired = {**meter, "drn": "600727111111111153", "sgc": "201460", "krn": 7}
    assert bench.code("mint", message_id="a", meter=expired, subclass=0, amount=1) == "key-expired"
    assert bench.code("management", message_id="b", meter=expired, subclass=1, value=65535) == "key-expired"


@pytest.mark.parametrize("signers", [(), ("ana",), ("ana", "ana")])
def test_a_key_change_needs_two_operators(bench, meter, signers: tuple[str, ...]) -> None:
    args = bench.approve("key_change", signers, message_id="k", meter=meter, target={"ti": 2})
    assert bench.code("key_change", **args) == "approval-needed"


def test_two_operators_sign_one_request_and_no_other(bench, meter) -> None:
    args = bench.approve("key_change", ("ana", "beto"), message_id="k", meter=meter, target={"ti": 2})
    assert bench.code("key_change", **{**args, "target": {"ti": 3}}) == "approval-needed"
    assert len(bench.ask("key_change", **args)["tokens"]) == 4


def test_free_issue_needs_two_operators(bench, meter) -> None:
    args = {"message_id": "f", "meter": meter, "subclass": 0, "amount": 10, "free_issue": True}
    assert bench.code("mint", **args) == "approval-needed"
    assert bench.ask("mint", **bench.approve("mint", ("beto", "carla"), **args))["tokens"]


@pytest.mark.parametrize(
    ("role", "operation", "args"),
    [
        ("monitor", "mint", {"subclass": 0, "amount": 1}),
        ("vending", "management", {"subclass": 1, "value": 0}),
    ],
)
def test_a_role_bounds_what_a_client_may_ask(bench, meter, role: str, operation: str, args) -> None:
    client = replace(bench.client, role=role)
    assert bench.code(operation, client, message_id="r", meter=meter, **args) == "not-permitted"


def test_limits_are_counted_by_day(bench, meter) -> None:
    client = replace(bench.client, units_per_day=100)
    args = {"meter": meter, "subclass": 0, "amount": 60}
    assert bench.ask("mint", client, message_id="1", **args)["tokens"]
    assert bench.code("mint", client, message_id="2", **args) == "limit-exceeded"
    bench.wall.pass_minutes(24 * 60)
    assert bench.ask("mint", client, message_id="3", **args)["tokens"]


def test_what_was_minted_outlives_a_kill(bench, reopen) -> None:
    first = bench.mint("sale-1")
    again = reopen(bench)
    assert again.mint("sale-1") == first
    assert again.mint("sale-2")["tokens"][-1]["tid"] > first["tokens"][-1]["tid"]


def test_every_answer_of_test_keys_says_so(bench) -> None:
    assert bench.mint()["test"] is True
    assert bench.ask("status")["test"] is True
