"""The local virtual carrier (IEC 62055-52, by its existence): same token processor, same TID store."""

import pytest

from protocols.dlms import axdr
from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.field.errors import StationControlError
from protocols.sts.token import InitiateMeterTest, encode_token
from protocols.sts.token.carrier import TOKEN_MAX, from_digits
from sim.meter.storage.nvm import PowerLostError

GATEWAY = "0.0.19.40.0"


def hexadecimal(digits):
    return f"{from_digits(digits):x}"


def by_keypad(bench, digits):
    return bench.enter(digits).result


def by_carrier(bench, digits):
    answer = bench.call("carrier.enter", token66=hexadecimal(digits))
    for stage in ("token_result", "validation_result", "authentication_result"):
        if stage in answer:
            return answer[stage]
    return None


def by_gateway(bench, digits):
    session = bench.session()
    session.action(115, GATEWAY, 1, axdr.octet_string(digits.encode()))
    return session.get(115, GATEWAY, 4).value[0].value.decode()


WAYS = [by_keypad, by_carrier, by_gateway]


@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("second", WAYS)
def test_all_ways_share_one_tid_store(bench, first, second):
    digits = bench.credit_token(10)
    assert first(bench, digits) == "Accept"
    assert second(bench, digits) == "UsedError"
    assert bench.credit_wh() == 1_000


@pytest.mark.parametrize("way", WAYS)
def test_all_ways_give_the_same_names(bench, way):
    wrong = bench.credit_token(10)[:-1] + "0"
    assert way(bench, wrong) == "CRCError"
    assert way(bench, encode_token(InitiateMeterTest(0x400))) == "FunctionError"
    assert way(bench, encode_token(InitiateMeterTest(0x004, mfr_code=7))) == "MfrCodeError"


def test_the_answer_has_the_three_stages(bench):
    digits = bench.credit_token(10)
    assert bench.call("carrier.enter", token66=hexadecimal(digits)) == {
        "token_result": "Accept",
        "authentication_result": "Authentic",
        "validation_result": "Valid",
    }
    assert bench.call("carrier.enter", digits=digits) == {
        "authentication_result": "Authentic",
        "validation_result": "UsedError",
    }
    assert bench.call("carrier.enter", digits="12") == {"token_result": "FormatError"}
    assert bench.call("carrier.enter") == {"token_result": "FormatError"}
    assert bench.parts.tokens.last.delivery is TokenDeliveryMethod.LOCAL


@pytest.mark.parametrize("token66", ["", "xyz", "-1", f"{TOKEN_MAX + 1:x}"])
def test_what_is_no_number_of_66_bits_is_a_mistake_of_the_caller(bench, token66):
    with pytest.raises(StationControlError, match=r"carrier\.enter"):
        bench.call("carrier.enter", token66=token66)


def test_a_dead_meter_takes_nothing(bench):
    digits = bench.credit_token(10)
    bench.meter.power_cut()
    with pytest.raises(StationControlError, match="no power"):
        bench.call("carrier.enter", digits=digits)
    with pytest.raises(PowerLostError):
        bench.meter.enter_token(digits, TokenDeliveryMethod.LOCAL)
    bench.meter.power_up()
    bench.call("supply.cut_at_write", write=1)
    with pytest.raises(StationControlError, match="no power"):
        bench.call("carrier.enter", digits=digits)
    bench.meter.power_up()
    assert bench.call("carrier.enter", digits=digits)["token_result"] == "Accept"
