"""Identifiers, well formed however they were typed: DRN, SGC, EUI-48, documents, names."""

import re
import unicodedata

from protocols.sts.errors import LuhnError, StsValueError
from protocols.sts.identity import SGC_DIGITS, DecoderReferenceNumber
from system.registry.errors import UnableToRegister

_SPACES = re.compile(r"[\s\-\u00a0]+")
_DOCUMENT = re.compile(r"[0-9A-Z]{3,20}")
#: Most letters of a document as it is typed, with spaces, points and dashes that do not count.
TYPED_MAX = 30
#: Code of a locality (DIVIPOLA), or of a part of it.
DANE_PATTERN = r"^[0-9]{8,13}$"
_EUI48 = re.compile(r"[0-9A-F]{12}")


def clean_text(text: str) -> str:
    r"""A name or an address: composed letters, single spaces, nothing that controls a terminal.

    >>> clean_text("  María\tFernanda\x00 ")
    'María Fernanda'
    """
    composed = unicodedata.normalize("NFC", text)
    seen = "".join(
        " " if character.isspace() else character
        for character in composed
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    # once more: what stood apart only by something that was taken out now composes
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def fold(text: str) -> str:
    """A text as it is searched for: without accents and case.

    >>> fold("Ñáñez Güiza")
    'nanez guiza'
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


def clean_drn(text: str) -> str:
    """A decoder reference number; spaces and dashes do not count.

    Raises:
        UnableToRegister: it is none, or its check digit is wrong.

    >>> clean_drn("0000 0000-019")
    '00000000019'
    """
    digits = _SPACES.sub("", text)
    try:
        return DecoderReferenceNumber(digits).drn
    except LuhnError:
        raise UnableToRegister(
            "El DRN está mal escrito: el dígito de control no corresponde. Cópielo de la placa del medidor.",
            "drn",
        ) from None
    except StsValueError:
        raise UnableToRegister("El DRN son 11 o 13 dígitos.", "drn") from None


def clean_sgc(text: str) -> str:
    """A supply group code, six digits; an office program may have eaten zeros at its head.

    Raises:
        UnableToRegister: it is none.
    """
    digits = _SPACES.sub("", text)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= SGC_DIGITS):
        raise UnableToRegister("El SGC son 6 dígitos.", "sgc")
    return digits.zfill(SGC_DIGITS)


def clean_document(text: str) -> str:
    """An identity or tax number without points, spaces and dashes.

    Raises:
        UnableToRegister: it is none.

    >>> clean_document("60.123.456-7")
    '601234567'
    """
    bare = re.sub(r"[.\s\-\u00a0]", "", text).upper()
    if not _DOCUMENT.fullmatch(bare):
        raise UnableToRegister("El documento son de 3 a 20 letras y números.", "document")
    return bare


def clean_eui48(text: str) -> str:
    """An EUI-48 as twelve hexadecimal digits.

    Raises:
        UnableToRegister: it is none.
    """
    bare = re.sub(r"[:\s\-]", "", text).upper()
    if not _EUI48.fullmatch(bare):
        raise UnableToRegister("El EUI-48 son 12 dígitos hexadecimales.", "eui48")
    return bare
