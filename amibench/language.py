"""Language of a command: the ``--lang`` option, then ``AMIBENCH_LANG``, then the locale, else English."""

import os

from amibench.errors import CommandError

LANGUAGES = ("es", "en")


def resolve(lang: str | None = None) -> str:
    """``es`` or ``en``; a name that is neither falls through to the next source."""
    for candidate in (lang, *map(os.environ.get, ("AMIBENCH_LANG", "LC_ALL", "LANG"))):
        if candidate and candidate[:2].lower() in LANGUAGES:
            return candidate[:2].lower()
    return "en"


def spoken(lang: str | None) -> str:
    """Language as `resolve` finds it, where ``--lang`` is one of `LANGUAGES` or was not given.

    Raises:
        CommandError: it is another.
    """
    if lang is not None and lang not in LANGUAGES:
        raise CommandError(f"--lang is {' or '.join(LANGUAGES)}, not {lang}")
    return resolve(lang)
