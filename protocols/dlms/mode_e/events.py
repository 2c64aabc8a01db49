"""What an opening reports, besides the events of every framing."""

from dataclasses import dataclass

from protocols.dlms.mode_e.messages import Identification


@dataclass(frozen=True, slots=True)
class Opened:
    """The line is ready for HDLC at `baud`."""

    identification: Identification
    baud: int


@dataclass(frozen=True, slots=True)
class OpeningFailed:
    """There is no HDLC.

    `reason` is a short stable name: ``no-identification``, ``bad-identification``, ``no-hdlc`` (the device
    does not offer mode E), ``not-confirmed``, ``wrong-confirmation``.
    """

    reason: str
    identification: Identification | None = None
