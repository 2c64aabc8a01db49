"""Record of one run, and its JSON form ``amibench-evidence/1``.

The schema is published beside this module in ``schema.json``. Everything that may differ between two
runs of the same seed on ``sim://`` lies under `Evidence.run`; the rest is a function of the device, the
suites and the seed.
"""

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from conformance.verdicts import Verdict
from i18n import Message

SCHEMA = "amibench-evidence/1"


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """One transmission on the device's link, as the bytes that went over the wire."""

    direction: Literal["tx", "rx"]  # tx: bench to device
    hex: str
    time_s: float  # device time since the run began
    summary: str = ""  # for example "GET-response class 3 1.0.1.8.0.255 = 1234 Wh"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the bench did or saw, in the case's own words."""

    kind: Literal["stimulus", "observation", "check", "note"]
    text: Message
    time_s: float
    passed: bool | None = None  # only for a check
    frame_from: int | None = None  # index into `CaseRecord.frames` where this step's frames begin
    frame_to: int | None = None  # one past the last


@dataclass(frozen=True, slots=True)
class Measurement:
    """A number that was read, with its unit; `value` is kept as text so that no digit is lost."""

    name: str
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """One case: what was asked of the device, what was seen, what it means."""

    id: str  # for example "sts/7.3.7/replay"
    suite: str  # "sts", "dlms", "closed-loop"
    clauses: tuple[str, ...]  # ids of the catalogue
    title: Message
    stimulus: Message
    requirement: Message
    verdict: Verdict
    reason: Message  # why this verdict; empty texts for a plain "conforms"
    needs: tuple[str, ...] = ()  # stations and capabilities it asked for
    steps: tuple[Step, ...] = ()
    frames: tuple[FrameRecord, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    duration_s: float = 0.0  # device time


@dataclass(frozen=True, slots=True)
class ClauseRecord:
    """One row of the matrix: a clause of a standard, paraphrased by us, and what its cases said."""

    id: str  # "iec62055-41/7.3.7"
    standard: str
    number: str
    edition: str
    level: Literal["shall", "should", "may"]
    title: Message
    paraphrase: Message
    requirements: tuple[str, ...]  # ids of the IPSE specification, for example "R5.3-06"
    cases: tuple[str, ...]
    verdict: Verdict
    confidence: Literal["R", "M", "D"] = "R"  # of the number: read in a public source, from memory, our own


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """Device as its target file declares it; nothing here was measured."""

    name: str
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    drn: str = ""
    firmware: str = ""
    capabilities: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """Over what, and by which clock, the device was reached."""

    scheme: str  # "sim", "tcp", "serial", "mutant", "vendor", "security-module+unix"
    framing: str  # "wrapper", "hdlc", "requests" (to a vending system)
    clock: str  # "virtual", "served" (a simulated device in another process), "wall"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Everything about this one run that another run need not share."""

    started_at: str  # UTC, ISO 8601
    finished_at: str
    duration_s: float  # of the wall clock
    link_url: str
    target: str
    operator: str = ""
    host: str = ""
    python: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    command: str = ""
    interrupted: bool = False
    case_wall_s: dict[str, float] = field(default_factory=dict)  # case id -> seconds of the wall clock


@dataclass(frozen=True, slots=True)
class Evidence:
    """A whole run."""

    verdict: Verdict
    device: DeviceRecord
    link: LinkRecord
    profile: str
    suites: tuple[str, ...]
    seed: int
    product_version: str
    clauses: tuple[ClauseRecord, ...]
    cases: tuple[CaseRecord, ...]
    run: RunRecord
    contains_secrets: bool = True  # frames may hold passwords: bundles are marked so
    schema: str = SCHEMA

    def count(self, verdict: Verdict) -> int:
        """Number of cases that ended in `verdict`."""
        return sum(case.verdict is verdict for case in self.cases)


def to_json(evidence: Evidence) -> dict[str, Any]:
    """Plain data in a stable order, ready for `json.dump`."""
    return _plain(evidence)  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return value.in_languages("es", "en")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Verdict):
        return value.value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


# ---------------------------------------------------------------- JSON

SCHEMA_FILE = Path(__file__).with_name("schema.json")


def render_record(evidence: Evidence) -> bytes:
    """`evidence` as UTF-8 JSON with a stable order; a lone surrogate becomes ``?``.

    Raises:
        ValueError: a number is infinite or none, which JSON cannot say.
    """
    text = json.dumps(to_json(evidence), ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode(errors="replace")


# ---------------------------------------------------------------- groups


def by_suite(evidence: Evidence) -> dict[str, tuple[tuple[int, CaseRecord], ...]]:
    """The cases of each suite with their number in the whole run, in the order in which they ran."""
    grouped: dict[str, list[tuple[int, CaseRecord]]] = {}
    for number, case in enumerate(evidence.cases):
        grouped.setdefault(case.suite, []).append((number, case))
    return {suite: tuple(members) for suite, members in grouped.items()}


def requirements_by_case(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """For each case id, the ids of the IPSE specification that its clauses stand for, each once."""
    by_clause = {clause.id: clause.requirements for clause in evidence.clauses}
    return {
        case.id: tuple(
            dict.fromkeys(requirement for clause in case.clauses for requirement in by_clause.get(clause, ()))
        )
        for case in evidence.cases
    }
