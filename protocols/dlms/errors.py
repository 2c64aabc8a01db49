"""The exceptions of this package.

The tree::

    DlmsError
    ├── LocalProtocolError          we, or our caller, did what the protocol does not allow now
    │   └── DlmsValueError          a value that the wire cannot carry (also a ValueError)
    └── RemoteProtocolError         the other side did; `code` is the wire's own code where there is one
        ├── SecurityError           a protected APDU that must not be taken
        │   ├── DecipheringError    its tag, key, title or form is wrong
        │   └── InvocationCounterError   its counter was used before; `expected` is the lowest that is taken
        └── DecodeError             the only thing that decoders raise on bad bytes; `position` says where
            └── FrameError          a frame that must be dropped; `fault` is its name in `hdlc.faults`

Framings never raise on received bytes: they report `framing.FrameRejected`.
"""


class DlmsError(Exception):
    """Whatever goes wrong in this package."""


class LocalProtocolError(DlmsError):
    """Our side asked for something that the protocol does not allow in the present state."""


class DlmsValueError(LocalProtocolError, ValueError):
    """A value that the wire cannot carry: out of range, wrong length, wrong type."""


class RemoteProtocolError(DlmsError):
    """The other side broke the protocol.

    Args:
        message: one sentence.
        code: the wire's own code for it (FRMR reason, data-access-result…), None where there is none.
    """

    def __init__(self, message: str, *, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class DecodeError(RemoteProtocolError):
    """Bytes that do not decode.

    Args:
        message: ``"<field>: <what is wrong>"``.
        position: index of the offending byte in what was decoded, None where no byte can be named.
    """

    def __init__(self, message: str, *, position: int | None = None, code: int | None = None) -> None:
        super().__init__(message, code=code)
        self.position = position


class FrameError(DecodeError):
    """A frame that must be dropped as a whole.

    Args:
        fault: short stable name, for example ``bad-fcs``.
        message: one sentence.
    """

    def __init__(self, fault: str, message: str, *, position: int | None = None) -> None:
        super().__init__(message, position=position)
        self.fault = fault


class SecurityError(RemoteProtocolError):
    """A protected APDU that must not be taken."""


class DecipheringError(SecurityError):
    """A wrong authentication tag, key, system title or security control, or protection that is missing."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code=5)


class InvocationCounterError(SecurityError):
    """An invocation counter that was used before.

    Args:
        message: one sentence.
        expected: the lowest counter that is taken.
    """

    def __init__(self, message: str, *, expected: int) -> None:
        super().__init__(message, code=6)
        self.expected = expected
