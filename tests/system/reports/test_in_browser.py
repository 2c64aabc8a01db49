"""Reports in a browser: charts are drawn under the page's policy, at both sizes, and can be read aloud."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test.testcases import LiveServerThread
from head_end_rows import registers
from report_book import Book, client_of

from system.config.clock import BOGOTA

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SIZES = ((1280, 1024), (720, 1280))
TOO_WIDE = "() => document.documentElement.scrollWidth > window.innerWidth"
NOVEMBER = "since=2026-11-01&until=2026-11-30"
ADDRESSES = (
    "/reportes/",
    f"/reportes/ventas-por-punto/?{NOVEMBER}",
    f"/reportes/estadistica/?{NOVEMBER}&by=estrato",
    "/reportes/curva-de-consumo/?niu=NIU-0001&since=2026-11-02&until=2026-11-02",
    f"/reportes/zni-comercial/?{NOVEMBER}",
    "/reportes/ultima-recarga/",
    "/reportes/comercios/programar/",
    "/reportes/programados/",
    "/reportes/archivos/",
)


@pytest.fixture
def served(book: Book) -> Iterator[str]:
    """Our pages on a thread that shares this test's transaction."""
    own = connections["default"]
    own.inc_thread_sharing()
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={"default": own})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None, thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()
    own.dec_thread_sharing()


@pytest.fixture
def session(book: Book) -> str:
    """Of a supervisor, over a home that bought and was read."""
    registers(book.home(1), datetime(2026, 11, 2, tzinfo=BOGOTA), days=1, wh_a_day=9_600, without={40})
    book.sell(1)
    return client_of(book.village.supervisor).cookies["sessionid"].value


@pytest.fixture
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip("no chromium here")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        yield chromium
        chromium.close()


@pytest.mark.parametrize("size", SIZES, ids=["wide", "narrow"])
def test_reports_fit_are_drawn_and_can_be_read_aloud(
    session: str, served: str, browser: Any, size: tuple[int, int]
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_cookies([{"name": "sessionid", "value": session, "url": served}])
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text))
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for address in ADDRESSES:
        answer = page.goto(f"{served}{address}")
        assert answer.status == 200, address
        assert page.locator(".plot canvas").count() == page.locator("[data-chart]").count(), address
        assert not page.evaluate(TOO_WIDE), address
        faults = axe.run(page).response["violations"]
        assert [f"{fault['id']}: {fault['help']}" for fault in faults] == [], address
    page.goto(f"{served}{ADDRESSES[3]}")
    assert page.locator(".table tbody tr").count() == 96
    assert page.locator(".u-legend .u-series").count() == 3
    assert said == []
    context.close()
