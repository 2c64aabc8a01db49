"""Automation of a meter: register monitors, the parameter monitor, pushes.

It reads and acts through the meter's own COSEM objects, as scripts do, and knows no other part.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from simpy import Environment

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.objects import AccessError, CosemObject
from protocols.dlms.obis import Obis
from protocols.dlms.xdlms.notification import DataNotification
from protocols.field.events import EventCode
from sim.meter.communication.push import OnSent, Pusher, PusherHooks, PushObject, PushTerms
from sim.meter.components import Components
from sim.meter.events.monitors import Watched
from sim.meter.supply.limiter import ScriptReference

if TYPE_CHECKING:
    from numpy.random import Generator

#: Long-invoke-id: 24 bits, in the lowest of the word.
_INVOKE_MODULUS = 1 << 24


@dataclass(frozen=True, slots=True)
class AutomationHooks:
    """Meter as its automation sees it.

    Args:
        find: the object with a logical name, None where there is none.
        run_script: table (six octets) and script.
        log: writes an event.
        send: sends a notification as a push setup says, and tells whether a peer took it.
        guard: wraps what a timer calls, so that it ends where the power does.
        random: the meter's own stream, for the delays of pushes.
    """

    find: Callable[[Obis], CosemObject | None]
    run_script: Callable[[bytes, int], bool]
    log: Callable[[EventCode], None]
    send: Callable[[PushTerms, DataNotification, OnSent], None]
    guard: Callable[[Callable[..., None]], Callable[..., None]]
    random: "Callable[[], Generator]"


class Automation:
    """Monitors and pushes of one meter.

    Args:
        env: the world's event loop.
        parts: what is set: monitors, parameters, push setups; and clock and zone.
        hooks: the meter.
    """

    __slots__ = ("_hooks", "_invoke_id", "_parts", "pusher")

    def __init__(self, env: Environment, parts: Components, hooks: AutomationHooks) -> None:
        self._parts = parts
        self._hooks = hooks
        self._invoke_id = 0
        pushing = PusherHooks(
            send=self._send,
            local=lambda: parts.zone.local(parts.clock.epoch_us),
            world_us_at_local=self._world_us_at_local,
            gave_up=lambda: hooks.log(EventCode.PUSH_FAILED),
            guard=hooks.guard,
        )
        self.pusher = Pusher(env, parts.push_setups, hooks.random, pushing)

    def look(self) -> None:
        """Compare what is monitored with its thresholds, and run what passing one of them asks for."""
        for monitor in self._parts.monitors.items.values():
            value = self._read(monitor.watched) if monitor.thresholds else None
            if value is None or not isinstance(value.value, int):
                continue
            for crossing in monitor.look(value.value):
                self._hooks.log(EventCode.MONITOR_ABOVE if crossing.upwards else EventCode.MONITOR_BELOW)
                self.run(crossing.script)

    def run(self, script: ScriptReference) -> None:
        """Run a script; one that there is not is not run: anything may be named."""
        table, selector = script
        try:
            self._hooks.run_script(table, selector)
        except LookupError:
            return

    def written(self, watched: Watched, value: bytes) -> None:
        """A client or a script wrote an attribute."""
        if self._parts.parameters.written(watched, value, self._parts.clock.epoch_us):
            self._hooks.log(EventCode.PARAMETER_CHANGED)

    def last_gasp(self) -> None:
        """The power goes: send at once what waits for that, over what still carries it; once, or never."""
        for terms in self._parts.push_setups.items.values():
            if EventCode.POWER_DOWN in terms.on_events:
                self._send(terms, lambda _sent: None)

    def logged(self, code: EventCode) -> None:
        """Something was logged: it may set a push off; that a push failed never does."""
        if code is not EventCode.PUSH_FAILED:
            self.pusher.event(code)

    def _read(self, watched: Watched) -> Data | None:
        class_id, name, attribute = watched
        found = self._hooks.find(Obis.from_bytes(name))
        if found is None or found.class_id != class_id:
            return None
        try:
            return found.read(attribute)
        except AccessError:
            return None

    def _send(self, terms: PushTerms, on_sent: OnSent) -> None:
        parts = self._parts
        self._invoke_id = (self._invoke_id + 1) % _INVOKE_MODULUS
        body = axdr.structure(*(self._value(item) for item in terms.objects))
        stamp = parts.zone.octets(parts.clock.epoch_us)
        notification = DataNotification(self._invoke_id, stamp, body)
        self._hooks.send(terms, notification, on_sent)

    def _value(self, item: PushObject) -> Data:
        """Value of an attribute: all, or one element; null-data where there is nothing to read."""
        value = self._read((item.class_id, item.logical_name, item.attribute))
        if value is None:
            return axdr.null()
        if not item.data_index:
            return value
        inside = value.value if isinstance(value.value, tuple) else ()
        return inside[item.data_index - 1] if item.data_index <= len(inside) else axdr.null()

    def _world_us_at_local(self, local: datetime) -> int:
        return self._parts.clock.world_us_at(self._parts.zone.epoch_us(local))
