"""What the counter mints: real tokens, once a sale, within its lease; and each refusal."""

import contextlib
from datetime import timedelta
from uuid import uuid4

import pytest
from counter_leases import DRNS, decoder_key_of, drn_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.sts.identity import BaseDate, TokenIdentifier
from protocols.sts.token import TransferCredit, decode_token
from system.security_module import policy
from system.security_module.secure_counter import CounterRefused, MintRequest


@pytest.mark.requirement("R5.4-01")
@pytest.mark.parametrize("ea", ["07", "11"])
def test_the_meter_reads_the_token(make_till, ea: str) -> None:
    till = make_till()
    till.load(ea=ea)
    minted = till.sell(units=255)
    decoded = decode_token(minted.digits, decoder_key_of(DRNS[0], ea=ea))
    assert decoded.crc_ok
    assert isinstance(decoded.token, TransferCredit)
    assert (decoded.token.amount_units, decoded.token.tid) == (255, minted.tid)
    assert minted.at == till.now


def test_a_meter_may_be_named_by_its_meter_pan(till) -> None:
    pan = policy.account_of(DRNS[0]).pan
    assert till.sell(pan).tid < till.sell(DRNS[0]).tid  # one memory for both names


def test_the_same_sale_has_the_same_token_even_when_the_lease_has_ended(till) -> None:
    request = MintRequest(uuid4(), DRNS[0], 255, 1_000)
    first = till.counter.mint(request, till.now)
    till.wait(days=30)
    assert till.counter.mint(request, till.now) == first == till.counter.fetch(request.sale_id)
    assert till.counter.status().sequence == 1
    assert till.counter.fetch(uuid4()) is None


@pytest.mark.parametrize(
    "other",
    [{"drn": DRNS[1]}, {"units": 256}, {"amount_c": 1_001}, {"units": 10**9}],
    ids=lambda value: str(value),
)
def test_the_same_sale_id_with_other_data_is_refused(till, other) -> None:
    plain = {"sale_id": uuid4(), "drn": DRNS[0], "units": 255, "amount_c": 1_000}
    till.counter.mint(MintRequest(**plain), till.now)
    with pytest.raises(CounterRefused) as refused:
        till.counter.mint(MintRequest(**{**plain, **other}), till.now)
    assert refused.value.code == "id-reused"
    assert till.counter.status().sequence == 1


def test_amounts_above_the_fine_steps_are_coded_up_as_on_line(till) -> None:
    till.load(units_max=30_000, made_at=till.now + timedelta(seconds=1))
    request = MintRequest(uuid4(), DRNS[0], 20_000, 1_000)
    minted = till.counter.mint(request, till.now)
    assert minted.units == 20_004
    assert till.counter.mint(request, till.now) == minted


def test_money_only_grows_and_stops_at_the_limit(make_till) -> None:
    till = make_till()
    till.load(allowed_c=2_500_000)
    till.sell(amount_c=1_500_000)
    assert till.code(amount_c=1_000_001) == "over-limit"
    till.sell(DRNS[1], amount_c=1_000_000)
    status = till.counter.status()
    assert (status.spent_c, status.allowed_c, status.left_c, status.sequence) == (2_500_000, 2_500_000, 0, 2)
    assert till.code(amount_c=1) == "over-limit"
    assert [minted.spent_c for minted in till.sold] == [1_500_000, 2_500_000]


def test_refusals_of_time(make_till) -> None:
    till = make_till()
    till.load(not_before=till.now + timedelta(hours=1), until=till.now + timedelta(hours=2))
    assert till.code() == "not-yet"
    till.wait(hours=1)
    till.sell()
    till.wait(seconds=-1)
    assert till.code() == "clock-behind"
    till.wait(hours=1, seconds=1)
    assert till.code() == "lease-expired"


def test_refusals_of_the_sale(till) -> None:
    assert till.code(drn=drn_of(99)) == "unknown-meter"
    assert till.code(drn="07000000014") == "unknown-meter"  # the check digit
    assert till.code(drn="") == "unknown-meter"
    assert till.code(units=10_001) == "units-too-many"
    assert till.code(units=0) == "bad-request"
    assert till.code(amount_c=0) == "bad-request"


def test_without_a_lease_nothing_is_minted(make_till) -> None:
    till = make_till()
    assert till.code() == "unknown-meter"
    status = till.counter.status()
    assert (status.until, status.drns, status.allowed_c) == (None, (), 0)


def test_a_key_that_expired_mints_no_more(make_till) -> None:
    """Register 7 of the test plan has KEN 85: it ended in July 2024."""
    till = make_till()
    till.load(number=7)
    assert till.code() == "key-expired"


@pytest.mark.requirement("R5-07")
def test_tids_are_the_terminals_own_minutes_near_now(till) -> None:
    now = TokenIdentifier.at(till.now, BaseDate.Y2014).tid
    first, second = till.sell().tid, till.sell().tid
    assert first % 16 == second % 16 == 3
    assert now - 16 < first <= now < second == first + 16
    till.wait(days=1)
    assert now + 1440 - 16 < till.sell().tid <= now + 1440


def test_a_meter_that_buys_without_end_waits(till) -> None:
    tids = [till.sell(amount_c=1).tid for _ in range(16)]
    assert till.code(amount_c=1) == "tid-window"
    till.sell(DRNS[1], amount_c=1)
    till.wait(minutes=32)
    assert till.sell(amount_c=1).tid > max(tids)


def test_the_module_may_have_given_later_tids_before_the_lease(make_till) -> None:
    till = make_till()
    ahead = TokenIdentifier.at(till.now, BaseDate.Y2014).tid + 40
    till.load(tid_above=ahead)
    assert ahead < till.sell().tid <= ahead + 16


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40)), max_size=12))
def test_no_meter_gets_a_tid_twice_nor_one_before_its_last(till, steps: list[tuple[int, int]]) -> None:
    for place, minutes in steps:
        till.wait(minutes=minutes)
        with contextlib.suppress(CounterRefused):  # no minute is left
            till.sell(DRNS[place], amount_c=1)
    assert len(till.sold) >= min(len(steps), 16)
    for drn in DRNS:
        tids = [minted.tid for minted in till.sold if minted.drn == drn]
        assert tids == sorted(set(tids))
