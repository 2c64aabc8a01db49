# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""8.6 to 8.8, 8.12, 8.13, meter management tokens: power limit, unbalance, clear credit, tariff rate."""

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.prepayment import flows, reclose, with_credit
from conformance.bench.sts_procedures import function_or_kept_tid, keeps_tid
from conformance.text import Text
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
    title=Text("Poner el límite de potencia", "Set the power limit"),
    stimulus=Text(
        "Teclear un código de límite de 5 kW, repetirlo, y poner después el límite nominal del medidor.",
        "Enter a 5 kW limit token, repeat it, then set the meter's rated limit.",
    ),
    requirement=Text(
        "El nuevo se acepta, el repetido es UsedError y el crédito no cambia.",
        "The new one is accepted, the repeated one is UsedError and credit does not move.",
    ),
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
    title=Text("Bordes de la codificación del límite", "Borders of the coding of the limit"),
    stimulus=Text(
        "Poner 1 W, 16383 W y 16384 W, y después el mayor límite que existe (18 201 624 W).",
        "Set 1 W, 16,383 W and 16,384 W, and then the largest limit there is (18,201,624 W).",
    ),
    requirement=Text(
        "Los primeros se aceptan (o son RangeError más allá de lo nominal); el mayor es RangeError sin "
        "consumir el TID, o se acepta y se anota.",
        "The first are accepted (or RangeError beyond the rating); the largest is RangeError without using "
        "up the TID, or is accepted and noted.",
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
            bench.not_strictly("toma un límite sin sentido", "it takes a limit that makes no sense")
        else:
            tokens.expect_accepted(tokens.enter(tokens.credit(1, tid=tid)))
    finally:
        tokens.enter(_limit(bench, rated_w))


@case(
    id="sts/8.6/trip-and-recover",
    title=Text("Corte por encima del límite y vuelta", "Trip above the limit, and recovery"),
    stimulus=Text(
        "Poner un límite de 1 kW, cargar 0,5 kW, 2 kW y 0,5 kW otra vez; después 2 kW con un límite de 5 kW.",
        "Set a limit of 1 kW, draw 0.5 kW, 2 kW and 0.5 kW again; then 2 kW under a limit of 5 kW.",
    ),
    requirement=Text(
        "Por debajo pasa la corriente, por encima cesa en el tiempo declarado, al bajar vuelve; el límite "
        "nuevo cuenta.",
        "Below current flows, above it stops within the declared time, after the fall it comes back; the "
        "new limit counts.",
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
        bench.check(
            flowed == [True, False, True], "pasa, cesa y vuelve a pasar", "it flows, stops and flows again"
        )
        tokens.expect_accepted(tokens.enter(_limit(bench, _LIMIT_W)))
        bench.check(_flows_at(bench, 2.0, 1), "bajo el límite nuevo pasa", "below the new limit it flows")
    finally:
        bench.stations.load(0.0)
        tokens.enter(_limit(bench, _rated_w(bench)))
        bench.clock.wait(_RESTS * plate.overload_within_s)


@case(
    id="sts/8.12/single-phase",
    title=Text("Límite de desequilibrio en un monofásico", "Unbalance limit on a single-phase meter"),
    stimulus=Text(
        "Teclear límites de desequilibrio entre fases de 1 W, 1 kW y 16384 W, y después crédito con el "
        "mismo TID.",
        "Enter phase unbalance limits of 1 W, 1 kW and 16,384 W, and then credit of the same TID.",
    ),
    requirement=Text(
        "Son FunctionError y no consumen el TID: el crédito se acepta.",
        "They are FunctionError and use up no TID: the credit is accepted.",
    ),
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
    """Whether current flows at this share of the limit, after some overload times."""
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
    title=Text("Borrar el crédito", "Clear the credit"),
    stimulus=Text(
        "Con crédito en el medidor, teclear un código que borra el registro de electricidad, y repetirlo "
        "con crédito nuevo; lo mismo con el que borra todos (0xFFFF).",
        "With credit in the meter, enter a token that clears the electricity register, and again with new "
        "credit; the same with one that clears all (0xFFFF).",
    ),
    requirement=Text(
        "Se acepta y el crédito queda en cero; el repetido es UsedError y no borra.",
        "It is accepted and credit becomes zero; the repeated one is UsedError and clears nothing.",
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
        bench.check(left_wh == 0, f"el crédito es 0 Wh (es {left_wh})", f"credit is 0 Wh (it is {left_wh})")
        tokens.must_accept(tokens.credit(20))
        with tokens.credit_moves(0):
            tokens.expect(tokens.enter(digits), "UsedError")


@case(
    id="sts/8.7/other-registers",
    title=Text("Borrar registros que el medidor no tiene", "Clear registers that the meter lacks"),
    stimulus=Text(
        "Teclear códigos que borran los registros de agua, gas, tiempo y moneda (1 a 7).",
        "Enter tokens that clear the registers of water, gas, time and currency (1 to 7).",
    ),
    requirement=Text(
        "Son FunctionError (o RangeError), el crédito no cambia y el TID no se consume.",
        "They are FunctionError (or RangeError), credit does not move and the TID is not used up.",
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
    title=Text("Tarifa", "Tariff rate"),
    stimulus=Text("Teclear códigos de tarifa 0, 1 y 65535.", "Enter tariff-rate tokens 0, 1 and 65535."),
    requirement=Text(
        "O los ejecuta, o son FunctionError sin consumir el TID; el crédito no cambia.",
        "They are carried out, or are FunctionError without using up the TID; credit does not move.",
    ),
)
@pytest.mark.clause("iec62055-41", "8.8", level="shall")
@ENTRY
def test_tariff_rate(bench: Bench) -> None:
    for value in (0, 1, 0xFFFF):
        function_or_kept_tid(
            bench,
            lambda tid, rate=value: SetTariffRate(_RND, tid, rate),  # type: ignore[misc]
            "tarifa por código",
            "a tariff by token",
        )


@case(
    id="sts/8.13/water-factor",
    title=Text("Factor de medidor de agua", "Water meter factor"),
    stimulus=Text(
        "Teclear códigos de factor de medidor de agua, 1 y 65535.",
        "Enter water-meter-factor tokens, 1 and 65535.",
    ),
    requirement=Text(
        "O los ejecuta, o son FunctionError sin consumir el TID; el crédito no cambia.",
        "They are carried out, or are FunctionError without using up the TID; credit does not move.",
    ),
)
@pytest.mark.clause("iec62055-41", "8.13", level="shall")
@ENTRY
def test_water_factor(bench: Bench) -> None:
    for value in (1, 0xFFFF):
        function_or_kept_tid(
            bench,
            lambda tid, factor=value: SetWaterMeterFactor(_RND, tid, factor),  # type: ignore[misc]
            "un factor de agua",
            "a water factor",
        )
