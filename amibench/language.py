"""Which language to speak: the ``--lang`` option, then ``AMIBENCH_LANG``, then the locale, else English."""

import os

LANGUAGES = ("es", "en")


def resolve(lang: str | None = None) -> str:
    """``es`` or ``en``; a name that is neither falls through to the next source."""
    for candidate in (lang, *map(os.environ.get, ("AMIBENCH_LANG", "LC_ALL", "LANG"))):
        if candidate and candidate[:2].lower() in LANGUAGES:
            return candidate[:2].lower()
    return "en"
