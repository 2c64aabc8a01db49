"""Trees for people: from the nodes that readers leave, with what octets mean beside them, in either language.

A tree is plain data: ``{"name", "value", "hex", "children"}``.
"""

from typing import Any

from protocols.dlms.axdr import TYPE_NAMES, DataTag
from protocols.dlms.datetimes import SIZE as DATE_TIME_SIZE
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError
from protocols.dlms.explain.words import class_name, word
from protocols.dlms.obis import Obis
from protocols.dlms.reader import Node, plain

Tree = dict[str, Any]

_OBIS_SIZE = 6
_OCTET_STRING = TYPE_NAMES[DataTag.OCTET_STRING]
#: fields of fixed shape: with their own value the reads inside say nothing new
_CLOSED = frozenset(
    name for tag, name in TYPE_NAMES.items() if tag not in (DataTag.ARRAY, DataTag.STRUCTURE)
) - {TYPE_NAMES[DataTag.COMPACT_ARRAY]}


def leaf(name: str, value: object, lang: str, raw: bytes = b"", children: list[Tree] | None = None) -> Tree:
    """One tree node; `name` is translated, `value` made plain."""
    return {"name": word(name, lang), "value": plain(value), "hex": raw.hex(), "children": children or []}


def from_node(node: Node, lang: str) -> Tree:
    """The tree of a node that a reader left."""
    children = [] if node.name in _CLOSED else [from_node(child, lang) for child in node.children]
    return leaf(node.name, node.value, lang, node.raw, children + _meaning(node, lang))


def _meaning(node: Node, lang: str) -> list[Tree]:
    """Meaning of a field beyond its octets."""
    if node.name == _OCTET_STRING and isinstance(node.value, bytes):
        return octets_meaning(node.value, lang)
    if node.name == "logical-name" and len(node.raw) == _OBIS_SIZE:
        return obis_meaning(Obis.from_bytes(node.raw), lang)
    if node.name == "class-id" and isinstance(node.value, int):
        name = class_name(node.value, lang)
        return [leaf("description", name, lang)] if name else []
    return []


def obis_meaning(obis: Obis, lang: str) -> list[Tree]:
    """Nodes for a code and what it stands for."""
    described = obis.describe(lang)
    nodes = [leaf("obis", str(obis), lang, obis.to_bytes())]
    return nodes + ([leaf("description", described, lang)] if described else [])


def octets_meaning(raw: bytes, lang: str) -> list[Tree]:
    """Likely meaning of an octet-string: a logical name, a date-time, text; or nothing sure."""
    if looks_like_obis(raw):
        return obis_meaning(Obis.from_bytes(raw), lang)
    moment = date_time_text(raw)
    if moment is not None:
        return [leaf("date-time", moment, lang)]
    text = printable(raw)
    return [] if text is None else [leaf("text", text, lang)]


def looks_like_obis(raw: bytes) -> bool:
    """Six octets, abstract or energy medium, present value (F = 255)."""
    return len(raw) == _OBIS_SIZE and raw[5] == 0xFF and raw[0] <= 9


def date_time_text(raw: bytes) -> str | None:
    """``2019-12-16 07:59:40 dev=-60 status=00`` when `raw` is a plausible date-time."""
    if len(raw) != DATE_TIME_SIZE:
        return None
    try:
        moment = CosemDateTime.from_bytes(raw)
    except DecodeError:
        return None
    if moment.year is None and moment.month is None and moment.hour is None:
        return None
    if moment.year is not None and not 1900 <= moment.year <= 2200:
        return None
    deviation = "unspec" if moment.deviation_minutes is None else str(moment.deviation_minutes)
    return f"{moment.to_text()} dev={deviation} status={moment.status:02x}"


def printable(raw: bytes) -> str | None:
    """`raw` as text when every octet is a printable ASCII character."""
    return raw.decode("ascii") if raw and all(0x20 <= octet < 0x7F for octet in raw) else None
