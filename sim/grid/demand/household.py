"""Which appliances stand at one point: drawn once, from the point's own stream."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from sim.grid.demand.catalogue import Appliance, catalogue
from sim.grid.terms import CLASSES, HomesTerms

#: How far homes differ in how much they use what they have: sigma of a lognormal [A].
_HABIT_SPREAD = 0.22
#: What one copy's nameplate may be off at most.
_SPREAD_LIMIT = 2.5


@dataclass(frozen=True, slots=True)
class Copy:
    """One appliance at one point, with its own power."""

    appliance: Appliance
    power_w: float


@dataclass(frozen=True, slots=True)
class Household:
    """What stands at one point.

    Attributes:
        label: the income class of a home, or the kind of a special point.
        closed: nobody lives there: it uses nothing.
        habit: how much it uses its appliances, 1 is usual.
        copies: the appliances.
        pv_kwp: panels of its own.
    """

    label: str
    closed: bool
    habit: float
    copies: tuple[Copy, ...]
    pv_kwp: float = 0.0


def home(terms: HomesTerms, stream: Generator) -> Household:
    """A home of the terms' mix."""
    draw = stream.random(3)
    edges = np.cumsum([terms.classes[name] for name in CLASSES])
    label = CLASSES[min(int(np.searchsorted(edges, draw[0], side="right")), len(CLASSES) - 1)]
    habit = float(np.exp(_HABIT_SPREAD * stream.standard_normal()))
    copies: list[Copy] = []
    for appliance in catalogue().appliances.values():
        mean = appliance.owns.get(label, 0.0) * appliance.climate.get(terms.climate, 1.0)
        # Two numbers for every row of the catalogue, owned or not: a home stays itself when a share changes.
        number = int(mean) + int(stream.random() < mean % 1.0)
        copies += _copies(appliance, number, stream)
    panels = terms.pv_home_kwp if draw[2] < terms.pv_share else 0.0
    return Household(label, bool(draw[1] < terms.zero_share), habit, tuple(copies), panels)


def special(kind: str, stream: Generator) -> Household:
    """A special point of that kind."""
    wanted = catalogue().specials[kind]
    copies = [
        copy
        for name, number in wanted.items()
        for copy in _copies(catalogue().appliances[name], number, stream)
    ]
    return Household(kind, False, 1.0, tuple(copies))


def _copies(appliance: Appliance, number: int, stream: Generator) -> list[Copy]:
    deviation = float(np.clip(stream.standard_normal(), -_SPREAD_LIMIT, _SPREAD_LIMIT))
    power_w = appliance.power_w * float(np.exp(appliance.spread * deviation))
    return [Copy(appliance, power_w)] * number
