"""Single HDLC frames on the device's link, good and broken, for the data-link cases."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from conformance.bench.bench import Bench
from conformance.bench.exchange import must_answer
from conformance.bench.hdlc_raw import (
    DISC,
    FLAG,
    LLC_REQUEST,
    SNRM,
    FrameSeen,
    Granted,
    check_sequence,
    information_control,
    make_frame,
    read_frames,
    read_parameters,
    ready_control,
)
from conformance.bench.hearing import hear
from links.base import LinkError

#: A frame that was begun is whole after this long at the slowest line.
_REST_S = 1.0
#: frames of one answer, at most: a device that never ends is stopped
_MOST_FRAMES = 600


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: all octets, and the good frames among them."""

    raw: bytes
    frames: tuple[FrameSeen, ...]

    @property
    def last(self) -> FrameSeen | None:
        """The last good frame; None for silence and for octets that are none."""
        return self.frames[-1] if self.frames else None

    @property
    def names(self) -> str:
        """``UA``, or ``I I I``; a dash for silence."""
        return " ".join(frame.name for frame in self.frames) or ("?" if self.raw else "–")


class HdlcWire:
    """Sends frames and hears the answers; counts its I-frames since the last SNRM.

    Attributes:
        destination: the device's address in the declared form.
        source: the public client's.
        v_s, v_r: numbers of the next I-frame to be sent and to come.
        longest: octets of information in the longest I-frame that came.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        link = bench.statement.link
        self._lower = link.physical_address
        self.destination = self.address(link.address_bytes)
        self.source = bytes((bench.association_section("public").client_sap << 1 | 1,))
        self.v_s = self.v_r = self.longest = 0

    def address(self, size: int, *, upper: int | None = None, lower: int | None = None) -> bytes:
        """An address of the device in `size` octets, whatever the size is; 2 and 4 hold both parts."""
        high = self._bench.statement.link.server_sap if upper is None else upper
        low = self._lower if lower is None else lower
        if size == 1:
            return bytes((high << 1 | 1,))
        if size == 2:
            return bytes((high << 1 & 0xFE, low << 1 | 1))
        parts = bytes((high >> 6 & 0xFE, high << 1 & 0xFE, low >> 6 & 0xFE, low << 1 & 0xFE | 1))
        return parts if size == 4 else (parts[:2] + parts[3:] if size == 3 else b"\x00" + parts)

    # ------------------------------------------------------------------ frames out, frames in

    def frame(self, control: int, information: bytes = b"", *, segmented: bool = False) -> bytes:
        """A good frame to the device."""
        return make_frame(control, self.destination, self.source, information, segmented=segmented)

    def ask(self, control: int, information: bytes = b"", *, segmented: bool = False) -> Reply:
        """Send a good frame; what comes back. An SNRM begins the counting anew."""
        if control == SNRM:
            self.v_s = self.v_r = 0
        return self.send(self.frame(control, information, segmented=segmented))

    def send(self, raw: bytes) -> Reply:
        """Send octets as they are and hear what comes back until the device gives the word or is silent."""
        self._bench.stimulus(f"trama {raw.hex()}", f"frame {raw.hex()}")
        reply = self._exchange(raw)
        said = reply.raw.hex()
        self._bench.observe(
            f"contesta {reply.names}: {said}" if reply.raw else "no contesta",
            f"it answers {reply.names}: {said}" if reply.raw else "it does not answer",
        )
        return reply

    def quietly(self, control: int) -> Reply:
        """Send a frame that belongs to no sub-test, and take what comes."""
        return self._exchange(self.frame(control))

    def _exchange(self, raw: bytes) -> Reply:
        bench, link = self._bench, self._bench.link()
        bench.recorder.frame("tx", raw)
        link.send(raw)
        answer = hear(bench, link)
        frames = read_frames(answer)
        while answer and not (frames and frames[-1].final) and len(frames) < _MOST_FRAMES:
            more = link.receive(_REST_S)
            if not more:
                break
            answer += more
            frames = read_frames(answer)
        if answer:
            bench.recorder.frame("rx", answer)
        return Reply(answer, tuple(frames))

    # ------------------------------------------------------------------ information

    def request(self, apdu: bytes, size: int | None = None) -> bytes | None:
        """Send an APDU in pieces of `size` octets and give the APDU that answers, polled piece by piece.

        None where the device does not go along to the end.
        """
        information = LLC_REQUEST + apdu
        step = size or len(information)
        pieces = [information[at : at + step] for at in range(0, len(information), step)]
        reply = Reply(b"", ())
        for piece in pieces:
            control = information_control(self.v_s, self.v_r)
            reply = self.ask(control, piece, segmented=piece is not pieces[-1])
            self.v_s += 1
            if reply.last is None or reply.last.name not in ("RR", "I"):
                return None
        joined = self.collect(reply)
        return joined[len(LLC_REQUEST) :] if joined else None

    def collect(self, reply: Reply) -> bytes:
        """Join the I-frames of `reply` and of the polls that follow; empty where they do not add up."""
        joined = b""
        for _ in range(_MOST_FRAMES):
            for frame in reply.frames:
                if frame.name != "I" or frame.n_s != self.v_r % 8:
                    return b""
                self.v_r += 1
                joined += frame.information
                self.longest = max(self.longest, len(frame.information))
            if reply.last is None or not reply.last.segmented:
                return joined if reply.last is not None else b""
            reply = self.ask(ready_control(self.v_r))
        return b""


@contextmanager
def hdlc_wire(bench: Bench) -> Iterator[HdlcWire]:
    """A wire to a device that is disconnected, whatever was before; it is left so, whatever happens.

    Raises:
        CaseInconclusive: the device does not even answer DISC, so that its silence later would say nothing.
    """
    wire = HdlcWire(bench)
    must_answer(bench, wire.quietly(DISC).raw or None)
    try:
        yield wire
    finally:
        with suppress(LinkError):
            wire.quietly(DISC)


# ---------------------------------------------------------------------- judging


def must_be(bench: Bench, reply: Reply, es: str, en: str, *due: str) -> FrameSeen:
    """The answer must be of a kind that is due; silence proves nothing.

    Raises:
        CaseInconclusive: nothing came.
        CaseFails: something else came.
    """
    must_answer(bench, reply.raw or None)
    last = reply.last
    said = reply.names
    bench.check(
        last is not None and last.name in due,
        f"{es} recibe {' o '.join(due)} ({said})",
        f"{en} gets {' or '.join(due)} ({said})",
    )
    assert last is not None  # noqa: S101 - the check above has seen to it
    return last


def must_be_silent(bench: Bench, reply: Reply) -> None:
    """Nothing may come back.

    Raises:
        CaseFails: something came.
    """
    bench.check(not reply.raw, "no se contesta", "it is not answered")


def must_connect(bench: Bench, wire: HdlcWire, information: bytes = b"") -> Granted:
    """SNRM must be answered by UA; what it grants.

    Raises:
        CaseInconclusive: nothing came.
        CaseFails: something else came, or its parameters are not of the right form.
    """
    answer = must_be(bench, wire.ask(SNRM, information), "SNRM", "SNRM", "UA")
    granted = read_parameters(answer.information)
    bench.check(granted is not None, "los parámetros del UA se leen", "the parameters of the UA can be read")
    assert granted is not None  # noqa: S101 - the check above has seen to it
    return granted


def unanswered_then_good(bench: Bench, wire: HdlcWire, *bad: bytes) -> None:
    """None of the bad frames is answered, and after each a good SNRM is; the device ends disconnected."""
    for raw in bad:
        must_be_silent(bench, wire.send(raw))
        must_connect(bench, wire)
        must_be(bench, wire.ask(DISC), "DISC", "DISC", "UA")


def broken_fcs(raw: bytes) -> bytes:
    """The frame with one bit of its FCS turned."""
    return raw[:-3] + bytes((raw[-3] ^ 0x01,)) + raw[-2:]


def broken_hcs(raw: bytes) -> bytes:
    """The frame with one bit of its HCS turned and an FCS that fits."""
    header = next(end for end in range(7, len(raw)) if raw[end : end + 2] == check_sequence(raw[1:end]))
    content = raw[1:header] + bytes((raw[header] ^ 0x01,)) + raw[header + 1 : -3]
    flag = bytes((FLAG,))
    return flag + content + check_sequence(content) + flag
