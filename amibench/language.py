"""Language of a command: the ``--lang`` option, then ``AMIBENCH_LANG``, then the locale, else English."""

import os

from amibench.errors import CommandError
from i18n import SOURCE_LANGUAGE, languages


def resolve(lang: str | None = None) -> str:
    """Code of a language that has a catalogue, or the source language; other names fall through."""
    for candidate in (lang, *map(os.environ.get, ("AMIBENCH_LANG", "LC_ALL", "LANG"))):
        if candidate and candidate[:2].lower() in languages():
            return candidate[:2].lower()
    return SOURCE_LANGUAGE


def spoken(lang: str | None) -> str:
    """Language as `resolve` finds it, where ``--lang`` is one of the languages or was not given.

    Raises:
        CommandError: it is another.
    """
    if lang is not None and lang not in languages():
        raise CommandError(f"--lang is {' or '.join(reversed(languages()))}, not {lang}")
    return resolve(lang)
