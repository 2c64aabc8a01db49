"""Refusals of networks; messages are one Spanish sentence.

::

    NetworkError
    ├── UnableToManage       a change by the office makes no sense
    └── NetworkRefused       a request of the network is refused: nothing was charged
        ├── OverNetworkLimit a limit of the network
        └── KeyReused        the idempotency key was used for something else
"""


class NetworkError(ValueError):
    """Base of the refusals."""


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
