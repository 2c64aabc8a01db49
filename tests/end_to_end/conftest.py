"""A running demo, a browser that looks at it, and a folder for pictures, for all tests here."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ROOT = Path(__file__).parents[2]
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
PATIENCE_MS = 20_000
WIDE, TALL = {"width": 1280, "height": 1024}, {"width": 720, "height": 1280}
FOREIGN = ("DJANGO_", "AMIBENCH_", "DATABASE_")

Look = Callable[..., AbstractContextManager[Any]]


# of a module, not of the session: Playwright's loop must not lie around under other tests
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("Debian's chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        try:
            yield started
        finally:
            started.close()


@pytest.fixture(scope="module")
def demo(browser: Any, request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """The line that a running demo says; afterwards it is interrupted, as at a terminal.

    Its village has lived as many days as the module says in `DAYS`.
    """
    days = str(getattr(request.module, "DAYS", 0))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    process = subprocess.Popen(
        [sys.executable, "-m", "amibench", "demo", "--port", "0", "--json", "--days", days],
        cwd=ROOT,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        yield json.loads(line)
    finally:
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate()
    assert process.returncode == 130, complaints


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    asked = os.environ.get("AMIBENCH_EVIDENCE_DIR")
    folder = Path(asked) if asked else tmp_path_factory.mktemp("evidence")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def look(browser: Any) -> Look:
    """Opens a page that asks nobody but this machine, and whose console stays empty."""

    @contextlib.contextmanager
    def look(*, tall: bool = False) -> Iterator[Any]:
        context = browser.new_context(viewport=TALL if tall else WIDE, locale="es-CO")
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        yield page
        assert said == []
        assert [url for url in asked if not re.match(r"(http://127\.0\.0\.1:\d+/|data:)", url)] == []
        context.close()

    return look


@pytest.fixture(scope="module")
def log_in(demo: dict[str, Any]) -> Callable[[Any, str], None]:
    """Logs the user of a role in."""

    def log_in(page: Any, role: str) -> None:
        user = demo["users"][role]
        page.goto(demo["portal"])
        page.fill("#id_login", user["username"])
        page.fill("#id_password", user["password"])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)

    return log_in
