"""The unit's end of the link: asks, waits, repeats, notices that the meter is gone, and looks for it.

An entry stays *held* from the key that finished it until the meter answered it. So none is lost while the
line is dead or noisy; and as a repeated request keeps its number, the meter does not carry it out twice.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from simpy import Environment

from protocols.field.ciu_link import (
    UNASKED,
    Ack,
    AckStatus,
    CiuLinkError,
    Display,
    Event,
    Frame,
    LinkEvent,
    Message,
    Pair,
    Poll,
    Token,
    Unpair,
)
from protocols.field.ciu_link_unit import CiuRequester
from sim.kernel.timing import Timer
from sim.meter.ciu.link_states import TRANSITIONS, LinkState, LinkTrigger
from sim.meter.ciu.medium import Send
from sim.meter.ciu.terms import LinkTerms

#: An alarm that rings this much too early by rounding counts as in time.
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class EndHooks:
    """The unit as its end of the link sees it.

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


class LinkEnd:
    """One unit's end.

    Args:
        env: the world's event loop.
        address: of the unit.
        terms: of the link.
        hooks: the unit.
    """

    __slots__ = ("_alarm", "_env", "_held", "_hooks", "_probe_at_s", "_requester", "_terms", "send", "state")

    def __init__(self, env: Environment, address: int, terms: LinkTerms, hooks: EndHooks) -> None:
        self._env = env
        self._terms = terms
        self._hooks = hooks
        self._requester = CiuRequester(address, terms.patience)
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
