"""The meter's side of the customer unit's link: what the unit is told, and what its entries do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from simpy import Environment

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.field.ciu_link import (
    Ack,
    AckStatus,
    CiuLinkError,
    Display,
    Event,
    Frame,
    Key,
    LinkEvent,
    Message,
    Pair,
    Poll,
    Token,
    Unpair,
)
from protocols.field.ciu_link_meter import CiuAnswerer
from sim.kernel.timing import Timer
from sim.meter.ciu.answers import Answers
from sim.meter.ciu.keypad import Keypad
from sim.meter.ciu.medium import Medium
from sim.meter.ciu.messages import Show
from sim.meter.ciu.pages import typed
from sim.meter.components import Components
from sim.meter.information import idle_state, information
from sim.meter.profile import MeterProfile
from sim.meter.result_numbers import RESULT_NUMBERS
from sim.meter.tokens import TokenRecord, taken
from sim.meter.units import to_microseconds

TYPED_S = 15


@dataclass(frozen=True, slots=True)
class CustomerHooks:
    """The meter as its customer side sees it.

    Args:
        powered: False while the meter is dead.
        talking: True while somebody talks to the meter over a port.
        settle: brings every register to this instant.
        enter_token: takes a token in.
        keep_units: keeps through power cuts which units are bound.
        guard: wraps what comes from outside, so that it ends where the power does.
        command: carries out an order of the customer by its name.
        orders: the names of all orders.
    """

    powered: Callable[[], bool]
    talking: Callable[[], bool]
    settle: Callable[[], None]
    enter_token: Callable[[str, TokenDeliveryMethod], TokenRecord]
    keep_units: Callable[[], None]
    guard: Callable[[Callable[..., None]], Callable[..., None]]
    command: Callable[[str], bool]
    orders: frozenset[str]


class CustomerSide:
    """Answers the units that are bound to this meter, and nobody else.

    Args:
        env: the world's event loop.
        profile: language, short codes, link.
        parts: what there is to show.
        hooks: the meter.
        medium: the wire or the power line.
    """

    __slots__ = (
        "_alarm",
        "_answerer",
        "_answers",
        "_env",
        "_handlers",
        "_hooks",
        "_keypads",
        "_parts",
        "_profile",
        "_send",
        "_told",
        "refused",
    )

    def __init__(
        self,
        env: Environment,
        profile: MeterProfile,
        parts: Components,
        hooks: CustomerHooks,
        medium: Medium,
    ) -> None:
        self._env = env
        self._profile = profile
        self._parts = parts
        self._hooks = hooks
        terms = profile.ciu
        self._answers = Answers(
            terms.lang,
            terms.short_codes,
            information(profile, parts),
            terms.result_s,
            hooks.command,
            hooks.orders,
        )
        self._answerer = CiuAnswerer()
        # message type -> how the meter answers it; the others are its own
        self._handlers: dict[type[Any], Callable[[Frame], Iterator[Message]]] = {
            Key: self._key,
            Token: self._token,
            Poll: self._poll,
            Pair: self._pair,
            Unpair: self._unpair,
            Event: self._event,
        }
        self._keypads: dict[int, Keypad] = {}
        self._told: Display | None = None
        self._send = medium.attach(hooks.guard(self._receive))
        self._alarm = Timer(env, hooks.guard(self._refresh))
        #: Frames of strangers and damaged ones, for a bench that counts them.
        self.refused = 0

    def power(self, powered: bool) -> None:
        """The meter gained or lost its power."""
        self._answerer.reset()
        self._keypads.clear()
        self._told = None
        self._alarm.cancel()
        if powered:
            self.changed()
            self._plan_refresh()

    def changed(self, *, beep: bool = False) -> None:
        """Something happened that a unit must not learn only when it asks."""
        if self._profile.ciu.link.refresh_s and self._hooks.powered():
            for address in self._parts.units.addresses if beep else ():
                self._send(self._answerer.tell(address, Event(LinkEvent.BEEP)))
            self._tell()

    # ------------------------------------------------------------ requests

    def _receive(self, raw: bytes) -> None:
        if not self._hooks.powered():
            return
        try:
            request = Frame.from_bytes(raw)
        except CiuLinkError:
            self.refused += 1
            return
        handler = self._handlers.get(type(request.message))
        bound = self._parts.units.get(request.address)
        if handler is None or (bound is None and not isinstance(request.message, Pair)):
            self.refused += 1
            return
        if bound is not None:
            bound.heard_us = to_microseconds(self._env.now)
        answers = self._answerer.recall(request)
        if answers is None:
            self._hooks.settle()
            answers = self._answerer.answer(request, handler(request))
        for answer in answers:
            self._send(answer)

    def _token(self, request: Frame) -> Iterator[Message]:
        digits = request.message.digits if isinstance(request.message, Token) else ""
        bound = self._parts.units.get(request.address)
        last = self._parts.tokens.last
        if bound is not None:
            before = (bound.sequence, bound.digits)
            bound.sequence, bound.digits = request.sequence, digits
            if request.repeated and before == (request.sequence, digits) and last and last.digits == digits:
                return self._pages(self._result(last))  # taken in before the power went; never answered
        return self._pages(self._entered(digits))

    def _key(self, request: Frame) -> Iterator[Message]:
        keypad = self._keypads.setdefault(request.address, Keypad())
        entry = keypad.press(request.message.key) if isinstance(request.message, Key) else None
        if entry is not None:
            return self._pages(self._entered(entry))
        shown = replace(self._idle(), lines=typed(keypad.digits), hold_s=TYPED_S)
        return iter([shown if keypad.digits else self._idle()])

    def _poll(self, _request: Frame) -> Iterator[Message]:
        return iter([self._idle()])

    def _pair(self, request: Frame) -> Iterator[Message]:
        if not isinstance(request.message, Pair) or request.message.drn != self._profile.drn:
            self.refused += 1
            return iter([])  # it is another meter's business
        bound = self._parts.units.bind(request.address, to_microseconds(self._env.now))
        self._hooks.keep_units()
        return iter([Ack(AckStatus.DONE if bound else AckStatus.NO_PLACE)])

    def _unpair(self, request: Frame) -> Iterator[Message]:
        self._parts.units.unbind(request.address)
        self._hooks.keep_units()
        return iter([Ack()])

    def _event(self, request: Frame) -> Iterator[Message]:
        self._keypads.pop(request.address, None)
        return iter([])

    # ------------------------------------------------------------ what there is to show

    def _entered(self, entry: str) -> Show:
        if self._answers.is_short_code(entry):
            return self._answers.short_code(entry)
        return self._result(self._hooks.enter_token(entry, TokenDeliveryMethod.MANUAL_ENTRY))

    def _result(self, record: TokenRecord) -> Show:
        return self._answers.token(
            record.outcome.name,
            taken=taken(record.outcome),
            granted_wh=record.granted_wh,
            information=record.information,
        )

    def _pages(self, show: Show) -> Iterator[Message]:
        result = RESULT_NUMBERS.get(show.result or "", 0)
        for place, page in enumerate(show.pages):
            yield replace(
                self._idle(),
                lines=page,
                append=place > 0,
                beep_s=show.beep_s if place == 0 else 0,
                hold_s=show.page_s,
                result=result,
            )

    def _idle(self) -> Display:
        account = self._parts.prepayment
        return Display(
            self._answers.idle(idle_state(self._parts), account.credit_wh),
            comms=self._hooks.talking(),
            alarm=self._parts.tamper.alarm,
            credit=not account.exhausted,
            warns=account.low and not account.exhausted,
        )

    def _refresh(self) -> None:
        if self._hooks.powered():
            self._hooks.settle()
            self._tell()
            self._plan_refresh()

    def _tell(self) -> None:
        """Tell every unit what it would show at rest, if that is not what it was told last."""
        idle = self._idle()
        if idle != self._told:
            self._told = idle
            for address in self._parts.units.addresses:
                self._send(self._answerer.tell(address, idle))

    def _plan_refresh(self) -> None:
        if self._profile.ciu.link.refresh_s:
            self._alarm.set(self._env.now + self._profile.ciu.link.refresh_s)
