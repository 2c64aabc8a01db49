"""What client and server have in common: octets to frames, inter-octet time-out, output, events."""

from protocols.dlms.errors import DlmsValueError
from protocols.dlms.framing import (
    MAX_APDU_SIZE,
    ApduReceived,
    Event,
    FrameRejected,
    ToleratedFault,
)
from protocols.dlms.hdlc.faults import Fault
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.llc import LLC_SIZE
from protocols.dlms.hdlc.splitter import BadFrame, FrameSplitter
from protocols.dlms.hdlc.tolerance import TOLERANCES
from protocols.dlms.hdlc.unnumbered import UnnumberedJoiner

#: half a frame older than this is dropped; the standard's default of 25 ms is for a bare wire
INTER_OCTET_TIMEOUT_S = 0.5
#: what a line or a waking optical head puts between frames
_IDLE = b"\x00\xff\x7e"


class Station:
    """The base of `HdlcClient` and `HdlcServer`: they override `_take_frame`, and more of what they need.

    Args:
        inter_octet_timeout_s: half a frame is dropped after this silence; 0 waits for ever.
        tolerant: lets the faults of `hdlc.tolerance` through, each with a `ToleratedFault`.
    """

    #: LLC that this side sends and expects
    llc_tx: bytes = b""
    llc_rx: bytes = b""

    def __init__(self, inter_octet_timeout_s: float, *, tolerant: bool = False) -> None:
        if inter_octet_timeout_s < 0:
            raise DlmsValueError("a time-out cannot be negative")
        self.inter_octet_timeout_s = inter_octet_timeout_s
        self.tolerant = tolerant
        self.held = False
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
                    self._take_bad(item)
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

    def hold(self) -> None:
        """Take no more I-frames for now: the other side hears RNR."""
        self.held = True

    def resume(self, now_s: float) -> None:
        """End what `hold` began: the other side hears RR."""
        self.held = False

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
        # the same sum as in `_deadlines`: a difference could be a hair less than the time-out, for ever
        if not timeout_s or now_s < self._last_octet_s + timeout_s:
            return
        half = self._splitter.has_partial
        dropped = self._splitter.reset()  # a closing flag, too: it opens only what follows at once
        if half:
            self._emit(FrameRejected(f"{Fault.INTER_OCTET_TIMEOUT}: half a frame", dropped))

    def _emit(self, event: Event) -> None:
        self._events.append(event)

    def _reject(self, fault: Fault, sentence: str, raw: bytes) -> None:
        self._emit(FrameRejected(f"{fault}: {sentence}", raw))

    def _drain_events(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _send_frame(self, frame: Frame) -> None:
        self._output += frame.to_bytes()

    def _tolerate(self, name: str, raw: bytes) -> bool:
        """Whether the fault called `name` (a key of `TOLERANCES`) passes; a tolerant station records it."""
        if self.tolerant:
            self._emit(ToleratedFault(TOLERANCES[name].name, raw))
        return self.tolerant

    def _take_bad(self, bad: BadFrame) -> None:
        # a closing flag that nothing followed yet stands before the octets as if it opened a frame
        idle = bad.error.fault in (Fault.GARBAGE, Fault.BAD_FORMAT_TYPE) and not bad.raw.strip(_IDLE)
        if not (idle and self._tolerate("idle-fill", bad.raw)):
            self._emit(FrameRejected(bad.reason, bad.raw))

    def _deliver(
        self, information: bytes, raw: bytes, *, client_sap: int, server_sap: int, numbered: bool = True
    ) -> None:
        """Strip the LLC and give the APDU out.

        In UI frames it may be missing, as in those that continue a block transfer on L+G meters.
        """
        head = information[:LLC_SIZE]
        if head == self.llc_rx or (head == self.llc_tx and self._tolerate("llc-reversed", raw)):
            information = information[LLC_SIZE:]
        elif numbered or not self._tolerate("llc-missing", raw):
            self._reject(Fault.BAD_LLC, f"information begins {head.hex()}", raw)
            return
        if information:
            self._emit(ApduReceived(information, client_sap, server_sap))
        else:
            self._reject(Fault.EMPTY_APDU, "nothing stands behind the LLC", raw)

    @staticmethod
    def _check_apdu(apdu: bytes) -> None:
        if not 1 <= len(apdu) <= MAX_APDU_SIZE:
            raise DlmsValueError(f"an APDU has 1 to {MAX_APDU_SIZE} octets, not {len(apdu)}")
