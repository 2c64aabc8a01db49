"""Sentences of the product, below every room: `Message` carries one, the catalogues give it in a language.

The key of a sentence is its English text, as gettext has it; the sentence in a language is made at the edge,
where somebody reads it. A language is one file, ``locale/LANG/LC_MESSAGES/amibench.po`` (and its compiled
twin); the portal's pages have theirs in ``system/locale``, which Django reads. docs/decisions/0022 says why.
"""

from i18n.catalogue import SOURCE_LANGUAGE, UnknownLanguageError, languages, translation
from i18n.message import Message, Refusal, Verbatim

__all__ = [
    "SOURCE_LANGUAGE",
    "Message",
    "Refusal",
    "UnknownLanguageError",
    "Verbatim",
    "languages",
    "translation",
]
