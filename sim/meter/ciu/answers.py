"""What the meter has the unit show: pages made of values, in the customer's language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sim.meter.ciu.messages import LINE_LENGTH, Page, Show
from sim.meter.ciu.texts import Lang, kwh, text

ACCEPT_BEEP_S = 1
REJECT_BEEP_S = 3

#: name -> its value now, as text. The names are those of ``info.*`` in the texts.
Information = Mapping[str, Callable[[], str]]


@dataclass(frozen=True, slots=True)
class Answers:
    """The words of one meter.

    Args:
        lang: the customer's language.
        short_codes: digits -> name of the information to show.
        information: name -> its value now.
        command: carries out the order of a name; True where it changed something.
        orders: names that are orders, not information.
        result_s: how long a result stays on the display.
    """

    lang: Lang
    short_codes: Mapping[str, str]
    information: Information
    result_s: int = 10
    command: Callable[[str], bool] = bool
    orders: frozenset[str] = frozenset()

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
        if name in self.orders:
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
