"""Case selection: marks of collected tests, cases that a command line means, and those that apply.

Anything amiss in the marks of a case is a collection error. A case applies where the target declares
its needs; a case of the vendor suite needs ``vending``, which ``vending:ea07``, ``vending:ea11``,
``vending:currency``, ``vending:extended`` and ``vending:card`` narrow further.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import get_args

import pytest

from conformance import catalogue
from conformance.bench.case import CaseInfo, CaseText
from conformance.bench.outcome import NOTHING, BenchError
from conformance.targets.load import Target
from conformance.targets.model import Capability
from conformance.verdicts import Verdict
from i18n import Message
from protocols.sts.identity import BaseDate

# ---------------------------------------------------------------- needs of the vendor suite

VENDING_NEED = "vending"

VENDING_PARTS: dict[str, Message] = {
    "currency": Message("credit in currency"),
    "extended": Message("the extended token set of STS 202-5"),
    "card": Message("cards with a date of expiry"),
    "ea07": Message("EA07"),
    "ea11": Message("EA11"),
}


def known_vending_need(need: str) -> bool:
    """True if `need` is one of the words above."""
    kind, _, part = need.partition(":")
    return kind == VENDING_NEED and (not part or part in VENDING_PARTS)


def vending_gate(needs: Sequence[str], target: Target) -> tuple[Verdict, Message] | None:
    """Why a case does not apply to this kind of target; None where nothing here stands against it."""
    section = target.statement.vending
    if (VENDING_NEED in needs) != (section is not None):
        reason = Message("the target is a meter")
        if section is not None:
            reason = Message("the target is a vending system")
        return Verdict.NOT_APPLICABLE, reason
    if section is None:
        return None
    offered = {*(f"ea{ea}" for ea in section.ea), *(VENDING_PARTS.keys() - {"ea07", "ea11", *section.absent})}
    for need in needs:
        part = need.partition(":")[2]
        if part and part not in offered:
            words = VENDING_PARTS[part]
            return Verdict.NOT_IMPLEMENTED, Message("the system declares not to offer {words}", words=words)
    return None


# ---------------------------------------------------------------- needs

STATION_WORDS: dict[str, Message] = {
    "keypad": Message("keypad"),
    "carrier": Message("local virtual carrier"),
    "source": Message("AC source"),
    "load": Message("load"),
    "pulses": Message("pulse counter"),
    "cover": Message("cover"),
    "magnet": Message("magnet"),
    "supply": Message("supply switch"),
    "cut": Message("power cut at a memory write"),
    "clock": Message("clock"),
    "pause": Message("pause"),
}

#: What a target file may declare to have or to lack.
CAPABILITIES: frozenset[str] = frozenset(get_args(Capability))


def known(need: str) -> bool:
    """True if `need` is a word that cases may use."""
    closed = need in STATION_WORDS or need in CAPABILITIES or need in _COMPOSED
    return closed or need.startswith(("association:", "framing:")) or known_vending_need(need)


def gate(needs: Iterable[str], target: Target) -> tuple[Verdict, Message] | None:
    """Why a case does not apply to `target`, with the verdict that says so; None where it does.

    What the device declares *not* to do counts before what it does not mention.
    """
    asked = list(needs)
    if target.vending or VENDING_NEED in asked:
        return vending_gate(asked, target)
    absent = [need for need in asked if need in target.statement.capabilities.absent]
    if absent:
        return Verdict.NOT_IMPLEMENTED, Message("the device declares to lack {absent}", absent=absent[0])
    reasons = (_missing_need(need, target) for need in asked)
    reason = next((reason for reason in reasons if reason), None)
    return None if reason is None else (Verdict.NOT_APPLICABLE, reason)


def _missing_need(need: str, target: Target) -> Message | None:
    statement = target.statement
    kind, _, name = need.partition(":")
    if need in _COMPOSED:
        met, reason = _COMPOSED[need]
        return None if met(target) else reason
    if need in STATION_WORDS:
        words, present = STATION_WORDS[need], need in statement.stations
        return None if present else Message("no {words} station", words=words)
    if kind == "association":
        present = name in statement.associations
        return None if present else Message("no {name} association declared", name=name)
    if kind == "framing":
        present = statement.link.framing == name
        return None if present else Message("the link is not {name}", name=name)
    if need in statement.capabilities.present:
        return None
    return Message("the device does not declare {need}", need=need)


def _has_lock_out(target: Target) -> bool:
    """A lock-out is a maker's own: only a device that declares one is asked to keep to it."""
    section = target.statement.sts
    return section is not None and section.lock_out is not None


def _has_next_base_date(target: Target) -> bool:
    """A rollover leads to the following base date; after the last one there is none."""
    section = target.statement.sts
    return section is not None and BaseDate(section.base_date).following() != section.base_date


def _has_token_entry(target: Target) -> bool:
    """A token goes in by the keypad, or by the gateway with a client that may use it."""
    statement = target.statement
    by_gateway = "token-gateway" in statement.capabilities.present and "reader" in statement.associations
    return by_gateway or not {"keypad", "carrier"}.isdisjoint(statement.stations)


def _has_signing_keys(target: Target) -> bool:
    """Signatures take the keys of security suite 1 or 2."""
    management = target.statement.associations.get("management")
    section = None if management is None else management.security
    return section is not None and section.signer() is not None


def _has_fast_clock(target: Target) -> bool:
    """A clock that gets to next week today: only a simulated field has one."""
    station = target.statement.stations.get("clock")
    return station is not None and station.driver == "control"


def _assumed(_target: Target) -> bool:
    """Assumption on a prepaid meter unless it declares otherwise; `gate` looked at that already."""
    return True


#: Needs that look at several things of the target, and the reason where they are not met.
_COMPOSED: dict[str, tuple[Callable[[Target], bool], Message]] = {
    "sts": (lambda target: target.statement.sts is not None, Message("the target has no [sts] section")),
    "token-entry": (_has_token_entry, Message("neither keypad, carrier nor token gateway")),
    "fast-clock": (_has_fast_clock, Message("no clock that can be sped up")),
    "lock-out": (_has_lock_out, Message("the device declares no lock-out")),
    "next-base-date": (_has_next_base_date, Message("there is no following base date")),
    "image": (
        lambda target: target.statement.image is not None,
        Message("the target has no [image] section"),
    ),
    "signatures": (_has_signing_keys, Message("the target has no signing keys")),
    "prepayment": (_assumed, NOTHING),
    "self-closing": (_assumed, NOTHING),
}


# ---------------------------------------------------------------- marks

SUITES_FOLDER = Path(__file__).parents[1] / "suites"

_LEVELS = ("shall", "should", "may")


def suite_names() -> tuple[str, ...]:
    """Every suite that is shipped: a folder is ``closed_loop``, its suite ``closed-loop``."""
    folders = (path for path in SUITES_FOLDER.iterdir() if any(path.glob("test_*.py")))
    return tuple(sorted(path.name.replace("_", "-") for path in folders))


def case_info(item: pytest.Item) -> CaseInfo:
    """Case of a collected `item`, from its marks.

    Raises:
        BenchError: no `case`, no clause, an unknown clause, level or need.
    """
    where = item.nodeid
    mark = item.get_closest_marker("case")
    if mark is None or not isinstance(mark.args[0], CaseText):
        raise BenchError(f"{where} has no case(...) of its own")
    text = mark.args[0]
    clauses = tuple(_clause(mark, where) for mark in reversed(list(item.iter_markers("clause"))))
    if not clauses:
        raise BenchError(f"{where} names no clause")
    needs = tuple(dict.fromkeys(str(n) for mark in item.iter_markers("needs") for n in mark.args))
    unknown = [need for need in needs if not known(need)]
    if unknown:
        raise BenchError(f"{where} needs `{unknown[0]}`, which no target can declare")
    suite = text.id.partition("/")[0]
    return CaseInfo(text.id, suite, text.title, text.stimulus, text.requirement, clauses, needs)


def uncovered(cases: Iterable[CaseInfo]) -> list[str]:
    """Clauses of the catalogue that no case names."""
    named = {clause for case in cases for clause in case.clauses}
    return [clause for clause in catalogue.clauses() if clause not in named]


def _clause(mark: pytest.Mark, where: str) -> str:
    level = mark.kwargs.get("level", "shall")
    if level not in _LEVELS:
        raise BenchError(f"{where}: a clause's level is {', '.join(_LEVELS)}, not {level}")
    try:
        return catalogue.clause_id(*mark.args)
    except catalogue.CatalogueError as error:
        raise BenchError(f"{where}: {error}") from error


# ---------------------------------------------------------------- choice


def chosen(cases: Iterable[CaseInfo], suites: Sequence[str], only: Sequence[str]) -> list[CaseInfo]:
    """The cases of `suites` that `only` means; every one of them where `only` is empty.

    A word of `only` means a case or a clause by its id, by the number alone, or by a leading part that ends
    at a ``/`` or ``.``: ``iec62055-41``, ``iec62055-41/7.3``, ``7.3.7``, ``sts/7.3.7/replay``.

    Raises:
        BenchError: a word means nothing.
    """
    within = [case for case in cases if case.suite in suites]
    if not only:
        return within
    for word in only:
        if not any(means(word, case) for case in within):
            raise BenchError(
                f"nothing matches `{word}` in the chosen suites; --list shows every case and clause"
            )
    return [case for case in within if any(means(word, case) for word in only)]


def means(word: str, case: CaseInfo) -> bool:
    """True if `word` names `case` or one of its clauses."""
    names = [case.id, *case.clauses, *(clause.partition("/")[2] for clause in case.clauses)]
    return any(name == word or name.startswith((f"{word}/", f"{word}.")) for name in names)
