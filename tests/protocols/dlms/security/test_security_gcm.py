"""AES-GCM of DLMS: the published vectors, real traffic both ways, and what must not open."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.vectors import path
from protocols.dlms.axdr import encode_length
from protocols.dlms.errors import DecipheringError, DlmsValueError
from protocols.dlms.security import Cipher, unwrap_key, wrap_key
from protocols.dlms.security.forms import Form, disclose, enclose
from protocols.dlms.security.gcm import SHORT_OCTETS, is_short

CAPTURES = {item["id"]: item for item in json.loads(path("dlms_captures.json").read_text())["captures"]}
GREEN_BOOK = CAPTURES["apdu/green-book-glo-get"]
GOSEM = CAPTURES["session/circutor-gosem-secure"]
TITLE = b"AMB00001"
KEY, AUTHENTICATION_KEY = bytes(range(16)), bytes(range(16, 32))
CONTROLS = (0x10, 0x20, 0x30)


def _hex(value: str) -> bytes:
    return bytes.fromhex(value)


def test_green_book_glo_get() -> None:
    keys = GREEN_BOOK["keys"]
    cipher, title = Cipher(_hex(keys["guek"]), _hex(keys["gak"])), _hex(keys["system_title"])
    plain, apdu = _hex(GREEN_BOOK["plaintext"]), _hex(GREEN_BOOK["hex"])
    sealed = cipher.seal(0x30, title, int(keys["ic"], 16), plain)
    assert enclose(Form.GLO, plain[0], title, sealed) == apdu
    form, tag, named, found = disclose(apdu)
    assert (form, tag, named) == (Form.GLO, 0xC0, None)
    assert cipher.open(title, found) == plain


def test_green_book_gmac() -> None:
    keys, hls = GREEN_BOOK["keys"], GREEN_BOOK["hls_gmac"]
    cipher = Cipher(_hex(keys["guek"]), _hex(keys["gak"]))
    tag = cipher.mac(0x10, _hex(hls["client_system_title"]), int(hls["client_ic"], 16), _hex(hls["stoc"]))
    assert tag.hex() == hls["gmac"]


def _gosem_cipher(dedicated: bool) -> Cipher:
    keys = GOSEM["keys"]
    return Cipher(_hex(keys["dedicated_key"] if dedicated else keys["guek"]), _hex(keys["gak"]))


@pytest.mark.parametrize("step", GOSEM["exchange"], ids=lambda step: step["name"])
def test_gosem_session_opens_and_seals_again(step: dict) -> None:
    keys, raw = GOSEM["keys"], _hex(step["hex"])
    plain = _hex(step.get("plaintext") or step["plaintext_user_information"])
    title = _hex(keys["client_system_title"] if step["dir"] == "tx" else keys["server_system_title"])
    # Ciphered user-information stands last in the ACSE APDUs.
    apdu = raw if raw[0] >= 0xC0 else raw[raw.index(b"\xbe") + 4 :]
    form, _tag, _title, sealed = disclose(apdu)
    cipher = _gosem_cipher(form.dedicated)
    assert cipher.open(title, sealed) == plain
    assert int.from_bytes(sealed[1:5], "big") == step["ic"]
    assert enclose(form, plain[0], title, cipher.seal(sealed[0], title, step["ic"], plain)) == apdu


@pytest.mark.parametrize("capture", [name for name, item in CAPTURES.items() if "test_key_hex" in item])
def test_ciphered_pushes_open_with_their_published_keys(capture: str) -> None:
    item = CAPTURES[capture]
    apdu = _hex(item["apdus_hex"][0])
    if apdu[0] == 0xE0:
        pytest.skip("general blocks: joined in the session layer")
    form, _tag, title, sealed = disclose(apdu)
    assert form is Form.GENERAL_GLO
    assert title is not None
    # Encryption only, as both send it: no tag tells, so the plain text must be a data-notification.
    assert sealed[0] & 0x30 == 0x20
    key = _hex(item["test_key_hex"])
    assert Cipher(key, key).open(title, sealed)[0] == 0x0F


@given(
    st.binary(max_size=300), st.sampled_from(CONTROLS), st.integers(0, 2**32 - 1), st.sampled_from((16, 32))
)
def test_what_was_sealed_opens(plain: bytes, control: int, counter: int, key_octets: int) -> None:
    cipher = Cipher(bytes(range(key_octets)), bytes(range(key_octets)))
    sealed = cipher.seal(control, TITLE, counter, plain)
    assert cipher.open(TITLE, sealed) == plain
    tag = 0 if control == 0x20 else 12
    assert len(sealed) == 5 + len(plain) + tag
    if control & 0x20 and len(plain) > 8:
        assert plain not in sealed


@given(st.binary(max_size=60), st.sampled_from((0x10, 0x30)), st.data())
def test_one_changed_bit_does_not_open(plain: bytes, control: int, data: st.DataObject) -> None:
    cipher = Cipher(KEY, AUTHENTICATION_KEY)
    sealed = bytearray(cipher.seal(control, TITLE, 7, plain))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    if sealed[0] & 0x30 == 0x20:
        return  # turned into encryption only: whoever demands authentication refuses it by its control octet
    with pytest.raises(DecipheringError):
        cipher.open(TITLE, bytes(sealed))


@given(st.binary(max_size=40))
def test_noise_raises_nothing_else(noise: bytes) -> None:
    with suppress(DecipheringError):
        Cipher(KEY, AUTHENTICATION_KEY).open(TITLE, noise)


@given(st.binary(min_size=1, max_size=40), st.sampled_from((0xC8, 0xD0, 0xDB, 0xDC, 0xDD, 0x21, 0x00)))
def test_forms_are_total(noise: bytes, first: int) -> None:
    with suppress(DecipheringError):
        disclose(bytes((first,)) + noise)


@pytest.mark.parametrize("other", ["key", "authentication key", "title", "counter"])
def test_another_secret_does_not_open(other: str) -> None:
    sealed = Cipher(KEY, AUTHENTICATION_KEY).seal(0x30, TITLE, 7, b"plain")
    key = bytes(16) if other == "key" else KEY
    authentication_key = bytes(16) if other == "authentication key" else AUTHENTICATION_KEY
    if other == "counter":
        sealed = sealed[:4] + b"\x08" + sealed[5:]
    with pytest.raises(DecipheringError, match="tag does not fit"):
        Cipher(key, authentication_key).open(b"AMB00002" if other == "title" else TITLE, sealed)


@pytest.mark.parametrize("control", [0x00, 0x80, 0xB0])
def test_compression_is_refused_by_name(control: int) -> None:
    cipher = Cipher(KEY, AUTHENTICATION_KEY)
    with pytest.raises(DlmsValueError, match=r"V\.44"):
        cipher.seal(control, TITLE, 1, b"plain")
    with pytest.raises(DecipheringError, match=r"V\.44"):
        cipher.open(TITLE, bytes((control,)) + bytes(40))


def test_a_cipher_does_not_show_its_keys() -> None:
    assert repr(Cipher(KEY, AUTHENTICATION_KEY)) == "Cipher(...)"


# RFC 3394, 4.1 and 4.6
@pytest.mark.parametrize(
    ("kek", "key", "wrapped"),
    [
        (
            "000102030405060708090a0b0c0d0e0f",
            "00112233445566778899aabbccddeeff",
            "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5",
        ),
        (
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
            "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21",
        ),
    ],
)
def test_key_wrap_vectors(kek: str, key: str, wrapped: str) -> None:
    assert wrap_key(_hex(kek), _hex(key)).hex() == wrapped
    assert unwrap_key(_hex(kek), _hex(wrapped)).hex() == key


@given(st.binary(max_size=48))
def test_what_was_not_wrapped_does_not_unwrap(noise: bytes) -> None:
    with pytest.raises(DecipheringError):
        unwrap_key(KEY, noise)


def test_a_key_of_no_length_is_not_wrapped() -> None:
    with pytest.raises(DlmsValueError):
        wrap_key(KEY, b"short")


# ---------------------------------------------------------------- whole APDUs in the short form


@given(st.binary(min_size=1, max_size=SHORT_OCTETS), st.integers(0, 2**32 - 1), st.sampled_from([0x30, 0x31]))
def test_the_short_form_is_the_long_way_cut_short(plain: bytes, counter: int, control: int) -> None:
    cipher = Cipher(bytes(16), bytes(range(16)))
    apdu = cipher.seal_short(0xC8, control, TITLE, counter, plain)
    sealed = cipher.seal(control, TITLE, counter, plain)
    assert apdu == bytes((0xC8, len(sealed))) + sealed
    assert is_short(apdu, control)
    assert cipher.open_short(TITLE, apdu) == plain == cipher.open(TITLE, sealed)


@given(st.integers(0, 8 * 43 - 1))
def test_no_bit_of_a_short_apdu_may_change(bit: int) -> None:
    cipher = Cipher(bytes(16), bytes(range(16)))
    apdu = bytearray(cipher.seal_short(0xC8, 0x30, TITLE, 7, bytes(24)))
    apdu[bit // 8] ^= 1 << bit % 8
    if bit < 8:  # the tag of the service is judged by who opens it
        assert is_short(bytes(apdu), 0x30)
        return
    if bit < 24:
        assert not is_short(bytes(apdu), 0x30)
        return
    with pytest.raises(DecipheringError):
        cipher.open_short(TITLE, bytes(apdu))


@pytest.mark.parametrize("size", [0, 1, SHORT_OCTETS - 1, SHORT_OCTETS, SHORT_OCTETS + 1, 300])
def test_where_the_short_form_ends(size: int) -> None:
    sealed = Cipher(bytes(16), bytes(16)).seal(0x30, TITLE, 1, bytes(size))
    apdu = b"\xc8" + encode_length(len(sealed)) + sealed
    assert is_short(apdu, 0x30) is (0 < size <= SHORT_OCTETS)


@pytest.mark.parametrize("octets", ["", "c8", "c811", "c81030" + 16 * "00", "c8" + "81" + 129 * "30"])
def test_what_is_not_of_the_short_form(octets: str) -> None:
    assert not is_short(bytes.fromhex(octets), 0x30)
