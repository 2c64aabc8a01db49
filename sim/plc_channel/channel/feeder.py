"""A channel of transmission lines: what a feeder, its homes and its inverter make of a signal.

>>> from sim.kernel.random import RandomStreams
>>> lines = [ChannelLine(node, node + 1, 20.0, "triplex-al-2x33") for node in range(5)]
>>> channel = FeederChannel(lines, (1, 2, 3, 4, 5), streams=RandomStreams(1))
>>> channel.snr_db(-1, 0, 0.0) > channel.snr_db(-1, 4, 0.0)
True
"""

import math
from collections.abc import Sequence

from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.feeder_paths import FeederPaths
from sim.plc_channel.channel.network import ChannelLine
from sim.plc_channel.channel.noisy import NoisyChannel
from sim.plc_channel.channel.receiver import ReceiverTerms
from sim.plc_channel.channel.terms import FeederChannelTerms
from sim.plc_channel.errors import ChannelTermsError
from sim.plc_channel.noise.process import NoiseProcess
from sim.plc_channel.noise.terms import NoiseTerms

__all__ = ["ChannelLine", "FeederChannel"]


class FeederChannel(NoisyChannel):
    """Fits `model.Channel`.

    Args:
        lines: of the feeder; node 0 is where the concentrator couples.
        node_of_place: node of each place.
        phase_of_place: phase of each place, 1 to 3; None for one phase.
        streams: the world's random streams.
        terms: what hangs on the feeder.
        noise: of the wire.
        receiver: the modems.
        name: distinguishes several wires of a world.

    Raises:
        ChannelTermsError: the lines do not make a tree, or the places do not fit them.
    """

    def __init__(
        self,
        lines: Sequence[ChannelLine],
        node_of_place: Sequence[int],
        phase_of_place: Sequence[int] | None = None,
        *,
        streams: RandomStreams,
        terms: FeederChannelTerms | None = None,
        noise: NoiseTerms | None = None,
        receiver: ReceiverTerms | None = None,
        name: str = "plc",
    ) -> None:
        self.terms = terms or FeederChannelTerms()
        phases = [1] * len(node_of_place) if phase_of_place is None else phase_of_place
        self._feeder = FeederPaths(lines, node_of_place, phases, self.terms)
        process = NoiseProcess(noise or NoiseTerms(), streams, f"{name}/noise")
        super().__init__(self._feeder, process, receiver or ReceiverTerms())
        self._pending: dict[int, complex | None] = {}
        self._epoch = -1

    def set_load(self, place: int, state: str) -> None:
        """A home's load changes; counts from the next refresh on, when others ask for their answers anew.

        Raises:
            ChannelTermsError: no such state.
        """
        if state not in self.terms.loads:
            raise ChannelTermsError(
                f"there is no state of loads {state!r}; there are {', '.join(self.terms.loads)}"
            )
        self._pending[place] = self.terms.loads[state]

    def gains_db(self, tx: int, rx: int) -> tuple[float, ...]:
        """Of one link by carrier, as the loads are that count now; for reports and tests."""
        return tuple(float(gain) for gain in self._feeder.gains_db(tx)[rx])

    def next_change_s(self, now_s: float) -> float:
        """The next edge of a burst, hour or refresh."""
        return min(super().next_change_s(now_s), (self._epoch_of(now_s) + 1) * self.terms.refresh_s)

    def _epoch_of(self, now_s: float) -> int:
        return math.floor(now_s / self.terms.refresh_s)

    def _refresh(self, now_s: float) -> None:
        epoch = self._epoch_of(now_s)
        if epoch <= self._epoch:
            return
        self._epoch = epoch
        changes = [self._feeder.set_load(place, ohm) for place, ohm in self._pending.items()]
        self._pending.clear()
        if any(changes):
            self._forget()
