"""Interfaces that the MAC asks of the modem below it; the wire's is `channel.interface.Channel`."""

Nterfaces that the MAC asks of the modem below it; the wire's is
`sim.plc_channel.channel.interface.Channel`.
"""

from typing import Protocol


class Phy(Protocol):
    """The modem's transmitter and receiver, in the modulation of the network."""

    def airtime_s(self, octets: int) -> float:
        """How long a frame of so many octets lasts.

        Raises:
            ValueError: it does not fit one frame.
        """

    def error_rate(self, octets: int, snr_db: float) -> float:
        """The share of frames of so many octets that do not arrive, 0 to 1."""
