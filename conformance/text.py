"""Sentences that a report shows, kept in both languages side by side so that neither is forgotten."""

from typing import NamedTuple


class Text(NamedTuple):
    """One sentence in Spanish (es-CO) and in English."""

    es: str
    en: str

    def spoken(self, lang: str) -> str:
        """The sentence in `lang` (``es`` or ``en``; anything else reads as English)."""
        return self.es if lang == "es" else self.en
