# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""8.6 to 8.8, 8.12, 8.13, meter management tokens: power limit, unbalance, clear credit, tariff rate."""

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.prepayment import flows, reclose, with_credit
from conformance.bench.sts_procedures import function_or_kept_tid, keeps_tid
from i18n import Message
from protocols.sts.token import (
    ALL_REGISTERS,
    ClearCredit,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
)

# ---- 8.6 SetMaximumPowerLimit, and 8.12 its sister for the unbalance between phases.

POWER_LIMIT_CLAUSE = pytest.mark.clause("iec62055-41", "8.6", level="shall")

_RND = 5
_LIMIT_W = 5000
_TRIP_W = 1000
#: Borders of the coding below what the largest house needs, W: mantissa 0 and 16383 of the first exponents.
_BORDERS_W = (1, 16_383, 16_384)
_LARGEST_W = 18_201_624
#: After a trip a meter may rest for some of its overload times before it closes again.
_RESTS = 10


@case(
    id="sts/8.6/set-limit",
    title=Message("Set the power limit"),
    stimulus=Message("Enter a 5 kW limit token, repeat it, then set the meter's rated limit."),
    requirement=Message("The new one is accepted, the repeated one is UsedError and credit does not move."),
)
@POWER_LIMIT_CLAUSE
@pytest.mark.needs("sts", "token-entry")
def test_set_limit(bench: Bench) -> None:
    tokens = bench.tokens
    digits = _limit(bench, _LIMIT_W)
    with tokens.credit_moves(0):
        tokens.expect_accepted(tokens.enter(digits))
        tokens.expect(tokens.enter(digits), "UsedError")
        tokens.expect_accepted(tokens.enter(_limit(bench, _rated_w(bench))))


@case(
    id="sts/8.6/borders",
    title=Message("Borders of the coding of the limit"),
    stimulus=Message("Set 1 W, 16,383 W and 16,384 W, and then the largest limit there is (18,201,624 W)."),
    requirement=Message(
        "The first are accepted (or RangeError beyond the rating); the largest is RangeError "
        "without using up the TID, or is accepted and noted."
    ),
)
@POWER_LIMIT_CLAUSE
@pytest.mark.needs("sts", "token-entry")
def test_borders(bench: Bench) -> None:
    tokens, rated_w = bench.tokens, _rated_w(bench)
    try:
        with tokens.credit_moves(0):
            for limit_w in _BORDERS_W:
                answer = tokens.enter(_limit(bench, limit_w))
                tokens.expect(answer, "Accept", *(("RangeError",) if limit_w > rated_w else ()))
            tid = tokens.tid()
            answer = tokens.enter(tokens.mint.token(SetMaximumPowerLimit(_RND, tid, _LARGEST_W)))
            tokens.expect(answer, "RangeError", "Accept")
        if answer.accepted:
            bench.not_strictly(Message("it takes a limit that makes no sense"))
        else:
            tokens.expect_accepted(tokens.enter(tokens.credit(1, tid=tid)))
    finally:
        tokens.enter(_limit(bench, rated_w))


@case(
    id="sts/8.6/trip-and-recover",
    title=Message("Trip above the limit, and recovery"),
    stimulus=Message(
        "Set a limit of 1 kW, draw 0.5 kW, 2 kW and 0.5 kW again; then 2 kW under a limit of 5 kW."
    ),
    requirement=Message(
        "Below current flows, above it stops within the declared time, after the fall it "
        "comes back; the new limit counts."
    ),
)
@POWER_LIMIT_CLAUSE
@pytest.mark.needs("sts", "token-entry", "load", "clock")
def test_trip_and_recover(bench: Bench) -> None:
    tokens, plate = bench.tokens, bench.statement.metrology
    with tokens.credit_moves(50):
        with_credit(bench, 50)
    tokens.must_accept(_limit(bench, _TRIP_W))
    try:
        flowed = [_flows_at(bench, 0.5, 1), _flows_at(bench, 2.0, 1), _flows_at(bench, 0.5, _RESTS)]
        bench.check(flowed == [True, False, True], Message("it flows, stops and flows again"))
        tokens.expect_accepted(tokens.enter(_limit(bench, _LIMIT_W)))
        bench.check(_flows_at(bench, 2.0, 1), Message("below the new limit it flows"))
    finally:
        bench.stations.load(0.0)
        tokens.enter(_limit(bench, _rated_w(bench)))
        bench.clock.wait(_RESTS * plate.overload_within_s)


@case(
    id="sts/8.12/single-phase",
    title=Message("Unbalance limit on a single-phase meter"),
    stimulus=Message(
        "Enter phase unbalance limits of 1 W, 1 kW and 16,384 W, and then credit of the same TID."
    ),
    requirement=Message("They are FunctionError and use up no TID: the credit is accepted."),
)
@pytest.mark.clause("iec62055-41", "8.12", level="shall")
@pytest.mark.needs("sts", "token-entry")
def test_single_phase(bench: Bench) -> None:
    for power_w in (1, 1000, 16_384):
        keeps_tid(
            bench,
            lambda tid, limit=power_w: SetMaximumPhasePowerUnbalanceLimit(_RND, tid, limit),  # type: ignore[misc]
            "FunctionError",
        )


def _limit(bench: Bench, limit_w: int) -> str:
    return bench.tokens.mint.token(SetMaximumPowerLimit(_RND, bench.tokens.tid(), limit_w))


def _rated_w(bench: Bench) -> int:
    plate = bench.statement.metrology
    return int(plate.nominal_voltage_v * plate.maximum_current_a)


def _flows_at(bench: Bench, share: float, times: int) -> bool:
    """True if current flows at this share of the limit, after some overload times."""
    plate = bench.statement.metrology
    bench.stations.load(share * _TRIP_W / plate.nominal_voltage_v)
    bench.clock.wait(times * plate.overload_within_s)
    if times > 1:
        reclose(bench)
    return flows(bench)


# ---- 8.7 ClearCredit.

CLEAR_CREDIT_CLAUSE = pytest.mark.clause("iec62055-41", "8.7", level="shall")

_ELECTRICITY = 0
#: Registers of water, gas and time, and the four in currency: a kWh meter has none of them.
_OTHER_REGISTERS = range(1, 8)


@case(
    id="sts/8.7/clear",
    title=Message("Clear the credit"),
    stimulus=Message(
        "With credit in the meter, enter a token that clears the electricity register, and "
        "again with new credit; the same with one that clears all (0xFFFF)."
    ),
    requirement=Message(
        "It is accepted and credit becomes zero; the repeated one is UsedError and clears nothing."
    ),
)
@CLEAR_CREDIT_CLAUSE
@pytest.mark.needs("sts", "token-entry", "account", "association:reader")
def test_clear(bench: Bench) -> None:
    tokens = bench.tokens
    for register in (_ELECTRICITY, ALL_REGISTERS):
        digits = tokens.mint.token(ClearCredit(_RND, tokens.tid(), register))
        tokens.must_accept(tokens.credit(20))
        tokens.expect_accepted(tokens.enter(digits))
        left_wh = tokens.credit_wh()
        bench.check(left_wh == 0, Message("credit is 0 Wh (it is {left_wh})", left_wh=left_wh))
        tokens.must_accept(tokens.credit(20))
        with tokens.credit_moves(0):
            tokens.expect(tokens.enter(digits), "UsedError")


@case(
    id="sts/8.7/other-registers",
    title=Message("Clear registers that the meter lacks"),
    stimulus=Message("Enter tokens that clear the registers of water, gas, time and currency (1 to 7)."),
    requirement=Message(
        "They are FunctionError (or RangeError), credit does not move and the TID is not used up."
    ),
)
@CLEAR_CREDIT_CLAUSE
@pytest.mark.needs("sts", "token-entry")
def test_other_registers(bench: Bench) -> None:
    tokens = bench.tokens
    tokens.must_accept(tokens.credit(20))
    for register in _OTHER_REGISTERS:
        keeps_tid(
            bench,
            lambda tid, number=register: ClearCredit(_RND, tid, number),  # type: ignore[misc]
            "FunctionError",
            "RangeError",
        )


# ---- 8.8 and 8.13: tariff rate and water meter factor, which not every meter has.

ENTRY = pytest.mark.needs("sts", "token-entry")


@case(
    id="sts/8.8/tariff-rate",
    title=Message("Tariff rate"),
    stimulus=Message("Enter tariff-rate tokens 0, 1 and 65535."),
    requirement=Message(
        "They are carried out, or are FunctionError without using up the TID; credit does not move."
    ),
)
@pytest.mark.clause("iec62055-41", "8.8", level="shall")
@ENTRY
def test_tariff_rate(bench: Bench) -> None:
    for value in (0, 1, 0xFFFF):
        function_or_kept_tid(
            bench,
            lambda tid, rate=value: SetTariffRate(_RND, tid, rate),  # type: ignore[misc]
            Message("a tariff by token"),
        )


@case(
    id="sts/8.13/water-factor",
    title=Message("Water meter factor"),
    stimulus=Message("Enter water-meter-factor tokens, 1 and 65535."),
    requirement=Message(
        "They are carried out, or are FunctionError without using up the TID; credit does not move."
    ),
)
@pytest.mark.clause("iec62055-41", "8.13", level="shall")
@ENTRY
def test_water_factor(bench: Bench) -> None:
    for value in (1, 0xFFFF):
        function_or_kept_tid(
            bench,
            lambda tid, factor=value: SetWaterMeterFactor(_RND, tid, factor),  # type: ignore[misc]
            Message("a water factor"),
        )
