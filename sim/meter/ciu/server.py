"""CIU server: the meter's side of the customer unit's link.

It tells the paired units what to show, takes their entries (tokens, short codes, orders) and answers with
pages made of values, in the customer's language.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from simpy import Environment

from protocols.dlms.cosem.disconnect import ControlState
from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.field.ciu_link import CiuMeterEnd, Frame
from protocols.field.ciu_messages import (
    Ack,
    AckStatus,
    Display,
    Event,
    Key,
    LinkEvent,
    Message,
    Pair,
    Poll,
    Token,
    Unpair,
)
from protocols.field.errors import CiuLinkError
from protocols.field.events import EventCode
from sim.kernel.timing import Timer
from sim.meter.ciu.keypad_display import LINE_LENGTH, Keypad, Lang, Page, Show, grouped_digits, kwh, text
from sim.meter.ciu.link import Medium
from sim.meter.components import Components
from sim.meter.cosem.requests import Requests
from sim.meter.metering.metrology import Quantity
from sim.meter.payment.tokens import RESULT_NUMBERS, TokenRecord, taken
from sim.meter.profile import MeterProfile
from sim.meter.units import MILLI, to_microseconds

# ------------------------------------------------------------ answers

ACCEPT_BEEP_S = 1
REJECT_BEEP_S = 3

#: name -> its value now, as text. The names are those of ``info.*`` in the texts.
Information = Mapping[str, Callable[[], str]]


#: Names of the orders, which change something; other short codes ask for information.
ORDERS = frozenset({"next_credit", "reconnect", "disconnect"})


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of one meter in the customer's language.

    Args:
        lang: the customer's language.
        short_codes: digits -> name of the information to show.
        information: name -> its value now.
        command: carries out the order of a name; True where it changed something.
        result_s: how long a result stays on the display.
    """

    lang: Lang
    short_codes: Mapping[str, str]
    information: Information
    result_s: int = 10
    command: Callable[[str], bool] = bool

    @property
    def longest_code(self) -> int:
        """Digits of the longest short code: an entry that is longer can only be a token."""
        return max(map(len, self.short_codes), default=0)

    def is_short_code(self, entry: str) -> bool:
        """True for an entry too short to have been meant as a token."""
        return len(entry) <= self.longest_code

    def short_code(self, entry: str) -> Show:
        """The page for a short code, or that there is no such code."""
        name = self.short_codes.get(entry)
        if name is None:
            return Show(((self._text("code.unknown"), entry),), self.result_s, beep_s=REJECT_BEEP_S)
        if name in ORDERS:
            return self._ordered(name)
        return Show(self.pages([name]), self.result_s)

    def _ordered(self, name: str) -> Show:
        done = self.command(name)
        said = self._text("order.done" if done else "order.refused")
        return Show(
            ((self._text(f"order.{name}"), said),),
            self.result_s,
            beep_s=ACCEPT_BEEP_S if done else REJECT_BEEP_S,
        )

    def pages(self, names: Iterable[str]) -> tuple[Page, ...]:
        """One page for each piece of information."""
        return tuple((self._text(f"info.{name}"), self.information[name]()[:LINE_LENGTH]) for name in names)

    def token(self, result: str, *, taken: bool, granted_wh: int | None, information: Iterable[str]) -> Show:
        """The result of a token.

        Args:
            result: its bare name.
            taken: False for a token that was refused.
            granted_wh: energy that a credit token brought, else None.
            information: names of what a test token asked to see, shown after the result.
        """
        said = self._text(result)
        if not taken:
            return Show(((self._text("rejected"), said),), self.result_s, result, REJECT_BEEP_S)
        brought = "" if granted_wh is None else kwh(granted_wh, sign=True)
        return Show(((said, brought), *self.pages(information)), self.result_s, result, ACCEPT_BEEP_S)

    def idle(self, state: str, credit_wh: int) -> Page:
        """The page of a meter at rest: `state` is credit, low, exhausted, overload or cut."""
        return self._text(f"idle.{state}"), kwh(credit_wh)

    def _text(self, key: str) -> str:
        return text(key, self.lang)


# ------------------------------------------------------------ values on the display

ALL_SEGMENTS = "8888888888888888"


def displayed_values(profile: MeterProfile, parts: Components) -> dict[str, Callable[[], str]]:
    """Name -> its value now, at most sixteen characters."""

    def local_time() -> str:
        return f"{parts.clock.utc - timedelta(minutes=profile.deviation_minutes):%d/%m/%y %H:%M}"

    def key() -> str:
        register = parts.tokens.register
        return f"{register.krn} {int(register.key_type)}"

    return {
        "credit": lambda: kwh(parts.prepayment.credit_wh),
        "total": lambda: kwh(parts.metrology.energy_wh(Quantity.ACTIVE_IMPORT)),
        "last_amount": lambda: kwh(parts.prepayment.last_amount_wh),
        "drn": lambda: profile.drn,
        "sgc": lambda: parts.tokens.register.sgc,
        "key": key,
        "ken": lambda: str(parts.tokens.register.ken),
        "ea": lambda: parts.tokens.register.ea,
        "ti": lambda: f"{parts.tokens.register.ti:02d}",
        "power": lambda: f"{parts.metrology.sample.active_mw // MILLI} W",
        "voltage": lambda: f"{parts.metrology.sample.voltage_mv / MILLI:.1f} V",
        "power_limit": lambda: f"{parts.limiter.limit_w} W",
        "tamper": lambda: str(int(parts.tamper.alarm)),
        "version": lambda: parts.image.firmware,
        "clock": local_time,
        "switch": lambda: str(int(parts.switch.control_state)),
        "display": lambda: ALL_SEGMENTS,
    }


def idle_state(parts: Components) -> str:
    """State that a meter at rest shows first: cut, overload, exhausted, low or credit."""
    states = {
        "cut": parts.switch.control_state is ControlState.DISCONNECTED,
        "overload": parts.limiter.tripped,
        "exhausted": parts.prepayment.exhausted,
        "low": parts.prepayment.low,
    }
    return next((name for name, holds in states.items() if holds), "credit")


# ------------------------------------------------------------ server

TYPED_S = 15


@dataclass(frozen=True, slots=True)
class CiuServerHooks:
    """Meter as its CIU server sees it.

    Args:
        powered: False while the meter is dead.
        talking: True while there is traffic at a port.
        settle: brings every register to this instant.
        enter_token: takes a token in.
        keep_units: keeps through power cuts which units are paired.
        guard: wraps what comes from outside, so that it ends where the power does.
        command: carries out an order of the customer by its name.
    """

    powered: Callable[[], bool]
    talking: Callable[[], bool]
    settle: Callable[[], None]
    enter_token: Callable[[str, TokenDeliveryMethod], TokenRecord]
    keep_units: Callable[[], None]
    guard: Callable[[Callable[..., None]], Callable[..., None]]
    command: Callable[[str], bool]


class CiuServer:
    """CIU server of one meter: answers the units that are paired with it, and no others.

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
        hooks: CiuServerHooks,
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
            displayed_values(profile, parts),
            terms.result_s,
            hooks.command,
        )
        self._answerer = CiuMeterEnd()
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
        shown = replace(self._idle(), lines=grouped_digits(keypad.digits), hold_s=TYPED_S)
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
        """Send every unit its page at rest, if that differs from the last one sent."""
        idle = self._idle()
        if idle != self._told:
            self._told = idle
            for address in self._parts.units.addresses:
                self._send(self._answerer.tell(address, idle))

    def _plan_refresh(self) -> None:
        if self._profile.ciu.link.refresh_s:
            self._alarm.set(self._env.now + self._profile.ciu.link.refresh_s)


# ------------------------------------------------------------ orders by short code


def customer_orders(requests: Requests) -> dict[str, Callable[[], bool]]:
    """Orders of the customer by their names in profiles; True where one changed something."""
    account, switch, act = requests.parts.prepayment, requests.parts.switch, requests.act

    def choose_next() -> bool:
        return any(account.choose(source) for source in account.credits.ordered)

    return {
        "next_credit": lambda: act(choose_next),
        "reconnect": lambda: act(switch.manual_reconnect, EventCode.MANUAL_RECONNECTION),
        "disconnect": lambda: act(switch.manual_disconnect, EventCode.MANUAL_DISCONNECTION),
    }
