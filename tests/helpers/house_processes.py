"""Houses: ``amibench system serve`` and ``work`` as processes, each house with books of its own in a file."""

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
CSRF = "c" * 32
PATIENCE_S = 120


def free_port() -> int:
    """A TCP port of this machine that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        found: int = taken.getsockname()[1]
    return found


@dataclass
class House:
    """One installation of the system.

    Args:
        books: its database file.
        settings: environment of its processes, beside what all have.
        port: where its portal is, or will be.
    """

    books: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    portal: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def begin(self) -> None:
        """Start the portal; `await_portal` says when it serves."""
        self.portal = self._start("serve", "--port", str(self.port))

    def await_portal(self) -> None:
        assert self.portal is not None
        assert self.portal.stdout is not None
        said = json.loads(self.portal.stdout.readline())
        assert said["url"] == f"{self.url}/"

    def kill(self) -> None:
        """The portal dies without a word."""
        if self.portal is not None:
            self.portal.kill()
            self.portal.communicate(timeout=PATIENCE_S)
            self.portal = None

    def work_once(self) -> dict[str, str]:
        """One worker that does what is due; what it said of each chore."""
        with self._start("work", "--once", "--json") as worker:
            said, errors = worker.communicate(timeout=PATIENCE_S)
        assert worker.returncode == 0, errors
        found: dict[str, str] = json.loads(said)["chores"]
        return found

    def post(self, path: str, form: Mapping[str, str], session: str) -> tuple[int, str]:
        """A form of the portal; status and where it leads."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={session}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
        }
        answer, _ = self._request("POST", path, urlencode(form), headers)
        return answer.status, answer.headers.get("Location", "")

    def page(self, path: str, session: str) -> str:
        answer, text = self._request("GET", path, None, {"Cookie": f"sessionid={session}"})
        assert answer.status == 200, answer.status
        return text

    def _request(
        self, method: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer, answer.read().decode()
        finally:
            connection.close()

    def _start(self, *arguments: str) -> "subprocess.Popen[str]":
        given = {
            "DJANGO_SETTINGS_MODULE": "system.config.settings.test",
            "DATABASE_URL": f"sqlite:///{self.books}",
            "AMIBENCH_DATA_DIR": str(self.books.parent),
            **self.settings,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "amibench", "system", *arguments],
            cwd=ROOT,
            env={**os.environ, **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def session_of(user: Any) -> str:
    """A session of somebody, in the books that this process uses now."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value
