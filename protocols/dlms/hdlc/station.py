"""Common part of client and server: octets to frames, inter-octet time-out, output, events."""

from dataclasses import dataclass
from typing import Literal

from protocols.dlms.errors import DlmsValueError
from protocols.dlms.framing import MAX_APDU_SIZE, ApduReceived, Event, FrameRejected, ToleratedFault
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.frame import LLC_COMMAND, LLC_RESPONSE, LLC_SIZE, Fault, Frame, HdlcAddress
from protocols.dlms.hdlc.splitter import BadFrame, FrameSplitter
from protocols.dlms.hdlc.transfer import segments

# Tolerances of a station: the table of faults, each with its name and what is done about it.
#
# A strict station (the default) does what the third column says; a tolerant one does what the fourth says and
# emits `ToleratedFault` with the name. Nothing else differs between the two.

Role = Literal["client", "server", "both"]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """One fault of field equipment.

    Args:
        name: short and stable; `ToleratedFault.name`.
        role: which side meets it.
        fault: what the other side does wrong.
        strict: what a strict station does.
        tolerant: what a tolerant one does.

    >>> print(TOLERANCES["own-echo"].tolerant)
    dropped without waiting for less
    """

    name: str
    role: Role
    fault: str
    strict: str
    tolerant: str


_DROPPED = "the frame is dropped"

_ROWS = (
    Tolerance("own-echo", "client", "an optical head sends our own frame back", _DROPPED,
              "dropped without waiting for less"),
    Tolerance("idle-fill", "both", "octets 00 or ff fill the line between frames", "reported as a bad frame",
              "skipped"),
    Tolerance("client-address-size", "client", "a push names the client in two or four octets", _DROPPED,
              "the upper address counts"),
    Tolerance("address-form", "client", "an answer names the server in another form than the request",
              _DROPPED, "taken, when the upper address is the same"),
    Tolerance("llc-missing", "both", "information begins with the APDU instead of the LLC",
              "the information is dropped", "taken as an APDU in UI frames only"),
    Tolerance("llc-reversed", "both", "the LLC of the other direction stands before the APDU",
              "the information is dropped", "taken"),
    Tolerance("final-missing", "client", "UA or DM without the F bit", _DROPPED, "taken"),
    Tolerance("ua-exceeds-proposal", "client", "UA announces more than SNRM proposed",
              "what was proposed stays the limit", "believed"),
    Tolerance("bad-parameters", "both", "SNRM or UA carries parameters that do not decode", _DROPPED,
              "the defaults hold"),
    Tolerance("information-too-long", "client", "an I-frame longer than what was agreed", _DROPPED, "taken"),
    Tolerance("information-not-permitted", "server", "RR, RNR or REJ carries information", "FRMR",
              "the information is ignored"),
)  # fmt: skip

#: name -> row
TOLERANCES = {row.name: row for row in _ROWS}


# UI frames: APDUs without acknowledgement, perhaps in segments (the S bit), from either side.
#
# Source: IEC 62056-46, 6.4.4.4.5; segmented UI is seen on Iskraemeco meters.

#: pairs of addresses whose segments are kept at one time
_MAX_PARTIAL = 8


def unnumbered_frames(
    information: bytes, destination: HdlcAddress, source: HdlcAddress, max_info: int
) -> list[Frame]:
    """`information` in UI frames; P/F is set in the last one."""
    return [
        Frame(destination, source, Control(Kind.UI, not piece.more), piece.information, piece.more)
        for piece in segments(information, max_info)
    ]


class UnnumberedJoiner:
    """Joins segmented UI frames, each pair of addresses by itself; bounded."""

    __slots__ = ("_partial",)

    def __init__(self) -> None:
        self._partial: dict[tuple[HdlcAddress, HdlcAddress], bytearray] = {}

    def take(self, frame: Frame) -> bytes | None:
        """Take a UI frame; the whole information when this was its last segment."""
        key = (frame.destination, frame.source)
        if not frame.segmented and key not in self._partial:
            return frame.information
        if key not in self._partial and len(self._partial) >= _MAX_PARTIAL:
            self._partial.pop(next(iter(self._partial)))  # the oldest will not be finished any more
        joined = self._partial.setdefault(key, bytearray())
        joined += frame.information
        if len(joined) > MAX_APDU_SIZE:
            del self._partial[key]
            return None
        if frame.segmented:
            return None
        del self._partial[key]
        return bytes(joined)


#: half a frame older than this is dropped; the standard's default of 25 ms is for a bare wire
INTER_OCTET_TIMEOUT_S = 0.5
#: what a line or a waking optical head puts between frames
_IDLE = b"\x00\xff\x7e"


class Station:
    """The base of `HdlcClient` and `HdlcServer`: they override `_take_frame`, and more of what they need.

    Args:
        inter_octet_timeout_s: half a frame is dropped after this silence; 0 waits for ever.
        tolerant: lets the faults of `hdlc.station.TOLERANCES` through, each with a `ToleratedFault`.
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
        """True if the fault called `name` (a key of `TOLERANCES`) passes; a tolerant station records it."""
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


# Listener: UI frames from any meter to any client, the way pushes come over HDLC without a link.


class HdlcListener(Station):
    """Takes UI frames and never says anything.

    Args:
        inter_octet_timeout_s: half a frame is dropped after this silence; 0 never.
        tolerant: lets the faults of `hdlc.station.TOLERANCES` through and records them.
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
