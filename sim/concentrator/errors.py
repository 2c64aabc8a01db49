"""Errors of a concentrator.

::

    ConcentratorError
    ├── TermsError          terms that cannot be: unknown, missing or out of range
    ├── UnreachableError    the wire could not carry a message to a meter
    ├── OrderError          an order or a request that is refused; `code` is its name on the uplink
    └── PowerLostError      the supply ended in the middle of a write
"""


class ConcentratorError(Exception):
    """Anything that this room raises."""


class TermsError(ConcentratorError, ValueError):
    """Terms that cannot be; the text is one sentence."""


class UnreachableError(ConcentratorError):
    """The wire could not carry a message to a meter; `reason` is the medium's word."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the meter cannot be reached: {reason}")
        self.reason = reason


class OrderError(ConcentratorError):
    """An order that is refused.

    Args:
        code: short stable name, for example ``unknown-meter``.
        sentence: why.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class PowerLostError(ConcentratorError):
    """The supply ended; whatever was being done ends here."""
