"""``amibench sts decode`` and ``scenario``: every field, the meter's answer, agreement and disagreement."""

import json
from pathlib import Path
from typing import Any

import pytest

from amibench.__main__ import run
from amibench.commands.sts.show import FIELDS, RESULTS
from conformance.vectors import path
from protocols.sts.keys import DecoderKey
from protocols.sts.scenarios import RESULT_NAMES
from protocols.sts.token import Set2ndSectionDecoderKey, encode_token
from protocols.sts.vectors import mint_vector

FILE = path("sts_vectors.json")
METER = ["--key", "register-1", "--drn", "00000000000", "--ea", "07"]
WATER = "25510558010932506821"


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]):
    def say(*arguments: str, code: int = 0) -> str:
        assert run(["sts", *arguments]) == code, capsys.readouterr().err
        captured = capsys.readouterr()
        if code == 3:
            assert captured.out == ""
            assert len(captured.err.splitlines()) == 1
        return captured.err if code == 3 else captured.out

    return say


@pytest.fixture
def write(tmp_path: Path):
    def write(content: Any) -> str:
        target = tmp_path / "file.json"
        target.write_text(json.dumps(content), encoding="utf-8")
        return str(target)

    return write


def test_every_field_of_every_vector_has_a_label_in_both_languages(content) -> None:
    for vector in content["vectors"]:
        decoded = mint_vector(vector["token_class"], vector["token_subclass"], vector["inputs"]).decoded
        assert decoded.keys() - FIELDS.keys() <= {"token_class", "token_subclass", "name", "crc_ok"}
    assert all(english and spanish for english, spanish in FIELDS.values())


def test_every_result_has_a_meaning() -> None:
    assert RESULTS.keys() == RESULT_NAMES


def test_decode_explains_and_answers(say) -> None:
    spanish = say("decode", *METER, "--commodity", "water", "--lang", "es", WATER)
    for words in ("CRC correcto", "tid 85745", "2014-03-01T13:05:00Z", "responde: Accept, aceptado"):
        assert words in spanish
    said = json.loads(say("decode", *METER, WATER[:4], WATER[4:], "--json"))
    assert said["token"] == WATER
    assert said["block"] == "15014ef10001a31e"
    assert said["decoded"]["amount_units"] == 1
    assert said["meter"]["result"] == "FunctionError"


@pytest.mark.parametrize(
    ("state", "result"),
    [
        (["--used-tid", "85745"], "UsedError"),
        (["--used-tid", "9", "--used-tid", "85745"], "UsedError"),
        (["--ken", "0"], "KeyExpiredError"),
        (["--key-type", "DDTK"], "CRCError"),
        (["--krn", "2"], "CRCError"),
        (["--commodity", "water", "--credit-units", str(2**31)], "OverflowError"),
        (["--commodity", "water"], "Accept"),
    ],
)
def test_the_answer_depends_on_the_meter(say, state: list[str], result: str) -> None:
    said = json.loads(say("decode", *METER, *state, WATER, "--json"))
    assert said["meter"]["result"] == result
    assert said["meter"]["meaning"]


def test_a_state_file_is_the_meter_of_a_scenario(say, write, content) -> None:
    scenario = next(entry for entry in content["meter_scenarios"] if entry["id"] == "SCN-7")
    token = scenario["steps"][1]["token"]
    for described in (scenario, scenario["meter"]):
        said = json.loads(say("decode", token, "--state", write(described), "--json"))
        assert said["meter"]["result"] == "KeyExpiredError"


def test_without_a_key_only_class_1_is_read(say) -> None:
    assert "enciphered" in say("decode", WATER, "--lang", "en")
    said = json.loads(say("decode", WATER, "--json"))
    assert (said["block"], said["meter"], said["decoded"]["crc_ok"]) == (None, None, None)
    assert "fffffffff" in say("decode", "56493153725450313471", "--lang", "en")


@pytest.mark.parametrize(
    ("arguments", "english", "spanish"),
    [
        (["123"], "20 decimal digits", "20 dígitos"),
        (["9" * 20], "above 2^66-1", "pasa de 2^66-1"),
        ([WATER, "--key", "MINE"], "no published test key", "no es una clave"),
        ([WATER, "--key", "VUDK_160"], "meter_pan or drn", "falta el medidor"),
        ([WATER, *METER, "--ea", "09"], "EA09", "EA09"),
        ([WATER, "--state", "nowhere.json"], "cannot read", "no se puede leer"),
        ([WATER, *METER, "--used-tid", "x"], "whole number", "número entero"),
    ],
)
def test_refusals(say, arguments: list[str], english: str, spanish: str) -> None:
    assert english in say("decode", *arguments, "--lang", "en", code=3)
    assert spanish in say("decode", *arguments, "--lang", "es", code=3)


def test_ea09_is_read_behind_its_flag(say) -> None:
    said = json.loads(
        say(
            "decode",
            WATER,
            "--key",
            "VK_64",
            "--drn",
            "00000000000",
            "--sgc",
            "123456",
            "--ea",
            "09",
            "--allow-withdrawn",
            "--json",
        )
    )
    assert said["meter"]["result"] == "CRCError"


def test_parts_of_a_key_are_shown_for_test_keys_only(say, write) -> None:
    section = Set2ndSectionDecoderKey(15, 2, 0xDEADBEEF)
    secret = DecoderKey(b"\x13" * 8, "07")
    meter = {"pan": "600727000000000009", "decoder_key": secret.value.hex(), "sgc": "201457"}
    for extra in ([], ["--json"]):
        said = say("decode", encode_token(section, secret), "--state", write(meter), *extra)
        assert "deadbeef" not in said
        assert secret.value.hex() not in said
    test_key = DecoderKey(bytes.fromhex("87f3ecbb2e46b48f"), "07")
    meter["decoder_key"] = test_key.value.hex()
    assert "deadbeef" in say("decode", encode_token(section, test_key), "--state", write(meter))


def test_the_shipped_scenarios_all_agree(say, content) -> None:
    said = say("scenario", str(FILE), "--lang", "en")
    assert said.splitlines()[-1].endswith("0 disagree")
    assert "the profile's choice among Accept, MfrCodeError, FunctionError" in said
    listed = json.loads(say("scenario", str(FILE), "--json"))
    assert [entry["id"] for entry in listed] == [entry["id"] for entry in content["meter_scenarios"]]
    for entry, scenario in zip(listed, content["meter_scenarios"], strict=True):
        assert [step["token"] for step in entry["steps"]] == [step["token"] for step in scenario["steps"]]
        assert {frozenset(step) for step in entry["steps"]} == {
            frozenset({"token", "result", "credit_added_units"})
        }


def test_a_disagreement_is_told_and_exits_1(say, write, content) -> None:
    scenario = json.loads(json.dumps(content["meter_scenarios"][0]))
    scenario["steps"][1]["expect"] = "OldError"
    for shape in (scenario, [scenario], {"meter_scenarios": [scenario]}):
        said = say("scenario", write(shape), "--lang", "en", code=1)
        assert "UsedError +0  DISAGREES in expect; expected: OldError" in said
        assert said.endswith("5 steps, 1 disagree\n")
    assert "NO COINCIDE" in say("scenario", write(scenario), "--lang", "es", code=1)
    assert (
        json.loads(say("scenario", write(scenario), "--json", code=1))[0]["steps"][1]["result"] == "UsedError"
    )


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        (5, "meter_scenarios"),
        ({}, "meter_scenarios"),
        ([5], "#1"),
        ([{"id": "S\n1", "meter": {}, "steps": []}], "'S\\n1'"),
        ([{"meter": {"pan": "5", "decoder_key": "0" * 16}, "steps": []}], "MeterPAN has 18 digits"),
    ],
)
def test_scenario_files_of_another_shape(say, write, shape: Any, says: str) -> None:
    assert says in say("scenario", write(shape), "--lang", "en", code=3)
