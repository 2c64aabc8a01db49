"""The customer unit itself: keys in, a display out. Time-outs are looked at when somebody looks."""

from collections.abc import Callable
from dataclasses import dataclass

from sim.meter.ciu.keypad import EntryState, Keypad
from sim.meter.ciu.messages import Display, Lamps, Page, Show
from sim.meter.units import US_PER_S

DARK = Display(lines=("", ""), lamps=Lamps(), sounder=False, backlight=False)

GROUP = 4
DIGITS_ON_FIRST_LINE = 12


@dataclass(frozen=True, slots=True)
class UnitTerms:
    """The times of one model of unit, s."""

    entry_time_out_s: int = 30
    backlight_s: int = 30


@dataclass(frozen=True, slots=True)
class UnitLink:
    """The meter as the unit sees it: the seam where a wire or a power line would be.

    Args:
        entry: an entry was finished; answers with what to show.
        idle_page: what to show while nobody does anything.
        lamps: the lamps now.
        warns: True while the customer must be warned aloud of the end of the credit.
        powered: False while the unit is dark.
    """

    entry: Callable[[str], Show]
    idle_page: Callable[[], Page]
    lamps: Callable[[], Lamps]
    warns: Callable[[], bool]
    powered: Callable[[], bool]


class CustomerUnit:
    """Twelve keys, two lines of sixteen characters, three lamps, a sounder.

    Args:
        terms: the unit's times.
        link: the meter.
    """

    __slots__ = ("_keypad", "_link", "_pressed_us", "_show", "_shown_us", "_silenced", "_terms")

    def __init__(self, terms: UnitTerms, link: UnitLink) -> None:
        self._terms = terms
        self._link = link
        self._keypad = Keypad()
        self._show: Show | None = None
        self._shown_us = 0
        self._pressed_us: int | None = None
        self._silenced = False

    def press(self, key: str, now_us: int) -> None:
        """A finger on `key`; a dark unit feels nothing.

        Raises:
            ValueError: there is no such key.
        """
        self._expire(now_us)
        if not self._link.powered():
            return
        self._pressed_us = now_us
        self._silenced = self._link.warns()
        self._show = None
        entry = self._keypad.press(key)
        if entry is not None:
            self.show(self._link.entry(entry), now_us)

    def show(self, show: Show, now_us: int) -> None:
        """The meter has something to show."""
        self._show = show
        self._shown_us = now_us

    def display(self, now_us: int) -> Display:
        """What a person sees and hears now."""
        self._expire(now_us)
        if not self._link.powered():
            return DARK
        show, shown_s = self._show, (now_us - self._shown_us) // US_PER_S
        return Display(
            lines=self._lines(shown_s),
            lamps=self._link.lamps(),
            sounder=(show is not None and shown_s < show.beep_s)
            or (self._link.warns() and not self._silenced),
            backlight=show is not None or self._lit(now_us),
            result=show.result if show else None,
        )

    def go_dark(self) -> None:
        """The power went: whatever was typed or shown is lost."""
        self._keypad = Keypad()
        self._show = None
        self._pressed_us = None

    def _lines(self, shown_s: int) -> Page:
        if self._keypad.state is EntryState.TYPING:
            return _typed(self._keypad.digits)
        if self._show is not None:
            return self._show.pages[shown_s // self._show.page_s]
        return self._link.idle_page()

    def _lit(self, now_us: int) -> bool:
        return self._pressed_us is not None and now_us < self._pressed_us + self._terms.backlight_s * US_PER_S

    def _expire(self, now_us: int) -> None:
        if self._show and now_us >= self._shown_us + self._show.page_s * len(self._show.pages) * US_PER_S:
            self._show = None
        limit_us = self._terms.entry_time_out_s * US_PER_S
        if self._pressed_us is not None and now_us >= self._pressed_us + limit_us:
            self._keypad.time_out()
        if not self._link.warns():
            self._silenced = False


def _typed(digits: str) -> Page:
    """The digits in groups of four: three groups on the first line, two on the second."""
    groups = [digits[start : start + GROUP] for start in range(0, len(digits), GROUP)]
    first = DIGITS_ON_FIRST_LINE // GROUP
    return " ".join(groups[:first]), " ".join(groups[first:])
