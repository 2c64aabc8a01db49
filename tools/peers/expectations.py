"""Expected answers of each peer to each feature: `interoperability.toml`, read and checked.

The oracle tests hold the peers to it, and the table in the documentation is made of it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("interoperability.toml")
FRAMINGS = ("wrapper", "hdlc")
ROLES = ("clients", "servers", "decoders")


class TableError(ValueError):
    """The file names a peer, a feature or a disagreement that it does not describe."""


@dataclass(frozen=True, slots=True)
class PeerFacts:
    """A peer.

    Args:
        name: of the package.
        version: that was tried.
        licence: SPDX-like, or in words.
        how: how it is run.
    """

    name: str
    version: str
    licence: str
    how: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Something that a peer does otherwise, and goes on doing: a test fails when it no longer does.

    Args:
        name: by which rows refer to it.
        seen: regular expression that what the peer says must match.
        sends: what we send.
        does: what the peer does with it.
        why: the reason, as far as it is known.
        note: page in ``docs/spec-notes`` without its ending, where there is one.
        sometimes: it is a matter of time whether it happens; both are accepted.
    """

    name: str
    seen: str
    sends: str
    does: str
    why: str
    note: str | None = None
    sometimes: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Answer of one peer to one feature in one framing.

    Args:
        peer: its name.
        role: of the peer: one of `ROLES`.
        feature: name of the feature, or of the corpus of a decoder.
        title: of the feature.
        framing: ``wrapper`` or ``hdlc``; ``apdu`` for decoders.
        not_offered: why the peer cannot be tried, None where it can.
        disagreement: what it does otherwise, None where it does as it must.
    """

    peer: str
    role: str
    feature: str
    title: str
    framing: str
    not_offered: str | None = None
    disagreement: Disagreement | None = None

    @property
    def label(self) -> str:
        """For test reports."""
        return f"{self.peer}-{self.feature}-{self.framing}"


@dataclass(frozen=True, slots=True)
class SuiteFinding:
    """A case of our suites that a peer's server does not pass.

    Args:
        case: its name.
        verdict: ``fails`` or ``inconclusive``.
        clause: of the catalogue.
        why: what was seen, in a sentence.
    """

    case: str
    verdict: str
    clause: str
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """The whole file.

    Args:
        peers: by name.
        rows: of every role.
        disagreements: by name.
        suites: findings of the suites, by peer.
    """

    peers: Mapping[str, PeerFacts]
    rows: tuple[Row, ...]
    disagreements: Mapping[str, Disagreement]
    suites: Mapping[str, tuple[SuiteFinding, ...]]

    def of(self, role: str) -> tuple[Row, ...]:
        """The rows of a role."""
        return tuple(row for row in self.rows if row.role == role)

    def tried(self, role: str, *peers: str) -> tuple[Row, ...]:
        """The rows of a role, and of some peers, that can be tried."""
        return tuple(
            row for row in self.of(role) if row.not_offered is None and (not peers or row.peer in peers)
        )


@cache
def load(file: Path = FILE) -> Table:
    """The table.

    Raises:
        TableError: a name that is not described, or a disagreement that no row refers to.
    """
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    peers = {name: PeerFacts(name, **facts) for name, facts in raw["peers"].items()}
    disagreements = {name: Disagreement(name, **facts) for name, facts in raw["disagreements"].items()}
    rows = tuple(row for role in ROLES for row in _rows(raw, role, disagreements))
    suites = {
        name: tuple(SuiteFinding(case, **facts) for case, facts in found.items())
        for name, found in raw.get("suites", {}).items()
    }
    strangers = ({row.peer for row in rows} | set(suites)) - set(peers)
    if strangers:
        raise TableError(f"peers that are not described: {', '.join(sorted(strangers))}")
    unused = set(disagreements) - {row.disagreement.name for row in rows if row.disagreement is not None}
    if unused:
        raise TableError(f"disagreements that no row has: {', '.join(sorted(unused))}")
    return Table(peers, rows, disagreements, suites)


def _rows(raw: Mapping[str, Any], role: str, known: Mapping[str, Disagreement]) -> Iterator[Row]:
    titles: Mapping[str, str] = raw.get(f"{role.removesuffix('s')}_features", {})
    framings = ("apdu",) if role == "decoders" else FRAMINGS
    for peer, answers in raw.get(role, {}).items():
        missing = answers.get("not_offered", {})
        others = {
            name: _by_framing(found, framings) for name, found in answers.get("disagreements", {}).items()
        }
        unknown = (set(missing) | set(others)) - set(titles)
        unknown |= {name for found in others.values() for name in found.values()} - set(known)
        if unknown:
            raise TableError(f"{peer}: not described: {', '.join(sorted(unknown))}")
        for feature, title in titles.items():
            for framing in framings:
                name = others.get(feature, {}).get(framing)
                other = None if name is None else known[name]
                yield Row(peer, role, feature, title, framing, missing.get(feature), other)


def _by_framing(found: str | Mapping[str, str], framings: tuple[str, ...]) -> Mapping[str, str]:
    return dict.fromkeys(framings, found) if isinstance(found, str) else found
