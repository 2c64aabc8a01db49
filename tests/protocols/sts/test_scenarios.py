"""The meter scenarios of the vector file, and the two that need many tokens, made here."""

from typing import Any

import pytest

from protocols.sts.acceptance import KeyRegister, TidStore, TokenAcceptance, TokenResult
from protocols.sts.identity import BaseDate, KeyType, MeterPrimaryAccountNumber
from protocols.sts.keys import DecoderKey
from protocols.sts.token import Token, TransferCredit, encode_token

SCENARIOS = ["SCN-1", "SCN-3", "SCN-4", "SCN-5", "SCN-7", "SCN-8", "SCN-9", "SCN-11", "SCN-12"]

#: The file words some steps with an "or": what our meter answers there, by scenario and step.
CHOSEN = {
    ("SCN-5", 1): "2ndKCT",
    ("SCN-8", 3): "MfrCodeError",
    ("SCN-11", 0): "FunctionError",
}


class Credit:
    """A credit register as small as a test needs."""

    def __init__(self) -> None:
        self.units = 0

    def apply(self, token: Token) -> TokenResult:
        if isinstance(token, TransferCredit):
            self.units += token.amount_units
        return TokenResult.ACCEPT


def meter_of(described: dict[str, Any]) -> TokenAcceptance:
    return TokenAcceptance(
        KeyRegister(
            decoder_key=DecoderKey(bytes.fromhex(described["decoder_key"]), described["ea"]),
            pan=MeterPrimaryAccountNumber(described["pan"]),
            sgc=described.get("sgc", "201457"),
            key_type=KeyType(described["kt"]),
            krn=described.get("krn", 1),
            ti=int(described.get("ti", "1")),
            ken=described["ken"],
            base_date=BaseDate(described["base_date"]),
        )
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(vector_file: dict[str, Any], name: str) -> None:
    scenario = next(entry for entry in vector_file["meter_scenarios"] if entry["id"] == name)
    meter, credit = meter_of(scenario["meter"]), Credit()
    for place, step in enumerate(scenario["steps"]):
        before = credit.units
        outcome = meter.enter(step["token"], credit.apply)
        expected = CHOSEN.get((name, place)) or step["expect"].split(" ")[0].rstrip(":")
        assert outcome.name == expected, (place, step["expect"])
        if "credit_added_units" in step:
            assert credit.units - before == step["credit_added_units"]
        if "new_decoder_key" in step:
            assert meter.register.decoder_key.value.hex() == step["new_decoder_key"]
        if "new_ti" in step:
            assert meter.register.ti == step["new_ti"]
        if "new_base_date" in step:
            assert meter.register.base_date == step["new_base_date"]
        if "tid" in step and outcome.accepted:
            assert step["tid"] in meter.tid_store.snapshot()


def test_every_scenario_of_the_file_is_run(vector_file: dict[str, Any]) -> None:
    assert [entry["id"] for entry in vector_file["meter_scenarios"]] == SCENARIOS


def test_a_full_store_old_used_and_gaps(make_meter) -> None:
    meter, credit = make_meter(), Credit()
    key = meter.register.decoder_key

    def name(tid: int) -> str:
        return meter.enter(encode_token(TransferCredit(0, 5, tid, 1), key), credit.apply).name

    assert {name(1000 + 10 * n) for n in range(50)} == {"Accept"}
    assert [name(999), name(1000), name(1005), name(1000), name(1006)] == [
        "OldError",
        "UsedError",
        "Accept",
        "OldError",
        "Accept",
    ]
    assert [name(1490), name(2000), name(1491)] == ["UsedError", "Accept", "Accept"]
    assert credit.units == 54
    assert len(meter.tid_store.snapshot()) == TidStore().capacity == 50
