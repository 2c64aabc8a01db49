"""Loading a vending key from a file: TOML, with a check value that proves the key was typed right.

    format = "amibench-vending-key/1"
    register = 1
    sgc = "123456"
    krn = 1
    key_type = 2              # DUTK
    base_date = 2014
    ken = 255
    dkga = "04"
    key = "…"                 # 40 hexadecimal digits for DKGA04, 16 for DKGA02
    check_value = "A1B2C3"
    # optional: operations, active_from, active_until, vending_limit_units

A module of test keys takes ``test_key = "VUDK_160"`` in place of `key` and `check_value`, and nothing else.
This is our own format: the key load files of the STS Association are not public.
"""

import hmac
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from Crypto.Cipher import DES

from protocols.sts import testkeys
from protocols.sts.errors import StsValueError
from protocols.sts.identity import (
    KEN_RANGE,
    KRN_RANGE,
    BaseDate,
    KeyExpiryNumber,
    KeyRevisionNumber,
    KeyType,
    SupplyGroupCode,
)
from protocols.sts.keys import VendingKey, check_vending_key
from system.security_module.errors import UnableToLoadKey
from system.security_module.sealed_contents import KEY_OPERATIONS, Contents, KeyRegister

FORMAT = "amibench-vending-key/1"
TEST_KEYS: dict[str, VendingKey] = {
    name: value for name, value in vars(testkeys).items() if isinstance(value, VendingKey)
}
"""The published test keys by name."""

_BYTES_BY_DKGA = {"02": 8, "04": 20}
_REQUIRED = ("format", "register", "sgc", "krn", "base_date", "ken", "dkga")
_OPTIONAL = (
    "key",
    "check_value",
    "test_key",
    "key_type",
    "operations",
    "active_from",
    "active_until",
    "vending_limit_units",
)


def check_value(key: VendingKey) -> str:
    r"""Return the check value of a vending key: 6 hexadecimal digits.

    Ours by definition: the first three bytes of the single-DES encryption of eight zero bytes (8-byte key),
    or of HMAC-SHA-256 over eight zero bytes (20-byte key).

    >>> check_value(VendingKey(b"\x01" * 8))
    '8CA64D'
    """
    zeros = bytes(8)
    if len(key.value) == _BYTES_BY_DKGA["02"]:
        made = DES.new(key.value, DES.MODE_ECB).encrypt(zeros)  # noqa: S304 - the key is a DES key
    else:
        made = hmac.digest(key.value, zeros, "sha256")
    return made[:3].hex().upper()


def read_key_file(raw: bytes) -> KeyRegister:
    """Read a key file.

    Raises:
        UnableToLoadKey: another format, a field missing, unknown or out of range, a key of the wrong length
            or parity, or a check value that does not fit.
    """
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except ValueError:
        # The parser's message may quote the line that holds the key: it is not passed on.
        raise UnableToLoadKey("the key file is not TOML in UTF-8") from None
    _check_names(table)
    try:
        dkga = _one_of(table["dkga"], _BYTES_BY_DKGA, "dkga")
        key = _key(table, dkga)
        return KeyRegister(
            number=_whole(table["register"], "register", 1, 999),
            sgc=SupplyGroupCode(table["sgc"]).sgc,
            krn=KeyRevisionNumber(_whole(table["krn"], "krn", *KRN_RANGE)).krn,
            key_type=KeyType(_whole(table.get("key_type", 2), "key_type", 0, 3)),
            base_date=BaseDate(table["base_date"]),
            ken=KeyExpiryNumber(_whole(table["ken"], "ken", *KEN_RANGE)).ken,
            dkga=dkga,
            check_value=check_value(key),
            key=key,
            operations=_operations(table.get("operations", list(KEY_OPERATIONS))),
            active_from=_instant(table.get("active_from"), "active_from"),
            active_until=_instant(table.get("active_until"), "active_until"),
            vending_limit_units=_limit(table.get("vending_limit_units")),
        )
    except (StsValueError, ValueError) as error:
        raise UnableToLoadKey(f"the key file is refused: {error}") from None


def admit(contents: Contents, register: KeyRegister) -> Contents:
    """Add a key to a module that may hold it.

    Raises:
        UnableToLoadKey: a test key in a module of real keys or the reverse, a register number or a key name
            that is taken, or a base date that two keys of one name would not share.
    """
    published = register.key in TEST_KEYS.values()
    if published and not contents.test_keys:
        raise UnableToLoadKey("this is a published test key: only a module made with --test-keys takes it")
    if contents.test_keys and not published:
        raise UnableToLoadKey("a module made with --test-keys takes the published test keys only")
    for other in contents.registers:
        if other.number == register.number:
            raise UnableToLoadKey(f"register {register.number} is taken: use another number")
        if other.name == register.name:
            raise UnableToLoadKey(
                f"register {other.number} already holds a key for SGC {other.sgc}, KRN {other.krn}, "
                f"KT {other.key_type:d}"
            )
    return contents.with_register(register)


def _check_names(table: Mapping[str, Any]) -> None:
    if table.get("format") != FORMAT:
        raise UnableToLoadKey(f'the key file must say format = "{FORMAT}"')
    for name in _REQUIRED:
        if name not in table:
            raise UnableToLoadKey(f"the key file needs {name}")
    for name in table:
        if name not in _REQUIRED + _OPTIONAL:
            raise UnableToLoadKey(f"the key file has an unknown field {ascii(name)[:40]}")


def _key(table: Mapping[str, Any], dkga: str) -> VendingKey:
    if "test_key" in table:
        if "key" in table:
            raise UnableToLoadKey("the key file has both key and test_key")
        key = TEST_KEYS[_one_of(table["test_key"], TEST_KEYS, "test_key")]
    else:
        key = _typed_key(table)
    if len(key.value) != _BYTES_BY_DKGA[dkga]:
        raise UnableToLoadKey(f"DKGA{dkga} takes a key of {_BYTES_BY_DKGA[dkga]} bytes")
    if dkga == "02":
        check_vending_key(key)
    return key


def _typed_key(table: Mapping[str, Any]) -> VendingKey:
    for name in ("key", "check_value"):
        if not isinstance(table.get(name), str):
            raise UnableToLoadKey(f"the key file needs {name} as a text")
    try:
        key = VendingKey(bytes.fromhex(table["key"]))
    except StsValueError:
        raise UnableToLoadKey("a vending key has 8 or 20 bytes: this key has another length") from None
    except ValueError:
        raise UnableToLoadKey("key must be hexadecimal digits") from None
    if check_value(key) != table["check_value"].upper():
        raise UnableToLoadKey("the check value does not fit the key: one of them was copied wrong")
    return key


def _one_of(value: Any, known: Mapping[str, Any], name: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise UnableToLoadKey(f"{name} must be one of {', '.join(known)}")
    return value


def _whole(value: Any, name: str, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise UnableToLoadKey(f"{name} must be a whole number from {low} to {high}")
    return value


def _limit(value: Any) -> int | None:
    return None if value is None else _whole(value, "vending_limit_units", 0, 10**15)


def _operations(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or any(item not in KEY_OPERATIONS for item in value):
        raise UnableToLoadKey(f"operations must be a list of {', '.join(KEY_OPERATIONS)}")
    return tuple(value)


def _instant(value: Any, name: str) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise UnableToLoadKey(f"{name} must be a TOML date or instant")
