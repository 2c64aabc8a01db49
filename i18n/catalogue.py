"""Catalogues: the translation of each English sentence, one gettext file a language."""

import gettext
import os
from functools import cache
from pathlib import Path

DOMAIN = "amibench"
#: Language of the keys; it needs no catalogue.
SOURCE_LANGUAGE = "en"
#: Folder of the catalogues; the environment names another one where a language is tried out.
_SHIPPED = Path(__file__).with_name("locale")


class UnknownLanguageError(ValueError):
    """A language without a catalogue."""


def folder() -> Path:
    """Folder of the catalogues: ``AMIBENCH_LOCALE``, else the one that ships."""
    return Path(os.environ.get("AMIBENCH_LOCALE") or _SHIPPED)


def languages() -> tuple[str, ...]:
    """Codes of the languages that are offered, the source language first: ``("en", "es")``."""
    found = folder().glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return (SOURCE_LANGUAGE, *sorted(path.parts[-3] for path in found))


def translation(text: str, lang: str) -> str:
    """Sentence `text` in `lang`; the English text itself where the catalogue lacks it.

    Args:
        text: the key, the sentence in English.
        lang: code of a language, such as ``es``.

    Raises:
        UnknownLanguageError: `lang` has no catalogue.
    """
    if lang == SOURCE_LANGUAGE or not text:
        return text
    return _catalogue(folder(), lang).gettext(text)


@cache
def _catalogue(where: Path, lang: str) -> gettext.NullTranslations:
    try:
        return gettext.translation(DOMAIN, where, [lang])
    except FileNotFoundError as missing:
        raise UnknownLanguageError(f"no catalogue for the language {lang}") from missing
