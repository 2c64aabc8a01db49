"""The live parts of one meter, made by the factories; and what they keep without power, as one snapshot."""

from dataclasses import dataclass
from typing import Any

from sim.meter.clock import DeviceClock
from sim.meter.events import EventLog
from sim.meter.limiter import Limiter
from sim.meter.load_profile import LoadProfile
from sim.meter.metrology import Metrology
from sim.meter.prepayment import Prepayment
from sim.meter.supply_control import SupplyControl
from sim.meter.tamper import TamperDetector
from sim.meter.tokens import TokenDesk
from sim.meter.unit_bindings import UnitBindings

#: The parts whose state outlives the power. The clock runs on its battery; sessions and keypad forget.
NON_VOLATILE = (
    "metrology",
    "prepayment",
    "limiter",
    "switch",
    "events",
    "tamper",
    "load_profile",
    "tokens",
    "units",
)


@dataclass(frozen=True, slots=True)
class Components:
    """The parts, alive; none knows of another."""

    metrology: Metrology
    prepayment: Prepayment
    limiter: Limiter
    switch: SupplyControl
    clock: DeviceClock
    events: EventLog
    tamper: TamperDetector
    load_profile: LoadProfile
    tokens: TokenDesk
    units: UnitBindings

    def snapshot(self) -> dict[str, Any]:
        """Everything that outlives the power, by part. It holds keys: keep it as one keeps a key."""
        return {name: getattr(self, name).snapshot() for name in NON_VOLATILE}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what `snapshot` gave."""
        for name in NON_VOLATILE:
            getattr(self, name).restore(kept[name])
