"""A recorded conversation or push: frames taken apart, segments and blocks joined, APDUs explained."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from protocols.dlms.errors import DecodeError, FrameError
from protocols.dlms.explain.apdus import ExplainedApdu, explain_apdu
from protocols.dlms.explain.deciphering import Decipherer, ReadingKeys
from protocols.dlms.explain.frames import (
    bad_hdlc_tree,
    bad_mbus_tree,
    hdlc_tree,
    is_wrapper,
    mbus_tree,
    read_out_tree,
    wrapper_tree,
)
from protocols.dlms.explain.tree import Tree, leaf
from protocols.dlms.explain.words import fault_sentence, translator
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.hdlc.control import Kind
from protocols.dlms.hdlc.frame import FLAG, LLC_COMMAND, LLC_RESPONSE, LLC_SIZE, Fault, Frame
from protocols.dlms.hdlc.splitter import BadFrame, FrameSplitter
from protocols.dlms.mbus import (
    BadMbus,
    MbusApdu,
    MbusFault,
    MbusSplitter,
    SegmentFault,
    SegmentJoiner,
    starts_like_mbus,
)
from protocols.dlms.mode_e.readout import decode_read_out
from protocols.dlms.wrapper import HEADER_SIZE
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer

# Joining the blocks of a general-block-transfer that another client received: a listener cannot ask again.
#
# A duplicate is skipped, block 1 begins again, a gap gives the APDU up until the next block 1.
#
# Source: IEC 62056-5-3, 9.4.6.13 (general block transfer).


class BlockJoiner:
    """Feed it blocks in the order of their arrival."""

    __slots__ = ("_data", "_expected", "notes", "problem")

    def __init__(self) -> None:
        self._data = bytearray()
        self._expected = 1
        #: what was let through, as ``(kind, block)``: ``duplicate``, ``restart``
        self.notes: list[tuple[str, int]] = []
        #: ``(block that came, block that was expected)`` of the gap that spoiled the transfer
        self.problem: tuple[int, int] | None = None

    @property
    def is_unfinished(self) -> bool:
        """True if blocks wait for those that follow."""
        return bool(self._data)

    def take(self, block: GeneralBlockTransfer) -> bytes | None:
        """Take a block; the whole APDU when it was the last one."""
        number = block.block_number
        if number == 1:
            if self._expected != 1:
                self.notes.append(("restart", number))
            self._begin()
        elif number < self._expected:
            self.notes.append(("duplicate", number))
            return None
        elif number > self._expected or self.problem is not None:
            self.problem = self.problem or (number, self._expected)
            self._data.clear()
            return None
        self._data += block.block_data
        self._expected += 1
        if len(self._data) > MAX_APDU_SIZE:
            self.problem = (number, self._expected)
            self._data.clear()
            return None
        if not block.last_block:
            return None
        joined = bytes(self._data)
        self._begin()
        return joined

    def _begin(self) -> None:
        self._data.clear()
        self._expected = 1
        self.problem = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong.

    Args:
        sentence: what, in the language of the explanation.
        kind: ``frame`` (dropped), ``apdu`` (undecodable), ``blocks`` (their order), ``unfinished``.
        item: index of the item of the input that it was found in.
    """

    sentence: str
    kind: str
    item: int


@dataclass(slots=True)
class Explanation:
    """Result: trees of frames and APDUs, and what was wrong."""

    frames: list[Tree] = field(default_factory=list)
    apdus: list[Tree] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    blocks: list[Tree] = field(default_factory=list)

    @property
    def error(self) -> str | None:
        """Every problem in one sentence, None when there is none."""
        return "; ".join(dict.fromkeys(problem.sentence for problem in self.problems)) or None


class Explainer:
    """Feed it the items of a recording, in order; then `finish`.

    Args:
        lang: ``es`` or ``en``.
        keys: open what is ciphered.
    """

    def __init__(self, lang: str = "en", keys: Iterable[ReadingKeys] = ()) -> None:
        self.result = Explanation()
        self._lang = lang
        self._decipherer = Decipherer(keys)
        self._say = translator(lang)
        self._item = -1
        self._splitter = FrameSplitter()
        self._mbus = MbusSplitter()
        self._mbus_segments = SegmentJoiner()
        self._blocks = BlockJoiner()
        self._segments: dict[tuple[object, object], bytearray] = {}
        self._last_number: dict[tuple[object, object], int] = {}

    # ------------------------------------------------------------ items in

    def hdlc(self, raw: bytes) -> None:
        """Octets of HDLC: one frame, several, or a part of one."""
        self._item += 1
        for found in self._splitter.feed(raw):
            if isinstance(found, BadFrame):
                self._bad_frame(found, raw)
            else:
                self._good_frame(found.frame, found.raw)

    def mbus(self, raw: bytes) -> None:
        """Octets of wired M-Bus: one frame, several, or a part of one."""
        self._item += 1
        for found in self._mbus.feed(raw):
            if isinstance(found, BadMbus):
                self._bad_mbus(found)
                continue
            tree = mbus_tree(found.raw, found.frame, self._lang)
            self.result.frames.append(tree)
            joined = self._mbus_segments.take(found.frame)
            if isinstance(joined, SegmentFault):
                self._problem("frame", fault_sentence(joined, str(joined), self._lang))
            elif isinstance(joined, MbusApdu):
                self._apdu(joined.apdu, None, tree)

    def read_out(self, raw: bytes) -> None:
        """A whole IEC 62056-21 read-out in ASCII."""
        self._item += 1
        try:
            read_out = decode_read_out(raw)
        except DecodeError as error:
            place = self._say("at byte", "en el byte")
            self._problem("frame", f"bad-read-out: {error} ({place} {error.position})")
            return
        self.result.frames.append(read_out_tree(raw, read_out, self._lang))
        if read_out.block_check_ok is False:
            self._problem("frame", fault_sentence("bad-block-check", "it does not fit", self._lang))

    def wrapper(self, raw: bytes) -> None:
        """Octets of the TCP wrapper: whole PDUs."""
        self._item += 1
        offset = 0
        while is_wrapper(raw[offset:]):
            end = offset + HEADER_SIZE + int.from_bytes(raw[offset + 6 : offset + HEADER_SIZE], "big")
            self.result.frames.append(wrapper_tree(raw[offset:end], self._lang))
            self._apdu(raw[offset + HEADER_SIZE : end], offset + HEADER_SIZE)
            offset = end
        if offset < len(raw) or not raw:
            sentence = self._say(
                f"bad-length: not a wrapper PDU at byte {offset}",
                f"bad-length: no hay una PDU de la envoltura en el byte {offset}",
            )
            self._problem("frame", sentence)

    def apdu(self, raw: bytes) -> None:
        """One APDU, perhaps behind its LLC."""
        self._item += 1
        if raw[:LLC_SIZE] in (LLC_COMMAND, LLC_RESPONSE):
            self._apdu(raw[LLC_SIZE:], LLC_SIZE)
        else:
            self._apdu(raw, 0)

    def finish(self) -> Explanation:
        """Say what is left unfinished; give the whole."""
        rest = self._splitter.reset()
        # A last flag alone closes the frame before it, or fills the time between frames; where there was no
        # frame, it is all that came of one.
        lone = len(rest) == 1 and not self.result.frames
        if len(rest) > 1 or lone:
            sentence = "only its flag came" if lone else "the frame ends before its announced length"
            self._bad_frame(BadFrame(rest, FrameError(Fault.BAD_LENGTH, sentence, position=len(rest))), rest)
        half = self._mbus.reset()
        if half:
            error = FrameError(
                MbusFault.BAD_LENGTH, "the frame ends before its announced length", position=len(half)
            )
            self._bad_mbus(BadMbus(half, error))
        if any(self._segments.values()) or self._mbus_segments.is_unfinished:
            sentence = self._say(
                "the last segment of an APDU is missing", "falta el último segmento de una APDU"
            )
            self._problem("unfinished", sentence)
        if self._blocks.problem is not None:
            came, expected = self._blocks.problem
            sentence = self._say(
                f"general-block-transfer: block {came} came, {expected} was expected; no APDU",
                f"transferencia por bloques: llegó el bloque {came}, se esperaba el {expected}; no hay APDU",
            )
            self._problem("blocks", sentence)
        elif self._blocks.is_unfinished:
            sentence = self._say("the last block of an APDU is missing", "falta el último bloque de una APDU")
            self._problem("unfinished", sentence)
        return self.result

    # ------------------------------------------------------------ frames

    def _good_frame(self, frame: Frame, raw: bytes) -> None:
        tree = hdlc_tree(raw, frame, self._lang)
        self.result.frames.append(tree)
        key = (frame.destination, frame.source)
        if frame.kind is Kind.SNRM:
            self._segments.clear()
            self._last_number.clear()
        if frame.kind not in (Kind.I, Kind.UI) or not frame.information:
            return
        if frame.kind is Kind.I:
            if self._last_number.get(key) == frame.control.n_s:
                note = self._say(
                    "a repeated I-frame: not delivered twice", "trama I repetida: no se entrega dos veces"
                )
                tree["children"].append(leaf("note", note, self._lang))
                return
            self._last_number[key] = frame.control.n_s
        joined = self._segments.setdefault(key, bytearray())
        joined += frame.information
        if not frame.segmented:
            information = bytes(self._segments.pop(key))
            size = LLC_SIZE if information[:LLC_SIZE] in (LLC_COMMAND, LLC_RESPONSE) else 0
            self._apdu(information[size:], None, tree)

    def _bad_frame(self, bad: BadFrame, item: bytes) -> None:
        self._segments.clear()  # a hole in the stream: what waits cannot become whole
        self.result.frames.append(bad_hdlc_tree(bad.raw, bad.error, self._lang))
        sentence = fault_sentence(bad.error.fault, str(bad.error), self._lang)
        start = item.find(bad.raw)
        if bad.error.position is not None and start >= 0:
            place = self._say("at byte", "en el byte")
            sentence += f" ({place} {start + bad.error.position})"
        self._problem("frame", sentence)

    def _bad_mbus(self, bad: BadMbus) -> None:
        self.result.frames.append(bad_mbus_tree(bad.raw, bad.error, self._lang))
        self._problem("frame", fault_sentence(bad.error.fault, str(bad.error), self._lang))

    # ------------------------------------------------------------ APDUs

    def _apdu(self, raw: bytes, offset: int | None, frame: Tree | None = None) -> None:
        """Explain one APDU; `offset` is where it begins in the item, None when joined from frames."""
        explained = explain_apdu(raw, self._lang, self._decipherer)
        if not isinstance(explained.apdu, GeneralBlockTransfer):
            self._deliver(explained, offset)
            return
        self.result.blocks.append(explained.tree)
        if frame is not None:
            frame["children"].append(explained.tree)
        seen = len(self._blocks.notes)
        whole = self._blocks.take(explained.apdu)
        for kind, number in self._blocks.notes[seen:]:
            explained.tree["children"].append(leaf("note", self._block_note(kind, number), self._lang))
        if whole is not None:
            self._deliver(explain_apdu(whole, self._lang, self._decipherer), None)

    def _block_note(self, kind: str, number: int) -> str:
        if kind == "duplicate":
            return self._say(
                f"block {number} came twice: ignored", f"el bloque {number} llegó dos veces: se ignora"
            )
        return self._say(
            "the transfer begins again with block 1", "la transferencia empieza de nuevo con el bloque 1"
        )

    def _deliver(self, explained: ExplainedApdu, offset: int | None) -> None:
        if explained.error is None:
            self.result.apdus.append(explained.tree)
            return
        sentence = self._say(
            f"the APDU does not decode: {explained.error}", f"la APDU no se decodifica: {explained.error}"
        )
        if explained.position is not None:
            place = self._say("at byte", "en el byte")
            whose = "" if offset is not None else self._say(" of the APDU", " de la APDU")
            sentence += f" ({place} {explained.position + (offset or 0)}{whose})"
        self._problem("apdu", sentence)

    def _problem(self, kind: str, sentence: str) -> None:
        self.result.problems.append(Problem(sentence, kind, self._item))


def starts_like_hdlc(raw: bytes) -> bool:
    """True if `raw` begins with a flag."""
    return raw[:1] == bytes((FLAG,))


# Layers: the one that some octets belong to, and the explanation of each.


class Layer(StrEnum):
    """The outermost layer of a recording."""

    HDLC = "hdlc"
    WRAPPER = "wrapper"
    LLC_APDU = "llc+apdu"
    APDU = "apdu"
    MBUS = "mbus"
    ASCII = "iec62056-21-ascii"


def detect(raw: bytes) -> Layer:
    """The layer that `raw` begins with."""
    if starts_like_hdlc(raw):
        return Layer.HDLC
    if is_wrapper(raw):
        return Layer.WRAPPER
    if starts_like_mbus(raw):
        return Layer.MBUS
    if raw[:1] == b"/" and raw.isascii():
        return Layer.ASCII
    return Layer.APDU  # with or without LLC


#: how the items of each layer are explained
_FEEDERS: dict[Layer, Callable[[Explainer, bytes], None]] = {
    Layer.HDLC: Explainer.hdlc,
    Layer.WRAPPER: Explainer.wrapper,
    Layer.MBUS: Explainer.mbus,
    Layer.ASCII: Explainer.read_out,
    Layer.LLC_APDU: Explainer.apdu,
    Layer.APDU: Explainer.apdu,
}


def explain(
    items: Iterable[bytes],
    layer: Layer | None = None,
    lang: str = "en",
    keys: Iterable[ReadingKeys] = (),
) -> Explanation:
    """Explain the items of one recording in order.

    Args:
        items: octets as they were recorded: a frame each, mostly.
        layer: what they are; None to detect it by the first item.
        lang: ``es`` or ``en``.
        keys: open what is ciphered.
    """
    found = list(items)
    kind = layer or detect(found[0] if found else b"")
    explainer = Explainer(lang, keys)
    for item in found:
        _FEEDERS[kind](explainer, item)
    return explainer.finish()
