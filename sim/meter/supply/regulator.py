"""Supply regulator: keeps registers, credit, limiter and switch in step with the circuit.

The rule of the room: code that is about to look at a register, or to change anything, calls `settle` first.
Between two changes everything is a straight line, so the instant at which the credit ends is computed, not
waited for.
"""

from collections.abc import Callable
from dataclasses import dataclass

from simpy import Environment

from protocols.field.events import EventCode
from sim.kernel.timing import Timer
from sim.meter.components import Components
from sim.meter.interfaces import Supply
from sim.meter.metering.metrology import Bands
from sim.meter.payment.charges import Conditions
from sim.meter.supply.limiter import ScriptReference
from sim.meter.units import US_PER_S, to_microseconds


@dataclass(frozen=True, slots=True)
class RegulatorHooks:
    """Meter as its regulator sees it.

    Args:
        log: called with each event that comes of it.
        guard: wraps what a timer calls, so that it ends where the power does.
        keep: keeps credit and registers, after something was collected.
        run_script: runs a script for the limiter.
        measured: called whenever the circuit was measured.
    """

    log: Callable[[EventCode], None]
    guard: Callable[[Callable[[], None]], Callable[[], None]]
    keep: Callable[[], None]
    run_script: Callable[[ScriptReference], None]
    measured: Callable[[], None]


class Regulator:
    """Regulator of one meter: registers, credit, limiter and switch in step with the supply.

    Args:
        env: the world's event loop.
        supply: the service point.
        parts: the live parts.
        hooks: the meter.
    """

    __slots__ = ("_alarm", "_env", "_hooks", "_parts", "_powered", "_supply", "_was_exporting", "_was_low")

    def __init__(self, env: Environment, supply: Supply, parts: Components, hooks: RegulatorHooks) -> None:
        self._env = env
        self._supply = supply
        self._parts = parts
        self._hooks = hooks
        self._powered = False
        self._was_low = parts.prepayment.low
        self._was_exporting = False
        self._alarm = Timer(env, hooks.guard(self.settle))

    @property
    def now_us(self) -> int:
        """The world's time, whole microseconds."""
        return to_microseconds(self._env.now)

    def power(self, powered: bool) -> None:
        """The meter gains or loses its supply; without it the switch stays as it is."""
        self._powered = powered
        self.settle()

    def refresh(self) -> None:
        """Bring the registers to this instant where nothing else can have happened since the last `settle`.

        Code that changes a part or the circuit settles; what comes by itself has the alarm: between the two
        the same flows on, and only the energy grows.
        """
        due_s, now_s, metrology = self._alarm.at_s, self._env.now, self._parts.metrology
        now_us = to_microseconds(now_s)
        if self._powered and (due_s is None or now_s < due_s) and not metrology.overdue(now_us):
            self._parts.prepayment.consume(metrology.advance(now_us))
        else:
            self.settle()

    def settle(self) -> None:
        """Close the books at this instant, look at the circuit again, and act on what is seen."""
        self._measure()
        if not self._powered:
            self._alarm.cancel()
            self._parts.metrology.us_until_import(None)
            return
        self._keep_time()
        self._regulate()
        self._warn()
        self._hooks.measured()
        self._alarm.set(self._next_look_s())
        if self._parts.metrology.wakes:
            self._sleep()

    def _sleep(self) -> None:
        """Tell the element what the limiter and the log of directions wait for."""
        low_mw, high_mw = self._parts.limiter.quiet_band_mw(self._parts.metrology.import_power_mw)
        bands: Bands = {
            "active-power-import": (low_mw, high_mw),
            "active-power": (None, -1) if self._was_exporting else (0, None),
        }
        self._parts.metrology.within("regulator", bands)

    def _measure(self) -> None:
        flow = self._supply.flow(switch_closed=self._parts.switch.relay_closed)
        self._parts.prepayment.consume(self._parts.metrology.observe(flow, self.now_us))

    def _keep_time(self) -> None:
        """Collect what is due by the meter's clock; what was collected is kept before it shows."""
        parts, epoch_us = self._parts, self._parts.clock.epoch_us
        parts.limiter.follow(epoch_us)
        account = parts.prepayment
        conditions = Conditions(switch_open=not parts.switch.output_state, limiting=parts.limiter.tripped)
        changed = account.pass_time(epoch_us, conditions)
        events = account.take_events()
        if changed:
            self._hooks.keep()
        for code in events:
            self._hooks.log(code)

    def _regulate(self) -> None:
        """Let the switch follow credit and limiter; what flows then is measured again."""
        parts = self._parts
        was_tripped = parts.limiter.tripped
        parts.limiter.look(parts.metrology.import_power_mw, self.now_us)
        if parts.limiter.tripped != was_tripped:
            self._hooks.log(EventCode.LIMITER_NORMAL if was_tripped else EventCode.LIMITER_EXCEEDED)
            if parts.limiter.script is not None:
                self._hooks.run_script(parts.limiter.script)
        if self._permitted and parts.switch.local_reconnect():
            self._hooks.log(EventCode.LOCAL_RECONNECTION)
        elif self._must_open and parts.switch.local_disconnect():
            self._hooks.log(EventCode.LOCAL_DISCONNECTION)
        else:
            return
        self._measure()
        parts.limiter.look(parts.metrology.import_power_mw, self.now_us)

    @property
    def _permitted(self) -> bool:
        """True where the switch may be closed."""
        return not (self._parts.prepayment.exhausted or self._forbidden)

    @property
    def _must_open(self) -> bool:
        """True where it must be open: friendly hours keep a closed one closed for want of credit alone."""
        account = self._parts.prepayment
        spared = account.friendly and not account.state.closed
        return self._forbidden or (account.exhausted and not spared)

    @property
    def _forbidden(self) -> bool:
        """True where the limiter or a protection holds the switch open."""
        return self._parts.limiter.forbids_supply or self._parts.protections.forbids_supply()

    def _warn(self) -> None:
        low = self._parts.prepayment.low
        if low and not self._was_low:
            self._hooks.log(EventCode.LOW_CREDIT)
        self._was_low = low
        exporting = self._parts.metrology.sample.active_mw < 0
        if exporting != self._was_exporting:
            self._hooks.log(EventCode.REVERSE_ENERGY if exporting else EventCode.NO_REVERSE_ENERGY)
        self._was_exporting = exporting

    def _next_look_s(self) -> float | None:
        """Next instant at which something happens by itself."""
        prepayment, limiter, clock = self._parts.prepayment, self._parts.limiter, self._parts.clock
        wait_us = self._parts.metrology.us_until_import(prepayment.nj_until_change)
        by_clock = (prepayment.next_us, limiter.next_profile_us(clock.epoch_us))
        looks_us = [
            None if wait_us is None else self.now_us + wait_us,
            limiter.next_look_us,
            *(None if instant is None else clock.world_us_at(instant) for instant in by_clock),
        ]
        due_us = [look_us for look_us in looks_us if look_us is not None]
        return min(due_us) / US_PER_S if due_us else None
