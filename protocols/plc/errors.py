"""The exceptions of this package.

The tree::

    PlcError
    ├── PlcValueError     our side asked for something that the wire cannot carry (also a ValueError)
    ├── PduError          PRIME bytes that do not decode; `field` names the offending one
    └── LpduError         a 4-32 LPDU that cannot be made or taken (also a ValueError)
"""


class PlcError(Exception):
    """Whatever goes wrong in this package."""


class PlcValueError(PlcError, ValueError):
    """A value that the wire cannot carry: out of range, wrong length."""


class PduError(PlcError):
    """PRIME bytes that do not decode.

    Args:
        field: name of the field that is wrong, for example ``HDR.HCS``.
        message: what is wrong with it.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class LpduError(PlcError, ValueError):
    """An LPDU with a wrong control octet, an address out of range, or too many or too few octets."""
