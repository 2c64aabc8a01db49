"""Reading the decoder back: class 116, short codes, display tests (sts.md 3.2, identity)."""

import pytest

from protocols.dlms.cosem.payment import Iec6205541Attributes
from protocols.sts.identity import KeyType
from protocols.sts.keys import derive_decoder_key
from protocols.sts.testkeys import VUDK_160
from protocols.sts.token import InitiateMeterTest, encode_token, key_change_tokens

CLASS, OBIS = 116, "0.0.19.60.0"
PUBLIC = 16


def read(bench, client_sap=2):
    session = bench.session(client_sap)
    return {
        attribute.name: session.get(CLASS, OBIS, index)
        for index, attribute in Iec6205541Attributes.attributes.items()
    }


def plain(data):
    """The Python value of any `Data`."""
    return [plain(item) for item in data.value] if isinstance(data.value, tuple) else data.value


@pytest.mark.parametrize("client_sap", [2, PUBLIC])
def test_every_attribute_can_be_read_by_anybody(bench, client_sap):
    found = {name: plain(data) for name, data in read(bench, client_sap).items()}
    assert found == {
        "logical_name": bytes([0, 0, 19, 60, 0, 255]),
        "meter_pan": [600727, 0, 9],
        "commodity": b"Electricity",
        "token_carrier_types": [2, 7, 8],
        "encryption_algorithm": 11,
        "supply_group_code": 201457,
        "tariff_index": 1,
        "key_revision_number": 1,
        "key_type": 2,
        "key_expiry_number": 255,
        "number_of_kct_supported": 4,
        "sts_certificate_number": b"",
    }


def test_the_types_are_those_of_the_declaration(bench):
    for attribute in Iec6205541Attributes.attributes.values():
        assert read(bench)[attribute.name].tag in attribute.types


def test_an_older_decoder_says_so(bench_of):
    found = read(bench_of("ppkw07"))
    assert found["encryption_algorithm"].value == 7
    assert found["number_of_kct_supported"].value == 3


def test_a_key_change_shows_at_once(bench):
    register = bench.parts.tokens.register
    new = derive_decoder_key(vending_key=VUDK_160, pan=register.pan, sgc="000042", ti=7, krn=3)
    tokens = key_change_tokens(
        new, register.decoder_key, ken=85, krn=3, ti=7, key_type=KeyType.DUTK, sgc="000042"
    )
    before = read(bench)
    for digits in tokens[:3]:
        bench.enter(digits)
    assert read(bench) == before, "nothing of a set that is not complete"
    bench.enter(tokens[3])
    found = read(bench)
    wanted = {"supply_group_code": 42, "tariff_index": 7, "key_revision_number": 3, "key_expiry_number": 85}
    assert {name: found[name].value for name in wanted} == wanted
    assert bench.enter("815").lines == ("VENCE CLAVE KEN", "85")
    assert bench.enter("816").lines == ("ALGORITMO EA", "11")
    assert "KEY_CHANGED" in bench.events()


def test_test_0_shows_the_whole_register(bench):
    display = bench.enter(encode_token(InitiateMeterTest((1 << 36) - 1)))
    assert display.result == "Accept"
    pages = {}
    while bench.meter.display().result:
        label, value = bench.meter.display().lines
        pages[label] = value
        bench.run(10)
    assert {name: pages[name] for name in ("KRN KT", "TARIFA TI", "GRUPO SGC", "VENCE CLAVE KEN")} == {
        "KRN KT": "1 2",
        "TARIFA TI": "01",
        "GRUPO SGC": "201457",
        "VENCE CLAVE KEN": "255",
    }
