"""A whole vending service over HTTP: ``http://127.0.0.1:8000``, through the bench's route of its portal.

Sales of electricity go through the service's own sale; its answers say ``"through": "sale"``, those of its
security module alone ``"through": "module"``.
"""

import http.client
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.vending.module_vendor import ModuleVendor, operator_keys
from conformance.vending.vending_system import VendingUnreachable
from system.security_module.errors import RequestRefused

ANSWER_TIMEOUT_S = 30.0
_ANSWER_BYTES_MAX = 1 << 20
_CONNECTIONS: Mapping[str, type[http.client.HTTPConnection]] = {
    "http": http.client.HTTPConnection,
    "https": http.client.HTTPSConnection,
}


class PortalClient:
    """Calls of the security module's API through a portal.

    Args:
        url: ``http://127.0.0.1:8000``.
        secret: of the bench's settings.
    """

    def __init__(self, url: str, secret: str) -> None:
        parts = urlsplit(url)
        self._url, self._base = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        self._connection = _CONNECTIONS[parts.scheme](parts.netloc, timeout=ANSWER_TIMEOUT_S)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def call(self, operation: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one operation.

        Raises:
            RequestRefused: it was refused.
            VendingUnreachable: no answer, or what answers is no bench route.
        """
        status, answer = self._ask(f"{self._base}/bench/module/{operation}", json.dumps(args))
        if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
            raise VendingUnreachable(
                f"{self._url} answers {status} and no bench route: does it run with "
                "system.config.settings.bench, test keys and this secret?"
            )
        if answer["ok"]:
            result: dict[str, Any] = answer["result"]
            return result
        error = answer["error"]
        if error["code"] == "unreachable":
            raise VendingUnreachable(f"{self._url}: {error['en']}")
        raise RequestRefused(error["code"], error["number"], error["es"], error["en"])

    def _ask(self, address: str, body: str) -> tuple[int, Any]:
        try:
            self._connection.request("POST", address, body, self._headers)
            answer = self._connection.getresponse()
            read = answer.read(_ANSWER_BYTES_MAX)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise VendingUnreachable(f"nobody answers at {self._url}: {error}") from error
        try:
            return answer.status, json.loads(read)
        except ValueError:
            return answer.status, None


SCHEMES = ("http", "https")
SECRET_VARIABLE = "AMIBENCH_BENCH_SECRET"  # noqa: S105 - a name
_RUN_BYTES = 4


class PortalVendor(ModuleVendor):
    """A portal with the bench's settings, and the security module behind it with the registers of the plan.

    Args:
        url: of the portal.
        operators: name -> file of the operator's private key.
        secret_file: where the secret stands; empty: in the environment.

    Raises:
        VendingUnreachable: no answer, there is no secret, or an operator's key does not open.
    """

    def __init__(self, url: str, operators: Mapping[str, str], secret_file: str = "") -> None:
        keys = operator_keys(operators)
        self._client = PortalClient(url, _secret(secret_file))
        try:
            store = str(self._client.call("status", {})["store"])
        except (RequestRefused, VendingUnreachable) as error:
            self._client.close()
            raise VendingUnreachable(str(error)) from error
        super().__init__(store, keys, f"cts-{secrets.token_hex(_RUN_BYTES)}-")

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Ask over HTTP.

        Raises:
            RequestRefused: it was refused.
            VendingUnreachable: the portal no longer answers.
        """
        return self._client.call(operation, args)

    def close(self) -> None:
        """Let the module follow the wall clock and real random bits again, and hang up."""
        try:
            self._client.call("set_clock", {"time": None})
            self._client.call("force_rnd", {"rnd": None})
        except VendingUnreachable:
            return  # it went away: nothing to put back
        finally:
            self._client.close()


def _secret(secret_file: str) -> str:
    if not secret_file:
        found = os.environ.get(SECRET_VARIABLE, "")
        if not found:
            raise VendingUnreachable(
                f"the portal wants a secret: set {SECRET_VARIABLE}, or [vending] secret_file in a target file"
            )
        return found
    try:
        return Path(secret_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise VendingUnreachable(
            f"cannot read {secret_file}: {getattr(error, 'strerror', None) or error}"
        ) from error
