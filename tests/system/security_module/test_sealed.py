"""The sealed file: opens with its passphrase, and with nothing else, and not when one bit of it changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.security_module.errors import UnableToOpenStore, WrongPassphrase
from system.security_module.sealed_file import SealingKey, seal, unseal

KEY = SealingKey.make("correct", cost=10)
CONTENT = b'{"key": "secret"}'
SEALED = seal(CONTENT, KEY)


def test_what_was_sealed_comes_back() -> None:
    content, key = unseal(SEALED, "correct")
    assert content == CONTENT
    assert key == KEY


def test_it_is_never_sealed_twice_the_same() -> None:
    assert seal(CONTENT, KEY) != SEALED


def test_another_passphrase_does_not_open_it() -> None:
    for wrong in ("Correct", "", "correct "):
        with pytest.raises(WrongPassphrase):
            unseal(SEALED, wrong)


def test_no_byte_may_change() -> None:
    for place in range(len(SEALED)):
        altered = bytearray(SEALED)
        altered[place] ^= 1
        with pytest.raises(UnableToOpenStore):
            unseal(bytes(altered), "correct")


def test_no_byte_may_be_missing() -> None:
    for length in (0, 10, len(SEALED) - 17, len(SEALED) - 1):
        with pytest.raises(UnableToOpenStore):
            unseal(SEALED[:length], "correct")


@given(st.binary(max_size=200))
def test_noise_is_no_sealed_file(noise: bytes) -> None:
    with pytest.raises(UnableToOpenStore):
        unseal(noise, "correct")


def test_the_cost_is_bounded_on_the_way_in_and_out() -> None:
    for cost in (9, 21):
        with pytest.raises(ValueError, match="cost"):
            SealingKey.make("x", cost)
    with pytest.raises(UnableToOpenStore):
        unseal(SEALED.replace(b'"cost": 10', b'"cost": 63'), "correct")


def test_the_key_is_not_shown() -> None:
    assert KEY.key.hex() not in repr(KEY)
    assert "key=" not in repr(KEY)
