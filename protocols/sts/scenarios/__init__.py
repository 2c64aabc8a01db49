"""Meter scenarios: a described meter takes tokens one after the other, and its answers are compared.

The shape is that of ``meter_scenarios`` in ``conformance/vectors/sts_vectors.json``. The meter is what the
file describes and no more: a single-phase electricity meter with a credit register in token units.
"""

from protocols.sts.scenarios.described import DescribedMeter, describe_meter
from protocols.sts.scenarios.run import ScenarioOutcome, StepOutcome, run_scenario

__all__ = ["DescribedMeter", "ScenarioOutcome", "StepOutcome", "describe_meter", "run_scenario"]
