"""Key files: the check value proves them, and what does not fit is refused by name and without the key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sts.keys import VendingKey
from protocols.sts.testkeys import VK_64, VUDK_160
from system.security_module.errors import UnableToLoadKey
from system.security_module.key_file import admit, check_value, read_key_file
from system.security_module.sealed_contents import Contents

OTHER = VendingKey(bytes(range(20)))


def text(vending_key: VendingKey = OTHER, code: str = "04", **changes: str | None) -> bytes:
    rows: dict[str, str | None] = {
        "format": '"amibench-vending-key/1"',
        "register": "3",
        "sgc": '"123456"',
        "krn": "1",
        "base_date": "2014",
        "ken": "255",
        "dkga": f'"{code}"',
        "key": f'"{vending_key.value.hex()}"',
        "check_value": f'"{check_value(vending_key)}"',
        **changes,
    }
    return "\n".join(f"{name} = {value}" for name, value in rows.items() if value is not None).encode()


def test_a_key_with_all_its_attributes() -> None:
    register = read_key_file(
        text(
            operations='["credit"]',
            active_from="2026-01-01",
            active_until="2027-01-01T00:00:00-05:00",
            vending_limit_units="1000",
        )
    )
    assert register.key == OTHER
    assert register.operations == ("credit",)
    assert register.active_from is not None
    assert register.active_from.isoformat() == "2026-01-01T00:00:00+00:00"
    assert register.active_until is not None
    assert register.active_until.isoformat() == "2027-01-01T05:00:00+00:00"
    assert register.vending_limit_units == 1000
    contents = Contents("x", test_keys=False).with_register(register)
    assert Contents.from_json(contents.to_json()) == contents


def test_check_values_that_a_des_tool_gives_too() -> None:
    """The published check value of the all-ones-parity DES key, known from every DES manual."""
    assert check_value(VendingKey(b"\x01" * 8)) == "8CA64D"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"format": '"other/1"'}, "format"),
        ({"sgc": None}, "sgc"),
        ({"sgc": '"12345"'}, "SGC"),
        ({"krn": "0"}, "krn"),
        ({"krn": "true"}, "krn"),
        ({"ken": "256"}, "ken"),
        ({"key_type": "4"}, "key_type"),
        ({"base_date": "2015"}, "2015"),
        ({"dkga": '"03"'}, "dkga"),
        ({"register": "0"}, "register"),
        ({"check_value": '"000000"'}, "check value"),
        ({"check_value": None}, "check_value"),
        ({"key": '"xyz"'}, "hexadecimal"),
        ({"key": '"00112233"'}, "length"),
        ({"operations": '["steal"]'}, "operations"),
        ({"operations": "[]"}, "operations"),
        ({"active_from": '"soon"'}, "active_from"),
        ({"vending_limit_units": "-1"}, "vending_limit_units"),
        ({"colour": '"red"'}, "colour"),
        ({"test_key": '"VUDK_160"'}, "both"),
        ({"key": None, "test_key": '"NONE"'}, "test_key"),
    ],
)
def test_what_is_refused(change: dict[str, str | None], word: str) -> None:
    with pytest.raises(UnableToLoadKey, match=word) as refused:
        read_key_file(text(**change))
    assert OTHER.value.hex() not in str(refused.value)
    assert refused.value.__cause__ is None


def test_length_and_parity_go_with_the_dkga() -> None:
    with pytest.raises(UnableToLoadKey, match="20 bytes"):
        read_key_file(text(VK_64, "04"))
    with pytest.raises(UnableToLoadKey, match="8 bytes"):
        read_key_file(text(OTHER, "02"))
    with pytest.raises(UnableToLoadKey, match="parity"):
        read_key_file(text(VendingKey(b"\xaa" * 8), "02"))


def test_a_broken_file_does_not_quote_its_lines() -> None:
    with pytest.raises(UnableToLoadKey) as refused:
        read_key_file(text() + b'\nkey = "' + OTHER.value.hex().encode())
    assert OTHER.value.hex() not in str(refused.value)


def test_test_keys_and_real_keys_never_share_a_module() -> None:
    published, real = read_key_file(text(VUDK_160)), read_key_file(text())
    with pytest.raises(UnableToLoadKey, match="--test-keys"):
        admit(Contents("x", test_keys=False), published)
    with pytest.raises(UnableToLoadKey, match="only"):
        admit(Contents("x", test_keys=True), real)
    assert admit(Contents("x", test_keys=False), real).registers == (real,)


def test_numbers_and_names_are_taken_once() -> None:
    contents = admit(Contents("x", test_keys=False), read_key_file(text()))
    with pytest.raises(UnableToLoadKey, match="register 3 is taken"):
        admit(contents, read_key_file(text(sgc='"654321"')))
    with pytest.raises(UnableToLoadKey, match="already holds"):
        admit(contents, read_key_file(text(register="4")))


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(UnableToLoadKey):
        read_key_file(noise)
