"""One M-Bus frame as a tree."""

from contextlib import suppress

from protocols.dlms.errors import FrameError
from protocols.dlms.explain.tree import Tree, from_node, leaf
from protocols.dlms.explain.words import fault_sentence, translator
from protocols.dlms.mbus import MbusFrame, decode_mbus
from protocols.dlms.mbus.segments import SEGMENT_LIMIT
from protocols.dlms.reader import Trace

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
