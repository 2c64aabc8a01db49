"""Token values and their 20 digits: every vector both ways, identities, refusals, names."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sts.amounts import CurrencyAmount, decode_amount
from protocols.sts.errors import KeyMaterialError, StsValueError, TokenFormatError
from protocols.sts.identity import KeyType
from protocols.sts.keys import DecoderKey
from protocols.sts.token import (
    ClearCredit,
    ClearTamperCondition,
    InitiateMeterTest,
    ProprietaryMeterTest,
    ReadExtendedToken,
    Set1stSectionDecoderKey,
    Set2ndSectionDecoderKey,
    Set3rdSectionDecoderKey,
    Set3rdSectionSupplyGroupCode,
    Set4thSectionDecoderKey,
    SetExtendedToken,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
    Token,
    TransferCredit,
    TransferCurrencyCredit,
    decode_token,
    encode_token,
    token_name,
)
from protocols.sts.token.carrier import TOKEN_MAX, extract_class, from_digits, insert_class, to_digits

KEY_07, KEY_11 = DecoderKey(bytes(range(8)), "07"), DecoderKey(bytes(range(16)), "11")

RND, TID, WORD = st.integers(0, 15), st.integers(0, (1 << 24) - 1), st.integers(0, (1 << 32) - 1)
NIBBLE, HALF_SGC, FIELD16 = st.integers(0, 15), st.integers(0, 0xFFF), st.integers(0, 0xFFFF)
AMOUNT = FIELD16.map(decode_amount)

NARROW: dict[str, st.SearchStrategy[Token]] = {
    "credit": st.builds(TransferCredit, st.integers(0, 3), RND, TID, AMOUNT),
    "power limit": st.builds(SetMaximumPowerLimit, RND, TID, AMOUNT),
    "unbalance": st.builds(SetMaximumPhasePowerUnbalanceLimit, RND, TID, AMOUNT),
    "clear credit": st.builds(ClearCredit, RND, TID, FIELD16),
    "clear tamper": st.builds(ClearTamperCondition, RND, TID, FIELD16),
    "test, 2 digits": st.builds(
        InitiateMeterTest, st.integers(0, (1 << 36) - 1), st.integers(0, 255), st.just(2)
    ),
    "test, 4 digits": st.builds(InitiateMeterTest, st.integers(0, (1 << 28) - 1), FIELD16, st.just(4)),
    "1st": st.builds(
        Set1stSectionDecoderKey, NIBBLE, NIBBLE, st.booleans(), st.booleans(), st.sampled_from(KeyType), WORD
    ),
    "2nd": st.builds(Set2ndSectionDecoderKey, NIBBLE, st.integers(0, 255), WORD),
    "currency": st.builds(
        TransferCurrencyCredit,
        st.integers(4, 7),
        TID,
        st.integers(0, (1 << 20) - 1).map(lambda field20: CurrencyAmount.from_field20(field20).amount_1e5),
    ),
    "tariff rate": st.builds(SetTariffRate, RND, TID, FIELD16),
    "water factor": st.builds(SetWaterMeterFactor, RND, TID, FIELD16),
    "extended set": st.builds(SetExtendedToken, RND, TID, st.integers(0, 63), st.integers(0, 1023)),
    "extended read": st.builds(ReadExtendedToken, st.integers(0, (1 << 36) - 1), st.integers(0, 255)),
    "maker's own, 2 digits": st.builds(
        ProprietaryMeterTest, st.integers(11, 15), st.integers(0, (1 << 36) - 1), st.integers(0, 255)
    ),
    "maker's own, 4 digits": st.builds(
        ProprietaryMeterTest, st.integers(6, 10), st.integers(0, (1 << 28) - 1), FIELD16
    ),
}
ONLY_07 = st.builds(
    Set3rdSectionSupplyGroupCode, st.integers(0, (1 << 24) - 1), st.integers(0, (1 << 20) - 1)
)
ONLY_11 = st.one_of(
    st.builds(Set3rdSectionDecoderKey, HALF_SGC, WORD), st.builds(Set4thSectionDecoderKey, HALF_SGC, WORD)
)


def test_every_vector_decodes_and_encodes_back(vectors: list[dict[str, Any]]) -> None:
    for vector in vectors:
        key = (
            DecoderKey(bytes.fromhex(vector["decoder_key"]), vector["inputs"]["ea"])
            if "decoder_key" in vector
            else None
        )
        decoded = decode_token(vector["token"], key)
        assert decoded.crc_ok, vector["id"]
        assert f"{decoded.block:016x}" == vector["data_block_hex"], vector["id"]
        function = (decoded.token_class, decoded.token_subclass)
        assert function == (vector["token_class"], vector["token_subclass"]), vector["id"]
        assert decoded.token is not None, vector["id"]
        assert encode_token(decoded.token, key) == vector["token"], vector["id"]


@pytest.mark.parametrize("kind", NARROW)
@given(data=st.data())
def test_decoding_gives_back_what_was_encoded(kind: str, data: st.DataObject) -> None:
    token = data.draw(NARROW[kind])
    for key in (KEY_07, KEY_11):
        decoded = decode_token(encode_token(token, key), key)
        assert decoded.token == token
        assert (decoded.token_class, decoded.token_subclass) == (token.token_class, token.token_subclass)


@given(ONLY_07)
def test_the_third_token_of_a_64_bit_key(token: Token) -> None:
    assert decode_token(encode_token(token, KEY_07), KEY_07).token == token


@given(ONLY_11)
def test_the_further_sections_of_a_128_bit_key(token: Token) -> None:
    assert decode_token(encode_token(token, KEY_11), KEY_11).token == token


@given(st.integers(0, 3), st.integers(0, (1 << 64) - 1))
def test_class_bits_hide_in_the_block(token_class: int, block: int) -> None:
    token66 = insert_class(token_class, block)
    assert 0 <= token66 <= TOKEN_MAX
    assert extract_class(token66) == (token_class, block)
    assert from_digits(to_digits(token66)) == token66


@pytest.mark.parametrize(
    "digits",
    [
        "",
        "1" * 19,
        "1" * 21,
        "1234567890123456789x",
        "1234 5678 9012 3456 ",
        "٣" * 20,
        str(TOKEN_MAX + 1),
        "9" * 20,
        "-" + "1" * 19,
    ],
)
def test_malformed_digits_are_refused(digits: str) -> None:
    with pytest.raises(TokenFormatError):
        decode_token(digits, KEY_07)


def test_without_a_key_only_class_1_is_read() -> None:
    test_0 = decode_token("56493153725450313471")
    assert test_0.token == InitiateMeterTest((1 << 36) - 1, 0, 2)
    credit = decode_token(encode_token(TransferCredit(0, 5, 1000, 10), KEY_07))
    assert credit.token_class == 0
    assert (credit.block, credit.crc_ok, credit.token, credit.tid, credit.content44) == (None,) * 5
    assert credit.name == "class 0, enciphered"
    with pytest.raises(KeyMaterialError, match="needs a decoder key"):
        encode_token(TransferCredit(0, 5, 1000, 10))


def test_a_wrong_key_shows_as_a_crc_that_does_not_fit() -> None:
    decoded = decode_token(
        encode_token(TransferCredit(0, 5, 1000, 10), KEY_07), DecoderKey(b"\x01" * 8, "07")
    )
    assert decoded.crc_ok is False
    assert decoded.token is None


def test_decoded_tells_the_tid() -> None:
    assert decode_token(encode_token(ClearCredit(1, 4711, 0), KEY_11), KEY_11).tid == 4711
    assert decode_token(encode_token(Set2ndSectionDecoderKey(15, 2, 7), KEY_11), KEY_11).tid is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: TransferCredit(4, 0, 0, 0),
        lambda: TransferCredit(0, 16, 0, 0),
        lambda: TransferCredit(0, 0, 1 << 24, 0),
        lambda: TransferCredit(0, 0, 0, 18201625),
        lambda: SetMaximumPowerLimit(0, 0, -1),
        lambda: ClearCredit(0, 0, 0x10000),
        lambda: ClearTamperCondition(0, -1),
        lambda: TransferCurrencyCredit(3, 0, 0),
        lambda: TransferCurrencyCredit(4, 1 << 24, 0),
        lambda: TransferCurrencyCredit(4, 0, 10**36),
        lambda: SetTariffRate(0, 0, 1 << 16),
        lambda: SetWaterMeterFactor(0, 0, -1),
        lambda: SetExtendedToken(0, 0, 64, 0),
        lambda: SetExtendedToken(0, 0, 0, 1024),
        lambda: ReadExtendedToken(1 << 36),
        lambda: ReadExtendedToken(0, 256),
        lambda: ProprietaryMeterTest(5, 0, 0),
        lambda: ProprietaryMeterTest(6, 1 << 28, 100),
        lambda: ProprietaryMeterTest(15, 0, 256),
        lambda: InitiateMeterTest(1 << 36),
        lambda: InitiateMeterTest(1 << 28, 0, 4),
        lambda: InitiateMeterTest(1, 256, 2),
        lambda: InitiateMeterTest(1, 0, 3),
        lambda: Set1stSectionDecoderKey(16, 1, False, False, KeyType.DUTK, 0),
        lambda: Set2ndSectionDecoderKey(0, 256, 0),
        lambda: Set3rdSectionDecoderKey(0x1000, 0),
        lambda: Set4thSectionDecoderKey(0, 1 << 32),
        lambda: Set3rdSectionSupplyGroupCode(0, 1 << 20),
    ],
)
def test_fields_that_do_not_fit_are_refused(make: Callable[[], Token]) -> None:
    with pytest.raises(StsValueError):
        make()


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ((0, 0), "TransferCredit electricity"),
        ((2, 6), "SetMaximumPhasePowerUnbalanceLimit"),
        ((2, 2), "SetTariffRate"),
        ((0, 8), "reserved (class 0 subclass 8)"),
        ((1, 4), "reserved (class 1 subclass 4)"),
        ((1, 11), "proprietary (class 1 subclass 11)"),
        ((2, 15), "proprietary (class 2 subclass 15)"),
        ((3, 0), "reserved (class 3 subclass 0)"),
    ],
)
def test_names_of_classes(function: tuple[int, int], name: str) -> None:
    assert token_name(*function) == name


def test_sections_keep_their_key_part_to_themselves() -> None:
    for section in (Set2ndSectionDecoderKey(1, 2, 0xDEADBEEF), Set4thSectionDecoderKey(1, 0xDEADBEEF)):
        assert str(0xDEADBEEF) not in repr(section)


def test_an_extended_token_sets_a_value_or_a_flag() -> None:
    assert SetExtendedToken(5, 1, 63, 0b101).flag == (2, True)
    assert SetExtendedToken(5, 1, 0, 0x7B).flag is None
    assert SetExtendedToken(5, 1, 63, 1).content44() & 0xFFFF == 0xFC01
    assert ReadExtendedToken(0xFC0000000).token_index == 63
