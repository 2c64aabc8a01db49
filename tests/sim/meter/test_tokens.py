"""Tokens at the keypad and at the gateway: one processor, one TID store (R5.3-06)."""

import json

import pytest

from conformance.vectors import path
from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.sts.identity import KeyType, MeterPrimaryAccountNumber
from protocols.sts.keys import derive_decoder_key
from protocols.sts.testkeys import VUDK_160
from protocols.sts.token import (
    ClearTamperCondition,
    InitiateMeterTest,
    decode_token,
    encode_token,
    key_change_tokens,
)
from sim.meter.ciu.keypad_display import keys, text
from sim.meter.events.tamper_protections import TamperKind
from sim.meter.payment.tokens import RESULT_NUMBERS


def test_a_token_works_once(bench):
    digits = bench.credit_token(100)
    assert bench.enter(digits).result == "Accept"
    assert bench.enter(digits).result == "UsedError"
    assert bench.credit_wh() == 10_000
    assert bench.events()[-2:] == ["LOCAL_RECONNECTION", "TOKEN_REFUSED"]


def test_keypad_and_gateway_share_one_store(bench):
    digits = bench.credit_token(100)
    assert bench.meter.enter_token(digits, TokenDeliveryMethod.REMOTE).outcome.name == "Accept"
    assert bench.enter(digits).result == "UsedError"


def test_tokens_for_another_meter_or_with_one_digit_wrong_are_refused(bench):
    other = MeterPrimaryAccountNumber.from_drn("11111111115")
    key = derive_decoder_key(vending_key=VUDK_160, pan=other, sgc="201457")
    digits = bench.credit_token(100)
    token = decode_token(digits, bench.parts.tokens.register.decoder_key).token
    assert bench.enter(encode_token(token, key)).result == "CRCError"
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    assert bench.enter(wrong).result == "CRCError"
    assert bench.enter("9" * 20).result == "FormatError"
    assert bench.enter(digits[:19]).result == "FormatError"


def test_a_published_token_is_accepted(bench):
    # the virtual meter is the meter of the published test plan, PAN 600727 00000000000 9
    table = json.loads(path("sts_vectors.json").read_text(encoding="utf-8"))
    published = [vector for vector in table["vectors"] if _for_this_meter(vector)]
    credit = [vector for vector in published if vector["inputs"]["amount_units"] == 256]
    assert bench.enter(credit[0]["token"]).result == "Accept"
    assert bench.credit_wh() == 25_600


def _for_this_meter(vector):
    inputs = vector.get("inputs", {})
    wanted = {"meter_pan": "600727000000000009", "ea": "11", "sgc": "201457", "krn": 1, "ti": "01"}
    credit = "TransferCredit subclass 0" in vector.get("description", "")
    return credit and all(inputs.get(name) == value for name, value in wanted.items())


def test_a_key_change_goes_through_the_keypad_and_the_old_key_dies(bench):
    register = bench.parts.tokens.register
    new = derive_decoder_key(vending_key=VUDK_160, pan=register.pan, sgc="201457", ti=2)
    old_token = bench.credit_token(10)
    tokens = key_change_tokens(
        new, register.decoder_key, ken=255, krn=1, ti=2, key_type=KeyType.DUTK, sgc="201457"
    )
    shown = [bench.enter(digits) for digits in tokens]
    assert [display.result for display in shown] == ["1stKCT", "2ndKCT", "3rdKCT", "Accept"]
    assert [display.lines[0] for display in shown][:1] == ["CLAVE PARTE 1"]
    assert bench.parts.tokens.register.ti == 2
    assert bench.enter(old_token).result == "CRCError"
    bench.recharge(10)
    assert bench.enter("807").lines == ("TARIFA TI", "02")


def test_a_test_token_shows_what_it_asks_for_page_after_page(bench):
    bench.recharge(100)
    display = bench.enter(encode_token(InitiateMeterTest(0x004 | 0x008)))
    assert display.result == "Accept"
    pages = [display.lines]
    for _ in range(2):
        bench.run(10)
        pages.append(bench.meter.display().lines)
    assert pages == [("ACEPTADO", ""), ("CONSUMO TOTAL", "0.0 kWh"), ("KRN KT", "1 2")]
    bench.run(10)
    assert bench.meter.display().lines == ("CREDITO", "10.0 kWh")


def test_a_test_that_this_meter_has_not_is_a_function_error(bench):
    assert bench.enter(encode_token(InitiateMeterTest(0x400))).result == "FunctionError"
    assert bench.enter(encode_token(InitiateMeterTest(0x004, mfr_code=7))).result == "MfrCodeError"
    all_tests = (1 << 36) - 1
    assert bench.enter(encode_token(InitiateMeterTest(all_tests))).result == "Accept"


@pytest.mark.parametrize("kind", list(TamperKind))
def test_a_tamper_counts_alarms_and_is_cleared_by_a_token(bench, kind):
    def clear():
        return bench.enter(bench.mint(ClearTamperCondition)).result

    bench.meter.sense(kind, present=True)
    bench.meter.sense(kind, present=True)
    assert bench.meter.display().lamps.alarm
    assert clear() == "Accept"
    assert bench.meter.display().lamps.alarm, "it still goes on"
    bench.meter.sense(kind, present=False)
    assert bench.meter.display().lamps.alarm, "it latches"
    assert clear() == "Accept"
    assert not bench.meter.display().lamps.alarm
    assert bench.parts.tamper.count(kind) == 1
    assert bench.events()[-2:] == ["TAMPER_CLEARED", "TOKEN_ACCEPTED"]


def test_every_result_has_a_number_and_words_in_both_languages():
    assert set(RESULT_NUMBERS) <= set(keys())
    for key in keys():
        assert len(text(key, "es")) <= 16
        assert len(text(key, "en")) <= 16
        assert text(key, "es").isascii()
