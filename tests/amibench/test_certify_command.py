"""``amibench certify`` against a runner that answers at once: what is asked, shown, written and returned."""

import dataclasses
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from amibench.__main__ import run
from amibench.commands import certify as certify_screen
from conformance import runner
from conformance.evidence.model import (
    CaseRecord,
    ClauseRecord,
    DeviceRecord,
    Evidence,
    LinkRecord,
    RunRecord,
)
from conformance.runner import BenchError, CaseInfo, Progress
from conformance.verdicts import Verdict, gravest, overall
from i18n import Message, Verbatim

ARTEFACTS = ["evidence.json", "report.html", "report.pdf", "junit.xml", "matrix.xlsx", "frames.pcap"]
CLAUSE = "iec62055-41/7.3.7"
SAID = Verbatim("accepted twice [bold]", es="aceptado dos veces [bold]")


def make_case(number: int, verdict: Verdict) -> CaseRecord:
    nothing = Message("")
    title = Verbatim(f"Case {number}", es=f"Caso {number}")
    reason = nothing if verdict is Verdict.CONFORMS else SAID
    return CaseRecord(f"sts/7.3.7/case-{number}", "sts", (CLAUSE,), title, nothing, nothing, verdict, reason)


def make_evidence(*verdicts: Verdict, interrupted: bool = False) -> Evidence:
    cases = tuple(make_case(number, verdict) for number, verdict in enumerate(verdicts))
    words = Verbatim("Validation", es="Validación")
    clause = ClauseRecord(
        CLAUSE, "IEC 62055-41", "7.3.7", "2018", "shall", words, words, ("R5.3-06",),
        tuple(case.id for case in cases), gravest(verdicts),
    )  # fmt: skip
    return Evidence(
        verdict=overall(verdicts),
        device=DeviceRecord(name="PPKW [red]"),
        link=LinkRecord("sim", "wrapper", "virtual"),
        profile="ipse-teorama",
        suites=("sts",),
        seed=1,
        product_version="0.1.0",
        clauses=(clause,),
        cases=cases,
        run=RunRecord(
            "2026-01-05T14:03:22Z", "2026-01-05T14:03:23Z", 1.0, "sim://ppkw", "", interrupted=interrupted
        ),
    )


def make_info(number: int, gate: Message | None = None) -> CaseInfo:
    title = Verbatim(f"Title {number}", es=f"Título {number}")
    return CaseInfo(f"sts/7.3.7/case-{number}", "sts", title, title, title, (CLAUSE,), ("keypad",), gate)


class FakeRunner:
    """Answers with `evidence`, or raises it, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer: Evidence | BaseException = make_evidence(Verdict.CONFORMS)
        self.asked: dict[str, object] = {}
        self.runs = 0

    def run_suites(self, target: object, **asked: object) -> Evidence:
        self.runs += 1
        self.asked = {"target": target, **asked}
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def list_cases(self, target: object, **asked: object) -> list[CaseInfo]:
        self.asked = {"target": target, **asked}
        if isinstance(self.answer, BaseException):
            raise self.answer
        return [make_info(1), make_info(2, Verbatim("no keypad", es="sin teclado"))]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeRunner:
    fake = FakeRunner()
    monkeypatch.setattr(runner, "run_suites", fake.run_suites)
    monkeypatch.setattr(runner, "list_cases", fake.list_cases)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AMIBENCH_LANG", "en")
    return fake


@pytest.fixture
def certify(bench: FakeRunner, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(["certify", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ((Verdict.CONFORMS, Verdict.NOT_APPLICABLE), 0),
        ((Verdict.CONFORMS_NOT_STRICTLY, Verdict.INFORMATIONAL), 0),
        ((Verdict.CONFORMS, Verdict.INCONCLUSIVE, Verdict.FAILS), 1),
        ((Verdict.CONFORMS, Verdict.INCONCLUSIVE), 2),
        ((Verdict.NOT_APPLICABLE, Verdict.NOT_IMPLEMENTED), 2),
        ((), 2),
    ],
)
def test_the_exit_code_follows_the_verdicts(bench, certify, verdicts: tuple[Verdict, ...], code: int) -> None:
    bench.answer = make_evidence(*verdicts)
    assert certify()[0] == code


def test_the_artefacts_are_written_to_evidence_by_default(certify, tmp_path: Path) -> None:
    code, out, err = certify()
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "evidence").iterdir()) == sorted(ARTEFACTS)
    assert "Evidence in evidence: evidence.json, report.html" in out
    assert err == ""


def test_the_summary_has_verdict_counts_and_a_line_per_finding(bench, certify) -> None:
    bench.answer = make_evidence(Verdict.CONFORMS, Verdict.FAILS, Verdict.INCONCLUSIVE)
    out = certify()[1].splitlines()
    assert out[0] == "✗ Fails  PPKW [red]"
    assert out[1:5] == ["    1  ✗ fails", "    1  ? inconclusive", "    1  ✓ conforms", "    3  cases"]
    assert out[5:7] == [
        f"✗ sts/7.3.7/case-1  {CLAUSE}  accepted twice [bold]",
        f"? sts/7.3.7/case-2  {CLAUSE}  accepted twice [bold]",
    ]


def test_in_spanish(bench, certify, tmp_path: Path) -> None:
    bench.answer = make_evidence(Verdict.FAILS)
    out = certify("--lang", "es", "--out", "evidencia")[1]
    assert "✗ No conforme" in out
    assert "aceptado dos veces" in out
    assert '<html lang="es">' in (tmp_path / "evidencia" / "report.html").read_text(encoding="utf-8")
    assert bench.asked["lang"] == "es"


def test_json_is_one_object_and_nothing_else(bench, certify, tmp_path: Path) -> None:
    bench.answer = make_evidence(Verdict.CONFORMS, Verdict.FAILS)
    code, out, err = certify("--json", "--out", "here")
    told = json.loads(out)
    assert (code, err) == (1, "")
    assert told["verdict"] == "fails"
    assert told["exit_code"] == 1
    assert told["counts"]["conforms"] == told["counts"]["fails"] == 1
    assert set(told["counts"]) == {verdict.value for verdict in Verdict}
    assert [Path(path).name for path in told["artefacts"]] == ARTEFACTS
    assert all((tmp_path / path).is_file() for path in told["artefacts"])


def test_options_reach_the_runner(bench, certify) -> None:
    certify(
        "sim://ppkw", "--suite", "sts,dlms", "--only", "7.3.7", "--only", "8.1,8.2", "--seed", "7",
        "--operator", "María P", "--profile", "ipse-teorama",
    )  # fmt: skip
    asked = bench.asked
    assert asked["target"].seed == 7
    assert asked["suites"] == ("sts", "dlms")
    assert asked["only"] == ("7.3.7", "8.1", "8.2")
    assert (asked["seed"], asked["operator"], asked["profile"]) == (7, "María P", "ipse-teorama")


def test_the_command_is_recorded_as_it_can_be_typed_again(bench, certify) -> None:
    certify(
        "sim://ppkw", "--only", "7.3.7", "--only", "8.1", "--operator", "María P", "--seed", "7", "--json"
    )
    assert bench.asked["command"] == (
        "amibench certify sim://ppkw --only 7.3.7 --only 8.1 --seed 7 --operator 'María P' --json"
    )
    certify()
    assert bench.asked["command"] == "amibench certify"


def test_without_suite_the_profile_chooses(bench, certify) -> None:
    certify()
    assert bench.asked["suites"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["--lang", "fr"],
        ["--seed", "x"],
        ["--no-such-option"],
        ["ftp://somewhere"],
        ["no_such_file.toml"],
    ],
)
def test_a_usage_error_is_one_sentence_and_3(bench, certify, arguments: list[str]) -> None:
    code, out, err = certify(*arguments)
    assert (code, out, bench.runs) == (3, "", 0)
    assert err.startswith("amibench: ")
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("listing", [[], ["--list"]])
def test_what_the_bench_refuses_is_one_sentence_and_3(
    bench, certify, listing: list[str], tmp_path: Path
) -> None:
    bench.answer = BenchError("unknown suite `plc`; known: closed-loop, dlms, sts")
    assert certify("--suite", "plc", *listing) == (
        3, "", "amibench: unknown suite `plc`; known: closed-loop, dlms, sts\n",
    )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_folder_is_told_before_the_run(bench, certify, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    code, _, err = certify("--out", "taken")
    assert (code, bench.runs) == (3, 0)
    assert err.startswith("amibench: the evidence folder taken cannot be written")
    assert certify("--out", "taken", "--lang", "es")[2].startswith("amibench: la carpeta de evidencia taken")


def test_an_interrupted_run_leaves_its_evidence(bench, certify, tmp_path: Path) -> None:
    bench.answer = make_evidence(Verdict.CONFORMS, interrupted=True)
    code, out, _ = certify()
    assert code == 130
    assert "Run interrupted" in out
    record = json.loads((tmp_path / "evidence" / "evidence.json").read_text(encoding="utf-8"))
    assert record["run"]["interrupted"] is True
    assert len(record["cases"]) == 1
    assert json.loads(certify("--json")[1])["exit_code"] == 130


def test_ctrl_c_before_the_first_case(bench, certify, tmp_path: Path) -> None:
    bench.answer = KeyboardInterrupt()
    assert certify()[0] == 130
    assert list(tmp_path.iterdir()) == []


def test_list_shows_the_cases_and_runs_none(bench, certify, tmp_path: Path) -> None:
    code, out, _ = certify("--list")
    assert (code, bench.runs, list(tmp_path.iterdir())) == (0, 0, [])
    assert out.splitlines() == [
        f"sts/7.3.7/case-1  {CLAUSE}  [needs: keypad]  Title 1",
        f"sts/7.3.7/case-2  {CLAUSE}  [needs: keypad]  Title 2  (would not be tested: no keypad)",
        "2 cases",
    ]


def test_list_as_json(certify) -> None:
    rows = json.loads(certify("--list", "--json", "--lang", "es")[1])["cases"]
    assert [row["title"] for row in rows] == ["Título 1", "Título 2"]
    assert [row["not_applicable"] for row in rows] == [None, "sin teclado"]


def test_the_bar_follows_the_run_on_a_terminal() -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, width=120)
    with certify_screen.progress_bar(screen, "es", shown=True) as follow:
        assert follow is not None
        follow(Progress(0, 2, make_info(1)))
        follow(Progress(1, 2, make_info(1), Verdict.FAILS))
        follow(Progress(1, 2, dataclasses.replace(make_info(2), title=Verbatim("", es="[red]" + "x" * 99))))
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "1/2" in shown
    assert "✗1" in shown
    assert "[red]xxx" in shown


@pytest.mark.parametrize(("terminal", "shown"), [(False, True), (True, False)])
def test_no_bar_without_a_terminal_or_under_json(terminal: bool, shown: bool) -> None:
    screen = Console(file=io.StringIO(), force_terminal=terminal)
    with certify_screen.progress_bar(screen, "es", shown=shown) as follow:
        assert follow is None
    assert screen.file.getvalue() == ""  # type: ignore[attr-defined]
