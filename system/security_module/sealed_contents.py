"""Contents of the sealed file: key registers, clients with their roles and limits, operators' public keys."""

import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from protocols.sts.identity import BaseDate, KeyType
from protocols.sts.keys import VendingKey

KEY_OPERATIONS = ("credit", "management", "key-change")
"""Uses of a key: class 0, class 2, and loading a meter with a key made from it."""

LEASE_KEY_OCTETS = 32

_ASKING = frozenset({"status", "verify", "fetch_result", "list_results"})
_VENDING = _ASKING | {"mint"}
_ENGINEERING = _ASKING | {"key_change", "management", "meter_test"}

ROLES: dict[str, frozenset[str]] = {
    "vending": _VENDING,
    "vending-key-change": _VENDING | {"automatic-key-change"},
    "engineering": _ENGINEERING,
    "vending-off-line": _VENDING | {"automatic-key-change", "lease"},
    "operations": _VENDING | _ENGINEERING | {"automatic-key-change", "free-issue", "lease"},
    "monitor": frozenset({"status"}),
}
"""Role -> operations and rights. In a module of test keys every role also has the test hooks."""


@dataclass(frozen=True, slots=True)
class KeyRegister:
    """A vending key with its attributes.

    Attributes:
        number: of the register, unique in the module.
        sgc: supply group code, 6 digits.
        krn: key revision number, 1-9.
        key_type: of the decoder keys that are made from it.
        base_date: from which TIDs under this key count.
        ken: key expiry number, 0-255; 255 never expires.
        dkga: "02" or "04".
        check_value: 6 hexadecimal digits, see `system.security_module.key_file`.
        key: the key, or None when a PKCS#11 token holds it.
        token_label: label of the key in that token, or None.
        operations: what it may be used for, of `KEY_OPERATIONS`.
        active_from: instant before which it is refused, or None.
        active_until: instant from which it is refused, or None.
        vending_limit_units: most credit ever minted under it, in token units, or None.
    """

    number: int
    sgc: str
    krn: int
    key_type: KeyType
    base_date: BaseDate
    ken: int
    dkga: str
    check_value: str
    key: VendingKey | None = field(default=None, repr=False)
    token_label: str | None = None
    operations: tuple[str, ...] = KEY_OPERATIONS
    active_from: datetime | None = None
    active_until: datetime | None = None
    vending_limit_units: int | None = None

    @property
    def name(self) -> tuple[str, int, KeyType]:
        """Attributes by which a request finds it."""
        return self.sgc, self.krn, self.key_type


@dataclass(frozen=True, slots=True)
class Client:
    """A program that may ask the module.

    Attributes:
        name: unique in the module.
        identity: ``uid:1000`` on the Unix socket, ``sha256:<hex>`` of its certificate on TLS.
        role: a key of `ROLES`.
        tokens_per_day: most tokens a day, or None.
        units_per_day: most credit a day in token units, or None.
        units_per_token: most credit in one token, or None.
    """

    name: str
    identity: str
    role: str
    tokens_per_day: int | None = None
    units_per_day: int | None = None
    units_per_token: int | None = None

    def may(self, right: str) -> bool:
        """Tell whether its role has an operation or a right."""
        return right in ROLES[self.role]


@dataclass(frozen=True, slots=True)
class Contents:
    """The whole sealed content.

    Attributes:
        store: random name of the module, part of what operators sign.
        test_keys: True in a module of published test keys, which holds no other.
        registers, clients, operators: see their types; operators are name -> Ed25519 public key, 32 bytes.
        token_library, token_name: PKCS#11 library and token label, when keys lie there.
        lease_key: Ed25519 private key that signs leases, 32 octets; None where no client may ask for one.
    """

    store: str
    test_keys: bool
    registers: tuple[KeyRegister, ...] = ()
    clients: tuple[Client, ...] = ()
    operators: dict[str, bytes] = field(default_factory=dict)
    token_library: str | None = None
    token_name: str | None = None
    lease_key: bytes | None = field(default=None, repr=False)

    def with_lease_key(self) -> "Contents":
        """The contents with a key for leases, made once, where a client may ask for one."""
        if self.lease_key is not None or not any(client.may("lease") for client in self.clients):
            return self
        return replace(self, lease_key=secrets.token_bytes(LEASE_KEY_OCTETS))

    def with_register(self, register: KeyRegister) -> "Contents":
        """The contents with one more key."""
        return replace(self, registers=(*self.registers, register))

    def with_client(self, client: Client) -> "Contents":
        """The contents with a client, in place of the one of that name if there is one."""
        kept = tuple(other for other in self.clients if other.name != client.name)
        return replace(self, clients=(*kept, client))

    def with_operator(self, name: str, public_key: bytes) -> "Contents":
        """The contents with an operator, in place of the one of that name if there is one."""
        return replace(self, operators={**self.operators, name: public_key})

    def with_key_in_token(self, number: int, label: str, library: str, token_name: str) -> "Contents":
        """The contents with a register's key left to a PKCS#11 token, and forgotten here."""
        registers = tuple(
            replace(register, key=None, token_label=label) if register.number == number else register
            for register in self.registers
        )
        return replace(self, registers=registers, token_library=library, token_name=token_name)

    def to_json(self) -> dict[str, Any]:
        """Plain data, keys in hexadecimal: for sealing only."""
        return {
            "store": self.store,
            "test_keys": self.test_keys,
            "registers": [_register_to_json(register) for register in self.registers],
            "clients": [asdict(client) for client in self.clients],
            "operators": {name: key.hex() for name, key in self.operators.items()},
            "token_library": self.token_library,
            "token_name": self.token_name,
            "lease_key": None if self.lease_key is None else self.lease_key.hex(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Contents":
        """Read what `to_json` made."""
        return cls(
            store=data["store"],
            test_keys=data["test_keys"],
            registers=tuple(map(_register_from_json, data["registers"])),
            clients=tuple(Client(**client) for client in data["clients"]),
            operators={name: bytes.fromhex(key) for name, key in data["operators"].items()},
            token_library=data["token_library"],
            token_name=data["token_name"],
            lease_key=bytes.fromhex(key) if (key := data.get("lease_key")) is not None else None,
        )


def _register_to_json(register: KeyRegister) -> dict[str, Any]:
    return {
        "number": register.number,
        "sgc": register.sgc,
        "krn": register.krn,
        "key_type": int(register.key_type),
        "base_date": int(register.base_date),
        "ken": register.ken,
        "dkga": register.dkga,
        "check_value": register.check_value,
        "key": None if register.key is None else register.key.value.hex(),
        "token_label": register.token_label,
        "operations": list(register.operations),
        "active_from": _text(register.active_from),
        "active_until": _text(register.active_until),
        "vending_limit_units": register.vending_limit_units,
    }


def _register_from_json(data: dict[str, Any]) -> KeyRegister:
    return KeyRegister(
        **{
            **data,
            "key_type": KeyType(data["key_type"]),
            "base_date": BaseDate(data["base_date"]),
            "key": None if data["key"] is None else VendingKey(bytes.fromhex(data["key"])),
            "operations": tuple(data["operations"]),
            "active_from": _instant(data["active_from"]),
            "active_until": _instant(data["active_until"]),
        }
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
