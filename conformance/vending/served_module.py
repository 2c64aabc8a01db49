"""A security module that is being served, over its socket: ``security-module+unix:///path`` or ``…+tls://…``."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from Crypto.PublicKey import ECC

from conformance.vending.module_vendor import ModuleVendor
from conformance.vending.vendor import VendingUnreachable
from system.security_module.client import SecurityModuleClient
from system.security_module.errors import RequestRefused, UnableToReachModule

PREFIX = "security-module+"
PASSPHRASE_VARIABLE = "AMIBENCH_OPERATOR_PASSPHRASE"  # noqa: S105 - a name
_RUN_BYTES = 4


class ServedModule(ModuleVendor):
    """A module in a process of its own, which holds the registers of the test plan.

    Args:
        url: with the prefix.
        operators: name -> file of the operator's private key.

    Raises:
        VendingUnreachable: nobody answers, it holds real keys, or an operator's key does not open.
    """

    def __init__(self, url: str, operators: Mapping[str, str]) -> None:
        keys = operator_keys(operators)
        try:
            self._client = SecurityModuleClient(url.removeprefix(PREFIX))
            store = _test_store(self._client)
        except (UnableToReachModule, RequestRefused) as error:
            raise VendingUnreachable(str(error)) from error
        # Message ids must not meet those of an earlier run on the same module.
        super().__init__(store, keys, f"cts-{secrets.token_hex(_RUN_BYTES)}-")

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Ask over the socket.

        Raises:
            RequestRefused: the module said no.
            VendingUnreachable: it no longer answers.
        """
        try:
            return self._client.call(operation, args)
        except UnableToReachModule as error:
            raise VendingUnreachable(str(error)) from error

    def close(self) -> None:
        """Follow the wall clock and real random bits again, and hang up."""
        try:
            self._client.call("set_clock", {"time": None})
            self._client.call("force_rnd", {"rnd": None})
        except UnableToReachModule:
            return  # it went away: nothing to put back
        finally:
            self._client.close()


def _test_store(client: SecurityModuleClient) -> str:
    """The name of the module, which must hold test keys; the client is closed where it cannot be used."""
    try:
        status = client.status()
        if not status["test"]:
            raise VendingUnreachable("this module holds real keys: the bench tries modules of test keys only")
    except BaseException:
        client.close()
        raise
    return str(status["store"])


def operator_keys(operators: Mapping[str, str]) -> dict[str, ECC.EccKey]:
    """The private keys of operators by name, with which the bench signs key changes.

    Raises:
        VendingUnreachable: a file cannot be read, or does not open.
    """
    return {name: _key(Path(path)) for name, path in operators.items()}


def _key(path: Path) -> ECC.EccKey:
    try:
        return ECC.import_key(path.read_bytes(), os.environ.get(PASSPHRASE_VARIABLE))
    except OSError as error:
        raise VendingUnreachable(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError:
        raise VendingUnreachable(
            f"{path} does not open: is {PASSPHRASE_VARIABLE} set to the operator's passphrase?"
        ) from None
