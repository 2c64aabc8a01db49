"""The pages that follow each other on the display, and how digits look that are being typed."""

from protocols.field.ciu_link import Display
from sim.meter.ciu.messages import Page
from sim.meter.result_numbers import RESULT_NAMES
from sim.meter.units import US_PER_S

#: What a unit shows that has not heard of its meter yet.
NOTHING = Display(("", ""))

GROUP = 4
DIGITS_ON_FIRST_LINE = 12


class PageQueue:
    """Pages that the meter sent, each for its time, one after the other."""

    __slots__ = ("_pages", "_shown_us")

    def __init__(self) -> None:
        self._pages: list[Display] = []
        self._shown_us = 0

    @property
    def ends_us(self) -> int | None:
        """When the last page will have been shown; None where there is none."""
        if not self._pages:
            return None
        return self._shown_us + sum(page.hold_s for page in self._pages) * US_PER_S

    def put(self, page: Display, now_us: int) -> None:
        """Take a page, after those that are there or instead of them."""
        self._expire(now_us)
        if not (page.append and self._pages):
            self._pages, self._shown_us = [], now_us
        self._pages.append(page)

    def clear(self) -> None:
        """Show none of them any more."""
        self._pages = []

    def page(self, now_us: int) -> Display | None:
        """The page of this instant."""
        self._expire(now_us)
        left_us = now_us - self._shown_us
        for page in self._pages:
            left_us -= page.hold_s * US_PER_S
            if left_us < 0:
                return page
        return None

    def beeps(self, now_us: int) -> bool:
        """True while the sounder sounds because of them."""
        self._expire(now_us)
        return bool(self._pages) and now_us < self._shown_us + self._pages[0].beep_s * US_PER_S

    def result(self, now_us: int) -> str | None:
        """Bare name of the token's result that they tell."""
        page = self.page(now_us)
        return RESULT_NAMES.get(page.result) if page else None

    def _expire(self, now_us: int) -> None:
        ends_us = self.ends_us
        if ends_us is not None and now_us >= ends_us:
            self._pages = []


def typed(digits: str) -> Page:
    """The digits in groups of four: three groups on the first line, two on the second.

    >>> typed("123456789012345")
    ('1234 5678 9012', '345')
    """
    groups = [digits[start : start + GROUP] for start in range(0, len(digits), GROUP)]
    first = DIGITS_ON_FIRST_LINE // GROUP
    return " ".join(groups[:first]), " ".join(groups[first:])
