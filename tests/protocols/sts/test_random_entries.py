"""A hundred thousand random entries: none crashes the meter, each refusal has the reason in the block.

Random digits are nearly all refused at the CRC, so part of the entries are random *authentic* blocks. The
reason is derived here from the bits and from the clauses' text alone, without the acceptance.
"""

import random

import pytest

from protocols.sts.acceptance import ELECTRICITY_FUNCTIONS, TokenAcceptance, TokenResult
from protocols.sts.cipher import encryption_algorithm
from protocols.sts.identity import KeyType
from protocols.sts.token.carrier import insert_class, to_digits

ENTRIES = 25_000
MINUTES = range(3_000_000, 9_000_000)


def slow_crc(data: bytes) -> int:
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)
    return (register & 0xFF) << 8 | register >> 8


def crc_of(token_class: int, content48: int) -> int:
    tail = b"\x01" if token_class == 0 and 4 <= content48 >> 44 <= 7 else b""
    return slow_crc((token_class << 48 | content48).to_bytes(7) + tail)


def reason(meter: TokenAcceptance, digits: str) -> str:
    """What the meter must answer, from the number itself; sections and execution come last."""
    number = int(digits)
    if number >= 1 << 66:
        return "FormatError"
    token_class = number >> 27 & 3
    block = number & ~(3 << 27) & (1 << 64) - 1 | number >> 64 << 27
    if token_class in (0, 2):
        key = meter.register.decoder_key
        block = encryption_algorithm(key.ea).decrypt(key.value, block)
    subclass, content48 = block >> 60, block >> 16
    if crc_of(token_class, content48) != block & 0xFFFF:
        return "CRCError"
    if token_class == 1:
        return reason_of_class_1(subclass, content48)
    if token_class == 0 or (token_class == 2 and subclass in (0, 1, 2, 5, 6, 7, 10)):
        tids, tid = sorted(meter.tid_store.snapshot()), content48 >> 16 & 0xFFFFFF
        if tid < tids[0]:
            return "OldError"
        if tid in tids:
            return "UsedError"
        if tid >> 16 > meter.register.ken:
            return "KeyExpiredError"
        if token_class == 0 and meter.register.key_type == KeyType.DDTK:
            return "DDTKError"
    if (token_class, subclass) not in ELECTRICITY_FUNCTIONS:
        return "FunctionError"
    return reason_of_content(meter, subclass, content48 & (1 << 44) - 1, token_class)


def reason_of_class_1(subclass: int, content48: int) -> str:
    """For a meter of maker 0 with an 11-digit DRN."""
    two_digits = subclass in (0, 2) or subclass >= 11
    if subclass in (1, 6, 7, 8, 9, 10) or (two_digits and content48 & 0xFF):
        return "MfrCodeError"
    return "Accept" if subclass == 0 else "FunctionError"


def reason_of_content(meter: TokenAcceptance, subclass: int, content44: int, token_class: int) -> str:
    value = content44 & 0xFFFF
    if token_class == 0 or subclass == 0:
        return "Accept"
    if subclass == 1:
        return "Accept" if value < 8 or value == 0xFFFF else "RangeError"
    if subclass == 5:
        return "FormatError" if value else "Accept"
    if subclass == 3:
        krn, key_type = content44 >> 36 & 15, content44 >> 32 & 3
        if not 1 <= krn <= 9:
            return "RangeError"
        allowed = {KeyType.DUTK: (1, 2), KeyType.DDTK: (1, 2)}[meter.register.key_type]
        return "1stKCT" if key_type in allowed else "KeyTypeError"
    if subclass == 4:
        return "RangeError" if content44 >> 32 & 0xFF > 99 else "2ndKCT"
    if subclass == 8 and meter.register.ea == "07":
        if content44 & 0xFFFFF:
            return "FormatError"
        return "RangeError" if content44 >> 20 > 999_999 else "3rdKCT"
    if subclass == 9 and meter.register.ea == "07":
        return "FunctionError"
    return "3rdKCT" if subclass == 8 else "4thKCT"


def authentic(meter: TokenAcceptance, dice: random.Random) -> str:
    """A random block whose CRC fits, of any class and subclass."""
    token_class, subclass = dice.randrange(4), dice.randrange(16)
    content44 = dice.getrandbits(44)
    if dice.random() < 0.7:
        few = dice.choice((dice.getrandbits(16), dice.randrange(9), 0))
        content44 = 5 << 40 | dice.choice(MINUTES) << 16 | few
    content48 = subclass << 44 | content44
    block = content48 << 16 | crc_of(token_class, content48)
    if token_class in (0, 2):
        key = meter.register.decoder_key
        block = encryption_algorithm(key.ea).encrypt(key.value, block)
    return to_digits(insert_class(token_class, block))


@pytest.mark.parametrize("ea", ["07", "11"])
@pytest.mark.parametrize("key_type", [KeyType.DUTK, KeyType.DDTK])
def test_random_entries(make_meter, ea: str, key_type: KeyType) -> None:
    dice = random.Random(f"{ea}{key_type}")
    meter = make_meter(ea, key_type=key_type, ken=110, functions=ELECTRICITY_FUNCTIONS)
    meter.tid_store.restore(dice.sample(MINUTES, 50))
    seen = set()
    for _ in range(ENTRIES):
        random_digits = f"{dice.randrange(10**20):020d}"
        digits = authentic(meter, dice) if dice.random() < 0.1 else random_digits
        expected = reason(meter, digits)
        meter.pending.clear()  # a completed set is another test's matter: here every section stands alone
        outcome = meter.enter(digits, lambda token: TokenResult.ACCEPT)
        assert outcome.name == expected, digits
        seen.add(expected)
    common = {
        "FormatError",
        "CRCError",
        "OldError",
        "KeyExpiredError",
        "FunctionError",
        "MfrCodeError",
        "Accept",
    }
    assert seen >= common | {"RangeError", "KeyTypeError", "1stKCT", "2ndKCT"}
    assert ("DDTKError" in seen) is (key_type is KeyType.DDTK)
