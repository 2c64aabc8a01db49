"""The table of interoperability: ``python -m tools.peers.table [--check]``.

Writes docs/reference/interoperability.md from `interoperability.toml`; ``--check`` says whether it is stale.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.peers.expectations import FRAMINGS, Disagreement, Row, Table, load

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "interoperability.md"
INTRODUCTION = """\
# Interoperability: what other implementations answer

Made by `python -m tools.peers.table` from `tools/peers/interoperability.toml`; do not edit it
here. The tests of `tests/oracles` (`python3 run.py test -e oracles`) hold every peer to every line: one that
does otherwise fails them, and so does an expected disagreement that no longer happens. Nothing of the
product imports a peer ([why](../decisions/0008-peers-are-witnesses.md)).

✓ interoperates · ≠ expected disagreement, linked · – not offered by the peer
"""
CLIENTS = """\
## Their clients on our server

The laboratory's device has a client address for every mechanism and suite; the rows that begin with
*PPKW meter* are tried on `amibench meter serve`.
"""
SERVERS = """\
## Their server under our client

gurux-dlms has a server too, which does not run as it is published; cosempdu and dlms-cosem have none.
"""
DECODERS = """\
## Their decoders beside ours

The corpus: every APDU of `conformance/vectors/dlms_captures.json`, and those of a session of ours with every
service.
"""
SUITES = """\
## Their server under our suites

`amibench certify tcp://… --suite dlms` on the simulator of pydlms-client, which says of itself that it is no
conformance-tested server. What it does not pass, with the clause; the other cases conform or do not apply.
These are recorded disagreements, and a case that changes its verdict fails a test.
"""


def page(table: Table) -> str:
    """The whole page."""
    parts = (
        INTRODUCTION,
        "\n".join(_peers(table)),
        CLIENTS,
        "\n".join(_matrix(table.of("clients"), FRAMINGS)),
        SERVERS,
        "\n".join(_matrix(table.of("servers"), FRAMINGS)),
        SUITES,
        "\n".join(_suites(table)),
        DECODERS,
        "\n".join(_matrix(table.of("decoders"), ("apdu",))),
        "## The disagreements\n",
        "\n".join(_disagreements(table.disagreements.values())),
        "## Not offered\n",
        "\n".join(_not_offered(table.rows)),
    )
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _peers(table: Table) -> Iterator[str]:
    yield "| peer | version | licence | how it is run |"
    yield "|---|---|---|---|"
    for peer in table.peers.values():
        yield f"| {peer.name} | {peer.version} | {peer.licence} | {peer.how} |"


def _matrix(rows: Iterable[Row], framings: tuple[str, ...]) -> Iterator[str]:
    """A line for each feature, a column for each peer and framing."""
    cells = {(row.feature, row.peer, row.framing): row for row in rows}
    peers = list(dict.fromkeys(peer for _, peer, _ in cells))
    columns = [(peer, framing) for peer in peers for framing in framings]
    heads = [peer if framings == ("apdu",) else f"{peer}, {framing}" for peer, framing in columns]
    yield "| feature | " + " | ".join(heads) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    titles = {feature: row.title for (feature, _, _), row in cells.items()}
    for feature, title in titles.items():
        answers = (_cell(cells[feature, peer, framing]) for peer, framing in columns)
        yield f"| {title} | " + " | ".join(answers) + " |"


def _cell(row: Row) -> str:
    if row.not_offered is not None:
        return "–"
    if row.disagreement is None:
        return "✓"
    return f"[≠](#{row.disagreement.name})"


def _suites(table: Table) -> Iterator[str]:
    yield "| peer | case | verdict | clause | what was seen |"
    yield "|---|---|---|---|---|"
    for peer, findings in table.suites.items():
        for found in findings:
            yield f"| {peer} | {found.case} | {found.verdict} | {found.clause} | {found.why} |"


def _disagreements(found: Iterable[Disagreement]) -> Iterator[str]:
    for item in found:
        yield f"### {item.name}\n"
        yield f"- what we send: {item.sends}"
        yield f"- what it does: {item.does}"
        yield f"- why: {item.why}"
        if item.sometimes:
            yield "- it is a matter of time whether it happens; both outcomes are accepted"
        if item.note is not None:
            yield f"- what we make of it: [{item.note}](../spec-notes/{item.note}.md)"
        yield ""


def _not_offered(rows: Iterable[Row]) -> Iterator[str]:
    yield "| peer | feature | reason |"
    yield "|---|---|---|"
    reasons = {(row.peer, row.title): row.not_offered for row in rows if row.not_offered is not None}
    for (peer, title), reason in reasons.items():
        yield f"| {peer} | {title} | {reason} |"


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is stale; the exit code."""
    made = page(load())
    if "--check" in arguments:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == made
        print(f"{PAGE.name} is {'current' if current else 'stale: python -m tools.peers.table'}")
        return 0 if current else 1
    PAGE.write_text(made, encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
