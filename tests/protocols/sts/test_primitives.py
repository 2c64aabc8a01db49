"""CRC, STA and MISTY1 against published values, and as inverses of themselves."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sts.cipher import (
    Misty1,
    Sta,
    StaTables,
    default_sta_tables,
    encryption_algorithm,
    load_sta_tables,
    sample_sta_tables,
    sta,
)
from protocols.sts.cipher.misty1 import S7, S9
from protocols.sts.crc import crc16, currency_token_crc, token_crc
from protocols.sts.errors import StsValueError, UnsupportedAlgorithmError
from protocols.sts.keys import DecoderKey
from protocols.sts.token import TransferCredit, decode_token, encode_token
from protocols.sts.token.carrier import insert_class, to_digits

Primitives = dict[str, dict[str, Any]]
BLOCKS = st.integers(0, (1 << 64) - 1)
KEYS_64, KEYS_128 = st.binary(min_size=8, max_size=8), st.binary(min_size=16, max_size=16)


@pytest.mark.parametrize("name", ["PRIM-CRC-1", "PRIM-CRC-2"])
def test_crc_examples(primitives: Primitives, name: str) -> None:
    example = primitives[name]
    assert f"{crc16(bytes.fromhex(example['input_hex'])):04x}" == example["crc_hex"]


def test_crc_of_every_vector(vectors: list[dict[str, Any]]) -> None:
    for vector in vectors:
        covered = bytes.fromhex(vector["crc_input_hex"])
        assert f"{crc16(covered):04x}" == vector["crc_hex"], vector["id"]
        content48 = int(vector["data_block_hex"], 16) >> 16
        make = currency_token_crc if len(covered) == 8 else token_crc
        assert f"{make(vector['token_class'], content48):04x}" == vector["crc_hex"], vector["id"]


@pytest.mark.parametrize(
    ("name", "tables"), [("PRIM-STA-SAMPLE", sample_sta_tables), ("PRIM-STA-REAL", default_sta_tables)]
)
def test_the_worked_example_of_the_sta(primitives: Primitives, name: str, tables: Any) -> None:
    example = primitives[name]
    key, block = bytes.fromhex(example["key"]), int(example["data_block"], 16)
    cipher = Sta(tables())
    assert f"{cipher.encrypt(key, block):016x}" == example["encrypted"]
    assert cipher.decrypt(key, int(example["encrypted"], 16)) == block
    assert to_digits(insert_class(0, int(example["encrypted"], 16))) == example["token"]
    token = TransferCredit(0, 0xB, 0x19EB23, 256)
    assert encode_token(token, DecoderKey(key, "07"), algorithm=cipher) == example["token"]
    assert decode_token(example["token"], DecoderKey(key, "07"), algorithm=cipher).token == token


@pytest.mark.parametrize("name", ["PRIM-STA-REAL-2", "PRIM-STA-REAL-3"])
def test_tokens_from_a_decoder_key(primitives: Primitives, name: str) -> None:
    given_ = primitives[name]
    token = TransferCredit(given_["token_subclass"], given_["rnd"], given_["tid"], given_["amount_units"])
    key = DecoderKey(bytes.fromhex(given_["decoder_key"]), given_["ea"])
    assert encode_token(token, key) == given_["token"]


def test_the_vector_of_rfc_2994(primitives: Primitives) -> None:
    example = primitives["PRIM-MISTY1-RFC2994"]
    key = bytes.fromhex(example["key"])
    for at in (0, 16):
        plain, cipher = (int(example[name][at : at + 16], 16) for name in ("plaintext", "ciphertext"))
        assert Misty1().encrypt(key, plain) == cipher
        assert Misty1().decrypt(key, cipher) == plain


def test_boxes_of_misty1_are_permutations() -> None:
    assert sorted(S7) == list(range(128))
    assert sorted(S9) == list(range(512))


def bitwise_sta(tables: StaTables, key: int, block: int) -> int:
    """The encryption as the text of the standard has it, nibble by nibble and bit by bit."""
    mask = (1 << 64) - 1
    working = ~key & mask
    working = (working >> 12 | working << 52) & mask
    for _ in range(16):
        substituted = 0
        for nibble in range(16):
            table = tables.substitution_2 if working >> 4 * nibble + 3 & 1 else tables.substitution_1
            substituted |= table[block >> 4 * nibble & 15] << 4 * nibble
        block = sum((substituted >> bit & 1) << tables.permutation[bit] for bit in range(64))
        working = (working << 1 | working >> 63) & mask
    return block


@given(KEYS_64, BLOCKS)
def test_byte_tables_agree_with_the_text_of_the_standard(key: bytes, block: int) -> None:
    for tables, cipher in ((default_sta_tables(), STA), (sample_sta_tables(), STA_SAMPLE)):
        assert cipher.encrypt(key, block) == bitwise_sta(tables, int.from_bytes(key), block)


STA, STA_SAMPLE = Sta(default_sta_tables()), Sta(sample_sta_tables())


@given(KEYS_64, BLOCKS)
def test_sta_decrypts_what_it_encrypts(key: bytes, block: int) -> None:
    assert STA.decrypt(key, STA.encrypt(key, block)) == block


@given(KEYS_128, BLOCKS)
def test_misty1_decrypts_what_it_encrypts(key: bytes, block: int) -> None:
    assert Misty1().decrypt(key, Misty1().encrypt(key, block)) == block


@pytest.fixture(scope="module")
def botan() -> Any:
    """Debian's python3-botan: plain ctypes, so it loads from outside the environment."""
    module = next(iter(sorted(Path("/usr/lib/python3/dist-packages").glob("botan2.py"))), None)
    if module is None:
        pytest.skip("python3-botan is not installed")
    specification = importlib.util.spec_from_file_location("botan2", module)
    assert specification is not None
    assert specification.loader is not None
    loaded = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(loaded)
    return loaded


@given(KEYS_128, BLOCKS)
def test_misty1_against_botan(botan: Any, key: bytes, block: int) -> None:
    other = botan.BlockCipher("MISTY1")
    other.set_key(key)
    assert int.from_bytes(bytes(other.encrypt(block.to_bytes(8)))) == Misty1().encrypt(key, block)


def test_other_tables_can_be_passed_in() -> None:
    text = "substitution_1 = {0}\nsubstitution_2 = {0}\npermutation = {1}\n".format(
        list(range(16)), list(range(64))
    )
    plain = Sta(load_sta_tables(text))
    assert plain.encrypt(bytes(8), 0x0123456789ABCDEF) == 0x0123456789ABCDEF


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("substitution_1 = [", "not TOML"),
        ("substitution_1 = []", "no substitution_2"),
        ("substitution_1 = 1\nsubstitution_2 = 1\npermutation = 1", "lists"),
        ("substitution_1 = [0]\nsubstitution_2 = [0]\npermutation = [0]", "substitution_1 must hold"),
    ],
)
def test_bad_table_files_are_refused(text: str, says: str) -> None:
    with pytest.raises(StsValueError, match=says):
        load_sta_tables(text)


def test_algorithms_by_code() -> None:
    assert [encryption_algorithm(ea).ea for ea in ("07", "11")] == ["07", "11"]
    with pytest.raises(UnsupportedAlgorithmError, match="EA09"):
        encryption_algorithm("09")
    with pytest.raises(UnsupportedAlgorithmError, match="EA42"):
        encryption_algorithm("42")


def test_without_its_tables_ea07_says_so_and_ea11_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decision 0009: an operator who must not hold the tables deletes the file."""
    monkeypatch.setattr(sta, "DEFAULT_FILE", "taken_away.toml")
    with pytest.raises(UnsupportedAlgorithmError, match="the STA tables are missing"):
        default_sta_tables()
    token = TransferCredit(0, 5, 1000, 10)
    assert decode_token(encode_token(token, DecoderKey(bytes(16), "11")), DecoderKey(bytes(16), "11"))
