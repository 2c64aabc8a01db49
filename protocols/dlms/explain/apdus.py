"""One APDU as a tree: its fields, and what a push or an answer says in readings."""

from dataclasses import dataclass

from protocols.dlms import axdr
from protocols.dlms.apdu import Apdu, decode_apdu
from protocols.dlms.axdr import MAX_DEPTH, TYPE_NAMES, Data, DataTag
from protocols.dlms.errors import DecodeError
from protocols.dlms.explain.deciphering import Decipherer
from protocols.dlms.explain.readings import Reading, readings, scaler_unit
from protocols.dlms.explain.tree import (
    Tree,
    date_time_text,
    from_node,
    leaf,
    looks_like_obis,
    obis_meaning,
    printable,
)
from protocols.dlms.explain.words import class_name, translator
from protocols.dlms.obis import Obis
from protocols.dlms.reader import Reader, Trace, plain
from protocols.dlms.units import UNITS, scaled
from protocols.dlms.xdlms.ciphered import Ciphered, GeneralSigning
from protocols.dlms.xdlms.notification import DataNotification

# A push layout that is not A-XDR `Data`: attribute descriptors without tags before each value.
#
# Czech meters (EG.D, Sagemcom XT211) push structures of two whose first element is a bare attribute
# descriptor: class-id in two octets, logical name in six, attribute index in one; the second is ordinary
# `Data`. This is used only after the strict one failed, and what it gives is named as non-standard.
#
# Source: none; seen on the wire.

TAG = 0x0F
_DESCRIPTOR_SIZE = 9
_MAX_ATTRIBUTE = 30
_SEQUENCES = (DataTag.ARRAY, DataTag.STRUCTURE)
_TAGS = frozenset(int(tag) for tag in DataTag)


@dataclass(frozen=True, slots=True)
class UntaggedNotification:
    """A data-notification in this layout: what else it holds does not matter here.

    Args:
        date_time: 12 octets, empty when not sent.
        readings: the values with their descriptors.
    """

    date_time: bytes
    readings: tuple[Reading, ...]


def read_notification(raw: bytes, trace: Trace | None = None) -> UntaggedNotification:
    """Read a data-notification whose body has untagged descriptors.

    Raises:
        DecodeError: it is none, or holds not one such descriptor.
    """
    reader = Reader(raw, trace)
    found: list[Reading] = []
    with reader.group("data-notification") as group:
        group.value = "non-standard: attribute descriptors without tags"
        if reader.u8("tag") != TAG:
            raise DecodeError("tag: not a data-notification", position=0)
        reader.u32("long-invoke-id-and-priority")
        with reader.group("date-time"):
            date_time = reader.take(reader.length(), "octets")
        with reader.group("notification-body"):
            _read(reader, found, 0)
        reader.expect_end("apdu")
    if not found:
        raise DecodeError("notification-body: no attribute descriptor without tags", position=0)
    return UntaggedNotification(date_time, tuple(found))


def _read(reader: Reader, found: list[Reading], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise DecodeError(f"data: nested deeper than {MAX_DEPTH} levels", position=reader.pos)
    if reader.peek_u8() not in _SEQUENCES:
        axdr.read(reader)
        return
    with reader.group("data") as group:
        tag = DataTag(reader.u8("tag"))
        group.name = TYPE_NAMES[tag]
        count = reader.length("count")
        group.value = count
        if tag is DataTag.STRUCTURE and count == 2 and _has_descriptor(reader):
            found.append(_entry(reader, len(found)))
            return
        for _ in range(count):
            _read(reader, found, depth + 1)


def _has_descriptor(reader: Reader) -> bool:
    """True if nine octets of a plausible descriptor and a tag follow."""
    ahead = reader.data[reader.pos : reader.pos + _DESCRIPTOR_SIZE + 1]
    if len(ahead) <= _DESCRIPTOR_SIZE:
        return False
    known_class = class_name(int.from_bytes(ahead[:2], "big"), "en") is not None
    return known_class and 1 <= ahead[8] <= _MAX_ATTRIBUTE and ahead[9] in _TAGS


def _entry(reader: Reader, position: int) -> Reading:
    with reader.group("cosem-attribute-descriptor") as group:
        class_id = reader.u16("class-id")
        obis = Obis.from_bytes(reader.take(6, "logical-name"))
        attribute = reader.u8("attribute-id")
        group.value = f"class {class_id}, {obis}, attribute {attribute} (untagged)"
    return Reading(axdr.read(reader), position, obis, class_id, attribute)


NOTIFICATION_TAG = TAG


@dataclass(frozen=True, slots=True)
class ExplainedApdu:
    """Explanation of the octets of an APDU.

    Args:
        tree: its fields, as far as they could be read.
        apdu: the decoded APDU; None when it could not be decoded, or only in a layout of its own.
        error: why it could not be decoded, None when it was.
        position: octet of the error within the APDU, None when unknown.
    """

    tree: Tree
    apdu: Apdu | None = None
    error: str | None = None
    position: int | None = None


#: APDUs within APDUs are explained to this depth: signed, ciphered, plain is three
_DEPTH_MAX = 6


def explain_apdu(
    raw: bytes, lang: str = "en", decipherer: Decipherer | None = None, depth: int = 0
) -> ExplainedApdu:
    """Decode `raw` and say what it means; never raises because of it.

    Args:
        raw: one APDU.
        lang: ``es`` or ``en``.
        decipherer: opens what is ciphered; it remembers what it meets.
        depth: how many APDUs this one lies in.
    """
    opener = Decipherer() if decipherer is None else decipherer
    trace = Trace()
    try:
        apdu = decode_apdu(raw, trace)
    except DecodeError as error:
        return _explain_untagged(raw, lang) or _failed(raw, trace, error, lang)
    tree = _root(raw, trace, lang)
    opener.learn(apdu)
    inside = apdu if isinstance(apdu, Ciphered) else getattr(apdu, "user_information", None)
    if isinstance(apdu, GeneralSigning):
        tree["children"] += _signed(apdu, lang, opener, depth)
    elif isinstance(inside, Ciphered):
        tree["children"] += _deciphered(inside, lang, opener, depth)
    else:
        tree["children"] += _interpretation(apdu, lang)
    return ExplainedApdu(tree, apdu)


_PROOFS: dict[bool | None, tuple[str, str]] = {
    True: ("signed; the signature is right", "firmado; la firma es correcta"),
    False: (
        "signed; the signature is of none of the keys",
        "firmado; la firma no es de ninguna de las claves",
    ),
    None: ("signed; no key to check the signature with", "firmado; no hay clave para comprobar la firma"),
}


def _signed(apdu: GeneralSigning, lang: str, opener: Decipherer, depth: int) -> list[Tree]:
    """Signature, as far as the keys tell whose it is."""
    note = leaf("note", translator(lang)(*_PROOFS[opener.proves(apdu)]), lang)
    return [note, *_inner_apdu(apdu.content, lang, opener, depth)]


def _inner_apdu(raw: bytes, lang: str, opener: Decipherer, depth: int) -> list[Tree]:
    if depth >= _DEPTH_MAX:
        say = translator(lang)
        return [leaf("note", say("nested too deeply", "anidado demasiado hondo"), lang)]
    return [explain_apdu(raw, lang, opener, depth + 1).tree]


def _deciphered(apdu: Ciphered, lang: str, opener: Decipherer, depth: int) -> list[Tree]:
    """Contents, as far as the keys reach."""
    say = translator(lang)
    if not opener:
        note = say("ciphered: the content is not deciphered", "cifrado: el contenido no se descifra")
        return [leaf("note", note, lang)]
    opened = opener.open(apdu)
    if opened is None:
        note = say("ciphered: none of the keys opens it", "cifrado: ninguna de las claves lo abre")
        return [leaf("note", note, lang)]
    note = (
        say(
            "deciphered; the authentication tag is right",
            "descifrado; la etiqueta de autenticación es correcta",
        )
        if opened.verified
        else say("deciphered; nothing proves who sent it", "descifrado; nada prueba quién lo envió")
    )
    return [leaf("note", note, lang), *_inner_apdu(opened.plain, lang, opener, depth)]


def _root(raw: bytes, trace: Trace, lang: str) -> Tree:
    """One tree, also where the decoder left several top nodes."""
    trees = [from_node(node, lang) for node in trace.nodes]
    return trees[0] if len(trees) == 1 else leaf("apdu", None, lang, raw, trees)


def _failed(raw: bytes, trace: Trace, error: DecodeError, lang: str) -> ExplainedApdu:
    tree = _root(raw, trace, lang)
    tree["hex"] = raw.hex()
    tree["children"].append(leaf("error", str(error), lang))
    return ExplainedApdu(tree, None, str(error), error.position)


def _explain_untagged(raw: bytes, lang: str) -> ExplainedApdu | None:
    """The tolerant reading of a push that the strict decoder refused; None when it does not fit either."""
    if not raw or raw[0] != NOTIFICATION_TAG:
        return None
    trace = Trace()
    try:
        notification = read_notification(raw, trace)
    except DecodeError:
        return None
    say = translator(lang)
    tree = _root(raw, trace, lang)
    note = say(
        "non-standard push: attribute descriptors without A-XDR tags (EG.D, Sagemcom), read tolerantly",
        "envío no estándar: descriptores de atributo sin etiquetas A-XDR (EG.D, Sagemcom)",
    )
    tree["children"] += [leaf("note", note, lang), _readings_tree(list(notification.readings), lang)]
    return ExplainedApdu(tree)


def _interpretation(apdu: Apdu, lang: str) -> list[Tree]:
    """Nodes beside the fields of the known kinds of APDU."""
    say = translator(lang)
    if isinstance(apdu, DataNotification):
        found: list[Tree] = [
            leaf("note", say(f"tolerated: {name}", f"tolerado: {name}"), lang) for name in apdu.tolerated
        ]
        values = readings(apdu.body)
        return found + ([_readings_tree(values, lang)] if values else [])
    result = getattr(apdu, "result", None)
    pair = scaler_unit(result) if isinstance(result, Data) else None
    if pair is not None:
        return [_scaler(pair[0], lang), _unit(pair[1], lang)]
    return []


# ---------------------------------------------------------------- readings


def _readings_tree(values: list[Reading], lang: str) -> Tree:
    return leaf("readings", len(values), lang, children=[_reading_tree(reading, lang) for reading in values])


def _reading_tree(reading: Reading, lang: str) -> Tree:
    """One value with everything known about it; the node's value is what a person wants to read."""
    children: list[Tree] = []
    if reading.obis is None:
        children.append(leaf("position", reading.position, lang))
    else:
        children += obis_meaning(reading.obis, lang)
    if reading.class_id is not None:
        name = class_name(reading.class_id, lang)
        described = [leaf("description", name, lang)] if name else []
        children.append(leaf("class", reading.class_id, lang, children=described))
        children.append(leaf("attribute", reading.attribute, lang))
    children += [leaf("type", reading.data.tag.type_name, lang), leaf("raw", _raw(reading.data), lang)]
    if reading.scaler is not None:
        children.append(_scaler(reading.scaler, lang))
    if reading.unit is not None:
        children.append(_unit(reading.unit, lang))
    subject = str(reading.obis) if reading.obis else f"#{reading.position}"
    shown = shown_value(reading.data, reading.scaler, reading.unit)
    children.append(leaf("value", shown, lang))
    return leaf("reading", f"{subject} = {shown}", lang, children=children)


def _scaler(scaler: int, lang: str) -> Tree:
    return leaf("scaler", scaler, lang)


def _unit(code: int, lang: str) -> Tree:
    unit = UNITS.get(code)
    described = [leaf("description", f"{unit.symbol} ({unit.name(lang)})".strip(), lang)] if unit else []
    return leaf("unit", code, lang, children=described)


def _raw(data: Data) -> object:
    """The value as it came; sequences as their text."""
    value = data.python()
    return plain(value)


def shown_value(data: Data, scaler: int | None = None, unit: int | None = None) -> str:
    """`data` for people: scaled with its unit, a date-time, a code, text, or hexadecimal."""
    value = data.value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return scaled(value, scaler or 0, unit)
    if isinstance(value, bytes):
        if looks_like_obis(value):
            return str(Obis.from_bytes(value))
        return date_time_text(value) or printable(value) or value.hex()
    if isinstance(value, tuple):
        return "[" + ", ".join(shown_value(item) for item in value) + "]"
    return "null" if value is None else str(plain(value))
