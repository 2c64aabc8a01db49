"""One frame as a tree: HDLC or TCP wrapper."""

from contextlib import suppress

from protocols.dlms.errors import DecodeError, FrameError
from protocols.dlms.explain.tree import Tree, from_node, leaf, obis_meaning
from protocols.dlms.explain.words import fault_sentence, translator
from protocols.dlms.hdlc.control import FRMR_BITS, FRMR_SIZE, Control, Kind
from protocols.dlms.hdlc.frame import LLC_COMMAND, LLC_RESPONSE, LLC_SIZE, Frame, decode_frame
from protocols.dlms.hdlc.parameters import decode_parameters
from protocols.dlms.mbus import SEGMENT_LIMIT, MbusFrame, decode_mbus
from protocols.dlms.mode_e.messages import Identification
from protocols.dlms.mode_e.readout import DataSet, ReadOut
from protocols.dlms.reader import Node, Reader, Trace
from protocols.dlms.wrapper import HEADER_SIZE, VERSION

_HAS_PARAMETERS = frozenset({Kind.SNRM, Kind.UA})


def hdlc_tree(raw: bytes, frame: Frame, lang: str) -> Tree:
    """The tree of a good frame."""
    trace = Trace()
    decode_frame(raw, trace)
    children = _flat(trace, lang)
    for child, node in zip(children, _flat_nodes(trace), strict=True):
        if node.name == "information":
            child["children"] += _information(frame, lang)
    kind = str(frame.control) + (", segment" if frame.segmented else "")
    return leaf("frame", kind, lang, raw, children)


def bad_hdlc_tree(raw: bytes, error: FrameError, lang: str) -> Tree:
    """The tree of a frame that must be dropped: as far as it can be read, and why."""
    trace = Trace()
    with suppress(FrameError):  # the error is known; the trace is what counts
        decode_frame(raw, trace)
    reason = fault_sentence(error.fault, str(error), lang)
    return leaf("invalid-frame", reason, lang, raw, [*_flat(trace, lang), leaf("error", reason, lang)])


def wrapper_tree(raw: bytes, lang: str) -> Tree:
    """The tree of a wrapper PDU; `raw` is whole."""
    trace = Trace()
    reader = Reader(raw[:HEADER_SIZE], trace)
    for name in ("version", "source-port", "destination-port", "length"):
        reader.u16(name)
    return leaf("wrapper", None, lang, raw, [from_node(node, lang) for node in trace.nodes])


def is_wrapper(raw: bytes) -> bool:
    """True if `raw` begins with a wrapper header whose length fits what follows."""
    if len(raw) < HEADER_SIZE or int.from_bytes(raw[:2], "big") != VERSION:
        return False
    return int.from_bytes(raw[6:8], "big") <= len(raw) - HEADER_SIZE


def _flat_nodes(trace: Trace) -> list[Node]:
    """The fields of a frame without the group that holds them."""
    nodes: list[Node] = []
    for node in trace.nodes:
        nodes += node.children if node.name == "frame" else [node]
    return nodes


def _flat(trace: Trace, lang: str) -> list[Tree]:
    return [from_node(node, lang) for node in _flat_nodes(trace)]


def _information(frame: Frame, lang: str) -> list[Tree]:
    """Contents of the information field, as far as one frame can tell."""
    information = frame.information
    if frame.kind in _HAS_PARAMETERS:
        trace = Trace()
        try:
            decode_parameters(information, trace)
        except DecodeError as error:
            return [leaf("error", str(error), lang)]
        return [from_node(node, lang) for node in trace.nodes]
    if frame.kind is Kind.FRMR and len(information) == FRMR_SIZE:
        reasons = ", ".join(name for bit, name in FRMR_BITS.items() if information[2] & bit)
        return [
            leaf("rejected-control", str(Control.from_byte(information[0])), lang, information[:1]),
            leaf(
                "sequence-numbers",
                f"V(S)={information[1] >> 1 & 7} V(R)={information[1] >> 5}",
                lang,
                information[1:2],
            ),
            leaf("rejection-reason", reasons, lang, information[2:]),
        ]
    if information[:LLC_SIZE] in (LLC_COMMAND, LLC_RESPONSE):
        return [leaf("llc", information[:LLC_SIZE], lang, information[:LLC_SIZE])]
    return []


# One M-Bus frame as a tree.

_LAST = 0x10
_SAPS = ("source-sap", "destination-sap")


def mbus_tree(raw: bytes, frame: MbusFrame, lang: str) -> Tree:
    """The tree of a good frame; of a DLMS segment with its addresses."""
    children = _fields(raw, lang)
    if frame.information is not None and frame.information < SEGMENT_LIMIT:
        say = translator(lang)
        number = frame.information & ~_LAST
        last = say(", the last", ", el último") if frame.information & _LAST else ""
        children.append(leaf("segment", say(f"{number}{last}", f"{number}{last}"), lang))
        children += [
            leaf(name, sap, lang, bytes((sap,))) for name, sap in zip(_SAPS, frame.data[:2], strict=False)
        ]
    return leaf("mbus-frame", frame.kind.value, lang, raw, children)


def bad_mbus_tree(raw: bytes, error: FrameError, lang: str) -> Tree:
    """The tree of a frame that must be dropped: as far as it can be read, and why."""
    reason = fault_sentence(error.fault, str(error), lang)
    children = [*_fields(raw, lang), leaf("error", reason, lang)]
    return leaf("invalid-mbus-frame", reason, lang, raw, children)


def _fields(raw: bytes, lang: str) -> list[Tree]:
    trace = Trace()
    with suppress(FrameError):  # a bad frame shows as far as it goes
        decode_mbus(raw, trace)
    return [from_node(node, lang) for node in trace.nodes]


# An IEC 62056-21 read-out as a tree: identification, data sets with what their codes mean, block check.


def read_out_tree(raw: bytes, read_out: ReadOut, lang: str) -> Tree:
    """The tree of a whole read-out."""
    children = [] if read_out.identification is None else [_identification(read_out.identification, lang)]
    children += [_data_set(data_set, lang) for data_set in read_out.data_sets]
    if read_out.block_check_ok is not None:
        say = translator(lang)
        verdict = say("it fits", "coincide") if read_out.block_check_ok else say("wrong", "no coincide")
        children.append(leaf("block-check", verdict, lang))
    return leaf("read-out", f"{len(read_out.data_sets)}", lang, raw, children)


def _identification(found: Identification, lang: str) -> Tree:
    parts = [
        leaf("manufacturer", found.manufacturer.upper(), lang),
        leaf("baud-rate", found.baud, lang),
        leaf("HDLC", found.offers_hdlc, lang),
        leaf("text", found.text, lang),
    ]
    return leaf("identification", found.to_bytes().decode("ascii").strip(), lang, found.to_bytes(), parts)


def _data_set(data_set: DataSet, lang: str) -> Tree:
    obis = data_set.obis
    children = [] if obis is None else obis_meaning(obis, lang)
    for value in data_set.values:
        unit = [leaf("unit", value.unit, lang)] if value.unit else []
        children.append(leaf("value", value.text, lang, children=unit))
    return leaf("data-set", data_set.address, lang, children=children)
