"""Tokens through the gateway: what the meter says by the standard's names, and what the order makes of it."""

from typing import Any

import pytest

from protocols.sts.token import TransferCredit, encode_token
from sim.scenarios.world import World
from system.head_end.vocabulary import OrderKind, OrderState, Reason


def _deliver(bench: Any, *tokens: str) -> list[Any]:
    orders = [
        bench.store.add_order(OrderKind.TOKEN, bench.target, bench.soon(), digits=digits) for digits in tokens
    ]
    bench.collect()
    return [bench.store.orders[order] for order in orders]


@pytest.mark.requirement("R4-02")
def test_a_token_is_accepted_and_credits_the_meter(make_meter_bench) -> None:
    bench = make_meter_bench(0.5, profiles={})
    (line,) = _deliver(bench, bench.mint(125))
    assert line.state is OrderState.DONE
    assert line.result["result"] == "Accept"
    assert line.result["status"] == "token-execution-ok"
    assert bench.credit_wh() == 12_500


@pytest.mark.requirement("R4-02")
def test_a_token_that_the_customer_typed_first_counts_once(make_meter_bench) -> None:
    bench = make_meter_bench(0.5, profiles={})
    digits = bench.mint(125)
    bench.world.control.call("keypad.enter", {"digits": digits})
    (line,) = _deliver(bench, digits)
    assert (line.state, line.result["result"], line.result["note"]) == (
        OrderState.DONE,
        "UsedError",
        "already-used",
    )
    assert bench.credit_wh() == 12_500


def test_the_results_of_refused_tokens_bear_the_names_of_the_standard(make_meter_bench) -> None:
    bench = make_meter_bench(0.5, profiles={})
    key_of_another = World(seed=2, meters=2).meters[1].parts.tokens.register.decoder_key
    strange = encode_token(TransferCredit(0, 5, 6_400_001, 10), key_of_another)
    for tid in range(6_400_100, 6_400_150):  # the store of the meter is full
        bench.world.control.call("keypad.enter", {"digits": bench.mint(1, tid=tid)})
    credit_wh = bench.credit_wh()
    lines = _deliver(bench, "0" * 20, strange, bench.mint(10, tid=100))
    assert [line.state for line in lines] == [OrderState.REFUSED] * 3
    assert [line.reason for line in lines] == [Reason.TOKEN_REFUSED] * 3
    assert [line.result["result"] for line in lines] == ["CRCError", "CRCError", "OldError"]
    assert bench.credit_wh() == credit_wh
    assert bench.store.reasons(1) == []  # the meter itself was spoken with


@pytest.mark.parametrize("digits", ["", "1234", "1" * 21, "1" * 19 + "x", "١" * 20])
def test_what_is_no_token_never_reaches_the_meter(make_meter_bench, digits: str) -> None:
    bench = make_meter_bench(0.5, profiles={})
    (line,) = _deliver(bench, digits)
    assert line.state is OrderState.FAILED
    assert bench.world.meter.parts.tokens.last is None


def test_an_order_after_its_deadline_is_not_begun(make_meter_bench) -> None:
    bench = make_meter_bench(0.5, profiles={})
    order = bench.store.add_order(OrderKind.TOKEN, bench.target, bench.soon(-1.0), digits=bench.mint(1))
    bench.collect()
    assert bench.store.orders[order].state is OrderState.EXPIRED
    assert bench.credit_wh() == 0


def test_an_order_that_is_cancelled_between_lease_and_meter_is_not_begun(make_meter_bench) -> None:
    bench = make_meter_bench(0.5, profiles={})
    order = bench.store.add_order(OrderKind.TOKEN, bench.target, bench.soon(), digits=bench.mint(1))

    def cancel(name: str) -> None:
        if name == "may_begin":
            bench.store.orders[order].state = OrderState.CANCELLED

    bench.store.before = cancel
    bench.collect()
    assert bench.store.orders[order].history == []
    assert bench.credit_wh() == 0
