"""Energy: the register, the pulses and the credit follow the load."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.prepayment import consume, use_up_share, with_credit
from i18n import Message

NEEDS = pytest.mark.needs("sts", "token-entry", "load", "clock", "account", "association:reader")

_HOUR_S = 3600.0
_CREDIT_UNITS = 100
#: Load points: A, degrees lagging. Unity and 0.5 inductive, from the basic current to half the maximum.
_POINTS = ((5.0, 0.0), (10.0, 0.0), (10.0, 60.0), (40.0, 0.0))


@case(
    id="closed-loop/accuracy/load-points",
    title=Message("Error in active energy"),
    stimulus=Message(
        "An hour of load at 5, 10 and 40 A at unity power factor, and at 10 A at 0.5 inductive."
    ),
    requirement=Message(
        "The energy registered departs from the load's by no more than the percentage of the class."
    ),
)
@pytest.mark.clause("iec62053-21", "table-6", level="shall")
@NEEDS
def test_accuracy(bench: Bench) -> None:
    limit = bench.statement.metrology.accuracy_percent
    with_credit(bench, _CREDIT_UNITS)
    for current_a, phase_deg in _POINTS:
        seen = consume(bench, current_a, phase_deg, _HOUR_S)
        _need_flow(bench, seen.reference_wh)
        error = 100 * (seen.registered_wh - seen.reference_wh) / seen.reference_wh
        bench.measure("error", f"{error:.3f}", "%")
        bench.check(
            abs(error) <= limit,
            Message(
                "at {current_a:g} A and {phase_deg:g}° the error is at most {limit:g} % (it is "
                "{error:.3f} %)",
                current_a=current_a,
                phase_deg=phase_deg,
                limit=limit,
                error=error,
            ),
        )


@case(
    id="closed-loop/F7-05/pulses",
    title=Message("Pulses agree with the register"),
    stimulus=Message("An hour of load at 10 A."),
    requirement=Message(
        "The pulses counted are the energy registered times the meter's constant, within the "
        "register's resolution."
    ),
)
@pytest.mark.clause("ipse-teorama", "F7-05", level="shall")
@NEEDS
@pytest.mark.needs("pulses")
def test_pulses(bench: Bench) -> None:
    per_wh = bench.statement.metrology.pulses_per_kwh / 1000
    with_credit(bench, _CREDIT_UNITS)
    seen = consume(bench, 10.0, 0.0, _HOUR_S)
    _need_flow(bench, seen.reference_wh)
    assert seen.active_pulses is not None
    due = seen.registered_wh * per_wh
    slack = per_wh + 1  # one step of the register and one pulse
    bench.check(
        abs(seen.active_pulses - due) <= slack,
        Message(
            "{active_pulses} pulses for {registered_wh:g} Wh ({due:.0f} ± {slack:.0f} are due)",
            active_pulses=seen.active_pulses,
            registered_wh=seen.registered_wh,
            due=due,
            slack=slack,
        ),
    )


@case(
    id="closed-loop/PAY-03/decrement",
    title=Message("Credit falls with energy"),
    stimulus=Message("With credit, half an hour of load at 10 A."),
    requirement=Message("Credit falls by what the energy register rises, within 1 Wh."),
)
@pytest.mark.clause("pay", "PAY-03", level="shall")
@NEEDS
@pytest.mark.needs("prepayment")
def test_decrement(bench: Bench) -> None:
    use_up_share(bench)
    with_credit(bench, _CREDIT_UNITS)
    seen = consume(bench, 10.0, 0.0, _HOUR_S / 2)
    _need_flow(bench, seen.reference_wh)
    bench.check(
        abs(seen.credit_wh - seen.registered_wh) <= 1,
        Message(
            "credit falls by {credit_wh} Wh and the register rises by {registered_wh:g} Wh",
            credit_wh=seen.credit_wh,
            registered_wh=seen.registered_wh,
        ),
    )


@case(
    id="closed-loop/PAY-16/reverse-energy",
    title=Message("Reverse energy gives no credit"),
    stimulus=Message("With credit, half an hour of generation of 10 A."),
    requirement=Message("Credit does not rise."),
)
@pytest.mark.clause("pay", "PAY-16", level="shall")
@NEEDS
def test_reverse_energy(bench: Bench) -> None:
    with_credit(bench, _CREDIT_UNITS)
    seen = consume(bench, 10.0, 180.0, _HOUR_S / 2)
    if seen.reference_wh >= 0:
        raise bench.inconclusive(Message("the load does not generate"))
    bench.check(
        seen.credit_wh >= 0,
        Message("credit does not rise (it falls by {credit_wh} Wh)", credit_wh=seen.credit_wh),
    )


@case(
    id="closed-loop/R4.1-03/instantaneous",
    title=Message("Instantaneous values"),
    stimulus=Message("A load of 10 A at 30° lagging."),
    requirement=Message(
        "Voltage, current, power and power factor read by DLMS are within 1 % of the load's."
    ),
)
@pytest.mark.clause("ipse-teorama", "R4.1-03", level="shall")
@pytest.mark.clause("dlms-bb", "class-3", level="shall")
@NEEDS
def test_instantaneous(bench: Bench) -> None:
    with_credit(bench, _CREDIT_UNITS)
    bench.stations.load(10.0, 30.0)
    bench.clock.wait(5.0)
    seen = bench.load.read()
    _need_flow(bench, seen.current_a)
    due = {
        "1.0.12.7.0": ("V", seen.voltage_v),
        "1.0.11.7.0": ("A", seen.current_a),
        "1.0.1.7.0": ("W", seen.power_w),
        "1.0.13.7.0": ("", seen.power_w / (seen.voltage_v * seen.current_a)),
    }
    with bench.associated("reader") as dialogue:
        for obis, (unit, value) in due.items():
            read = dialogue.register(obis)
            bench.measure(obis, f"{read.value:.4f}", read.unit)
            bench.check(
                read.unit == unit and abs(read.value - value) <= 0.01 * value,
                Message(
                    "{obis} is {value:.4g} {unit} (it reads {value2:.4g} {unit2})",
                    obis=obis,
                    value=value,
                    unit=unit,
                    value2=read.value,
                    unit2=read.unit,
                ),
            )


def _need_flow(bench: Bench, amount: float) -> None:
    """Without current there is nothing to judge."""
    if amount <= 0:
        raise bench.inconclusive(Message("no current flows in the load"))
