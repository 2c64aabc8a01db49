"""Files of captures (``dlms-captures/1``): every entry explained, and judged by what it says of itself.

An entry has a ``layer``, a ``kind``, and ``hex`` (text or a list) or ``exchange`` (a list of ``{"hex", …}``);
an ASCII read-out may stand there as ``text``: all of it, or its lines. Its ``keys`` or
``test_key_hex`` open what is ciphered.
`ok` means: everything decodes; or what does not is what the entry says must be refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from protocols.dlms.errors import DlmsValueError
from protocols.dlms.explain.deciphering import GeneralKeys, ReadingKeys
from protocols.dlms.explain.stream import Explanation, Layer, Problem, explain
from protocols.dlms.explain.tree import Tree
from protocols.dlms.explain.words import translator

# Hexadecimal as people paste it: blanks, line ends, colons, ``0x``.

_SEPARATORS = re.compile(r"0[xX]|[\s:,;-]+")
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")


class HexError(DlmsValueError):
    """Text that is not hexadecimal.

    Args:
        english: one sentence.
        spanish: the same.
    """

    def __init__(self, english: str, spanish: str) -> None:
        super().__init__(english)
        self.english = english
        self.spanish = spanish


def parse_hex(text: str) -> bytes:
    """The octets of `text`.

    Raises:
        HexError: no digits, an odd number of them, or something else; says at which byte.

    >>> parse_hex("0x7E a0:07").hex()
    '7ea007'
    """
    digits = _SEPARATORS.sub("", text)
    for index, digit in enumerate(digits):
        if digit not in _HEX_DIGITS:
            raise HexError(
                f"{digit!r} is not hexadecimal, at byte {index // 2}",
                f"{digit!r} no es hexadecimal, en el byte {index // 2}",
            )
    if not digits:
        raise HexError(
            "there are no hexadecimal digits, at byte 0", "no hay dígitos hexadecimales, en el byte 0"
        )
    if len(digits) % 2:
        raise HexError(
            f"the last byte has one digit only, at byte {len(digits) // 2}",
            f"el último byte tiene un solo dígito, en el byte {len(digits) // 2}",
        )
    return bytes.fromhex(digits)


# The keys that an entry of a file of captures publishes for itself: test keys, worth nothing elsewhere.

#: names of a table -> fields of `GeneralKeys`
_GENERAL = {
    "gbek": "gbek",
    "kek": "kek",
    "agreement_private_key": "agreement",
    "peer_agreement_public_key": "peer_agreement",
    "signing_public_key": "signing",
}
_TITLES = ("client_system_title", "server_system_title", "system_title")


def published_keys(capture: Mapping[str, Any]) -> list[ReadingKeys]:
    """``keys`` with guek, gak, dedicated_key and titles; or ``test_key_hex`` alone, which verifies nothing.

    Raises:
        DlmsValueError: one is no hexadecimal.
    """
    named = capture.get("keys")
    if isinstance(named, Mapping) and "guek" in named:
        return [reading_keys(named)]
    alone = capture.get("test_key_hex")
    return [ReadingKeys(parse_hex(alone))] if isinstance(alone, str) else []


def reading_keys(row: Mapping[str, Any]) -> ReadingKeys:
    """Keys from a table of hexadecimal texts; ``guek`` must be there.

    Raises:
        DlmsValueError: one is no hexadecimal.
    """
    octets = {
        name: parse_hex(value) for name, value in row.items() if _is_key(name) and isinstance(value, str)
    }
    return ReadingKeys(
        guek=octets["guek"],
        gak=octets.get("gak"),
        dedicated_key=octets.get("dedicated_key"),
        titles=tuple(octets[name] for name in _TITLES if name in octets),
        general=GeneralKeys(**{field: octets[name] for name, field in _GENERAL.items() if name in octets}),
    )


def _is_key(name: str) -> bool:
    return name in ("guek", "gak", "dedicated_key", *_GENERAL, *_TITLES)


#: kinds that a receiver must refuse as a whole
_REFUSED_KIND = "negative-push"
#: words in an exchange's `expected` that ask for a frame to be dropped
_SILENCE = ("no answer", "ignored", "dropped")
_VERDICTS = ("fcs_ok", "hcs_ok", "length_ok")


@dataclass(frozen=True, slots=True)
class ExplainedCapture:
    """One entry: what ``amibench dlms decode --file F --json`` prints of it."""

    id: str
    ok: bool
    frames: list[Tree]
    apdus: list[Tree]
    error: str | None

    def plain(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"id": self.id, "ok": self.ok, "frames": self.frames, "apdus": self.apdus, "error": self.error}


def explain_captures(
    document: object, lang: str = "en", keys: Sequence[ReadingKeys] = ()
) -> list[ExplainedCapture]:
    """Explain every capture of a loaded file.

    Args:
        document: ``{"captures": [...]}`` or the list itself.
        lang: ``es`` or ``en``.
        keys: open what is ciphered, beside the keys that an entry itself publishes.

    Raises:
        DlmsValueError: it has another shape.
    """
    captures = document.get("captures") if isinstance(document, Mapping) else document
    if not isinstance(captures, list) or not all(isinstance(capture, Mapping) for capture in captures):
        raise DlmsValueError("a file of captures holds a list called captures")
    return [explain_capture(capture, index, lang, keys) for index, capture in enumerate(captures)]


def explain_capture(
    capture: Mapping[str, Any], index: int = 0, lang: str = "en", keys: Sequence[ReadingKeys] = ()
) -> ExplainedCapture:
    """Explain one entry; a fault of the entry itself becomes its `error`."""
    name = str(capture.get("id", f"#{index}"))
    try:
        layer = _layer(capture)
        items = _items(capture, layer)
        own = published_keys(capture)
    except DlmsValueError as error:
        return ExplainedCapture(name, False, [], [], str(error))
    result = explain(items, layer, lang, [*own, *keys])
    ok, remark = _judge(capture, result, lang)
    return ExplainedCapture(name, ok, result.frames, result.apdus, remark)


def _layer(capture: Mapping[str, Any]) -> Layer | None:
    named = capture.get("layer")
    if named is None:
        return None
    try:
        return Layer(named)
    except ValueError:
        return None  # an unknown name: the octets will tell


def _entries(capture: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    exchange = capture.get("exchange")
    return [entry for entry in exchange if isinstance(entry, Mapping)] if isinstance(exchange, list) else []


def _items(capture: Mapping[str, Any], layer: Layer | None) -> list[bytes]:
    plain = capture.get("text")
    if isinstance(plain, list) and all(isinstance(line, str) for line in plain):
        plain = "".join(f"{line}\r\n" for line in plain)
    if layer is Layer.ASCII and isinstance(plain, str):
        return [plain.encode("latin-1", "replace")]
    texts = capture.get("hex")
    if texts is None:
        texts = [entry.get("hex") for entry in _entries(capture)]
    elif isinstance(texts, str):
        texts = [texts]
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise DlmsValueError("the capture holds neither hex nor an exchange with hex")
    return [parse_hex(text) for text in texts]


# ---------------------------------------------------------------- the judgement


def _judge(capture: Mapping[str, Any], result: Explanation, lang: str) -> tuple[bool, str | None]:
    """True if all is as it should be, and the sentence to show."""
    say = translator(lang)
    expected = capture.get("expected")
    if str(capture.get("kind", "")) == _REFUSED_KIND:
        if result.apdus:
            return False, say("this must be refused, and it decodes", "debe rechazarse, y se decodifica")
        return True, result.error
    wanted = expected.get("complete_apdus") if isinstance(expected, Mapping) else None
    if isinstance(wanted, int) and wanted != len(result.apdus):
        counted = say(
            f"{wanted} APDUs expected, {len(result.apdus)} found",
            f"se esperaban {wanted} APDU y hay {len(result.apdus)}",
        )
        return False, counted if result.error is None else f"{result.error}; {counted}"
    return all(_excused(problem, capture) for problem in result.problems), result.error


def _excused(problem: Problem, capture: Mapping[str, Any]) -> bool:
    """True if the entry says that this frame is to be dropped."""
    if problem.kind != "frame":
        return False
    entries = _entries(capture)
    stated: Mapping[str, Any] | None = None
    frames = capture.get("frames")
    if entries and 0 <= problem.item < len(entries):
        stated = entries[problem.item]
    elif (
        isinstance(frames, list)
        and 0 <= problem.item < len(frames)
        and isinstance(frames[problem.item], Mapping)
    ):
        stated = frames[problem.item]
    if stated is None:
        return False
    expected = str(stated.get("expected", "")).lower()
    return any(stated.get(verdict) is False for verdict in _VERDICTS) or any(
        word in expected for word in _SILENCE
    )
