"""Single HDLC frames on the device's link, good and broken, for the data-link cases."""

from conformance.bench.bench import Bench
from protocols.dlms.errors import FrameError
from protocols.dlms.hdlc.address import HdlcAddress
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.fcs import fcs_octets
from protocols.dlms.hdlc.frame import FLAG, Frame, decode_frame

_FLAG = bytes((FLAG,))
_FORMAT_OCTETS = 2
_FCS_OCTETS = 2
#: A frame that was begun is whole after this long at the slowest line.
_REST_S = 1.0


class HdlcWire:
    """Sends a frame and hears at most one."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        link = bench.statement.link
        size = link.address_bytes
        lower = None if size == 1 else link.physical_address
        self._server = HdlcAddress(link.server_sap, lower, size)
        self._client = HdlcAddress(bench.association_section("public").client_sap)

    def frame(self, kind: Kind, information: bytes = b"", *, client_octets: int = 1) -> bytes:
        """The octets of a frame to the device; `client_octets` 2 makes the client's address too long."""
        if client_octets == 1:
            return Frame(self._server, self._client, Control(kind), information).to_bytes()
        client = bytes((0x00, self._client.to_bytes()[0]))
        body = self._server.to_bytes() + client + bytes((Control(kind).to_byte(),))
        length = _FORMAT_OCTETS + len(body) + _FCS_OCTETS
        content = (0xA000 | length).to_bytes(_FORMAT_OCTETS, "big") + body
        return _FLAG + content + fcs_octets(content) + _FLAG

    def ask(self, kind: Kind, information: bytes = b"") -> Frame | None:
        """Send a good frame; the answer."""
        return self.send(self.frame(kind, information))

    def send(self, raw: bytes) -> Frame | None:
        """Send octets as they are; the frame that comes back, None for silence."""
        bench, link = self._bench, self._bench.link()
        bench.recorder.frame("tx", raw)
        bench.stimulus(f"trama {raw.hex()}", f"frame {raw.hex()}")
        link.send(raw)
        answer = link.receive(bench.statement.link.response_timeout_s)
        while answer and not _whole(answer) and (more := link.receive(_REST_S)):
            answer += more
        if answer:
            bench.recorder.frame("rx", answer)
        bench.observe(
            f"contesta {answer.hex()}" if answer else "no contesta",
            f"it answers {answer.hex()}" if answer else "it does not answer",
        )
        return decode_frame(answer) if answer else None


def broken_fcs(raw: bytes) -> bytes:
    """The frame with one bit of its FCS turned."""
    return raw[:-3] + bytes((raw[-3] ^ 0x01,)) + raw[-2:]


def broken_hcs(raw: bytes) -> bytes:
    """The frame with one bit of its HCS turned and an FCS that fits."""
    header = next(
        end for end in range(_FORMAT_OCTETS + 3, len(raw)) if raw[end : end + 2] == fcs_octets(raw[1:end])
    )
    content = raw[1:header] + bytes((raw[header] ^ 0x01,)) + raw[header + 1 : -3]
    return _FLAG + content + fcs_octets(content) + _FLAG


def _whole(raw: bytes) -> bool:
    try:
        decode_frame(raw)
    except FrameError:
        return False
    return True
