"""Pushes: push setups, and the retries of what the meter sends unasked.

A push waits for its window and for a random delay, then sends a data-notification (`PushTransport` of
the ports takes it). Where no peer takes it, it is tried again after a while, so many times; then the
push gives up and logs that.

Source: IEC 62056-6-2, Push setup (class_id 40)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simpy import Environment

from protocols.dlms.cosem.access import MessageType, TransportService
from sim.kernel.timing import Timer
from sim.meter.clock.date_patterns import DAY_OCTETS, DatePattern, TimePattern, next_moment
from sim.meter.units import US_PER_S

if TYPE_CHECKING:
    from numpy.random import Generator

_DATE_TIME_OCTETS = 12

#: Hears whether something that was sent went out.
OnSent = Callable[[bool], None]

#: Transport -> port of the meter.
PORTS: dict[TransportService, str] = {
    TransportService.TCP: "wrapper",
    TransportService.UDP: "wrapper",
    TransportService.HDLC: "hdlc",
}


@dataclass(frozen=True, slots=True)
class PushObject:
    """One attribute that is sent: class, logical name, attribute, and element of it (0 is all of it)."""

    class_id: int
    logical_name: bytes
    attribute: int
    data_index: int = 0


@dataclass(frozen=True, slots=True)
class PushTerms:
    """One push setup.

    Args:
        objects: what is sent.
        transport: which way.
        destination: where to, as the network behind the port understands it.
        message: xDLMS APDUs only.
        window: pairs of twelve octets, begin and end; none is always.
        randomisation_s: it begins at random within so many seconds.
        retries: how often it is tried again.
        repetition_delay_s: after so many seconds.
        client_sap: to whom.
        on_events: event codes that set it off.
    """

    objects: tuple[PushObject, ...] = ()
    transport: TransportService = TransportService.TCP
    destination: bytes = b""
    message: MessageType = MessageType.XDLMS_APDU
    window: tuple[tuple[bytes, bytes], ...] = ()
    randomisation_s: int = 0
    retries: int = 0
    repetition_delay_s: int = 0
    client_sap: int = 1
    on_events: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for edge in (edge for pair in self.window for edge in pair):
            _pattern(edge)

    def open_at(self, local: datetime) -> bool:
        """True while the window is open: it ends before it begins again."""
        if not self.window:
            return True
        return any(_is_open(begin, end, local) for begin, end in self.window)

    def opens_after(self, local: datetime) -> datetime | None:
        """Next opening of the window; None for never again."""
        begins = (_next(begin, local) for begin, _ in self.window)
        return min((begin for begin in begins if begin is not None), default=None)


class PushSetups:
    """Every push setup of a meter by its logical name.

    Args:
        terms: at the factory.
    """

    __slots__ = ("items",)

    def __init__(self, terms: Mapping[bytes, PushTerms]) -> None:
        self.items = dict(terms)

    def change(self, name: bytes, **values: Any) -> None:
        """Set something of one of them.

        Raises:
            ValueError: a window that is none.
        """
        self.items[name] = replace(self.items[name], **values)

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {name.hex(): _plain(terms) for name, terms in self.items.items()}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept."""
        self.items = {bytes.fromhex(name): _terms(values) for name, values in kept.items()}


@dataclass(frozen=True, slots=True)
class PusherHooks:
    """Meter as its pushes see it.

    Args:
        send: sends what a setup lists, and tells once whether a peer took it, now or later.
        local: what the meter's clock shows, as local wall time.
        world_us_at_local: when, in the world's microseconds, the clock will show a local time.
        gave_up: called when the last try failed.
        guard: wraps what a timer calls.
    """

    send: Callable[[PushTerms, OnSent], None]
    local: Callable[[], datetime]
    world_us_at_local: Callable[[datetime], int]
    gave_up: Callable[[], None]
    guard: Callable[[Callable[..., None]], Callable[..., None]]


class Pusher:
    """Pusher of one meter: tries, repeats and gives up its pushes.

    Args:
        env: the world's event loop.
        setups: what is set.
        random: gives the meter's own stream, for the delays.
        hooks: the meter.
    """

    __slots__ = ("_alarms", "_env", "_hooks", "_left", "_random", "_setups", "_tries", "_under_way")

    def __init__(
        self, env: Environment, setups: PushSetups, random: "Callable[[], Generator]", hooks: PusherHooks
    ) -> None:
        self._env = env
        self._setups = setups
        self._random = random
        self._hooks = hooks
        self._alarms: dict[bytes, Timer] = {}
        self._left: dict[bytes, int] = {}
        self._tries = 0
        self._under_way: dict[bytes, int] = {}

    @property
    def waiting(self) -> int:
        """Pushes that are under way."""
        return len(self._left)

    def push(self, name: bytes) -> None:
        """Set a push off; one that is under way begins anew.

        Raises:
            LookupError: there is no such setup.
        """
        terms = self._setups.items[name]
        self._left[name] = terms.retries
        self._under_way.pop(name, None)
        self._wait(name, self._random_s(terms))

    def event(self, code: int) -> None:
        """Something was logged: set off what waits for it."""
        for name, terms in self._setups.items.items():
            if code in terms.on_events:
                self.push(name)

    def stop(self) -> None:
        """The power is gone: what was under way is forgotten."""
        for alarm in self._alarms.values():
            alarm.cancel()
        self._left.clear()
        self._under_way.clear()

    def _random_s(self, terms: PushTerms) -> float:
        return float(self._random().uniform(0, terms.randomisation_s)) if terms.randomisation_s else 0.0

    def _wait(self, name: bytes, seconds: float) -> None:
        if name not in self._alarms:
            self._alarms[name] = Timer(self._env, self._hooks.guard(lambda: self._try(name)))
        self._alarms[name].set(self._env.now + seconds)

    def _try(self, name: bytes) -> None:
        terms, local = self._setups.items[name], self._hooks.local()
        if not terms.open_at(local):
            self._wait_for_window(name, terms, local)
            return
        self._tries = number = self._tries + 1
        self._under_way[name] = number
        self._hooks.send(terms, self._hooks.guard(lambda sent: self._told(name, number, sent=sent)))

    def _told(self, name: bytes, number: int, *, sent: bool) -> None:
        """Result of a try; that of one which a newer push or a power cut overtook is dropped."""
        if self._under_way.get(name) != number:
            return
        del self._under_way[name]
        if sent:
            self._left.pop(name, None)
        elif self._left.get(name, 0) > 0:
            self._left[name] -= 1
            self._wait(name, self._setups.items[name].repetition_delay_s)
        else:
            self._give_up(name)

    def _wait_for_window(self, name: bytes, terms: PushTerms, local: datetime) -> None:
        opens = terms.opens_after(local)
        if opens is None:
            self._give_up(name)
            return
        at_s = self._hooks.world_us_at_local(opens) / US_PER_S
        self._wait(name, max(0.0, at_s - self._env.now) + self._random_s(terms))

    def _give_up(self, name: bytes) -> None:
        self._left.pop(name, None)
        self._hooks.gave_up()


def _pattern(raw: bytes) -> tuple[DatePattern, TimePattern]:
    if len(raw) != _DATE_TIME_OCTETS:
        raise ValueError(f"a date-time has {_DATE_TIME_OCTETS} octets, not {len(raw)}")
    return DatePattern.from_octets(raw[:DAY_OCTETS]), TimePattern.from_octets(raw[DAY_OCTETS:9])


def _next(raw: bytes, after: datetime) -> datetime | None:
    return next_moment(*_pattern(raw), after)


def _is_open(begin: bytes, end: bytes, local: datetime) -> bool:
    ends, begins = _next(end, local), _next(begin, local)
    return ends is not None and (begins is None or ends <= begins)


def _plain(terms: PushTerms) -> dict[str, Any]:
    return {
        "objects": [
            [item.class_id, item.logical_name.hex(), item.attribute, item.data_index]
            for item in terms.objects
        ],
        "transport": int(terms.transport),
        "destination": terms.destination.hex(),
        "message": int(terms.message),
        "window": [[begin.hex(), end.hex()] for begin, end in terms.window],
        "randomisation_s": terms.randomisation_s,
        "retries": terms.retries,
        "repetition_delay_s": terms.repetition_delay_s,
        "client_sap": terms.client_sap,
        "on_events": list(terms.on_events),
    }


def _terms(kept: Mapping[str, Any]) -> PushTerms:
    octets = bytes.fromhex
    values = dict(kept)
    return PushTerms(
        objects=tuple(
            PushObject(class_id, octets(name), attribute, index)
            for class_id, name, attribute, index in values.pop("objects")
        ),
        transport=TransportService(values.pop("transport")),
        destination=octets(values.pop("destination")),
        message=MessageType(values.pop("message")),
        window=tuple((octets(begin), octets(end)) for begin, end in values.pop("window")),
        on_events=tuple(values.pop("on_events")),
        **values,
    )
