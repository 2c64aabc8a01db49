"""What cases say of themselves, and how each way of ending becomes a verdict."""

import pytest

from conformance.targets import Target, load
from conformance.verdicts import Verdict


def declaring(**changes: object) -> Target:
    """The virtual meter with something else in its statement."""
    import dataclasses

    target = load(None, seed=1)
    return dataclasses.replace(target, statement=target.statement.model_copy(update=changes))


@pytest.mark.parametrize(
    ("body", "verdict", "reason"),
    [
        ("bench.check(True, Message('yes'))", Verdict.CONFORMS, ""),
        ("bench.check(False, Message('three'))", Verdict.FAILS, "not met: three"),
        ("assert False, 'a bug'", Verdict.INCONCLUSIVE, "AssertionError"),
        ("{}['x']", Verdict.INCONCLUSIVE, "KeyError"),
        ("raise bench.inconclusive(Message('cannot tell'))", Verdict.INCONCLUSIVE, "cannot tell"),
        ("raise bench.not_applicable(Message('no such part'))", Verdict.NOT_APPLICABLE, "no such part"),
        ("bench.informational(Message('just so'))", Verdict.INFORMATIONAL, "just so"),
        ("bench.not_strictly(Message('nearly'))", Verdict.CONFORMS_NOT_STRICTLY, "nearly"),
        ("bench.not_strictly(Message('x')); bench.check(False, Message('no'))", Verdict.FAILS, "not met: no"),
        ("pytest.skip('by hand')", Verdict.NOT_APPLICABLE, "by hand"),
    ],
)
def test_how_a_case_ends_is_its_verdict(run_cases, body: str, verdict: Verdict, reason: str):
    ran = run_cases(f"""
        @case_called("sts/x")
        @CLAUSE
        def test_x(bench):
            {body}
        """)
    assert ran.record.verdict is verdict
    assert reason in ran.record.reason.en


def test_a_fail_shows_as_a_failure_of_pytest_and_the_run_goes_on(run_cases):
    ran = run_cases("""
        @case_called("sts/a")
        @CLAUSE
        def test_a(bench):
            bench.stimulus(Message("one"))
            bench.check(False, Message("two"))

        @case_called("sts/b")
        @CLAUSE
        def test_b(bench):
            bench.measure("voltage", 120, "V")
        """)
    assert ran.code == pytest.ExitCode.TESTS_FAILED
    first, second = ran.run.records
    assert [(step.kind, step.passed) for step in first.steps] == [("stimulus", None), ("check", False)]
    assert second.verdict is Verdict.CONFORMS
    assert second.measurements[0].value == "120"
    assert not second.steps


def test_silence_is_inconclusive_and_the_next_case_has_a_device_again(run_cases):
    ran = run_cases("""
        @case_called("sts/a")
        @CLAUSE
        def test_a(bench):
            bench.stations.silence()
            with bench.associated("public"):
                pass

        @case_called("sts/b")
        @CLAUSE
        def test_b(bench):
            with bench.associated("public") as dialogue:
                bench.check(bool(dialogue.octets(1, "0.0.42.0.0", 2)), Message("it speaks"))
        """)
    silent, speaking = ran.run.records
    assert silent.verdict is Verdict.INCONCLUSIVE
    assert "no answer" in silent.reason.en
    assert silent.frames
    assert speaking.verdict is Verdict.CONFORMS


def test_a_lost_link_is_inconclusive_and_is_opened_again(run_cases):
    ran = run_cases("""
        @case_called("sts/a")
        @CLAUSE
        def test_a(bench):
            with bench.associated("public") as dialogue:
                bench.link().close()
                dialogue.octets(1, "0.0.42.0.0", 2)

        @case_called("sts/b")
        @CLAUSE
        def test_b(bench):
            with bench.associated("public") as dialogue:
                dialogue.octets(1, "0.0.42.0.0", 2)
        """)
    assert [record.verdict for record in ran.run.records] == [Verdict.INCONCLUSIVE, Verdict.CONFORMS]
    assert "closed" in ran.run.records[0].reason.en


NEEDY = """
    @case_called("sts/x")
    @CLAUSE
    @pytest.mark.needs("keypad", "key-change")
    def test_x(bench):
        raise AssertionError("must not run")
    """


def test_without_its_station_a_case_does_not_apply(run_cases):
    record = run_cases(NEEDY, declaring(stations={})).record
    assert (record.verdict, record.reason.en) == (Verdict.NOT_APPLICABLE, "no keypad station")
    assert record.needs == ("keypad", "key-change")
    assert not record.steps


def test_what_is_not_declared_does_not_apply(run_cases):
    capabilities = load(None, seed=1).statement.capabilities.model_copy(update={"present": ("sts",)})
    record = run_cases(NEEDY, declaring(capabilities=capabilities)).record
    assert (record.verdict, record.reason.en) == (
        Verdict.NOT_APPLICABLE,
        "the device does not declare key-change",
    )


def test_what_is_declared_absent_is_not_implemented(run_cases):
    capabilities = load(None, seed=1).statement.capabilities.model_copy(
        update={"present": ("sts",), "absent": ("key-change",)}
    )
    record = run_cases(NEEDY, declaring(capabilities=capabilities)).record
    assert (record.verdict, record.reason.en) == (
        Verdict.NOT_IMPLEMENTED,
        "the device declares to lack key-change",
    )


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        (
            '@case_called("sts/x")\n@pytest.mark.clause("iec62055-41", "99")',
            "the catalogue has no clause iec62055-41/99",
        ),
        ('@case_called("sts/x")\n@pytest.mark.clause("pay", "PAY-03", level="must")', "a clause's level is"),
        ('@case_called("sts/x")', "names no clause"),
        ("@CLAUSE", "has no case(...)"),
        ('@case_called("sts/x")\n@CLAUSE\n@pytest.mark.needs("teapot")', "needs `teapot`"),
    ],
)
def test_what_a_case_says_wrongly_of_itself_stops_the_collection(run_cases, marks: str, sentence: str):
    ran = run_cases(f"{marks}\ndef test_x(bench): pass\n")
    assert not ran.run.records
    assert sentence in ran.run.complaints[0]


def test_two_cases_of_one_name_stop_the_collection(run_cases):
    ran = run_cases("""
        @case_called("sts/x")
        @CLAUSE
        def test_x(bench): pass

        @case_called("sts/x")
        @CLAUSE
        def test_y(bench): pass
        """)
    assert ran.run.complaints == ["two cases are called sts/x"]
