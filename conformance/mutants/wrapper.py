"""Mutants of the TCP wrapper (WRAPPER)."""

from conformance.mutants._parts import WRAPPER_STATION
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms.framing import Event
from protocols.dlms.wrapper import HEADER_SIZE, VERSION, WrapperServer

_VERSION = VERSION.to_bytes(2, "big")


@mutant(
    "wrapper-ignores-version",
    "dlms-yb/WRAPPER_VERSION",
    Message("accepts any wrapper version"),
    WRAPPER_STATION,
)
class WrapperIgnoresVersion(WrapperServer):
    """A meter that takes a wrapper of any version for its own."""

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """As the right one, but whatever comes begins with the right version."""
        return super().receive_data(_VERSION + data[len(_VERSION) :] if data else data, now_s)


@mutant(
    "wrapper-answers-strangers",
    "dlms-yb/WRAPPER_PORT",
    Message("answers to any port"),
    WRAPPER_STATION,
)
class WrapperAnswersStrangers(WrapperServer):
    """A meter that answers to any port for its logical device."""

    def _take(self, source: int, destination: int, raw: bytes) -> None:
        (own,) = self.server_saps or {destination}
        super()._take(source, own, raw)


_LENGTH = slice(6, HEADER_SIZE)


@mutant(
    "wrapper-ignores-length",
    "dlms-yb/WRAPPER_LENGTH",
    Message("does not look at the length of the wrapper"),
    WRAPPER_STATION,
)
class WrapperIgnoresLength(WrapperServer):
    """A meter that takes whatever came for a whole wrapper."""

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """As the right one, but a header that says more than came is taken at what came."""
        said, there = int.from_bytes(data[_LENGTH], "big"), len(data) - HEADER_SIZE
        if there > 0 and said > there:
            data = data[: _LENGTH.start] + there.to_bytes(2, "big") + data[HEADER_SIZE:]
        return super().receive_data(data, now_s)
