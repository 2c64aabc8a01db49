"""What client and server have in common: octets to frames, inter-octet time-out, output, events."""

from protocols.dlms.errors import DlmsValueError
from protocols.dlms.framing import (
    MAX_APDU_SIZE,
    ApduReceived,
    Event,
    FrameRejected,
    ToleratedFault,
)
from protocols.dlms.hdlc import llc
from protocols.dlms.hdlc.faults import Fault
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.splitter import BadFrame, FrameSplitter
from protocols.dlms.hdlc.unnumbered import UnnumberedJoiner

#: half a frame older than this is dropped; the standard's default of 25 ms is for a bare wire
INTER_OCTET_TIMEOUT_S = 0.5


class Station:
    """The base of `HdlcClient` and `HdlcServer`: they override `_take_frame`, and more of what they need.

    Args:
        inter_octet_timeout_s: half a frame is dropped after this silence; 0 waits for ever.
    """

    #: LLC that this side sends and expects
    llc_tx: bytes = b""
    llc_rx: bytes = b""

    def __init__(self, inter_octet_timeout_s: float) -> None:
        if inter_octet_timeout_s < 0:
            raise DlmsValueError("a time-out cannot be negative")
        self.inter_octet_timeout_s = inter_octet_timeout_s
        self._splitter = FrameSplitter()
        self._unnumbered = UnnumberedJoiner()
        self._output = bytearray()
        self._events: list[Event] = []
        self._last_octet_s = 0.0

    # ------------------------------------------------------------ octets in

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """Take octets that came at `now_s`; gives what happened. Never raises because of them."""
        self._expire_silence(now_s)
        if data:
            self._last_octet_s = now_s
            for item in self._splitter.feed(data):
                if isinstance(item, BadFrame):
                    self._emit(FrameRejected(item.reason, item.raw))
                else:
                    self._take_frame(item.frame, item.raw, now_s)
        # last: an answer that lay in the caller's buffer beyond its deadline is still an answer
        self._expire_answer(now_s)
        return self._drain_events()

    def data_to_send(self) -> bytes:
        """Drain what must go out now."""
        self._fill_output()
        data = bytes(self._output)
        self._output.clear()
        return data

    def handle_timeout(self, now_s: float) -> list[Event]:
        """Act on deadlines that have passed at `now_s`."""
        self._expire_silence(now_s)
        self._expire_answer(now_s)
        return self._drain_events()

    def next_deadline(self) -> float | None:
        """The nearest deadline, None for none."""
        deadlines = [deadline for deadline in self._deadlines() if deadline is not None]
        return min(deadlines, default=None)

    # ------------------------------------------------------------ for the roles

    def _take_frame(self, frame: Frame, raw: bytes, now_s: float) -> None:
        raise NotImplementedError

    def _fill_output(self) -> None:
        """Put what may be sent into the output buffer."""

    def _deadlines(self) -> list[float | None]:
        if self._splitter.has_partial and self.inter_octet_timeout_s:
            return [self._last_octet_s + self.inter_octet_timeout_s]
        return []

    def _expire_answer(self, now_s: float) -> None:
        """Deadlines for what the other side should have said."""

    def _expire_silence(self, now_s: float) -> None:
        """Deadlines that passed before the octets that come now."""
        timeout_s = self.inter_octet_timeout_s
        if timeout_s and self._splitter.has_partial and now_s - self._last_octet_s >= timeout_s:
            self._emit(FrameRejected(f"{Fault.INTER_OCTET_TIMEOUT}: half a frame", self._splitter.reset()))

    def _emit(self, event: Event) -> None:
        self._events.append(event)

    def _reject(self, fault: Fault, sentence: str, raw: bytes) -> None:
        self._emit(FrameRejected(f"{fault}: {sentence}", raw))

    def _drain_events(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _send_frame(self, frame: Frame) -> None:
        self._output += frame.to_bytes()

    def _deliver(
        self, information: bytes, raw: bytes, *, client_sap: int, server_sap: int, strict: bool = True
    ) -> None:
        """Strip the LLC and give the APDU out.

        Without `strict` it may be missing, as in the UI frames that continue a block transfer on L+G meters.
        """
        if information.startswith(self.llc_rx):
            information = information[llc.SIZE :]
        elif strict:
            self._reject(Fault.BAD_LLC, f"information begins {information[: llc.SIZE].hex()}", raw)
            return
        else:
            self._emit(ToleratedFault("llc-missing", raw))
        self._emit(ApduReceived(information, client_sap, server_sap))

    @staticmethod
    def _check_apdu(apdu: bytes) -> None:
        if not 1 <= len(apdu) <= MAX_APDU_SIZE:
            raise DlmsValueError(f"an APDU has 1 to {MAX_APDU_SIZE} octets, not {len(apdu)}")
