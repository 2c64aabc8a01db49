"""Key changes: leading a device from one decoder key to another, and always back again."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conformance.bench.answers import TokenAnswer
from conformance.bench.mint import Register, change_tokens
from protocols.sts.token import decode_token
from protocols.sts.token.key_change import join_key_parts
from protocols.sts.token.sections import KeySection

if TYPE_CHECKING:
    from conformance.bench.bench import Bench

#: What a section that does not complete its set answers, in the order in which `change_tokens` gives them.
SECTION_NAMES = ("1stKCT", "2ndKCT", "3rdKCT", "4thKCT")
ALL_SECTIONS = frozenset(SECTION_NAMES)

Sections = dict[str, str]


def sections(old: Register, new: Register) -> Sections:
    """The set that leads from `old` to `new`: name of each section -> its digits."""
    return dict(zip(SECTION_NAMES, change_tokens(old, new), strict=False))


def hybrid(old: Register, one: Register, other: Register) -> Register:
    """The register of a device that took the second section of a change to `other` into one to `one`.

    Args:
        old: under whose key both sets are enciphered.
        one: where the first set leads.
        other: where the other set leads.
    """
    key, taken = old.key(), sections(old, one) | {"2ndKCT": sections(old, other)["2ndKCT"]}
    read = [decode_token(digits, key).token for digits in taken.values()]
    found = {section.token_subclass: section for section in read if isinstance(section, KeySection)}
    return one.varied(joined=join_key_parts(found, key.ea))


class Excursion:
    """A case that changes keys: made by `excursion`, which leads the device back."""

    def __init__(self, bench: "Bench") -> None:
        self._bench = bench
        self._declared = bench.tokens.mint.register
        self._places: list[Register] = []
        self._touched = False
        self._held: list[str] = []

    @property
    def present(self) -> Register:
        """The register that the device must be under now."""
        return self._bench.tokens.mint.register

    def may_lead_to(self, *registers: Register) -> None:
        """A device that is wrong may now be under one of these: the way home tries them, too."""
        self._places.extend(registers)

    def enter(self, found: Sections, name: str) -> TokenAnswer:
        """Enter one section of a set."""
        self._touched = True
        answer = self._bench.tokens.enter(found[name])
        if answer.may_be("Accept"):
            self._held.clear()
        elif answer.accepted:
            self._held = [held for held in self._held if held != name] + [name]
        return answer

    def collect(self, found: Sections, names: Iterable[str]) -> None:
        """Enter these sections, none of which completes its set: each must answer with its own name."""
        for name in names:
            self._bench.tokens.expect(self.enter(found, name), name)

    def change(self, new: Register, order: Iterable[str] | None = None) -> None:
        """Enter a whole set: every section but the last answers with its name, the last one is accepted.

        Args:
            new: where it leads; the mint follows.
            order: names of the sections; by default the first one first.
        """
        found = sections(self.present, new)
        self.may_lead_to(new)
        *waiting, last = list(order) if order is not None else list(found)
        self.collect(found, waiting)
        self._bench.tokens.expect(self.enter(found, last), "Accept")
        self._bench.tokens.follow_key(new)

    def home(self) -> None:
        """Lead the device to the declared register; a partial set that it holds goes on the way.

        Of the sections that it may hold, the one entered last comes first: it shows a device that another set
        begins. Those that it cannot hold come last, or they could make a whole set with foreign ones.
        """
        if not self._touched:
            return
        desk = self._bench.tokens
        self._bench.note("se restituye la clave declarada", "the declared key is brought back")
        for place in dict.fromkeys((self.present, *reversed(self._places))):
            found = sections(place, self._declared)
            order = dict.fromkeys(name for name in (*reversed(self._held), *found) if name in found)
            answers = [desk.enter(found[name]) for name in order]
            if answers[-1].may_be("Accept"):
                break
        desk.follow_key(self._declared)


@contextmanager
def excursion(bench: "Bench") -> Iterator[Excursion]:
    """Inside, the case may change keys; afterwards the declared one is in force, whatever happened."""
    bench.tokens.get_ready()  # on a device under a key of the case's own the probe would be lost
    trip = Excursion(bench)
    try:
        yield trip
    finally:
        trip.home()


def expect_key(bench: "Bench", live: Register, *dead: Register, tid: int | None = None) -> None:
    """Check that only the key of `live` works: under the `dead` ones tokens are CRCError.

    Args:
        bench: of the case.
        live: the register that must be in force.
        dead: those that must not.
        tid: fresh under the device's base date; by default the next one of the mint.
    """
    desk = bench.tokens
    fresh = desk.tid() if tid is None else tid
    with desk.credit_moves(0):
        for register in dead:
            desk.expect(desk.enter(desk.credit(1, tid=fresh, register=register)), "CRCError")
    with desk.credit_moves(1):
        desk.expect_accepted(desk.enter(desk.credit(1, tid=fresh, register=live)))
