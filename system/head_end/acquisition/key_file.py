"""Key file of the collector: TOML, readable by its owner alone. Keys stay in memory and are never shown.

::

    system_title = "414d424845533031"     # own, 8 octets; AMBHES01 unless said

    [access.hls-gmac]                     # what a meter's `access` names; public, low and hls-gmac are there
    client_sap = 1
    mechanism = "hls-gmac"                # none, lls or hls-gmac

    [keys.hls-gmac]                       # what `key_name` names; the entry of the access where it is empty
    encryption_key = "00…"
    authentication_key = "d0…"

    [keys.low]
    password = "12345678"                 # or password_hex

    [secrets.north]                       # what a channel's `secret_name` names
    secret = "…"

    [pushes."0.0.25.9.0"]                 # what meters push under this name, where bodies bear no codes
    objects = ["40/0.0.25.9.0/1", "8/0.0.1.0.0/2"]

A body without codes begins with the logical name of its push setup; the layouts of this house's meters are
known without an entry.

Source: IEC 62056-6-2, Push setup: push_object_list
"""

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from protocols.dlms.errors import DlmsValueError
from protocols.dlms.obis import Obis
from protocols.dlms.security import KeySet, SecuritySuite
from protocols.dlms.session.drivers import USUAL_COUNTER

_OBJECTS_MAX = 100


@dataclass(frozen=True, slots=True)
class CosemAttribute:
    """One value of a body: class, OBIS code of five groups, attribute."""

    class_id: int
    obis: str
    attribute: int


PushLayouts = Mapping[str, tuple[CosemAttribute, ...]]


def attribute_of(text: str) -> CosemAttribute:
    """Attribute that a text such as ``3/1.0.1.8.0/2`` names.

    >>> place_of("3/1.0.1.8.0/2")
    Place(class_id=3, obis='1.0.1.8.0', attribute=2)

    Raises:
        ValueError: it names nothing.
    """
    parts = text.split("/")
    if len(parts) != 3 or not (parts[0].isdecimal() and parts[2].isdecimal()):
        raise ValueError(f"{text[:40]!r} is not class/code/attribute")
    try:
        code = Obis.from_string(parts[1])
    except DlmsValueError as error:
        raise ValueError(str(error)) from error
    return CosemAttribute(int(parts[0]), str(code).removesuffix(".255"), int(parts[2]))


def layout_of(texts: object) -> tuple[CosemAttribute, ...]:
    """The places of a list of texts.

    Raises:
        ValueError: it is no such list.
    """
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError("objects must be a list of texts")
    if not 1 <= len(texts) <= _OBJECTS_MAX:
        raise ValueError(f"objects has 1 to {_OBJECTS_MAX} entries")
    return tuple(map(attribute_of, texts))


def _default_layout(name: str, last: str) -> tuple[CosemAttribute, ...]:
    return tuple(map(attribute_of, (f"40/{name}/1", "8/0.0.1.0.0/2", "1/0.0.96.1.1/2", last)))


#: Of this house's meters: an alarm, and the state on demand.
DEFAULT_LAYOUTS: PushLayouts = {
    "0.0.25.9.0": _default_layout("0.0.25.9.0", "1/0.0.96.11.1/2"),
    "0.1.25.9.0": _default_layout("0.1.25.9.0", "3/1.0.1.8.0/2"),
}


DEFAULT_TITLE = b"AMBHES01"
_TITLE_OCTETS = 8
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
MECHANISMS = ("none", "lls", "hls-gmac")


class KeyFileError(Exception):
    """The key file cannot be used; one sentence, without what it holds."""


class MissingKey(Exception):
    """The key file has no such entry; the message names it."""


@dataclass(frozen=True, slots=True)
class AccessProfile:
    """Access of a client to meters of a kind.

    Args:
        client_sap: own address.
        mechanism: one of `MECHANISMS`; ``hls-gmac`` ciphers.
        suite: security suite, 0 to 2.
        physical_address: HDLC: lower address of the server.
        address_bytes: HDLC: form of the server's address, 1, 2 or 4.
        max_pdu: octets of the longest APDU taken; 0: as many as the way to the meter carries.
        counter_obis: where the public client reads the invocation counter of this client.
        public_sap: address of the public client.
    """

    client_sap: int = 16
    mechanism: str = "none"
    suite: int = 0
    physical_address: int = 17
    address_bytes: int = 4
    max_pdu: int = 0
    counter_obis: str = USUAL_COUNTER
    public_sap: int = 16

    def __post_init__(self) -> None:
        if self.mechanism not in MECHANISMS:
            raise ValueError(f"mechanism must be one of {', '.join(MECHANISMS)}")
        if self.suite not in list(SecuritySuite):
            raise ValueError("suite must be 0, 1 or 2")
        if self.address_bytes not in (1, 2, 4):
            raise ValueError("address_bytes must be 1, 2 or 4")
        if self.max_pdu and not 12 <= self.max_pdu <= 0xFFFF:
            raise ValueError("max_pdu must be 0, or from 12 to 65535")

    @property
    def ciphered(self) -> bool:
        """True where messages are ciphered, and so counted."""
        return self.mechanism == "hls-gmac"


#: What is there without a file that says so; addresses as this house's meters have them.
DEFAULT_ACCESS: Mapping[str, AccessProfile] = {
    "public": AccessProfile(),
    "low": AccessProfile(client_sap=2, mechanism="lls"),
    "hls-gmac": AccessProfile(client_sap=1, mechanism="hls-gmac"),
}


@dataclass(frozen=True, slots=True)
class MeterKeys:
    """Keys of a meter; never shown."""

    password: bytes | None = field(default=None, repr=False)
    keys: KeySet | None = field(default=None, repr=False)


_NO_KEYS = MeterKeys()


@dataclass(frozen=True, slots=True)
class KeyFile:
    """All that a collector may open.

    Args:
        profiles: of access, by name.
        keys: by name.
        secrets: of uplinks, by name; never shown.
        system_title: own, 8 octets.
    """

    profiles: Mapping[str, AccessProfile] = field(default_factory=lambda: DEFAULT_ACCESS)
    keys: Mapping[str, MeterKeys] = field(default_factory=dict, repr=False)
    secrets: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    system_title: bytes = DEFAULT_TITLE
    pushes: Mapping[str, tuple[CosemAttribute, ...]] = field(default_factory=dict)

    def access(self, name: str) -> AccessProfile:
        """A profile of access.

        Raises:
            MissingKey: there is none of that name.
        """
        found = self.profiles.get(name)
        if found is None:
            raise MissingKey(f"no table [access.{name}]")
        return found

    def keys_of(self, access: str, key_name: str = "") -> MeterKeys:
        """The keys of a meter; the entry of its access where it has none of its own.

        Raises:
            MissingKey: there is none, or it lacks what the access needs.
        """
        mechanism = self.access(access).mechanism
        if mechanism == "none":
            return _NO_KEYS
        name = key_name or access
        found = self.keys.get(name)
        if found is None or (found.password if mechanism == "lls" else found.keys) is None:
            needed = "password" if mechanism == "lls" else "encryption_key and authentication_key"
            raise MissingKey(f"no table [keys.{name}] with {needed}")
        return found

    def secret(self, name: str) -> bytes:
        """The secret of an uplink.

        Raises:
            MissingKey: there is none of that name.
        """
        found = self.secrets.get(name)
        if found is None:
            raise MissingKey(f"no table [secrets.{name}]")
        return found


def read_key_file(path: Path) -> KeyFile:
    """Read a key file.

    Raises:
        KeyFileError: it is not there, others may read it, or it is not as it should be.
    """
    try:
        with path.open("rb") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & _OTHERS:
                raise KeyFileError(f"others may read the key file {path}: chmod 600 it")
            table = tomllib.load(file)
    except OSError as error:
        raise KeyFileError(f"cannot read the key file {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise KeyFileError(f"the key file {path} is not TOML") from None  # what is wrong could hold a key
    try:
        return parse_key_file(table)
    except ValueError as error:
        raise KeyFileError(f"the key file {path}: {error}") from None


def parse_key_file(table: Mapping[str, Any]) -> KeyFile:
    """Key file of a table.

    Raises:
        ValueError: it is not as it should be; the sentence names the entry, not what it holds.
    """
    unknown = sorted(set(table) - {"system_title", "access", "keys", "secrets", "pushes"})
    if unknown:
        raise ValueError(f"{unknown[0]} is unknown; it takes system_title, access, keys, secrets and pushes")
    title = _hex(table.get("system_title", DEFAULT_TITLE.hex()), "system_title")
    if len(title) != _TITLE_OCTETS:
        raise ValueError("system_title has 8 octets")
    profiles = dict(DEFAULT_ACCESS)
    for name, entry in _entries(table, "access"):
        profiles[name] = _access(name, entry)
    return KeyFile(
        profiles,
        {name: _keys(name, entry) for name, entry in _entries(table, "keys")},
        {name: _secret(name, entry) for name, entry in _entries(table, "secrets")},
        title,
        {name: _push_layout(name, entry) for name, entry in _entries(table, "pushes")},
    )


def _entries(table: Mapping[str, Any], place: str) -> list[tuple[str, Mapping[str, Any]]]:
    entries = table.get(place, {})
    if not isinstance(entries, Mapping) or not all(isinstance(item, Mapping) for item in entries.values()):
        raise ValueError(f"{place} holds tables [{place}.NAME]")
    return list(entries.items())


def _access(name: str, entry: Mapping[str, Any]) -> AccessProfile:
    types = {item.name: str if item.type is str else int for item in fields(AccessProfile)}
    for key, value in entry.items():
        if key not in types:
            raise ValueError(f"access.{name}: {key} is unknown; it takes {', '.join(types)}")
        if type(value) is not types[key]:
            raise ValueError(f"access.{name}: {key} must be {'text' if types[key] is str else 'an integer'}")
    try:
        return AccessProfile(**entry)
    except ValueError as error:
        raise ValueError(f"access.{name}: {error}") from None


def _keys(name: str, entry: Mapping[str, Any]) -> MeterKeys:
    known = ("password", "password_hex", "encryption_key", "authentication_key")
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise ValueError(f"keys.{name}: {unknown[0]} is unknown; it takes {', '.join(known)}")
    password = None
    if "password" in entry:
        password = _text(entry["password"], f"keys.{name}.password").encode()
    elif "password_hex" in entry:
        password = _hex(entry["password_hex"], f"keys.{name}.password_hex")
    if "encryption_key" not in entry:
        return MeterKeys(password)
    guek = _hex(entry["encryption_key"], f"keys.{name}.encryption_key")
    gak = _hex(entry.get("authentication_key"), f"keys.{name}.authentication_key")
    if len(guek) not in (16, 32) or len(gak) != len(guek):
        raise ValueError(f"keys.{name}: both keys have 16 octets, or 32 for suite 2")
    return MeterKeys(password, KeySet(guek, gak))


def _secret(name: str, entry: Mapping[str, Any]) -> bytes:
    if set(entry) != {"secret"}:
        raise ValueError(f"secrets.{name} takes secret and nothing else")
    return _text(entry["secret"], f"secrets.{name}.secret").encode()


def _push_layout(name: str, entry: Mapping[str, Any]) -> tuple[CosemAttribute, ...]:
    if set(entry) != {"objects"}:
        raise ValueError(f"pushes.{name} takes objects and nothing else")
    try:
        return layout_of(entry["objects"])
    except ValueError as error:
        raise ValueError(f"pushes.{name}: {error}") from None


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{place} must be a text")
    return value


def _hex(value: object, place: str) -> bytes:
    try:
        return bytes.fromhex(_text(value, place))
    except ValueError:
        raise ValueError(f"{place} must be hexadecimal") from None
