"""A channel of measured losses, the same on all carriers.

>>> from sim.kernel.random import RandomStreams
>>> from sim.plc_channel.noise.terms import FLAT
>>> channel = MatrixChannel.of_rows((13.0, 17.0), (5.0, 8.5), streams=RandomStreams(1), noise=FLAT)
>>> round(channel.snr_db(0, -1, 0.0) - channel.snr_db(-1, 0, 0.0), 3)
8.0
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.noisy import NoisyChannel
from sim.plc_channel.channel.receiver import ReceiverTerms
from sim.plc_channel.errors import ChannelTermsError
from sim.plc_channel.noise.process import NoiseProcess
from sim.plc_channel.noise.terms import NoiseTerms

Reals = NDArray[np.float64]


class _Matrix:
    __slots__ = ("_gains",)

    def __init__(self, loss_db: Reals) -> None:
        self._gains: Reals = -loss_db

    def gains_db(self, tx: int) -> Reals:
        return np.array(self._gains[tx][:, None])


class MatrixChannel(NoisyChannel):
    """Fits `model.Channel`.

    Args:
        loss_db: [sender, listener], places in order and the concentrator last; 0 or more.
        streams: the world's random streams.
        noise: of the wire.
        receiver: the modems.
        name: distinguishes several wires of a world.

    Raises:
        ChannelTermsError: the matrix is not square.
    """

    def __init__(
        self,
        loss_db: Sequence[Sequence[float]] | Reals,
        *,
        streams: RandomStreams,
        noise: NoiseTerms | None = None,
        receiver: ReceiverTerms | None = None,
        name: str = "plc",
    ) -> None:
        losses = np.array(loss_db, dtype=np.float64)
        if losses.ndim != 2 or losses.shape[0] != losses.shape[1]:
            raise ChannelTermsError("a matrix of losses has as many rows as columns")
        process = NoiseProcess(noise or NoiseTerms(), streams, f"{name}/noise")
        super().__init__(_Matrix(losses), process, receiver or ReceiverTerms())

    @classmethod
    def of_rows(
        cls,
        down_db: Sequence[float],
        up_db: Sequence[float],
        *,
        streams: RandomStreams,
        noise: NoiseTerms | None = None,
        receiver: ReceiverTerms | None = None,
    ) -> "MatrixChannel":
        """A feeder known by its losses from and to the concentrator, place after place along the line.

        Between two places the loss is the difference of theirs, at least 0 [I].

        Raises:
            ChannelTermsError: the rows differ in length.
        """
        if len(down_db) != len(up_db):
            raise ChannelTermsError("losses from and to the concentrator need as many places")
        down, up = np.array(down_db), np.array(up_db)
        count = len(down)
        losses = np.zeros((count + 1, count + 1))
        losses[-1, :-1], losses[:-1, -1] = down, up
        # towards the far end the losses of the way down count, back those of the way up
        losses[:-1, :-1] = np.maximum(
            0.0, np.maximum(down[None, :] - down[:, None], up[:, None] - up[None, :])
        )
        return cls(losses, streams=streams, noise=noise, receiver=receiver)
