"""Our security module as a vending system under test: its API, and a module that is served at a socket.

A served module is reached as ``security-module+unix:///path`` or ``security-module+tls://…``.
"""

import json
import os
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from Crypto.PublicKey import ECC

from conformance.vending.vending_system import Answer, Card, FrameListener, NewKey, VendingUnreachable
from i18n import Verbatim
from system.security_module import api, approval
from system.security_module.client import SecurityModuleClient
from system.security_module.errors import RequestRefused, UnableToReachModule

KINDS: dict[str, str] = {
    "luhn": "check-digit",
    "key-expired": "key-expired",
    "card-expired": "card-expired",
    "key-change-rule": "key-change-rule",
    "key-not-found": "no-key",
    "token-failed": "value",
    "bad-request": "value",
}
"""Code of the module's refusal -> kind of refusal; all others are "other"."""

_APPROVED = frozenset({"key_change", "mint"})
_APPROVAL_LASTS = timedelta(days=1)


def _nobody(direction: str, frame: bytes) -> None:
    """Listens to nothing."""


class ModuleVendor(ABC):
    """The module's API under the bench's protocol; `carry` brings a request there.

    Args:
        store: the module's name, which operators sign.
        operators: their private keys by name; two of them approve every key change.
        prefix: of the message ids of this run.
    """

    def __init__(self, store: str, operators: Mapping[str, ECC.EccKey], prefix: str) -> None:
        self.on_frame: FrameListener = _nobody
        self.now: datetime | None = None
        self._store = store
        self._operators = dict(operators)
        self._prefix = prefix
        self._number = 0

    @abstractmethod
    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Carry out one operation.

        Raises:
            RequestRefused: the module said no.
            VendingUnreachable: no answer.
        """

    def close(self) -> None:  # noqa: B027 - most have nothing to let go
        """Let it go."""

    def set_clock(self, moment: datetime) -> None:
        """Hook 1."""
        self.now = moment
        self._ask("set_clock", {"time": moment.isoformat()})

    def force_rnd(self, rnd: int | None) -> None:
        """Hook 2."""
        self._ask("force_rnd", {"rnd": rnd})

    def reset_tids(self) -> None:
        """Hook 3."""
        self._ask("reset_tids", {})

    def credit(self, card: Card, subclass: int, amount: int, change: NewKey | None = None) -> Answer:
        """Sell credit."""
        args: dict[str, Any] = {"meter": _meter(card), "subclass": subclass, "amount": amount}
        if change is not None:
            args |= {"target": asdict(change), "allow_key_change": True}
        return self._issue("mint", args)

    def key_change(self, card: Card, change: NewKey, *, three_kct: bool = False) -> Answer:
        """Make the tokens that load another key."""
        return self._issue(
            "key_change", {"meter": _meter(card), "target": asdict(change), "three_kct": three_kct}
        )

    def management(self, card: Card, subclass: int, value: int) -> Answer:
        """Make a token of class 2."""
        return self._issue("management", {"meter": _meter(card), "subclass": subclass, "value": value})

    def meter_test(self, subclass: int, control: int, mfr_code: int) -> Answer:
        """Make a token of class 1."""
        return self._issue("meter_test", {"subclass": subclass, "control": control, "mfr_code": mfr_code})

    def _issue(self, operation: str, args: dict[str, Any]) -> Answer:
        self._number += 1
        args = {"message_id": f"{self._prefix}{self._number}", **args}
        if operation in _APPROVED and "target" in args:
            args = self._approved(operation, args)
        try:
            result = self._ask(operation, args)
        except RequestRefused as refused:
            return Answer((), KINDS.get(refused.code, "other"), Verbatim(refused.en, es=refused.es))
        return Answer(tuple(token["digits"] for token in result["tokens"]))

    def _approved(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """The arguments with every operator's signature on them."""
        if self.now is None:
            return args
        until = (self.now + _APPROVAL_LASTS).isoformat()
        args = {**args, "approval": {"until": until, "signatures": []}}
        signable = approval.Signable(self._store, operation, args)
        args["approval"]["signatures"] = [
            {"operator": name, "signature": approval.sign(key, signable)}
            for name, key in self._operators.items()
        ]
        return args

    def _ask(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        self.on_frame("tx", api.request_line(self._number, operation, args))
        try:
            result = self.carry(operation, args)
        except RequestRefused as refused:
            self.on_frame("rx", _refusal_line(self._number, refused))
            raise
        self.on_frame("rx", api.result_line(self._number, result))
        return result


def _meter(card: Card) -> dict[str, Any]:
    """The card as the API knows it; what it does not say is left out."""
    args = {name: value for name, value in asdict(card).items() if value is not None}
    return {"drn": args.pop("meter"), **args}


def _refusal_line(number: int, refused: RequestRefused) -> bytes:
    error = {"code": refused.code, "number": refused.number, "es": refused.es, "en": refused.en}
    message = {"v": api.VERSION, "id": number, "ok": False, "error": error}
    return json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"


# ---------------- A module that is served at a socket

PREFIX = "security-module+"
PASSPHRASE_VARIABLE = "AMIBENCH_OPERATOR_PASSPHRASE"  # noqa: S105 - a name
_RUN_BYTES = 4


class ServedModule(ModuleVendor):
    """A module in a process of its own, which holds the registers of the test plan.

    Args:
        url: with the prefix.
        operators: name -> file of the operator's private key.

    Raises:
        VendingUnreachable: no answer, it holds real keys, or an operator's key does not open.
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
