"""Where the customer units of a meter hang: the wire or the power line, and the units on it."""

from collections.abc import Callable

from simpy import Environment

from sim.kernel.random import RandomStreams
from sim.meter.ciu.medium import Medium
from sim.meter.ciu.terms import LinkTerms, LinkVariant, UnitTerms
from sim.meter.ciu.unit import CustomerUnit, UnitPlace
from sim.meter.parts import Parts
from sim.meter.profile import MeterProfile
from sim.meter.seams import Supply


class UnitSite:
    """The units of one meter. A wired unit is fed by the meter, one on the power line by that line.

    Args:
        env: the world's event loop.
        profile: the model of meter.
        factories: of the medium and of units.
        supply: the service point of the meter.
        powered: False while the meter is dead.
        streams: where latency and loss come from.
    """

    __slots__ = ("_env", "_factories", "_fed", "_profile", "medium", "units")

    def __init__(
        self,
        env: Environment,
        profile: MeterProfile,
        factories: Parts,
        supply: Supply,
        powered: Callable[[], bool],
        streams: RandomStreams,
    ) -> None:
        self._env = env
        self._profile = profile
        self._factories = factories
        link = profile.ciu.link
        live = {LinkVariant.WIRED: powered, LinkVariant.PLC: lambda: supply.energised}
        self._fed = live[link.variant]
        stream = None if link.ideal else streams.stream(f"{profile.drn}/ciu-link")
        self.medium: Medium = factories.ciu_medium(env, link, stream, self._fed)
        self.units: list[CustomerUnit] = []

    def install(self, terms: UnitTerms, link: LinkTerms | None = None) -> CustomerUnit:
        """Hang a further unit; `link` where it differs from what the profile says."""
        place = UnitPlace(self._env, self._fed, self._profile.ciu.lang)
        unit = self._factories.ciu(terms, link or self._profile.ciu.link, place)
        unit.attach(self.medium)
        self.units.append(unit)
        return unit

    def feed_changed(self) -> None:
        """The power of the units came or went."""
        for unit in self.units:
            unit.feed_changed()
