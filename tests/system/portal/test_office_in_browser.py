"""The office's pages in a browser: wide and narrow, for screen readers, and by keyboard alone.

What axe says hardly depends on the width, and it takes most of the time: narrow pages are read aloud with
``AMIBENCH_SLOW=1``.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test import Client
from django.test.testcases import LiveServerThread
from vending_world import Village, drn, make_village

from system.accounts import four_eyes
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.registry.models import Group

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SIZES = ((1280, 1024), (720, 1280))
ALOUD = SIZES if os.environ.get("AMIBENCH_SLOW") == "1" else SIZES[:1]
TOO_WIDE = "() => document.documentElement.scrollWidth > window.innerWidth"
NAMELESS = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
  .filter((field) => !field.labels.length && !field.getAttribute("aria-label"))
  .map((field) => field.outerHTML)"""
UNDESCRIBED = """() => [...document.querySelectorAll("[aria-describedby]")]
  .flatMap((field) => field.getAttribute("aria-describedby").split(" "))
  .filter((id) => !document.getElementById(id))"""


@pytest.fixture
def village(db: Any) -> Village:
    return make_village()


@pytest.fixture
def served(village: Village) -> Iterator[str]:
    """Our pages on a thread that shares this test's transaction.

    pytest-django's `live_server` empties every table afterwards, which tables of facts refuse.
    """
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
def cookie(village: Village) -> str:
    """The session of an operator who may also approve: a supervisor."""
    client = Client()
    client.force_login(village.supervisor, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


@pytest.fixture
def addresses(village: Village) -> list[str]:
    home = village.customer(1)
    person = home.agreements.get().customer.pk
    device = home.devices.get().device.pk
    group = Group.objects.create(provider=village.provider, axis="zone", name="Sector alto")
    asker = User.objects.create_user("asker", provider=village.provider, role="supervisor")
    waiting = four_eyes.request_approval(
        asker, Operation.FREE_ISSUE, {"number": drn(1), "units": 10}, "falla"
    )
    return [
        "/",
        *(f"/clientes/{more}" for more in ("", "nuevo/", f"{person}/", f"{person}/corregir/")),
        f"/clientes/{person}/suprimir/",
        *(f"/instalaciones/{home.pk}/{more}" for more in ("", "corregir/", "contrato/", "medidor/")),
        *(f"/medidores/{more}" for more in ("", "nuevo/", f"{device}/", f"{device}/llaves/")),
        *(f"/lugares/{more}" for more in ("", "comunidad/", "sitio/", "circuito/")),
        *(f"/grupos/{more}" for more in ("", "nuevo/", f"{group.pk}/")),
        "/importar/",
        *(f"/aprobaciones/{more}" for more in ("", f"{waiting.pk}/")),
        "/mi-cuenta/",
        *(f"/cuentas/{more}" for more in ("password/change/", "2fa/", "2fa/totp/activate/", "logout/")),
    ]


@pytest.fixture
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip("no chromium here")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        yield chromium
        chromium.close()


def page_of(browser: Any, served: str, cookie: str, size: tuple[int, int]) -> Any:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": served}])
    return context.new_page()


def faults_of(page: Any, *, aloud: bool = True) -> list[str]:
    faults = ["too wide"] if page.evaluate(TOO_WIDE) else []
    faults += [f"no label: {field}" for field in page.evaluate(NAMELESS)]
    faults += [f"nothing describes it: {element}" for element in page.evaluate(UNDESCRIBED)]
    if not aloud:
        return faults
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        return faults
    return faults + [f"{fault['id']}: {fault['help']}" for fault in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("size", SIZES, ids=["wide", "narrow"])
def test_every_page_fits_and_can_be_read_aloud(
    addresses: list[str], cookie: str, served: str, browser: Any, size: tuple[int, int]
) -> None:
    page = page_of(browser, served, cookie, size)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if "Policy" in line.text else None)
    for address in addresses:
        answer = page.goto(f"{served}{address}")
        assert answer.status == 200, address
        assert faults_of(page, aloud=size in ALOUD) == [], address
    assert said == []


def test_a_home_is_registered_by_keyboard_alone(
    village: Village, cookie: str, served: str, browser: Any
) -> None:
    page = page_of(browser, served, cookie, SIZES[0])
    page.goto(f"{served}/clientes/nuevo/")
    keys = page.keyboard
    for _ in range(60):  # past header and menu, as somebody without a mouse gets there
        keys.press("Tab")
        if page.evaluate("document.activeElement.id") == "id_persona-document":
            break
    person = ["60.777.888", "Eusebio Carrascal Peña", "3001112222", ""]
    place = ["N-9001", "San", "", "Vereda El Aserrío", "", "Estrato 2"]
    for text in (*person, *place, "", "", "", "AMB", "", "S-9001", drn(901)):
        keys.type(text)
        keys.press("Tab")
    keys.type("201457")
    keys.press("Enter")
    page.wait_for_url("**/instalaciones/*/")
    assert drn(901) in page.content()
    page.context.close()
