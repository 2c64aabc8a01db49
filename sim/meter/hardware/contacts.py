"""The contacts of the supply-control relay: every operation wears them; worn, they heat and at last weld.

One opening at the current I uses up ``(I / Imax) ** exponent / operations_at_max`` of a nominal life, and
every movement a mechanical share. The life of one relay is drawn; a relay whose life is used up welds when it
next opens a current: the program says open, and the current flows on.

Source: IEC 62055-31 asks for endurance; 5,000 operations at Imax is the usual figure [C]; exponent,
mechanical life, spread and resistance are assumptions [A]: parameters all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import gamma
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.random import Generator

#: Before this share of a nominal life nobody asks how long this relay's is, and nothing is drawn.
_SURELY_SOUND = 0.2


@dataclass(frozen=True, slots=True)
class ContactTerms:
    """What a relay is made for.

    Args:
        current_max_a: rated breaking current, A.
        operations_at_max: nominal life in operations at that current [C].
        exponent: how wear grows with the current [A].
        mechanical_operations: nominal life without any current [A].
        life_shape: shape of the Weibull distribution of lives, of mean 1; above 1 [A].
        resistance_mohm: of new contacts, mΩ [A].
        growth: worn out they have 1 + `growth` times that [A].
        heating_k_per_w: temperature rise for each watt that the contacts take, K/W [A].
    """

    current_max_a: float = 80.0
    operations_at_max: int = 5_000
    exponent: float = 1.5
    mechanical_operations: int = 100_000
    life_shape: float = 4.0
    resistance_mohm: float = 0.4
    growth: float = 9.0
    heating_k_per_w: float = 12.0


class Sticking(StrEnum):
    """What a hand of the bench may do to the contacts."""

    CLOSED = "closed"
    OPEN = "open"


class Contacts:
    """One pair of contacts, closed when new.

    Attributes:
        operations: how often they moved.
        wear: share of a nominal life that is used up; 1 is all of it.
        welded: True once they do not open any more.
        stuck: held in a position by the bench; None: free.

    Args:
        terms: what they are made for.
        random: gives the stream that this relay's life is drawn from; asked once, when it matters.
    """

    __slots__ = ("_life", "_random", "flowing_a", "operations", "stuck", "terms", "wear", "welded")

    def __init__(self, terms: ContactTerms, random: "Callable[[], Generator]") -> None:
        self.terms = terms
        self._random = random
        self._life: float | None = None
        #: Tells the current through them, A, before they move.
        self.flowing_a: Callable[[], float] = lambda: 0.0
        self.operations = 0
        self.wear = 0.0
        self.welded = False
        self.stuck: Sticking | None = None

    def conduct(self, commanded: bool) -> bool:
        """Whether current can pass, where the program wants them closed or not."""
        if self.stuck is not None:
            return self.stuck is Sticking.CLOSED
        return commanded or self.welded

    def operate(self, *, closes: bool) -> None:
        """The drive moves them."""
        self.operations += 1
        terms = self.terms
        self.wear += 1 / terms.mechanical_operations
        broken_a = 0.0 if closes else self.flowing_a()
        if broken_a:
            self.wear += (broken_a / terms.current_max_a) ** terms.exponent / terms.operations_at_max
            self.welded = self.welded or (self.wear >= _SURELY_SOUND and self.wear >= self.life)

    def replace(self) -> None:
        """A new relay of the same kind, with a life of its own."""
        self._life, self.operations, self.wear, self.welded, self.stuck = None, 0, 0.0, False, None

    @property
    def life(self) -> float:
        """The life of these very contacts, in nominal lives: drawn, `_SURELY_SOUND` or more."""
        if self._life is None:
            shape = self.terms.life_shape
            self._life = max(_SURELY_SOUND, float(self._random().weibull(shape)) / gamma(1 + 1 / shape))
        return self._life

    @property
    def resistance_mohm(self) -> float:
        """What they have now, mΩ."""
        return self.terms.resistance_mohm * (1 + self.terms.growth * min(1.0, self.wear))

    def temperature_rise_k(self, current_a: float) -> float:
        """How much warmer than their surroundings they get at this current, K."""
        return self.terms.heating_k_per_w * self.resistance_mohm * 1e-3 * current_a**2
