"""``amibench sts mint`` and ``key-change``: options, files, refusals; test keys only."""

import json
from pathlib import Path
from typing import Any

import pytest

from amibench.__main__ import run
from conformance.vectors import path

METER = ["--key", "register-1", "--pan", "600727000000000009", "--ea", "07"]


@pytest.fixture(scope="module")
def vectors() -> list[dict[str, Any]]:
    return json.loads(path("sts_vectors.json").read_text(encoding="utf-8"))["vectors"]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]):
    def say(*arguments: str, code: int = 0) -> str:
        assert run(["sts", *arguments]) == code, capsys.readouterr().err
        captured = capsys.readouterr()
        if code:
            assert captured.out == ""
            assert len(captured.err.splitlines()) == 1
        return captured.err if code else captured.out

    return say


@pytest.fixture
def write(tmp_path: Path):
    def write(content: Any) -> str:
        target = tmp_path / "inputs.json"
        target.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(target)

    return write


def minted(say, *arguments: str) -> dict[str, Any]:
    return json.loads(say("mint", *arguments, "--json"))


@pytest.mark.parametrize(
    ("arguments", "token"),
    [
        (["water", *METER, "--time", "2014-03-01T13:05:00Z", "--units", "1"], "25510558010932506821"),
        (
            ["--class", "0", "--subclass", "1", *METER, "--tid", "85745", "--units", "1"],
            "25510558010932506821",
        ),
        (["power-limit", *METER, "--time", "2024-03-28T09:01:00", "--value", "1000"], "68961683064326234122"),
        (["clear-credit", *METER, "--time", "2024-03-28T09:15:00Z"], "00066562869333031750"),
        (["clear-tamper", *METER, "--time", "2025-03-28T10:00:00Z"], "42545072112843780101"),
        (
            ["phase-unbalance", *METER, "--time", "2025-03-28T10:20:00Z", "--value", "10"],
            "31712008499351797283",
        ),
        (
            ["extended-set", *METER, "--time", "2029-01-01T09:00:00Z", "--value", "64512"],
            "29530401262548563889",
        ),
        (["display", "--control", "FFFFFFFFF"], "56493153725450313471"),
        (["display-4", "--control", "1"], "01152921509036054672"),
        (["extended-read", "--control", "0"], "02305843009347914912"),
        (
            ["currency-electricity", *METER, "--time", "2024-04-21T10:02:00Z", "--amount-currency", "16383"],
            "24081984266066772647",
        ),
    ],
)
def test_published_tokens_by_options(say, arguments: list[str], token: str) -> None:
    assert minted(say, *arguments)["token"] == token


def test_kwh_are_rounded_up_and_the_old_keys_have_their_algorithms(say) -> None:
    kwh = minted(say, "electricity", *METER, "--tid", "7", "--amount-kwh", "1.11")
    assert kwh["decoded"]["amount_units"] == 12
    old = minted(
        say,
        "electricity",
        "--key",
        "VK_64",
        "--drn",
        "00000000000",
        "--sgc",
        "123456",
        "--tid",
        "7",
        "--units",
        "1",
    )
    assert old["decoder_key"] == "e653341f9d5bf36f"
    new = minted(
        say,
        "electricity",
        "--key",
        "vudk_160",
        "--drn",
        "00000000000",
        "--sgc",
        "201457",
        "--tid",
        "7",
        "--units",
        "1",
    )
    assert new["decoder_key"] == "929bd3a415c9420a05ec5ee9f3ce91c3"


def test_every_vector_as_a_file(say, write, vectors) -> None:
    for vector in vectors[::12]:
        said = minted(say, "--file", write(vector))
        assert said["token"] == vector["token"], vector["id"]
        assert said["decoder_key"] == vector.get("decoder_key")
        inside = {
            **vector["inputs"],
            "token_class": vector["token_class"],
            "token_subclass": vector["token_subclass"],
        }
        assert minted(say, "--file", write(inside))["token"] == vector["token"]
        numbers = ["--class", str(vector["token_class"]), "--subclass", str(vector["token_subclass"])]
        assert minted(say, *numbers, "--file", write(vector["inputs"]))["token"] == vector["token"]


def test_options_replace_what_a_file_says(say, write, vectors) -> None:
    vector = next(vector for vector in vectors if vector["id"] == "CTSA01-EA07-step2")
    assert minted(say, "--file", write(vector), "--units", "9")["decoded"]["amount_units"] == 9


def test_the_tree_speaks_both_languages(say) -> None:
    arguments = ["mint", "water", *METER, "--tid", "85745", "--units", "1"]
    spanish, english = say(*arguments, "--lang", "es"), say(*arguments, "--lang", "en")
    assert spanish.startswith("2551 0558 0109 3250 6821")
    assert "minutos desde la fecha base" in spanish
    assert "minutes since the base date" in english


@pytest.mark.parametrize(
    ("arguments", "english", "spanish"),
    [
        (["pie"], "no kind of token", "no es un tipo de token"),
        ([], "say which token", "diga qué token"),
        (["--class", "4", "--subclass", "0"], "a class is 0 to 3", "una clase va"),
        (["--class", "0", "--subclass", "9", *METER], "is reserved", "es reservada"),
        (["water"], "needs a key", "necesita una clave"),
        (["water", "--key", "MINE"], "no published test key", "no es una clave de prueba"),
        (["water", "--key", "register-3"], "no published test key", "no es una clave de prueba"),
        (["water", *METER, "--units", "1"], "tid or issue_time_utc", "falta la hora"),
        (
            ["water", "--key", "VUDK_160", "--tid", "1", "--units", "1"],
            "meter_pan or drn",
            "falta el medidor",
        ),
        (["water", *METER, "--tid", "1"], "amount_units is missing", "falta el dato amount_units"),
        (["water", *METER, "--tid", "1", "--units", "x"], "must be a whole number", "número entero"),
        (["electricity", *METER, "--tid", "1", "--amount-kwh", "x"], "decimal number", "número decimal"),
        (["electricity", *METER, "--tid", "1", "--amount-kwh", "-1"], "decimal number", "número decimal"),
        (
            ["water", *METER, "--tid", "16777216", "--units", "1"],
            "TID is 0 to 16777215",
            "va de 0 a 16777215",
        ),
        (["water", *METER, "--ea", "09", "--tid", "1", "--units", "1"], "EA09", "no se admite"),
        (["water", *METER, "--dkga", "01", "--tid", "1", "--units", "1"], "DKGA01", "no se admite"),
        (["water", *METER, "--dkga", "03", "--tid", "1", "--units", "1"], "DKGA03", "no se admite"),
        (
            ["water", *METER, "--pan", "600727000000000001", "--tid", "1", "--units", "1"],
            "check digit",
            "control errado",
        ),
        (
            ["water", *METER, "--ken", "85", "--time", "2032-10-27T08:00:00Z", "--units", "1"],
            "has expired",
            "venció",
        ),
        (["clear-credit", *METER, "--ken", "85", "--time", "2032-10-27T08:00:00Z"], "has expired", "venció"),
        (["water", "--file", "nowhere.json"], "cannot read", "no se puede leer"),
    ],
)
def test_refusals_are_one_sentence_in_both_languages(say, arguments, english: str, spanish: str) -> None:
    assert english in say("mint", *arguments, "--lang", "en", code=3)
    assert spanish in say("mint", *arguments, "--lang", "es", code=3)


def test_a_file_with_another_key_is_refused_and_the_key_is_not_shown(say, write, vectors) -> None:
    secret = "ab" * 19 + "cd"
    credit, change = vectors[0], next(vector for vector in vectors if "new" in vector["inputs"])
    foreign = {**credit, "inputs": {**credit["inputs"], "vending_key": secret}}
    new = {**change["inputs"], "new": {**change["inputs"]["new"], "vending_key": secret}}
    for command, content in (
        ("mint", foreign),
        ("key-change", {**change["inputs"], "vending_key": secret}),
        ("key-change", new),
    ):
        said = say(command, "--file", write(content), "--lang", "en", code=3)
        assert "published test keys only" in said
        assert secret not in said


@pytest.mark.parametrize("content", ["{", "[]", '{"inputs": 5}', '"x"'])
def test_files_of_another_shape(say, write, content: str) -> None:
    for command in ("mint", "key-change"):
        assert "JSON" in say(command, "--file", write(content), code=3)


def test_a_key_change_by_options_and_by_file(say, write, vectors) -> None:
    by_id = {vector["id"]: vector for vector in vectors}
    said = json.loads(say("key-change", *METER, "--new-ti", "2", "--json"))
    expected = [by_id[f"CTSA05-EA07-step1.{place}"]["token"] for place in (1, 2)]
    assert [entry["token"] for entry in said["tokens"]] == expected
    assert said["new_decoder_key"] == by_id["CTSA05-EA07-step1.1"]["new_decoder_key"]
    for vector in (by_id["CTSA05-EA07-step1.1"], by_id["CTSA05-EA11-step1.4"], by_id["CTSA05-EA07-step4.3"]):
        said = json.loads(say("key-change", "--file", write(vector), "--json"))
        listed = {entry["token_subclass"]: entry["token"] for entry in said["tokens"]}
        assert listed[vector["token_subclass"]] == vector["token"]
        assert said["decoder_key"] == vector["decoder_key"]


def test_registers_of_the_test_plan_bring_their_attributes(say, vectors) -> None:
    by_id = {vector["id"]: vector for vector in vectors}
    meter = ["--key", "register-7", "--pan", "600727111111111153", "--ea", "07"]
    late = ["--time", "2032-10-27T08:00:00Z", "--json"]
    said = json.loads(say("key-change", *meter, "--new-key", "register-8", *late))
    assert said["tokens"][0]["token"] == by_id["CTSA16-EA07-step4.1"]["token"]
    assert "has expired" in say(
        "key-change", *METER, "--new-key", "register-7", *late, "--lang", "en", code=3
    )
    rollover = json.loads(say("key-change", *METER, "--new-key", "register-6", "--three-kct", "--json"))
    assert [entry["token_subclass"] for entry in rollover["tokens"]] == [3, 4, 8]
    assert rollover["tokens"][0]["decoded"]["ro"] == 1


@pytest.mark.parametrize(("old", "new"), [("1993", "2035"), ("2014", "1993"), ("2035", "2014")])
def test_a_key_change_leads_to_the_next_base_date_only(say, old: str, new: str) -> None:
    change = ["key-change", *METER, "--base-date", old, "--new-base-date", new]
    assert f"leads to {2014 if old == '1993' else 2035}, not to {new}" in say(*change, "--lang", "en", code=3)
    assert f"no a {new}" in say(*change, "--lang", "es", code=3)


def test_a_key_change_to_the_next_base_date_sets_the_rollover_bit(say) -> None:
    for old, new, rollover in (("1993", "2014", 1), ("2014", "2035", 1), ("2035", "2035", 0)):
        change = [
            "key-change",
            *METER,
            "--base-date",
            old,
            "--new-base-date",
            new,
            "--new-krn",
            "2",
            "--json",
        ]
        assert json.loads(say(*change))["tokens"][0]["decoded"]["ro"] == rollover


def test_a_key_change_as_a_tree(say) -> None:
    said = say("key-change", "--key", "register-1", "--drn", "00000000000", "--new-krn", "2", "--lang", "es")
    assert [line.split("  ")[1].split(" ")[0] for line in said.splitlines() if line[0].isdigit()] == [
        "2/3",
        "2/4",
        "2/8",
        "2/9",
    ]
    assert "nuevo índice de tarifa" in said
    assert "needs a key" in say("key-change", "--new-ti", "2", "--lang", "en", code=3)
