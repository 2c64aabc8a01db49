"""Why something was not done for a network; messages are one Spanish sentence.

::

    NetworkError
    ├── UnableToManage       what the office asked for makes no sense
    └── NetworkRefused       what the network asked for is refused: nothing was charged
        ├── OverNetworkLimit a limit of the network
        └── KeyReused        the idempotency key was used for something else
"""


class NetworkError(ValueError):
    """Base of what this room raises."""


class UnableToManage(NetworkError):
    """The office cannot do that.

    Args:
        sentence: for people.
        field: of the form that is wrong; empty: none.
    """

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class NetworkRefused(NetworkError):
    """Refused: nothing was charged, nothing was minted."""


class OverNetworkLimit(NetworkRefused):
    """A limit of the network would be passed."""


class KeyReused(NetworkRefused):
    """The idempotency key was used for something else."""

    def __init__(self) -> None:
        super().__init__("Esa Idempotency-Key ya se usó para otra solicitud: use una nueva.")
