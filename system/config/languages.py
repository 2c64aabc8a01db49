"""Languages of the pages: Spanish, which the templates are written in, and each that has a catalogue.

A further language is one file, ``system/locale/LANG/LC_MESSAGES/django.po``, and its compiled twin; the
settings ask here, and nothing else names it.
"""

from pathlib import Path

from django.conf.locale import LANG_INFO

#: Language of the sentences in templates and code.
SOURCE = "es-co"
LOCALE = Path(__file__).resolve().parents[1] / "locale"


def languages(locale: Path = LOCALE) -> list[tuple[str, str]]:
    """Code and own name of each language that a user may choose, as Django's setting has them."""
    found = sorted(path.parts[-3] for path in locale.glob("*/LC_MESSAGES/django.mo"))
    codes = [name.lower().replace("_", "-") for name in found]
    return [(SOURCE, "Español"), *((code, _own_name(code)) for code in codes if code != SOURCE)]


def _own_name(code: str) -> str:
    known = LANG_INFO.get(code) or LANG_INFO.get(code.partition("-")[0]) or {}
    return str(known.get("name_local", code)).capitalize()
