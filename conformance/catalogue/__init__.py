"""The clauses that cases name, one TOML per standard, and the profiles that choose suites.

Every text is our own paraphrase; a standard's wording is never copied. Numbers that come from memory are
marked in the file (``confidence = "M"``): they locate, they do not quote.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from i18n import Message, Verbatim

_FOLDER = Path(__file__).parent
_PROFILES = _FOLDER / "profiles.toml"


@dataclass(frozen=True, slots=True)
class Clause:
    """One obligation of a standard or specification.

    `confidence` is how sure the *number* is: ``R`` read in a public source, ``M`` from memory, ``D`` our
    own id.
    """

    id: str
    standard: str
    number: str
    edition: str
    level: Literal["shall", "should", "may"]
    title: Message
    paraphrase: Message
    requirements: tuple[str, ...] = ()
    confidence: Literal["R", "M", "D"] = "R"


@dataclass(frozen=True, slots=True)
class Profile:
    """A named choice of suites, for example what the IPSE specification asks of a meter."""

    name: str
    title: Message
    suites: tuple[str, ...]


class CatalogueError(Exception):
    """A catalogue file is malformed, or a name is not in it; the message is the whole sentence."""


@cache
def clauses() -> dict[str, Clause]:
    """Every clause by id, in the order of the files."""
    found: dict[str, Clause] = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        if path == _PROFILES:
            continue
        for clause in _read(path):
            if clause.id in found:
                raise CatalogueError(f"{path.name}: the clause {clause.id} is there twice")
            found[clause.id] = clause
    return found


def clause_id(standard: str, number: str) -> str:
    """The id of a clause: ``iec62055-41/7.3.7``.

    Raises:
        CatalogueError: the catalogue does not have it.
    """
    wanted = f"{standard}/{number}"
    if wanted not in clauses():
        raise CatalogueError(f"the catalogue has no clause {wanted}")
    return wanted


@cache
def profiles() -> dict[str, Profile]:
    """Every profile by name."""
    raw = tomllib.loads(_PROFILES.read_text(encoding="utf-8"))
    return {name: Profile(name, _text(table["title"]), tuple(table["suites"])) for name, table in raw.items()}


def profile(name: str) -> Profile:
    """The profile called `name`.

    Raises:
        CatalogueError: there is none.
    """
    found = profiles().get(name)
    if found is None:
        raise CatalogueError(f"no profile called `{name}`; known: {', '.join(profiles())}")
    return found


def _read(path: Path) -> list[Clause]:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    head = raw["standard"]
    return [_clause(head, row, path) for row in raw["clause"]]


def _clause(head: dict[str, Any], row: dict[str, Any], path: Path) -> Clause:
    try:
        return Clause(
            id=f"{head['id']}/{row['number']}",
            standard=head["name"],
            number=row["number"],
            edition=head["edition"],
            level=cast(Literal["shall", "should", "may"], row.get("level", "shall")),
            title=_text(row["title"]),
            paraphrase=_text(row["paraphrase"]),
            requirements=tuple(row.get("requirements", ())),
            confidence=row.get("confidence", head.get("confidence", "R")),
        )
    except KeyError as error:
        raise CatalogueError(f"{path.name}: the clause {row.get('number')} lacks {error}") from error


def _text(both: dict[str, str]) -> Message:
    return Verbatim(both["en"], **both)
