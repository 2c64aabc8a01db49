"""Where measuring, paying, limiting and switching meet: keeps the four in step with the circuit.

The rule of the room: whoever is about to look at a register, or to change anything, calls `settle` first.
Between two changes everything is a straight line, so the instant at which the credit ends is computed, not
waited for.
"""

from collections.abc import Callable
from dataclasses import dataclass

from simpy import Environment

from sim.kernel.alarm import Alarm
from sim.meter.events import EventCode
from sim.meter.limiter import Limiter
from sim.meter.metrology import Metrology
from sim.meter.prepayment import Prepayment
from sim.meter.seams import Supply
from sim.meter.supply_control import SupplyControl
from sim.meter.units import US_PER_S, to_microseconds


@dataclass(frozen=True, slots=True)
class Regulated:
    """The four parts that must stay in step."""

    metrology: Metrology
    prepayment: Prepayment
    limiter: Limiter
    switch: SupplyControl


@dataclass(frozen=True, slots=True)
class RegulatorHooks:
    """The meter as its regulator sees it.

    Args:
        log: called with each event that comes of it.
        guard: wraps what a timer calls, so that it ends where the power does.
    """

    log: Callable[[EventCode], None]
    guard: Callable[[Callable[[], None]], Callable[[], None]]


class Regulator:
    """Keeps registers, credit, limiter and switch in step with the supply.

    Args:
        env: the world's event loop.
        supply: the service point.
        parts: the four parts.
        hooks: the meter.
    """

    __slots__ = ("_alarm", "_env", "_log", "_parts", "_powered", "_supply", "_was_exporting", "_was_low")

    def __init__(self, env: Environment, supply: Supply, parts: Regulated, hooks: RegulatorHooks) -> None:
        self._env = env
        self._supply = supply
        self._parts = parts
        self._log = hooks.log
        self._powered = False
        self._was_low = parts.prepayment.low
        self._was_exporting = False
        self._alarm = Alarm(env, hooks.guard(self.settle))

    @property
    def now_us(self) -> int:
        """The world's time, whole microseconds."""
        return to_microseconds(self._env.now)

    def power(self, powered: bool) -> None:
        """The meter gains or loses its supply; without it the switch stays as it is."""
        self._powered = powered
        self.settle()

    def settle(self) -> None:
        """Close the books at this instant, look at the circuit again, and act on what is seen."""
        self._measure()
        if not self._powered:
            self._alarm.cancel()
            return
        self._regulate()
        self._warn()
        self._alarm.set(self._next_look_s())

    def _measure(self) -> None:
        flow = self._supply.flow(switch_closed=self._parts.switch.relay_closed)
        self._parts.prepayment.consume(self._parts.metrology.observe(flow, self.now_us))

    def _regulate(self) -> None:
        """Let the switch follow credit and limiter; what flows then is measured again."""
        parts = self._parts
        was_tripped = parts.limiter.tripped
        parts.limiter.look(parts.metrology.import_power_mw, self.now_us)
        if parts.limiter.tripped != was_tripped:
            self._log(EventCode.LIMITER_NORMAL if was_tripped else EventCode.LIMITER_EXCEEDED)
        permitted = not (parts.prepayment.exhausted or parts.limiter.tripped)
        if permitted and parts.switch.local_reconnect():
            self._log(EventCode.LOCAL_RECONNECTION)
        elif not permitted and parts.switch.local_disconnect():
            self._log(EventCode.LOCAL_DISCONNECTION)
        else:
            return
        self._measure()
        parts.limiter.look(parts.metrology.import_power_mw, self.now_us)

    def _warn(self) -> None:
        low = self._parts.prepayment.low
        if low and not self._was_low:
            self._log(EventCode.LOW_CREDIT)
        self._was_low = low
        exporting = self._parts.metrology.sample.active_mw < 0
        if exporting != self._was_exporting:
            self._log(EventCode.REVERSE_ENERGY if exporting else EventCode.NO_REVERSE_ENERGY)
        self._was_exporting = exporting

    def _next_look_s(self) -> float | None:
        """When something will happen by itself if nobody touches anything."""
        prepayment, power_mw = self._parts.prepayment, self._parts.metrology.import_power_mw
        now_us = self.now_us
        waits_us = [
            prepayment.us_until(threshold_wh, power_mw)
            for threshold_wh in (0, prepayment.terms.low_threshold_wh)
        ]
        looks_us = [now_us + wait_us for wait_us in waits_us if wait_us]
        if self._parts.limiter.next_look_us is not None:
            looks_us.append(self._parts.limiter.next_look_us)
        return min(looks_us) / US_PER_S if looks_us else None
