"""Passwords and keys of a client: from a file, the environment or a prompt; never from an argument.

The file is TOML with a table ``[associations.NAME]`` for each client, as the target file has it that
``amibench meter serve`` writes::

    [associations.reader]
    client_sap = 2
    password = "12345678"

    [associations.management]
    client_sap = 1
    mechanism = "hls-gmac"

    [associations.management.security]
    client_system_title = "4D4D4D0000BC614E"
    encryption_key = "000102030405060708090A0B0C0D0E0F"
    authentication_key = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"

Suites 1 and 2 say ``suite``, and with ``mechanism = "hls-ecdsa"`` a ``signing_key`` and a
``server_signing_key`` (or ``…_file``, PEM); with ``sign_requests = true`` every request goes signed.
"""

import getpass
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amibench.commands.keys_file import read_keys_file
from amibench.commands.meter.texts import text
from amibench.errors import CommandError

PUBLIC_CLIENT = 16
PASSWORD_VARIABLE = "AMIBENCH_METER_PASSWORD"  # noqa: S105 - the name of a variable, not a password


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """Credentials of a client; never shown.

    Args:
        password: LLS password, or the secret of an HLS mechanism that has one.
        mechanism: ``none``, ``lls`` or ``hls-…``; None: as the password says.
        guek: global unicast encryption key.
        gak: authentication key.
        system_title: own title, 8 octets.
        counter: OBIS code of the invocation counter that the public client reads.
        suite: security suite.
        signing_key: own private signing key, hexadecimal or PEM; suites 1 and 2.
        server_signing_key: public signing key of the meter, likewise.
        signs: sign every request.
    """

    password: bytes | None = field(default=None, repr=False)
    mechanism: str | None = None
    guek: bytes | None = field(default=None, repr=False)
    gak: bytes | None = field(default=None, repr=False)
    system_title: bytes | None = None
    counter: str = "0.0.43.1.0"
    suite: int = 0
    signing_key: str | None = field(default=None, repr=False)
    server_signing_key: str | None = None
    signs: bool = False

    @property
    def ciphered(self) -> bool:
        """True where the association is ciphered."""
        return self.guek is not None


NO_KEYS = ClientKeys()


def find_keys(file: Path | None, client_sap: int, lang: str) -> ClientKeys:
    """The keys of a client: from `file`, else the environment, else by a prompt at a terminal.

    Raises:
        CommandError: the file cannot be used, or a client that needs a password has none.
    """
    if file is not None:
        return _from_file(file, client_sap, lang)
    password = os.environ.get(PASSWORD_VARIABLE)
    if password:
        return ClientKeys(password=password.encode())
    if client_sap == PUBLIC_CLIENT:
        return NO_KEYS
    if not sys.stdin.isatty():
        raise CommandError(text("no-password", lang, client=client_sap))
    typed = getpass.getpass(text("ask-password", lang, client=client_sap) + ": ")
    return ClientKeys(password=typed.encode() or None)


def _from_file(file: Path, client_sap: int, lang: str) -> ClientKeys:
    rows = read_keys_file(file, lang)
    row = next((row for row in rows if row.get("client_sap") == client_sap), None)
    if row is None:
        return NO_KEYS
    try:
        return ClientKeys(
            password=_password(row),
            mechanism=row.get("mechanism"),
            guek=_octets(row, "guek"),
            gak=_octets(row, "gak"),
            system_title=_octets(row, "client_system_title") or _octets(row, "system_title"),
            counter=row.get("invocation_counter", NO_KEYS.counter),
            suite=int(row.get("suite", 0)),
            signing_key=_signing_text(row, "signing_key", file),
            server_signing_key=_signing_text(row, "server_signing_key", file),
            signs=bool(row.get("sign_requests", False)),
        )
    except (TypeError, ValueError, OSError) as error:
        raise CommandError(text("keys-bad", lang, file=file, client=client_sap, detail=error)) from error


def _signing_text(row: Mapping[str, Any], name: str, keys: Path) -> str | None:
    """A signing key of the row, or of the file that it names, beside the file of keys."""
    file = row.get(f"{name}_file")
    if file is not None:
        return (keys.parent / str(file)).read_text(encoding="ascii")
    found = row.get(name)
    return None if found is None else str(found)


def _password(row: Mapping[str, Any]) -> bytes | None:
    for name in ("password_hex", "secret_hex"):
        if name in row:
            return bytes.fromhex(row[name])
    found = row.get("password", row.get("secret"))
    return None if found is None else str(found).encode()


def _octets(row: Mapping[str, Any], name: str) -> bytes | None:
    return bytes.fromhex(row[name]) if name in row else None
