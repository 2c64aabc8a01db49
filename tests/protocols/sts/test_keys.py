"""Decoder key derivation: published keys and intermediates, refusals, and keys that never show themselves."""

from dataclasses import replace
from typing import Any

import pytest

from protocols.sts import keys
from protocols.sts.errors import KeyMaterialError, StsValueError, UnsupportedAlgorithmError
from protocols.sts.identity import (
    BaseDate,
    KeyRevisionNumber,
    KeyType,
    MeterPrimaryAccountNumber,
    SupplyGroupCode,
    TariffIndex,
)
from protocols.sts.keys import DecoderKey, DerivationRequest, VendingKey, derive_decoder_key
from protocols.sts.testkeys import TEST_REGISTERS, VK_64, VK_64_888888, VUDK_160, VUDK_160_SWAPPED

PAN = "600727000000000009"
REQUEST = DerivationRequest(
    VK_64,
    "07",
    MeterPrimaryAccountNumber(PAN),
    KeyType.DUTK,
    SupplyGroupCode("123456"),
    TariffIndex(1),
    KeyRevisionNumber(1),
    BaseDate.Y2014,
)


def test_every_decoder_key_of_the_vectors(vectors: list[dict[str, Any]]) -> None:
    seen = 0
    for vector in vectors:
        given = vector["inputs"]
        if "vending_key" not in given:
            continue
        key = derive_decoder_key(
            given["dkga"],
            given["ea"],
            vending_key=VendingKey(bytes.fromhex(given["vending_key"])),
            pan=given["meter_pan"],
            sgc=given["sgc"],
            key_type=given["key_type"],
            ti=int(given["ti"]),
            krn=given["krn"],
            base_date=given["base_date"],
        )
        assert key.value.hex() == vector["decoder_key"], vector["id"]
        seen += 1
    assert seen > 400


@pytest.mark.parametrize(
    ("register", "ea", "pan", "expected"),
    [
        (1, "07", PAN, "87f3ecbb2e46b48f"),
        (2, "07", PAN, "adbee1711ef561b6"),
        (4, "07", PAN, "ab3cc73a67364f14"),
        (6, "07", PAN, "8fbfa995248bf7f8"),
        (8, "07", PAN, "4ed184b90b620edc"),
        (7, "07", "600727111111111153", "09356dc4d07b671f"),
        (9, "07", "600727111111111153", "a7572c1ab401d635"),
        (1, "11", "000001000000000082", "8a9f428834f5e13a3ad3d24c45b1a21a"),
        (6, "11", PAN, "7e037bf6fe9a96eeffb9836415c7b71f"),
    ],
)
def test_keys_of_the_test_registers(register: int, ea: str, pan: str, expected: str) -> None:
    attributes = TEST_REGISTERS[register]
    key = derive_decoder_key(
        ea=ea,
        vending_key=attributes.vending_key,
        pan=pan,
        sgc=attributes.sgc,
        krn=attributes.krn,
        base_date=attributes.base_date,
    )
    assert key.value.hex() == expected


def test_dkga02_step_by_step(primitives: dict[str, dict[str, Any]]) -> None:
    example = primitives["PRIM-DKGA02"]
    assert keys.pan_block(REQUEST.pan, KeyType.DUTK).hex() == example["panblock"]
    assert keys.control_block(REQUEST).hex() == example["controlblock"]
    assert keys.derive_dkga02(REQUEST).hex() == example["decoder_key"]


def test_dkga02_with_the_other_test_key() -> None:
    key = derive_decoder_key("02", "07", vending_key=VK_64_888888, pan=PAN, sgc="888888")
    assert key.value.hex() == "2a6184f983c10ea5"


def test_a_common_key_has_no_drn_in_its_pan_block() -> None:
    assert (
        keys.pan_block(MeterPrimaryAccountNumber("600727111111111153"), KeyType.DCTK).hex()
        == "0072700000000000"
    )
    assert keys.pan_block(MeterPrimaryAccountNumber("000001000000000082"), KeyType.DCTK).hex() == "0" * 16


@pytest.mark.parametrize("ea", ["07", "11"])
def test_dkga04_step_by_step(primitives: dict[str, dict[str, Any]], ea: str) -> None:
    example = primitives[f"PRIM-DKGA04-EA{ea}"]
    request = replace(REQUEST, vending_key=VUDK_160, ea=ea, sgc=SupplyGroupCode("201457"))
    assert keys.data_block(request).hex() == example["data_block"]
    assert keys.derive_dkga04(request).hex() == example["decoder_key"]


@pytest.mark.parametrize(
    ("dkga", "ea", "key", "says"),
    [
        ("01", "07", VK_64, "DKGA01"),
        ("03", "07", VK_64, "DKGA03"),
        ("05", "07", VK_64, "DKGA05"),
        ("02", "09", VK_64, "EA09"),
        ("02", "11", VK_64, "EA07 only"),
        ("04", "12", VUDK_160, "EA12"),
    ],
)
def test_algorithms_refused_by_name(dkga: str, ea: str, key: VendingKey, says: str) -> None:
    with pytest.raises(UnsupportedAlgorithmError, match=says):
        derive_decoder_key(dkga, ea, vending_key=key, pan=PAN, sgc="123456")


def test_a_common_key_under_dkga04_is_not_claimed() -> None:
    with pytest.raises(UnsupportedAlgorithmError, match="KT 3"):
        derive_decoder_key(vending_key=VUDK_160, pan=PAN, sgc="201457", key_type=KeyType.DCTK)


@pytest.mark.parametrize(
    ("dkga", "key", "says"), [("02", VUDK_160, "8 bytes, not 20"), ("04", VK_64, "20 bytes, not 8")]
)
def test_vending_keys_of_the_other_length_are_refused(dkga: str, key: VendingKey, says: str) -> None:
    with pytest.raises(KeyMaterialError, match=says):
        derive_decoder_key(dkga, "07", vending_key=key, pan=PAN, sgc="123456")


def test_even_parity_is_refused_for_dkga02_only() -> None:
    with pytest.raises(KeyMaterialError, match="byte 3 of the vending key has even parity"):
        derive_decoder_key(
            "02", "07", vending_key=VendingKey(bytes.fromhex("abab03ababababab")), pan=PAN, sgc="123456"
        )
    derive_decoder_key("04", "07", vending_key=VendingKey(b"\x03" * 20), pan=PAN, sgc="123456")


@pytest.mark.parametrize("size", [0, 7, 9, 16, 19, 21])
def test_other_lengths_are_no_vending_key(size: int) -> None:
    with pytest.raises(KeyMaterialError, match=f"not {size}"):
        VendingKey(bytes(size))


def test_decoder_keys_fit_their_algorithm() -> None:
    with pytest.raises(KeyMaterialError, match="16 bytes, not 8"):
        DecoderKey(bytes(8), "11")
    with pytest.raises(UnsupportedAlgorithmError):
        DecoderKey(bytes(8), "09")


def test_keys_never_show_themselves() -> None:
    for key in (VUDK_160, VUDK_160_SWAPPED, VK_64, DecoderKey(b"\xab" * 8, "07")):
        assert "ab" not in repr(key).lower().replace("value", "")
        assert "\\x" not in repr(key)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ti": 100},
        {"krn": 0},
        {"sgc": "1"},
        {"pan": "600727000000000001"},
        {"base_date": 2000},
        {"key_type": 4},
    ],
)
def test_attributes_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        derive_decoder_key(**{"vending_key": VUDK_160, "pan": PAN, "sgc": "201457", **wrong})


def test_every_refusal_is_a_value_error() -> None:
    assert issubclass(UnsupportedAlgorithmError, StsValueError)
    assert issubclass(KeyMaterialError, ValueError)
