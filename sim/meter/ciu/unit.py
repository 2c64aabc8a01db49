"""Customer unit: keys in, a display out. Time-outs are checked at each look at it."""

from collections.abc import Callable
from dataclasses import dataclass

from simpy import Environment

from protocols.field.ciu_messages import Display as DisplayMessage
from protocols.sts.errors import StsValueError
from protocols.sts.identity import DecoderReferenceNumber
from sim.meter.ciu.keypad_display import (
    BLANK_PAGE,
    EntryState,
    Keypad,
    Lamps,
    Lang,
    Page,
    PageQueue,
    UnitDisplay,
    grouped_digits,
    text,
)
from sim.meter.ciu.link import LinkState, LinkTerms, Medium, UnitLink, UnitLinkHooks, UnitTerms
from sim.meter.units import US_PER_S, to_microseconds

DARK = UnitDisplay(lines=("", ""), lamps=Lamps(), sounder=False, backlight=False)
BEEP_S = 1


@dataclass(frozen=True, slots=True)
class UnitContext:
    """Context of a unit: world, feed, language.

    Args:
        env: the world's event loop.
        fed: False while the line, or the meter at the other end of the wire, gives it no power.
        lang: the customer's language, for what the unit says by itself.
    """

    env: Environment
    fed: Callable[[], bool]
    lang: Lang


class CustomerUnit:
    """Customer unit: twelve keys, two lines of sixteen characters, three lamps, a sounder.

    Args:
        terms: the unit's times.
        link: how it reaches its meter.
        place: where it hangs.
    """

    __slots__ = (
        "_beep_until_us",
        "_end",
        "_idle",
        "_keypad",
        "_link",
        "_notice",
        "_pages",
        "_place",
        "_pressed_us",
        "_silenced",
        "_terms",
    )

    def __init__(self, terms: UnitTerms, link: LinkTerms, place: UnitContext) -> None:
        self._terms = terms
        self._link = link
        self._place = place
        self._keypad = Keypad()
        self._pages = PageQueue()
        self._idle = BLANK_PAGE
        self._notice: tuple[str, int] | None = None
        self._pressed_us: int | None = None
        self._beep_until_us = 0
        self._silenced = False
        hooks = UnitLinkHooks(place.fed, self._show, self._beep, self._say, self._free_at_s)
        self._end = UnitLink(place.env, terms.address, link, hooks)

    # ------------------------------------------------------------ what people do and see

    @property
    def link_state(self) -> LinkState:
        """State of the link to its meter."""
        return self._end.state

    @property
    def held(self) -> tuple[str, ...]:
        """Entries that the meter has not answered yet."""
        return self._end.held

    @property
    def waiting(self) -> bool:
        """True while an answer is under way."""
        return self._end.waiting

    def attach(self, medium: Medium) -> None:
        """Join the wire or the power line."""
        self._end.send = medium.attach(self._end.receive)

    def press(self, key: str) -> None:
        """A finger on `key`; a dark unit feels nothing.

        Raises:
            ValueError: there is no such key.
        """
        self._look()
        if self._dark:
            return
        self._pressed_us = self._now_us
        self._silenced = self._idle.warns
        self._pages.clear()
        self._notice = None
        entry = self._keypad.press(key)
        if entry is not None:
            self._finished(entry)

    def display(self) -> UnitDisplay:
        """Display as a person sees and hears it now."""
        self._look()
        if self._dark:
            return DARK
        page, fed = self._pages.page(self._now_us), self._place.fed()
        idle = self._idle
        lamps = Lamps(idle.comms and self._end.state is LinkState.PAIRED, idle.alarm, idle.credit)
        alarm = idle.warns and not self._silenced
        return UnitDisplay(
            lines=self._lines(page),
            lamps=lamps if fed else Lamps(),
            sounder=fed and (self._pages.beeps(self._now_us) or self._now_us < self._beep_until_us or alarm),
            backlight=fed and (page is not None or self._lit),
            result=self._pages.result(self._now_us),
        )

    def feed_changed(self) -> None:
        """The power came or went; without a battery all that was typed or shown is lost."""
        if self._dark:
            self._keypad = Keypad()
            self._pages.clear()
            self._notice = self._pressed_us = None
        self._end.feed_changed()

    # ------------------------------------------------------------ entries

    def _finished(self, entry: str) -> None:
        drn = self._drn_to_pair(entry)
        if drn is not None:
            self._end.pair(drn)
        elif self._link.unpairing_code and entry == self._link.unpairing_code:
            self._end.unpair()
        else:
            self._end.submit(entry)

    def _drn_to_pair(self, entry: str) -> str | None:
        """The DRN behind the pairing code, None for any other entry; a check digit tells it from a token."""
        code = self._link.pairing_code
        if not code or not entry.startswith(code):
            return None
        try:
            return DecoderReferenceNumber(entry.removeprefix(code)).drn
        except StsValueError:
            return None

    # ------------------------------------------------------------ what the link brings

    def _show(self, message: DisplayMessage) -> None:
        if message.hold_s:
            self._pages.put(message, self._now_us)
        else:
            self._idle = message

    def _beep(self) -> None:
        self._beep_until_us = self._now_us + BEEP_S * US_PER_S

    def _say(self, key: str) -> None:
        self._notice = (key, self._now_us + self._terms.notice_s * US_PER_S)

    def _free_at_s(self) -> float | None:
        ends_us = self._pages.ends_us
        return ends_us / US_PER_S if ends_us is not None and self._now_us < ends_us else None

    # ------------------------------------------------------------ how it looks

    @property
    def _now_us(self) -> int:
        return to_microseconds(self._place.env.now)

    @property
    def _dark(self) -> bool:
        return not (self._place.fed() or self._link.has_battery)

    @property
    def _lit(self) -> bool:
        since_us = self._pressed_us
        return since_us is not None and self._now_us < since_us + self._terms.backlight_s * US_PER_S

    def _lines(self, page: DisplayMessage | None) -> Page:
        if self._keypad.state is EntryState.TYPING:
            return grouped_digits(self._keypad.digits)
        if page is not None:
            return page.lines
        if self._end.waiting:
            return self._text("unit.waiting"), ""
        if self._notice is not None:
            return self._text(self._notice[0]), ""
        if self._end.state in (LinkState.UNPAIRED, LinkState.PAIRING):
            return self._text("unit.unpaired"), ""
        if self._end.state is LinkState.LINK_LOST:
            return self._text("unit.no_link"), self._idle.lines[1]
        return self._idle.lines

    def _text(self, key: str) -> str:
        return text(key, self._place.lang)

    def _look(self) -> None:
        """Let pass what is over, and ask the meter where that costs nothing."""
        now_us = self._now_us
        if self._notice is not None and now_us >= self._notice[1]:
            self._notice = None
        limit_us = self._terms.entry_time_out_s * US_PER_S
        if self._pressed_us is not None and now_us >= self._pressed_us + limit_us:
            self._keypad.time_out()
        if not self._link.refresh_s:
            self._end.poll()
        if not self._idle.warns:
            self._silenced = False
