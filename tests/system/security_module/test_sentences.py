"""A refusal is one sentence in each language, also where the reason comes from `protocols.sts`."""

import pytest

from protocols.sts.amounts import MAGNITUDE_MAX_1E5
from system.security_module.refusals import REASONS
from system.security_module.sts_sentences import in_spanish

OLD = "2014-03-01T12:00:00Z"


@pytest.mark.parametrize(
    ("operation", "args", "words"),
    [
        ("mint", {"subclass": 0, "amount": -1}, "una cantidad no puede ser negativa: -1"),
        ("mint", {"subclass": 0, "amount": 18_201_625}, "supera la mayor de un token, 18201624"),
        ("management", {"subclass": 1, "value": 65_536}, "va de 0 a 65535, no 65536"),
        ("management", {"subclass": 5, "value": 1}, "borrar la condición de fraude no lleva valor"),
        ("management", {"subclass": 3}, "subclass debe ser 0, 1, 2, 5, 6, 7, 10"),
        (
            "mint",
            {"subclass": 0, "amount": 1, "time": "1999-01-01T00:00:00Z"},
            "cae fuera del TID de 24 bits",
        ),
    ],
)
def test_the_reason_is_in_spanish_too(bench, meter, operation: str, args: dict, words: str) -> None:
    refusal = bench.ask(operation, message_id="m", meter=meter, **args)
    said = refusal.to_json()
    assert words in said["es"]
    assert words not in said["en"]


def test_class_1(bench) -> None:
    said = bench.ask("meter_test", message_id="m", control=1, mfr_code=100).to_json()
    assert "un código de fabricante mayor que 99 va en la subclase 1" in said["es"]
    assert bench.ask("meter_test", message_id="m", subclass=1, control=1, mfr_code=100)["tokens"]


def test_a_meter_number_and_a_token_that_are_none(bench, meter) -> None:
    said = bench.ask("verify", meter=meter, token="9" * 20).to_json()
    assert "el mayor token" in said["es"]


def test_what_has_no_twin_stays_as_it_is() -> None:
    assert in_spanish("a sentence of no table") == "a sentence of no table"
    sentence = f"an amount of currency is at most {MAGNITUDE_MAX_1E5} units of 1e-5, not more"
    assert in_spanish(sentence).startswith("una cantidad en dinero llega a lo sumo a")


def test_every_code_has_two_sentences_that_end_as_sentences_do() -> None:
    for code, reason in REASONS.items():
        assert reason.es != reason.en, code
        assert reason.es.endswith("."), code
        assert reason.en.endswith("."), code
