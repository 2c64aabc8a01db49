"""Link between customer unit and meter: its terms, the medium, and the unit's end of it.

A frame takes a time drawn between two bounds and gets lost with one probability for each listener, both
from the world's random streams. What one device sends keeps its order; what two send at a time does not
collide. An ideal medium delivers in the same call and draws no numbers.

The unit's end asks, waits, repeats, notices that the meter is gone, and looks for it. An entry stays *held*
from the key that finished it until the meter answered it. So none is lost while the line is dead or noisy;
and as a repeated request keeps its number, the meter does not carry it out twice.

Source: the state machine that the published manuals of split meters describe (pairing, loss, replacement)
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

from simpy import Environment

from protocols.field.ciu_link import UNASKED, CiuUnitEnd, Frame, RetryTerms
from protocols.field.ciu_messages import (
    Ack,
    AckStatus,
    Display,
    Event,
    LinkEvent,
    Message,
    Pair,
    Poll,
    Token,
    Unpair,
)
from protocols.field.errors import CiuLinkError
from sim.kernel.timing import Timer

if TYPE_CHECKING:
    from numpy.random import Generator

# ------------------------------------------------------------ terms


class LinkVariant(StrEnum):
    """Way from the unit to the meter. Source: IPSE specification, Figure 7, rows 17 and 22."""

    WIRED = "wired"
    PLC = "plc"


@dataclass(frozen=True, slots=True)
class UnitTerms:
    """One model of unit.

    Args:
        address: its number on the link, 0 to 65535.
        entry_time_out_s: an entry is forgotten so long after its last key.
        backlight_s: the light stays on for so long after a key.
        notice_s: so long it shows what it has to say by itself.
    """

    address: int = 1
    entry_time_out_s: int = 30
    backlight_s: int = 30
    notice_s: int = 10


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """The link of one model.

    Args:
        variant: a wire that also feeds the unit, or the power line.
        latency_s_min: least time that a frame takes.
        latency_s_max: most time that a frame takes.
        loss: share of frames that get lost, 0 to 1.
        response_timeout_s: so long the unit waits for an answer.
        retries: so often it repeats a request.
        probe_s: so often it looks for a meter that it lost.
        refresh_s: so often the meter tells what changed; 0 where the unit asks at each look at its display.
        battery_cells: 0 where it has none.
        entries_held: so many entries it keeps while the meter cannot be reached.
        pairing_code: digits before a DRN that pair the unit with that meter; "" where it cannot be paired.
        unpairing_code: digits that part it from its meter.
        bound_at_factory: True for a unit that leaves the factory with its meter.
        units_max: so many units one meter takes.
        replace_after_s: a bound unit that was silent for so long gives way to a new one.

    Raises:
        ValueError: a number that makes no sense.
    """

    variant: LinkVariant = LinkVariant.WIRED
    latency_s_min: float = 0.0
    latency_s_max: float = 0.0
    loss: float = 0.0
    response_timeout_s: float = 2.0
    retries: int = 3
    probe_s: int = 15
    refresh_s: int = 0
    battery_cells: int = 0
    entries_held: int = 5
    pairing_code: str = ""
    unpairing_code: str = ""
    bound_at_factory: bool = True
    units_max: int = 2
    replace_after_s: int = 600

    def __post_init__(self) -> None:
        if not 0 <= self.latency_s_min <= self.latency_s_max or not 0 <= self.loss <= 1:
            raise ValueError("a link needs 0 <= latency_s_min <= latency_s_max and a loss from 0 to 1")
        if self.retries < 0 or min(self.response_timeout_s, self.probe_s, self.entries_held) <= 0:
            raise ValueError(
                "response_timeout_s, probe_s and entries_held must be above 0, retries not below"
            )

    @property
    def patience(self) -> RetryTerms:
        """Time-out and retries of the unit."""
        return RetryTerms(self.response_timeout_s, self.retries)

    @property
    def ideal(self) -> bool:
        """True where frames arrive at once and always."""
        return not (self.latency_s_max or self.loss)

    @property
    def has_battery(self) -> bool:
        """True for a unit that lives on without the line."""
        return self.battery_cells > 0


# ------------------------------------------------------------ medium

Listener = Callable[[bytes], None]
Send = Callable[[bytes], None]


class Medium:
    """One medium.

    Args:
        env: the world's event loop.
        terms: latency and loss.
        stream: where chance comes from; an ideal medium needs none.
        carries: False while no frame gets through at all, as on a dead line.

    Raises:
        ValueError: a medium that is not ideal has no stream.
    """

    __slots__ = ("_carries", "_env", "_listeners", "_stream", "_terms")

    def __init__(
        self, env: Environment, terms: LinkTerms, stream: "Generator | None", carries: Callable[[], bool]
    ) -> None:
        if stream is None and not terms.ideal:
            raise ValueError("a link with latency or loss needs a random stream")
        self._env = env
        self._terms = terms
        self._stream = stream
        self._carries = carries
        self._listeners: list[Listener] = []

    def attach(self, listener: Listener) -> Send:
        """A further device; `listener` is handed every frame of the others. What it returns sends."""
        self._listeners.append(listener)
        free_at_s = 0.0

        def send(raw: bytes) -> None:
            nonlocal free_at_s
            others = [other for other in self._listeners if other is not listener]
            if self._stream is None or self._terms.ideal:
                for other in others:
                    self.arrive(raw, other)
                return
            low_s, high_s = self._terms.latency_s_min, self._terms.latency_s_max
            free_at_s = max(free_at_s, self._env.now) + float(self._stream.uniform(low_s, high_s))
            for other in others:
                if self._stream.random() >= self._terms.loss:
                    self._arrive_at(free_at_s, raw, other)

        return send

    def arrive(self, raw: bytes, listener: Listener) -> None:
        """A frame reaches one listener, if the medium still carries it."""
        if self._carries():
            listener(raw)

    def _arrive_at(self, at_s: float, raw: bytes, listener: Listener) -> None:
        event = self._env.timeout(at_s - self._env.now)
        event.callbacks.append(lambda _event: self.arrive(raw, listener))


# ------------------------------------------------------------ states


class LinkState(Enum):
    """State of a unit's link to its meter."""

    UNPAIRED = "unpaired"
    PAIRING = "pairing"
    PAIRED = "paired"
    LINK_LOST = "link-lost"


class LinkTrigger(Enum):
    """Triggers of its transitions."""

    PAIR_KEYED = "pair-keyed"
    PAIR_ACCEPTED = "pair-accepted"
    PAIR_REFUSED = "pair-refused"
    UNPAIR_KEYED = "unpair-keyed"
    ANSWERED = "answered"
    GIVEN_UP = "given-up"
    LINE_DEAD = "line-dead"


#: (state, trigger) -> next state; a pair that is missing changes nothing.
TRANSITIONS: dict[tuple[LinkState, LinkTrigger], LinkState] = {
    (LinkState.UNPAIRED, LinkTrigger.PAIR_KEYED): LinkState.PAIRING,
    (LinkState.PAIRED, LinkTrigger.PAIR_KEYED): LinkState.PAIRING,
    (LinkState.LINK_LOST, LinkTrigger.PAIR_KEYED): LinkState.PAIRING,
    (LinkState.PAIRING, LinkTrigger.PAIR_ACCEPTED): LinkState.PAIRED,
    (LinkState.PAIRING, LinkTrigger.PAIR_REFUSED): LinkState.UNPAIRED,
    (LinkState.PAIRING, LinkTrigger.GIVEN_UP): LinkState.UNPAIRED,
    (LinkState.PAIRING, LinkTrigger.LINE_DEAD): LinkState.UNPAIRED,
    (LinkState.PAIRED, LinkTrigger.UNPAIR_KEYED): LinkState.UNPAIRED,
    (LinkState.LINK_LOST, LinkTrigger.UNPAIR_KEYED): LinkState.UNPAIRED,
    (LinkState.PAIRED, LinkTrigger.GIVEN_UP): LinkState.LINK_LOST,
    (LinkState.PAIRED, LinkTrigger.LINE_DEAD): LinkState.LINK_LOST,
    (LinkState.LINK_LOST, LinkTrigger.ANSWERED): LinkState.PAIRED,
}


# ------------------------------------------------------------ the unit's end

#: An alarm that rings this much too early by rounding counts as in time.
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class UnitLinkHooks:
    """Unit as its end of the link sees it.

    Args:
        fed: False while the line, or the meter at the other end of the wire, gives no power.
        show: the meter wants this shown.
        beep: the meter wants a sound.
        notice: the unit itself has something to say: a key of its texts.
        free_at_s: when the last result will have been shown; None where none is on the display.
    """

    fed: Callable[[], bool]
    show: Callable[[Display], None]
    beep: Callable[[], None]
    notice: Callable[[str], None]
    free_at_s: Callable[[], float | None]


class UnitLink:
    """Unit's end of the link.

    Args:
        env: the world's event loop.
        address: of the unit.
        terms: of the link.
        hooks: the unit.
    """

    __slots__ = ("_alarm", "_env", "_held", "_hooks", "_probe_at_s", "_requester", "_terms", "send", "state")

    def __init__(self, env: Environment, address: int, terms: LinkTerms, hooks: UnitLinkHooks) -> None:
        self._env = env
        self._terms = terms
        self._hooks = hooks
        self._requester = CiuUnitEnd(address, terms.patience)
        self._held: deque[str] = deque()
        self._alarm = Timer(env, self._ring)
        self._probe_at_s: float | None = None
        #: Puts octets on the medium; given once the unit is attached to one.
        self.send: Send = lambda _raw: None
        self.state = LinkState.PAIRED if terms.bound_at_factory else LinkState.UNPAIRED

    @property
    def held(self) -> tuple[str, ...]:
        """Entries that the meter has not answered yet."""
        return tuple(self._held)

    @property
    def waiting(self) -> bool:
        """True while the answer to an entry or to a pairing is under way."""
        return self._requester.waiting and isinstance(self._requester.outstanding, Token | Pair)

    # ------------------------------------------------------------ what the keys ask for

    def submit(self, entry: str) -> None:
        """Hand an entry to the meter, now or as soon as it can be reached."""
        if self.state is LinkState.UNPAIRED:
            self._hooks.notice("unit.unpaired")
        elif entry not in self._held and len(self._held) >= self._terms.entries_held:
            self._hooks.notice("unit.full")
        else:
            if entry not in self._held:
                self._held.append(entry)
            if self.state is LinkState.LINK_LOST:
                self._hooks.notice("unit.held")
            self.flush()

    def pair(self, drn: str) -> None:
        """Ask the meter with this number to take the unit."""
        if not self._hooks.fed():
            self._hooks.notice("unit.no_link")
            return
        self._move(LinkTrigger.PAIR_KEYED)
        self._drop_everything()
        self._ask(Pair(drn))

    def unpair(self) -> None:
        """Part from the meter, whether or not it hears of it."""
        if self._hooks.fed() and self.state is LinkState.PAIRED:
            self.send(Frame(self._requester.address, UNASKED, Unpair()).to_bytes())
        self._move(LinkTrigger.UNPAIR_KEYED)
        self._drop_everything()
        self._hooks.notice("unit.parted")

    def poll(self) -> None:
        """Ask what there is to show, unless an answer is under way already."""
        if self._hooks.fed() and self.state is LinkState.PAIRED and self._requester.outstanding is None:
            self._ask(Poll())

    def flush(self) -> None:
        """Send the oldest held entry, once the display is free for its result."""
        may_ask = self._hooks.fed() and self.state is LinkState.PAIRED and self._requester.outstanding is None
        if self._held and may_ask and self._hooks.free_at_s() is None:
            self._ask(Token(self._held[0]))
        self._set_alarm()

    # ------------------------------------------------------------ what comes from outside

    def feed_changed(self) -> None:
        """The power came or went."""
        if self._hooks.fed():
            if not self._terms.has_battery:
                self.send(Frame(self._requester.address, UNASKED, Event(LinkEvent.STARTED)).to_bytes())
            elif self.state is LinkState.LINK_LOST:
                self._probe()
        elif self._terms.has_battery:
            self._move(LinkTrigger.LINE_DEAD)
            self._requester.rest()
            self._probe_at_s = None
            self._alarm.cancel()
        else:
            self._drop_everything()

    def receive(self, raw: bytes) -> None:
        """Octets came from the medium; what is damaged or for others is not looked at."""
        try:
            frame = Frame.from_bytes(raw)
        except CiuLinkError:
            return
        if frame.address != self._requester.address or self.state is LinkState.UNPAIRED:
            return
        asked = self._requester.outstanding
        answered = self._requester.answers(frame)
        message = frame.message
        further_page = isinstance(message, Display) and message.append
        if not (answered or further_page or frame.sequence == UNASKED):
            return  # the answer to a request that was answered before
        self._move(LinkTrigger.ANSWERED)
        if answered:
            self._finish(asked, message)
        if isinstance(message, Display):
            self._hooks.show(message)
        elif isinstance(message, Event) and message.event is LinkEvent.BEEP:
            self._hooks.beep()
        self.flush()

    def _finish(self, asked: Message | None, answer: Message) -> None:
        if isinstance(asked, Token) and self._held and self._held[0] == asked.digits:
            self._held.popleft()
        if isinstance(asked, Pair):
            accepted = isinstance(answer, Ack) and answer.status is AckStatus.DONE
            self._move(LinkTrigger.PAIR_ACCEPTED if accepted else LinkTrigger.PAIR_REFUSED)
            self._hooks.notice("unit.paired" if accepted else "unit.refused")
            self.poll()

    # ------------------------------------------------------------ time

    def _ask(self, message: Message) -> None:
        self.send(self._requester.ask(message, self._now_s))
        self._set_alarm()

    def _probe(self) -> None:
        self._probe_at_s = self._now_s + self._terms.probe_s
        if self._requester.outstanding is None:
            self._ask(Poll())
        else:
            self.send(self._requester.again(self._now_s))
            self._set_alarm()

    def _ring(self) -> None:
        deadline_s = self._requester.next_deadline()
        if deadline_s is not None and deadline_s <= self._now_s + _ROUNDING_S:
            self._repeat()
        elif self.state is LinkState.LINK_LOST and not self._requester.waiting:
            self._probe()
        self.flush()

    def _repeat(self) -> None:
        raw = self._requester.handle_timeout(self._now_s)
        if raw is not None:
            self.send(raw)
            return
        asked, state = self._requester.outstanding, self.state
        if not isinstance(asked, Token):
            self._requester.drop()
        self._move(LinkTrigger.GIVEN_UP)
        self._probe_at_s = self._now_s + self._terms.probe_s
        if state is LinkState.PAIRING:
            self._hooks.notice("unit.refused")
        elif state is LinkState.PAIRED:
            self._hooks.notice("unit.held" if isinstance(asked, Token) else "unit.no_link")

    def _set_alarm(self) -> None:
        times_s = [self._requester.next_deadline()]
        if self._held:
            times_s.append(self._hooks.free_at_s())
        if self.state is LinkState.LINK_LOST and not self._requester.waiting:
            times_s.append(self._probe_at_s)
        self._alarm.set(min((time_s for time_s in times_s if time_s is not None), default=None))

    def _drop_everything(self) -> None:
        self._requester.drop()
        self._held.clear()
        self._alarm.cancel()

    def _move(self, trigger: LinkTrigger) -> None:
        self.state = TRANSITIONS.get((self.state, trigger), self.state)

    @property
    def _now_s(self) -> float:
        return float(self._env.now)
