"""The key file: private, complete, and never quoted."""

from pathlib import Path

import pytest

from system.head_end.acquisition import KeyFileError, parse_key_file, read_key_file
from system.head_end.acquisition.key_file import MissingKey

GOOD = """
system_title = "414d424845533032"

[access.low]
client_sap = 3
mechanism = "lls"

[keys.low]
password = "12345678"

[keys.house]
encryption_key = "000102030405060708090a0b0c0d0e0f"
authentication_key = "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"

[secrets.north]
secret = "s3cret"
"""


def _file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "keys.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_good_file(tmp_path: Path) -> None:
    key_file = read_key_file(_file(tmp_path, GOOD))
    assert key_file.system_title == b"AMBHES02"
    assert key_file.access("low").client_sap == 3
    assert key_file.access("public").mechanism == "none"
    assert key_file.keys_of("low").password == b"12345678"
    assert key_file.keys_of("hls-gmac", "house").keys is not None
    assert key_file.keys_of("public").password is None
    assert key_file.secret("north") == b"s3cret"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_others_must_not_read_it(tmp_path: Path, mode: int) -> None:
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_key_file(_file(tmp_path, GOOD, mode))


def test_it_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="No such file"):
        read_key_file(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("= nonsense SECRETSECRET", "is not TOML"),
        ("key = 1", "key is unknown"),
        ("keys = 1", "holds tables"),
        ("[keys]\nx = 1", "holds tables"),
        ('[keys.x]\npasword = "SECRETSECRET"', "pasword is unknown"),
        ("[keys.x]\npassword = 7", "must be a text"),
        ('[keys.x]\npassword_hex = "SECRETSECRET"', "must be hexadecimal"),
        ('[keys.x]\nencryption_key = "00"', "keys.x.authentication_key must be"),
        ('[keys.x]\nencryption_key = "00"\nauthentication_key = "00"', "16 octets"),
        ('[secrets.x]\nsecret = ""', "must be a text"),
        ('[secrets.x]\nother = "SECRETSECRET"', "takes secret"),
        ('[access.x]\nmechanism = "hls-md5"', "mechanism must be one of"),
        ("[access.x]\nsap = 1", "sap is unknown"),
        ('[access.x]\nclient_sap = "1"', "must be an integer"),
        ("[access.x]\nclient_sap = true", "must be an integer"),
        ("[access.x]\nsuite = 3", "suite must be"),
        ("[access.x]\naddress_bytes = 3", "address_bytes must be"),
        ("[access.x]\nmax_pdu = 5", "max_pdu must be"),
        ('system_title = "00"', "8 octets"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_without_secrets(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(KeyFileError) as caught:
        read_key_file(_file(tmp_path, text))
    sentence = str(caught.value)
    assert said in sentence
    assert "\n" not in sentence
    assert "SECRETSECRET" not in sentence


def test_what_is_missing_is_named() -> None:
    key_file = parse_key_file(
        {"keys": {"low": {"encryption_key": "00" * 16, "authentication_key": "01" * 16}}}
    )
    with pytest.raises(MissingKey, match=r"keys\.hls-gmac"):
        key_file.keys_of("hls-gmac")
    with pytest.raises(MissingKey, match="password"):
        key_file.keys_of("low")  # it has keys, and no password
    with pytest.raises(MissingKey, match=r"access\.strange"):
        key_file.keys_of("strange")
    with pytest.raises(MissingKey, match=r"secrets\.north"):
        key_file.secret("north")


def test_nothing_secret_is_shown() -> None:
    key_file = parse_key_file(
        {"keys": {"low": {"password": "hush-hush"}}, "secrets": {"n": {"secret": "hush-hush"}}}
    )
    assert "hush" not in repr(key_file)
    assert "hush" not in repr(key_file.keys_of("low"))
