"""Ciphers bound to a key, the table CRC, and EA09, which reads and never makes."""

import subprocess
import sys

import pytest
from Crypto.Cipher import DES
from hypothesis import given
from hypothesis import strategies as st

from protocols.sts.cipher import Dea, Misty1, encryption_algorithm
from protocols.sts.cipher.misty1 import S7, S9
from protocols.sts.crc import crc16, currency_token_crc, token_crc
from protocols.sts.errors import KeyMaterialError, UnsupportedAlgorithmError
from protocols.sts.identity import BaseDate, MeterPrimaryAccountNumber
from protocols.sts.keys import DecoderKey, derive_decoder_key
from protocols.sts.testkeys import VK_64, VUDK_160
from protocols.sts.token import CreditMinter, TransferCredit, decode_token, encode_token
from protocols.sts.token.carrier import insert_class, to_digits

BLOCKS = st.integers(0, (1 << 64) - 1)
PAN = MeterPrimaryAccountNumber("600727000000000009")


def fi(word: int, sub_key: int) -> int:
    """FI as RFC 2994 prints it, without tables."""
    nine, seven = word >> 7, word & 0x7F
    nine = S9[nine] ^ seven
    seven = S7[seven] ^ nine & 0x7F ^ sub_key >> 9
    nine = S9[nine ^ sub_key & 0x1FF] ^ seven
    return seven << 9 | nine


class PlainMisty1:
    """MISTY1 as the RFC tells it, function by function: slow, and the judge of the fast one."""

    def __init__(self, key: bytes) -> None:
        words = [int.from_bytes(key[at : at + 2]) for at in range(0, 16, 2)]
        self.ek = words + [fi(words[n], words[(n + 1) % 8]) for n in range(8)]

    def fo(self, half: int, k: int) -> int:
        ek = self.ek
        t0, t1 = half >> 16, half & 0xFFFF
        t0 = fi(t0 ^ ek[k], ek[(k + 5) % 8 + 8]) ^ t1
        t1 = fi(t1 ^ ek[(k + 2) % 8], ek[(k + 1) % 8 + 8]) ^ t0
        t0 = fi(t0 ^ ek[(k + 7) % 8], ek[(k + 3) % 8 + 8]) ^ t1
        return (t1 ^ ek[(k + 4) % 8]) << 16 | t0

    def fl(self, half: int, k: int) -> int:
        ek, h = self.ek, k // 2
        d0, d1 = half >> 16, half & 0xFFFF
        if k % 2 == 0:
            d1 ^= d0 & ek[h]
            d0 ^= d1 | ek[(h + 6) % 8 + 8]
        else:
            d1 ^= d0 & ek[(h + 2) % 8 + 8]
            d0 ^= d1 | ek[(h + 4) % 8]
        return d0 << 16 | d1

    def encrypt(self, block: int) -> int:
        left, right = block >> 32, block & 0xFFFFFFFF
        for k in range(0, 8, 2):
            left, right = self.fl(left, k), self.fl(right, k + 1)
            right ^= self.fo(left, k)
            left ^= self.fo(right, k + 1)
        return self.fl(right, 9) << 32 | self.fl(left, 8)


@given(st.binary(min_size=16, max_size=16), BLOCKS)
def test_the_table_driven_misty1_is_the_printed_one(key: bytes, block: int) -> None:
    bound = Misty1().bound(key)
    assert bound.encrypt(block) == PlainMisty1(key).encrypt(block) == Misty1().encrypt(key, block)
    assert bound.decrypt(bound.encrypt(block)) == block


@pytest.mark.parametrize(("ea", "width"), [("07", 8), ("11", 16)])
@given(data=st.data())
def test_a_bound_cipher_does_what_the_unbound_does(ea: str, width: int, data: st.DataObject) -> None:
    key, block = data.draw(st.binary(min_size=width, max_size=width)), data.draw(BLOCKS)
    cipher = encryption_algorithm(ea)
    bound = cipher.bound(key)
    assert bound.encrypt(block) == cipher.encrypt(key, block)
    assert bound.decrypt(block) == cipher.decrypt(key, block)


@given(st.integers(0, 3), st.integers(0, (1 << 48) - 1))
def test_the_table_crc_is_the_byte_by_byte_one(token_class: int, content48: int) -> None:
    covered = (token_class << 48 | content48).to_bytes(7)
    assert token_crc(token_class, content48) == crc16(covered)
    assert currency_token_crc(token_class, content48) == crc16(covered + b"\x01")


@pytest.mark.parametrize(("ea", "width"), [("07", 8), ("11", 16)])
@given(data=st.data())
def test_the_press_gives_the_tokens_of_the_single_path(ea: str, width: int, data: st.DataObject) -> None:
    key = DecoderKey(data.draw(st.binary(min_size=width, max_size=width)), ea)
    token = TransferCredit(
        *(data.draw(st.integers(0, highest)) for highest in (3, 15, (1 << 24) - 1, 18_201_624))
    )
    digits = CreditMinter(key).credit(token.subclass, token.rnd, token.tid, token.amount_units)
    assert digits == encode_token(token, key)


@pytest.mark.parametrize(
    "fields", [(4, 0, 0, 0), (0, 16, 0, 0), (0, 0, 1 << 24, 0), (0, 0, 0, -1), (-1, 0, 0, 0)]
)
def test_the_press_checks_its_fields(fields: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"not|negative"):
        CreditMinter(DecoderKey(bytes(16), "11")).credit(*fields)


def test_ea09_reads_behind_a_flag_and_never_makes() -> None:
    key = derive_decoder_key("02", "09", vending_key=VK_64, pan=PAN, sgc="123456", decode_only=True)
    token = TransferCredit(0, 5, 1000, 10)
    content48 = token.content44()
    block = content48 << 16 | token_crc(0, content48)
    enciphered = DES.new(key.value, DES.MODE_ECB).encrypt(block.to_bytes(8))
    digits = to_digits(insert_class(0, int.from_bytes(enciphered)))
    assert decode_token(digits, key).token == token
    for make in (lambda: encode_token(token, key), lambda: Dea().encrypt(key.value, 1)):
        with pytest.raises(UnsupportedAlgorithmError, match="none is made"):
            make()


def test_without_the_flag_ea09_is_refused_by_name() -> None:
    for refused in (
        lambda: DecoderKey(bytes(8), "09"),
        lambda: encryption_algorithm("09"),
        lambda: derive_decoder_key("02", "09", vending_key=VK_64, pan=PAN, sgc="123456"),
    ):
        with pytest.raises(UnsupportedAlgorithmError, match="EA09"):
            refused()
    with pytest.raises(KeyMaterialError):
        DecoderKey(bytes(16), "09", decode_only=True)
    wide = derive_decoder_key(
        "04", "09", vending_key=VUDK_160, pan=PAN, sgc="201457", base_date=BaseDate.Y2014, decode_only=True
    )
    assert (len(wide.value), wide.decode_only) == (8, True)


def test_importing_the_room_makes_no_large_tables_and_takes_no_numpy() -> None:
    code = (
        "import sys, protocols.sts.token, protocols.sts.acceptance, protocols.sts.vectors;"
        "from protocols.sts.cipher import misty1;"
        "print('numpy' in sys.modules, misty1.fi_tables.cache_info().currsize)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "0"]
