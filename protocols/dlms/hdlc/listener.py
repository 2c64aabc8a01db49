"""UI frames from whatever meter to whatever client: how pushes come over HDLC without a link."""

from protocols.dlms.hdlc.control import Kind
from protocols.dlms.hdlc.faults import Fault
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.llc import LLC_COMMAND, LLC_RESPONSE
from protocols.dlms.hdlc.station import INTER_OCTET_TIMEOUT_S, Station


class HdlcListener(Station):
    """Takes UI frames and never says anything.

    Args:
        inter_octet_timeout_s: half a frame is dropped after this silence; 0 never.
        tolerant: lets the faults of `hdlc.tolerance` through and records them.
    """

    llc_tx = LLC_COMMAND
    llc_rx = LLC_RESPONSE

    def __init__(
        self, inter_octet_timeout_s: float = INTER_OCTET_TIMEOUT_S, *, tolerant: bool = True
    ) -> None:
        super().__init__(inter_octet_timeout_s, tolerant=tolerant)

    def _take_frame(self, frame: Frame, raw: bytes, now_s: float) -> None:
        if frame.kind is not Kind.UI:
            self._reject(Fault.UNEXPECTED_FRAME, f"{frame.control} while nobody is connected", raw)
            return
        information = self._unnumbered.take(frame)
        if information is not None:
            self._deliver(
                information,
                raw,
                client_sap=frame.destination.upper,
                server_sap=frame.source.upper,
                numbered=False,
            )
