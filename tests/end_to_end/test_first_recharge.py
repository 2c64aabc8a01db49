"""From pesos to light: a cashier sells, a customer types the twenty digits, the relay closes. In a browser.

Everything runs as its own processes, as `amibench demo` starts them; this test only looks and clicks. Pictures
of what it saw are kept in AMIBENCH_EVIDENCE_DIR, else in pytest's folder.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
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

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def demo() -> Iterator[dict[str, Any]]:
    """The line that a running demo says; afterwards it is interrupted, as at a terminal."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DJANGO_", "AMIBENCH_", "DATABASE_"))
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "amibench", "demo", "--port", "0", "--json"],
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
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        try:
            yield started
        finally:
            started.close()


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    asked = os.environ.get("AMIBENCH_EVIDENCE_DIR")
    folder = Path(asked) if asked else tmp_path_factory.mktemp("first-recharge")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def looked_at(browser: Any, size: dict[str, int]) -> Iterator[Any]:
    """A page that asks nobody but this machine, and whose console stays empty."""
    context = browser.new_context(viewport=size, locale="es-CO")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    yield page
    assert said == []
    assert [url for url in asked if not re.match(r"(http://127\.0\.0\.1:\d+/|data:)", url)] == []
    context.close()


def log_in(page: Any, demo: dict[str, Any], role: str) -> None:
    user = demo["users"][role]
    page.goto(demo["portal"])
    page.fill("#id_login", user["username"])
    page.fill("#id_password", user["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def test_a_first_recharge(demo: dict[str, Any], browser: Any, evidence: Path) -> None:
    first = demo["first"]
    with looked_at(browser, WIDE) as unit:
        unit.goto(first["panel"] + "?lang=es")
        unit.wait_for_selector('[data-field="relay"]:not(.on)')
        assert unit.text_content('[data-field="credit"]') == "0,0 kWh"
        unit.screenshot(path=evidence / "1-sin-credito.png")

        with looked_at(browser, WIDE) as counter:
            log_in(counter, demo, "cashier")
            open_shift(counter, demo)
            counter.screenshot(path=evidence / "2-turno.png")
            digits, kwh = sell(counter, demo, first["drn"], evidence)

        unit.bring_to_front()
        unit.keyboard.type(digits)
        unit.wait_for_function(
            "document.querySelector('[data-field=\"line-2\"]').textContent.trim().length > 0"
        )
        unit.screenshot(path=evidence / "5-tecleado.png")
        unit.click('[data-key="ok"]')
        unit.wait_for_selector('[data-field="relay"].on')
        unit.screenshot(path=evidence / "6-con-servicio.png")
        credit = unit.text_content('[data-field="credit"]')
        assert abs(float(credit.split()[0].replace(",", ".")) - kwh) <= 0.2, (
            credit
        )  # the home burns some of it
        assert "encendido" in unit.text_content('[data-field="credit-lamp-lit"]')


def open_shift(page: Any, demo: dict[str, Any]) -> None:
    page.goto(demo["portal"] + "turno/")
    page.select_option("#id_point_of_sale", index=1)
    page.fill("#open-cash", "50.000")
    page.get_by_role("button", name="Abrir turno").click()
    page.wait_for_selector("#number")


def sell(page: Any, demo: dict[str, Any], drn: str, evidence: Path) -> tuple[str, float]:
    """Sell for 10.000 pesos by keyboard alone; the token and the kWh that the offer promised."""
    page.goto(demo["portal"] + "venta/")
    page.keyboard.type(drn)
    page.keyboard.press("Enter")
    page.keyboard.type("10.000")
    page.keyboard.press("Enter")
    page.wait_for_selector("#offer .figure")
    kwh = float(page.text_content("#offer .figure").split()[0].replace(",", "."))
    page.screenshot(path=evidence / "3-oferta.png")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ventas/**")
    page.screenshot(path=evidence / "4-token.png")
    assert "PRUEBA" in page.text_content("main")
    digits = re.sub(r"\D", "", page.text_content(".token"))
    assert len(digits) == 20
    return digits, kwh


def test_the_pages_fit_a_tall_screen(demo: dict[str, Any], browser: Any, evidence: Path) -> None:
    with looked_at(browser, TALL) as page:
        for name, address in (
            ("unidad", demo["first"]["panel"] + "?lang=en"),
            ("unidades", demo["panel"] + "/?lang=es"),
            ("ingreso", demo["portal"]),
        ):
            page.goto(address)
            page.wait_for_load_state("load")
            page.screenshot(path=evidence / f"7-{name}.png")
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide == 0, name


def test_wrong_digits_give_nothing(demo: dict[str, Any], browser: Any, evidence: Path) -> None:
    """A stranger's digits at the keypad are refused, and said so in words."""
    with looked_at(browser, WIDE) as unit:
        unit.goto(demo["panel"] + "/meter/m2?lang=es")
        before = unit.text_content('[data-field="credit"]')
        unit.keyboard.type("12345678901234567890")
        unit.keyboard.press("Enter")
        unit.wait_for_function(
            "!/^[0-9]/.test(document.querySelector('[data-field=\"line-1\"]').textContent)"
        )
        unit.screenshot(path=evidence / "8-rechazado.png")
        after = unit.text_content('[data-field="credit"]')
        assert float(after.split()[0].replace(",", ".")) <= float(before.split()[0].replace(",", "."))
