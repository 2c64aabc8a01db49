"""HTTP to the bench's route of a running portal: one connection, JSON in and out."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from conformance.vending.vendor import VendingUnreachable
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
            VendingUnreachable: nobody answers, or what answers is no bench route.
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
