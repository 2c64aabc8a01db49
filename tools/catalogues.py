"""Catalogues of sentences: find the keys in code and templates, bring the .po files up to date, compile them.

Two domains: ``amibench``, whose keys are English, for all rooms, and ``django``, whose keys are the Spanish
sentences of the portal's and the terminal's pages.

python -m tools.catalogues update     adds new keys, drops unused ones, writes .po and .mo
python -m tools.catalogues check      exit 1 and one line a fault: missing, unused, untranslated, stale .mo
"""

import ast
import io
import re
import string
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "i18n" / "locale"
PAGES = ROOT / "system"
PAGES_LOCALE = PAGES / "locale"
#: Files bear no day: equal words, equal bytes.
_NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)
ROOMS = ("amibench", "conformance", "links", "protocols", "sim", "system")
#: Callables whose first argument, a constant, is a key.
KEYED = frozenset({"Message", "Refusal"})
#: The same for pages; lines of the menu are translated where it is made for a user.
PAGE_KEYED = frozenset({"gettext", "gettext_lazy", "gettext_noop", "Entry", "Section", "Permission"})
#: Tables of words that pages translate where they show them: values of a mapping, or seconds of pairs.
PAGE_TABLES = frozenset(
    {"ROLE_LABELS", "ORDER_NAMES", "STATES", "STATE_NAMES", "_STATES", "KIND_NAMES", "KIND_CHOICES"}
    | {"ACTION_NAMES", "QUALITY_NAMES", "_OTHER_ACTIONS"}
)
#: A key in the pseudo-code that Django makes of a template.
_IN_TEMPLATE = re.compile(r"""(?:gettext|_)\((u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*")\)""")


def keys() -> dict[str, str]:
    """Keys in the code of all rooms, each with the place where it stands first: ``path:line``."""
    found: dict[str, str] = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for line, key in _keys_of(path, KEYED):
                found.setdefault(key, f"{path.relative_to(ROOT)}:{line}")
    return found


def page_keys() -> dict[str, str]:
    """Keys of the pages, in templates and code, each with the place where it stands first."""
    found: dict[str, str] = {}
    for path in sorted(PAGES.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for literal in _IN_TEMPLATE.findall(templatize(text, origin=str(path))):
            found.setdefault(ast.literal_eval(literal), str(path.relative_to(ROOT)))
    for path in sorted(PAGES.rglob("*.py")):
        for line, key in _keys_of(path, PAGE_KEYED):
            found.setdefault(key, f"{path.relative_to(ROOT)}:{line}")
        for line, key in _words_of(path):
            found.setdefault(key, f"{path.relative_to(ROOT)}:{line}")
    return found


def _words_of(path: Path) -> Iterator[tuple[int, str]]:
    """Words in the tables and choices of a module."""
    text = path.read_text(encoding="utf-8")
    if "TextChoices" not in text and not any(name in text for name in PAGE_TABLES):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and any("TextChoices" in ast.unparse(base) for base in node.bases):
            yield from _said(*(row.value for row in node.body if isinstance(row, ast.Assign)))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id in PAGE_TABLES for target in targets):
                value = node.value
                if isinstance(value, ast.Dict):
                    yield from _said(*value.values)
                elif isinstance(value, ast.List | ast.Tuple):
                    yield from _said(*(row for row in value.elts if isinstance(row, ast.Tuple)))


def _said(*values: ast.expr) -> Iterator[tuple[int, str]]:
    """Constants among values; of a pair its second."""
    for value in values:
        word = value.elts[-1] if isinstance(value, ast.Tuple) else value
        if isinstance(word, ast.Constant) and isinstance(word.value, str) and word.value:
            yield word.lineno, word.value


def _keys_of(path: Path, keyed: frozenset[str]) -> Iterator[tuple[int, str]]:
    text = path.read_text(encoding="utf-8")
    if not any(name in text for name in keyed):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and node.args and _called(node.func) in keyed:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
                yield node.lineno, first.value


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def po_files() -> dict[str, Path]:
    """Catalogue of each language."""
    return {path.parts[-3]: path for path in sorted(LOCALE.glob("*/LC_MESSAGES/amibench.po"))}


def page_po_files() -> dict[str, Path]:
    """Catalogue of the pages in each language but Spanish, which they are written in."""
    return {path.parts[-3]: path for path in sorted(PAGES_LOCALE.glob("*/LC_MESSAGES/django.po"))}


def _domains() -> Iterator[tuple[dict[str, str], dict[str, Path]]]:
    """Keys and catalogues of each domain."""
    yield keys(), po_files()
    yield page_keys(), page_po_files()


def read(path: Path) -> dict[str, str]:
    """Translation of each key of a .po file."""
    with path.open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}


def written(lang: str, translations: Mapping[str, str]) -> tuple[bytes, bytes]:
    """Bytes of the .po and of the .mo file: keys in order, no dates, so that equal words give equal bytes."""
    catalog = Catalog(
        locale=lang,
        project="amibench",
        domain="amibench",
        creation_date=_NO_DAY,
        revision_date=_NO_DAY,
        fuzzy=False,
    )
    for key in sorted(translations):
        catalog.add(key, translations[key])
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalog, width=0, omit_header=True, no_location=True)
    write_mo(mo, catalog)
    head = (
        b'msgid ""\nmsgstr ""\n"Language: %s\\n"\n"MIME-Version: 1.0\\n"\n'
        b'"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )
    return head % lang.encode() + po.getvalue(), mo.getvalue()


#: A value that a template's block takes in.
_PERCENT = re.compile(r"%\(\w+\)s")


def placeholders(template: str) -> set[str]:
    """Names that a template takes in."""
    return {name.partition(".")[0] for _, name, _, _ in string.Formatter().parse(template) if name}


def faults() -> list[str]:
    """Faults of the catalogues, one sentence each."""
    return [
        fault
        for used, files in _domains()
        for lang, path in files.items()
        for fault in _faults_of(lang, path, used)
    ]


def _faults_of(lang: str, path: Path, used: Mapping[str, str]) -> Iterator[str]:
    words = read(path)
    yield from (f"{used[key]}: no {lang} for {key!r}" for key in used if not words.get(key))
    yield from (f"{lang}: unused key {key!r}" for key in words if key not in used)
    for key, said in words.items():
        if said and key in used and not _fits(key, said):
            yield f"{used[key]}: {lang} names other values: {said!r}"
    if path.with_suffix(".mo").read_bytes() != _compiled(lang, words):
        yield f"{lang}: the .mo file is stale, run python -m tools.catalogues update"


def _fits(key: str, said: str) -> bool:
    if not set(_PERCENT.findall(said)) <= set(_PERCENT.findall(key)):
        return False
    if "{" not in key:
        return True
    try:
        return placeholders(said) <= placeholders(key)
    except ValueError:  # braces that are no template stand in a sentence without values
        return True


def _compiled(lang: str, words: Mapping[str, str]) -> bytes:
    return written(lang, words)[1]


def update() -> None:
    """Bring every catalogue to the keys of the code; new ones wait for their translation."""
    for used, files in _domains():
        for lang, path in files.items():
            words = read(path)
            po, mo = written(lang, {key: words.get(key, "") for key in used})
            path.write_bytes(po)
            path.with_suffix(".mo").write_bytes(mo)


if __name__ == "__main__":
    if sys.argv[1:] == ["update"]:
        update()
    said = faults()
    print("\n".join(said))
    sys.exit(bool(said))
