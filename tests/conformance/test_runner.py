import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.evidence.model import to_json
from conformance.runner import BenchError, Progress, list_cases, run_suites
from conformance.targets import load
from conformance.verdicts import Verdict

ROOT = Path(__file__).parents[2]
LONG = os.environ.get("AMIBENCH_SLOW") == "1"
#: Cases that throw dice: tokens of chance, challenges, loads. Every day these are run twice, else all are.
WITH_CHANCE = ("7.3.6", "7.3.9", "8.4", "PAY-03", "SYMSEC_0_SecPol_1", "APPL_OPEN_7", "EXTRA_CLOCK")
LIGHT = (Verdict.CONFORMS, Verdict.INFORMATIONAL, Verdict.NOT_APPLICABLE)
# What the PPKW has not, whatever its link.
NOT_ON_PPKW = {
    "the association keeps no list of users",
    "the device does not declare short-names",
    "no management association declared",
    "no attribute that is readable and writable",
    "no object of that class",
    "no value of 500 to 1000 octets",
    "the device declares no lock-out",
    "the target has no signing keys",
    "the device does not declare account-states",
    "the device does not declare emergency-credit",
    "the device does not declare friendly-hours",
    "the device does not declare passive-charge",
    "the device does not declare payment-charge",
    "the device does not declare time-charge",
}


def stable(evidence) -> str:
    plain = to_json(evidence)
    plain.pop("run")
    return json.dumps(plain, sort_keys=True)


def reasons(evidence) -> set[str]:
    return {case.reason.en for case in evidence.cases if case.verdict is Verdict.NOT_APPLICABLE}


@pytest.fixture(scope="module")
def certified():
    return run_suites(load(None, seed=5), seed=5, operator="Ana", command="amibench certify")


def test_the_right_meter_conforms_everywhere(certified):
    assert certified.verdict is Verdict.CONFORMS
    astray = [case.id for case in certified.cases if case.verdict not in LIGHT]
    assert not astray
    assert reasons(certified) <= NOT_ON_PPKW | {"the link is not hdlc"}


def test_the_evidence_says_what_was_certified(certified):
    assert certified.device.drn == "00000000000"
    assert (certified.link.scheme, certified.link.framing, certified.link.clock) == (
        "sim",
        "wrapper",
        "virtual",
    )
    assert certified.seed == 5
    assert (certified.run.operator, certified.run.target) == ("Ana", "sim://ppkw")
    assert not certified.run.interrupted
    assert all(clause.cases for clause in certified.clauses)


def test_frames_steps_and_measurements_are_kept(certified):
    case = next(case for case in certified.cases if case.id == "closed-loop/PAY-03/decrement")
    assert {step.kind for step in case.steps} >= {"stimulus", "observation", "check"}
    assert any("get-request-normal 3 1.0.1.8.0.255 2" in frame.summary for frame in case.frames)
    assert any(
        measured.name == "reference energy" and measured.unit == "Wh" for measured in case.measurements
    )
    assert all(
        step.frame_from < step.frame_to <= len(case.frames)
        for step in case.steps
        if step.frame_from is not None
    )


def test_the_same_seed_gives_the_same_evidence(request: pytest.FixtureRequest):
    if LONG:
        first, narrowed = request.getfixturevalue("certified"), {}
    else:
        narrowed = {"only": WITH_CHANCE}
        first = run_suites(load(None, seed=5), seed=5, **narrowed)
    assert stable(run_suites(load(None, seed=5), seed=5, **narrowed)) == stable(first)
    assert first.cases


def test_another_seed_gives_other_evidence():
    one, other = (run_suites(load(None, seed=seed), seed=seed, only=WITH_CHANCE[:1]) for seed in (5, 6))
    assert [case.frames for case in one.cases] != [case.frames for case in other.cases]


def test_over_hdlc_nothing_is_left_out():
    suites = None if LONG else ("dlms", "closed-loop")  # the sts suite reaches the meter by its keys
    evidence = run_suites(load("sim://ppkw?framing=hdlc", seed=1), suites=suites, seed=1)
    assert {case.verdict for case in evidence.cases} <= set(LIGHT)
    assert reasons(evidence) <= NOT_ON_PPKW | {"the link is not wrapper"}


@pytest.mark.parametrize("at_begin", [True, False])
def test_ctrl_c_loses_nothing(at_begin: bool):
    seen: list[Progress] = []

    def stop(progress: Progress) -> None:
        if (progress.verdict is None) is at_begin:
            seen.append(progress)
            if len(seen) == 3:
                raise KeyboardInterrupt

    evidence = run_suites(load(None, seed=1), suites=("dlms",), seed=1, on_progress=stop)
    assert evidence.run.interrupted
    assert len(evidence.cases) == (2 if at_begin else 3)


def test_progress_counts_to_the_end():
    seen: list[Progress] = []
    evidence = run_suites(load(None, seed=1), only=("APPL_OPEN_12",), seed=1, on_progress=seen.append)
    total = len(evidence.cases)
    assert total > 1
    assert [(p.done, p.total, p.verdict) for p in seen] == [
        step for n in range(total) for step in ((n, total, None), (n + 1, total, Verdict.CONFORMS))
    ]


@pytest.mark.parametrize(
    ("only", "ids"),
    [
        ("sts/7.3.7/replay", {"sts/7.3.7/replay"}),
        ("dlms-bb/class-70", {"closed-loop/class-70/remote"}),
        ("APPL_REL_P1", {"dlms/APPL_REL_P1/get-after-release"}),
        ("pay", {"closed-loop/PAY-03/decrement", "closed-loop/PAY-04/exhausted"}),
    ],
)
def test_only_means_cases_and_clauses(only: str, ids: set[str]):
    assert ids <= {case.id for case in list_cases(load(None, seed=1), only=(only,))}


def test_a_part_of_a_number_is_not_a_clause():
    with pytest.raises(BenchError, match=r"nothing matches `7\.3\.7/rep`"):
        list_cases(load(None, seed=1), only=("7.3.7/rep",))


def test_the_list_says_what_will_not_apply():
    gates = {case.id: case.gate for case in list_cases(load("tcp://127.0.0.1:9", seed=1))}
    assert gates["sts/8.2/keypad"].en == "the target has no [sts] section"
    assert gates["dlms/OBJECTS_LDN/name"] is None


@pytest.mark.parametrize(
    ("narrowed", "sentence"),
    [
        ({"suites": ("plc",)}, "unknown suite `plc`; known: closed-loop, dlms, sts"),
        ({"profile": "x"}, "no profile called `x`"),
        ({"only": ("7.9",)}, "nothing matches `7.9`"),
    ],
)
def test_unknown_names_are_one_sentence(narrowed, sentence: str, capfd):
    with pytest.raises(BenchError, match=sentence):
        run_suites(load(None, seed=1), seed=1, **narrowed)
    assert capfd.readouterr() == ("", "")


def test_a_closed_port_is_one_sentence():
    with pytest.raises(BenchError, match=r"cannot be reached: .*refused"):
        run_suites(load("tcp://127.0.0.1:9", seed=1), seed=1)


def test_a_password_is_in_the_frames_and_nowhere_else(certified):
    password = b"12345678".hex()
    case = next(case for case in certified.cases if case.id == "dlms/APPL_OPEN_7/lls")
    assert any(password in frame.hex for frame in case.frames)
    assert not any(password in step.text.spoken(lang) for step in case.steps for lang in ("es", "en"))


def test_the_suites_are_pytest_modules_for_anybody():
    command = ["-m", "pytest", "conformance/suites", "-p", "amibench.pytest_plugin", "-p", "no:cacheprovider"]
    options = [
        "--target",
        "mutant://accepts-used-token",
        "--only",
        "sts/7.3.7/replay",
        "--fail-uncovered",
        "-q",
    ]
    done = subprocess.run(
        [sys.executable, *command, *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert "fails: not met: the result must be UsedError; seen: Accept" in done.stdout


def test_a_bad_target_is_a_usage_error_of_pytest():
    command = ["-m", "pytest", "conformance/suites", "-p", "amibench.pytest_plugin", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, *command, "--target", "sim://x"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "no virtual device called `x`; known: minimal, ppkw, " in done.stderr


def test_the_settings_of_the_program_around_do_not_reach_the_suites(monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    evidence = run_suites(load(None, seed=1), only=("APPL_OPEN_12",), seed=1)
    assert evidence.cases
    assert os.environ["PYTEST_ADDOPTS"] == "--no-such-option"


def test_two_processes_with_other_hash_seeds_leave_the_same_evidence(tmp_path: Path) -> None:
    """Sets have another order in each process: nothing of the record may follow it."""
    records = []
    for seed in ("0", "1"):
        out = tmp_path / seed
        options = ["--only", "sts/8.9/time-out", "--out", str(out), "--json"]
        done = subprocess.run(
            [sys.executable, "-m", "amibench", "certify", *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        record = json.loads((out / "evidence.json").read_text(encoding="utf-8"))
        assert record.pop("run")["case_wall_s"].keys() == {case["id"] for case in record["cases"]}
        records.append(record)
    assert records[1] == records[0]
