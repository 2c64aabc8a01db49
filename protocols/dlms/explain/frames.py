"""One frame as a tree: HDLC or TCP wrapper."""

from contextlib import suppress

from protocols.dlms.errors import DecodeError, FrameError
from protocols.dlms.explain.tree import Tree, from_node, leaf
from protocols.dlms.explain.words import fault_sentence
from protocols.dlms.hdlc.control import FRMR_BITS, FRMR_SIZE, Control, Kind
from protocols.dlms.hdlc.frame import Frame, decode_frame
from protocols.dlms.hdlc.llc import LLC_COMMAND, LLC_RESPONSE, LLC_SIZE
from protocols.dlms.hdlc.parameters import decode_parameters
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
    """Whether `raw` begins with a wrapper header whose length fits what follows."""
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
    """What the information field holds, as far as one frame can tell."""
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
