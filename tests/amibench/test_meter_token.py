"""``amibench meter token``: each result by its standard name, sent once, and never again by itself."""

import json

import pytest

from amibench.__main__ import run
from amibench.commands.meter import connection
from protocols.dlms.cosem.payment import TokenGateway
from protocols.dlms.session import DlmsSession, OutcomeUnknown

URL = "sim://ppkw"
#: Minted under the published test key for the virtual meter's register, issued when its world begins.
MINT = (
    "sts mint electricity --drn 00000000000 --sgc 201457 --krn 1 --ti 1 --key-type DUTK --ken 255 "
    "--base-date 2014 --ea 11 --dkga 04 --key VUDK_160 --amount-kwh 25 --time 2026-01-01T05:00 --json"
)


@pytest.fixture
def token(capsys, monkeypatch):
    """Runs ``amibench meter token``: exit code, standard output, standard error."""
    monkeypatch.setenv("AMIBENCH_LANG", "en")
    monkeypatch.setenv("AMIBENCH_METER_PASSWORD", "12345678")

    def run_it(*arguments, url=URL):
        code = run(["meter", "token", url, *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_it


@pytest.fixture
def digits(capsys):
    """Twenty digits worth 25 kWh to the virtual meter."""
    assert run(MINT.split()) == 0
    found = [value for value in json.loads(capsys.readouterr().out).values() if _is_token(value)]
    return found[0]


def _is_token(value: object) -> bool:
    text = "".join(value.split()) if isinstance(value, str) else ""
    return len(text) == 20 and text.isdecimal()


@pytest.fixture
def sent(monkeypatch):
    """Counts what goes to the gateway."""
    calls = []
    action = DlmsSession.action

    def counted(session, kind, *arguments):
        calls.append(kind)
        return action(session, kind, *arguments)

    monkeypatch.setattr(DlmsSession, "action", counted)
    return calls


def test_a_good_token_is_credited(token, digits, sent):
    code, out, err = token(digits)
    assert (code, err) == (0, "")
    assert out.startswith("Accept: the meter took the token; 25000 Wh credited; credit now 25000 Wh")
    assert sent == [TokenGateway]


def test_a_good_token_as_json_and_in_groups(token, digits):
    code, out, _ = token("-".join(digits.replace(" ", "")[at : at + 4] for at in range(0, 20, 4)), "--json")
    assert code == 0
    assert json.loads(out) == {
        "result": "Accept",
        "accepted": True,
        "credited": "25000 Wh",
        "balance": "25000 Wh",
    }


def test_a_refused_token_has_its_standard_name_and_exit_code_1(token, sent):
    code, out, _ = token("1" * 20)
    assert code == 1
    assert out.startswith("CRCError: the meter refused the token; credit now 0 Wh")
    assert len(sent) == 1
    assert token("1" * 20, "--lang", "es")[1].startswith("CRCError: el medidor rechazó el código")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("123",), "a token has 20 digits, not 3"),
        (("٣" * 20,), "a token has 20 digits"),
        (("1" * 20, "--client", "16"), "client 16"),
        (("1" * 20, "--server", "9", "--timeout", "1"), "does not answer"),
    ],
)
def test_what_cannot_be_sent_ends_with_3(token, arguments, sentence, monkeypatch):
    if "16" in arguments:
        monkeypatch.delenv("AMIBENCH_METER_PASSWORD")
    code, out, err = token(*arguments)
    assert (code, out) == (3, "")
    assert sentence in err


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_without_an_answer_nothing_is_repeated(token, digits, monkeypatch, form):
    calls = []

    def silent(session, *arguments):
        calls.append(arguments)
        raise OutcomeUnknown(10.0, "action")

    monkeypatch.setattr(DlmsSession, "action", silent)
    code, out, err = token(digits, *form)
    assert code == 2
    assert len(calls) == 1
    assert "it may have been credited or not" in err
    if form:
        assert json.loads(out)["accepted"] is None


def test_the_module_of_the_session_is_the_one_that_is_watched():
    assert connection.DlmsSession is DlmsSession
