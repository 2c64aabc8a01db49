"""DLMS beside its peers: a served meter, and the codec by itself.

Map of the room::

    served.py      GET/s of a served meter, plain and ciphered, beside a socket echo and the peer's meter
    codec.py       frames, profiles and ciphered requests a second, in this process and in the peer's
    peers.py       where the peers are, and how they are asked
"""

from collections.abc import Sequence

from amibench.commands.benchmark import Row
from amibench.commands.benchmark.dlms import codec, served
from amibench.commands.benchmark.dlms.peers import peers_python
from i18n import Message

TITLE = Message("DLMS/COSEM: served meter and codec, beside an echo and other implementations")


def measure(seconds: float = 0.4) -> Sequence[Row]:
    """Every row; those of the peers only where they are installed.

    Args:
        seconds: of each measurement of a round.
    """
    python = peers_python()
    return [*served.measure(seconds, python), *codec.measure(seconds, python)]
