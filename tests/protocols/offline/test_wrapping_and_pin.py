"""A decoder key opens for its counter, lease, place and meter alone; a PIN for its own verifier."""

from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from protocols.offline import OfflineError, pin
from protocols.offline.wrapping import KeyWrap

LEASE, OTHER_LEASE = UUID(int=1), UUID(int=2)
EPHEMERAL, COUNTER, OTHER = (bytes([number]) * 32 for number in (1, 2, 3))
METER = {"drn": "07000000013", "ti": 1}


def public(private: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sealed(key: bytes, place: int = 0) -> bytes:
    return KeyWrap(LEASE, EPHEMERAL, public(COUNTER), ephemeral=True).wrap(place, METER, key)


@given(st.binary(min_size=8, max_size=16), st.integers(0, 99))
def test_the_counter_opens_what_the_module_wrapped(key: bytes, place: int) -> None:
    module = KeyWrap(LEASE, EPHEMERAL, public(COUNTER), ephemeral=True)
    counter = KeyWrap(LEASE, COUNTER, module.ephemeral_public, ephemeral=False)
    wrapped = module.wrap(place, METER, key)
    assert key not in wrapped
    assert counter.unwrap(place, METER, wrapped) == key


@pytest.mark.parametrize(
    ("lease", "private", "place", "meter", "flip"),
    [
        (OTHER_LEASE, COUNTER, 0, METER, 0),
        (LEASE, OTHER, 0, METER, 0),
        (LEASE, COUNTER, 1, METER, 0),
        (LEASE, COUNTER, 0, {**METER, "ti": 2}, 0),
        (LEASE, COUNTER, 0, METER, 1),
    ],
    ids=["lease", "counter", "place", "meter", "altered"],
)
def test_nobody_else_opens_it(lease: UUID, private: bytes, place: int, meter: dict, flip: int) -> None:
    wrapped = bytearray(sealed(b"k" * 16))
    wrapped[3] ^= flip
    wrap = KeyWrap(lease, private, public(EPHEMERAL), ephemeral=False)
    with pytest.raises(OfflineError, match="does not open"):
        wrap.unwrap(place, meter, bytes(wrapped))


def test_equal_keys_at_two_places_look_different() -> None:
    assert sealed(b"k" * 16, 0) != sealed(b"k" * 16, 1)


def test_a_public_key_that_agrees_with_nobody_is_refused() -> None:
    with pytest.raises(OfflineError, match="no use"):
        KeyWrap(LEASE, EPHEMERAL, bytes(32), ephemeral=True)


def test_a_pin_fits_its_own_verifier_alone() -> None:
    salt, cost = bytes(range(16)), 4
    made = pin.verifier("4711", salt, cost)
    assert len(made) == pin.VERIFIER_OCTETS
    assert pin.fits("4711", salt, made, cost)
    assert not pin.fits("4712", salt, made, cost)
    assert not pin.fits("4711", bytes(16), made, cost)
    assert not pin.fits("4711", salt, made, cost + 1)
