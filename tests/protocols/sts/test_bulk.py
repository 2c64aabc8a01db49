"""The batch against the single path: the same digits, the same keys, the same refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.sts.bulk import as_text, derive_many, key_changes_many, mint_many
from protocols.sts.bulk.ciphers import CHUNK
from protocols.sts.errors import KeyMaterialError, StsValueError, UnsupportedAlgorithmError
from protocols.sts.identity import BaseDate, KeyType, MeterPrimaryAccountNumber, luhn_digit
from protocols.sts.keys import DecoderKey, VendingKey, derive_decoder_key
from protocols.sts.testkeys import VK_64, VUDK_160
from protocols.sts.token import TransferCredit, encode_token, key_change_tokens

WIDTHS = {"07": 8, "11": 16}
FIELDS = st.tuples(
    st.integers(0, 3),
    st.integers(0, 15),
    st.integers(0, (1 << 24) - 1),
    st.one_of(
        st.integers(0, 18_201_624), st.sampled_from([16383, 16384, 180214, 180215, 180223, 1818524, 1818624])
    ),
)


def pans(count: int, digits: int = 11) -> list[MeterPrimaryAccountNumber]:
    payloads = [f"{n * 7919 % 10**8:08d}".rjust(digits - 1, "3") for n in range(count)]
    return [MeterPrimaryAccountNumber.from_drn(payload + luhn_digit(payload)) for payload in payloads]


@pytest.mark.parametrize("ea", WIDTHS)
@settings(deadline=None)
@given(data=st.data())
def test_credit_is_that_of_the_single_path(ea: str, data: st.DataObject) -> None:
    rows = data.draw(
        st.lists(st.tuples(FIELDS, st.binary(min_size=16, max_size=16)), min_size=1, max_size=20)
    )
    keys = np.array([list(key[: WIDTHS[ea]]) for _, key in rows], np.uint8)
    subclass, rnd, tid, amount = (
        np.array(column) for column in zip(*[fields for fields, _ in rows], strict=True)
    )
    digits = mint_many(keys, rnd=rnd, tid=tid, amount_units=amount, subclass=subclass, ea=ea)
    expected = [
        encode_token(TransferCredit(*fields), DecoderKey(key[: WIDTHS[ea]], ea)) for fields, key in rows
    ]
    assert as_text(digits) == expected


@pytest.mark.parametrize("ea", WIDTHS)
def test_more_than_one_piece_under_one_key(ea: str) -> None:
    count, key = CHUNK + 3, DecoderKey(bytes(range(WIDTHS[ea])), ea)
    tids = np.arange(count) + 1000
    texts = as_text(mint_many(key.value, rnd=5, tid=tids, amount_units=256, ea=ea))
    for place in (0, 1, CHUNK - 1, CHUNK, CHUNK + 2):
        assert texts[place] == encode_token(TransferCredit(0, 5, 1000 + place, 256), key)
    assert len(set(texts)) == count


def test_every_amount_around_the_borders_rounds_as_the_single_path() -> None:
    key = DecoderKey(bytes(16), "11")
    borders = [0, 16384, 180214, 180224, 1818524, 1818624, 18_201_624]
    amounts = sorted(
        {n for border in borders for n in range(border - 1100, border + 1100) if 0 <= n <= 18_201_624}
    )
    texts = as_text(mint_many(key.value, rnd=0, tid=np.full(len(amounts), 7), amount_units=amounts))
    assert texts == [encode_token(TransferCredit(0, 0, 7, amount), key) for amount in amounts]


@pytest.mark.parametrize(
    ("dkga", "ea", "key"), [("04", "07", VUDK_160), ("04", "11", VUDK_160), ("02", "07", VK_64)]
)
@pytest.mark.parametrize("digits", [11, 13])
def test_derived_keys_are_those_of_the_single_path(dkga: str, ea: str, key: VendingKey, digits: int) -> None:
    meters = pans(30, digits)
    attributes = {"sgc": "201457", "krn": 3, "ti": 42, "key_type": KeyType.DDTK, "base_date": BaseDate.Y2035}
    derived = derive_many(key, meters, dkga=dkga, ea=ea, **attributes)
    single = [derive_decoder_key(dkga, ea, vending_key=key, pan=pan, **attributes).value for pan in meters]
    assert [row.tobytes() for row in derived] == single


@pytest.mark.parametrize(("ea", "sgc"), [("07", None), ("07", "201460"), ("11", "201460")])
def test_a_campaign_is_many_key_changes(ea: str, sgc: str | None) -> None:
    meters = pans(12)
    old = derive_many(VUDK_160, meters, sgc="201457", ea=ea)
    new = derive_many(VUDK_160, meters, sgc="201460", krn=2, ea=ea, base_date=BaseDate.Y2035)
    terms = {"ken": 170, "krn": 2, "ti": 1, "key_type": KeyType.DUTK, "rollover": True, "sgc": sgc}
    tokens = key_changes_many(old, new, ea=ea, **terms)
    for place in range(len(meters)):
        single = key_change_tokens(
            DecoderKey(new[place].tobytes(), ea), DecoderKey(old[place].tobytes(), ea), **terms
        )
        assert as_text(tokens[place]) == single


def test_nothing_makes_nothing() -> None:
    assert derive_many(VUDK_160, [], sgc="201457").shape == (0, 16)
    empty = np.empty((0, 16), np.uint8)
    assert mint_many(empty, rnd=0, tid=np.empty(0, int), amount_units=0).shape == (0, 20)
    assert as_text(np.empty((0, 20), np.uint8)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"rnd": 16},
        {"rnd": -1},
        {"tid": [1 << 24, 0]},
        {"amount_units": [1, 18_201_625]},
        {"amount_units": [1.5, 2.5]},
        {"amount_units": [1, 2, 3]},
        {"subclass": 4},
    ],
)
def test_fields_out_of_range_are_refused(changes: dict) -> None:
    fields = {"rnd": 0, "tid": [1, 2], "amount_units": [1, 2], "subclass": 0, **changes}
    with pytest.raises(StsValueError):
        mint_many(bytes(16), **fields)


def test_keys_of_another_shape_are_refused_without_quoting_them() -> None:
    fields = {"rnd": 0, "tid": [1, 2, 3], "amount_units": 1}
    for keys in (b"\xab" * 8, np.full((2, 16), 0xAB, np.uint8), np.full((3, 16), 0xAB, np.int64)):
        with pytest.raises(KeyMaterialError) as refusal:
            mint_many(keys, **fields)
        assert "171" not in str(refusal.value)
    with pytest.raises(KeyMaterialError, match="as many"):
        key_changes_many(
            np.zeros((2, 16), np.uint8),
            np.zeros((1, 16), np.uint8),
            ken=255,
            krn=1,
            ti=1,
            key_type=KeyType.DUTK,
            sgc="1" * 6,
        )
    with pytest.raises(UnsupportedAlgorithmError, match="EA09"):
        mint_many(bytes(8), ea="09", **fields)
    for dkga in ("01", "03"):
        with pytest.raises(UnsupportedAlgorithmError, match=f"DKGA{dkga}"):
            derive_many(VUDK_160, pans(1), sgc="201457", dkga=dkga)
    with pytest.raises(KeyMaterialError, match="20 bytes"):
        derive_many(VK_64, pans(1), sgc="201457")
