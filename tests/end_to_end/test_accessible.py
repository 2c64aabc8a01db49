"""Every page that a role finds in its menu, and the customer units, for screen reader and keyboard."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

ROLES = ("cashier", "supervisor", "operator", "administrator", "auditor")
PAGES_MAX = 25
#: What every page must have, whether or not axe is there; each row says what is wrong.
OWN_CHECKS = """() => {
  const wrong = [];
  const named = (element) => element.labels?.length || element.getAttribute("aria-label")
    || element.getAttribute("aria-labelledby") || element.getAttribute("title");
  if (!document.documentElement.lang) wrong.push("the page says no language");
  if (!document.title.trim()) wrong.push("the page has no title");
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not exactly one h1");
  if (document.querySelectorAll("main").length !== 1) wrong.push("not exactly one main");
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (!named(field)) wrong.push(`no label: ${field.outerHTML.slice(0, 120)}`);
  for (const button of document.querySelectorAll("button, a[href]"))
    if (!button.textContent.trim() && !button.getAttribute("aria-label"))
      wrong.push(`no words: ${button.outerHTML.slice(0, 120)}`);
  for (const image of document.querySelectorAll("img"))
    if (!image.hasAttribute("alt")) wrong.push(`no alt: ${image.outerHTML.slice(0, 120)}`);
  for (const element of document.querySelectorAll("[tabindex]"))
    if (element.tabIndex > 0) wrong.push(`tab order is forced: ${element.outerHTML.slice(0, 120)}`);
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) wrong.push(`id twice: ${id}`);
  return wrong;
}"""


def faults_of(page: Any) -> list[str]:
    """What is wrong with a page: by our own checks, and by axe-core where its package is installed."""
    found = [str(fault) for fault in page.evaluate(OWN_CHECKS)]
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        return found
    for fault in Axe().run(page).response["violations"]:
        if fault["impact"] in ("serious", "critical"):
            nodes = json.dumps([node["html"][:150] for node in fault["nodes"][:3]], ensure_ascii=False)
            found.append(f"{fault['id']}: {fault['help']}: {nodes}")
    return found


def menu_of(page: Any) -> Iterator[str]:
    """The addresses in the menu of whoever is logged in."""
    links = page.locator("nav a[href]")
    yield from dict.fromkeys(links.nth(number).get_attribute("href") for number in range(links.count()))


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_the_menu(demo: dict[str, Any], look: Any, log_in: Any, role: str) -> None:
    with look() as page:
        log_in(page, role)
        addresses = [address for address in menu_of(page) if address.startswith("/")][:PAGES_MAX]
        assert addresses
        faults = {}
        for address in ["/", *addresses]:
            page.goto(demo["portal"].rstrip("/") + address)
            if found := faults_of(page):
                faults[address] = found
    assert faults == {}


@pytest.mark.parametrize("address", ["/", "/meter/m3"])
def test_the_customer_units(demo: dict[str, Any], look: Any, address: str) -> None:
    with look() as page:
        page.goto(f"{demo['panel']}{address}?lang=es")
        assert faults_of(page) == []


def test_the_login(demo: dict[str, Any], look: Any) -> None:
    with look() as page:
        page.goto(demo["portal"])
        assert faults_of(page) == []


def test_keys_by_tab_and_space(demo: dict[str, Any], look: Any) -> None:
    """The keypad is twelve buttons in their order, each with a name that a screen reader says."""
    with look() as page:
        page.goto(demo["panel"] + "/meter/m4?lang=es")
        buttons = page.get_by_role("group", name="Teclado de doce teclas").get_by_role("button")
        names = [
            buttons.nth(number).get_attribute("aria-label") or buttons.nth(number).inner_text()
            for number in range(12)
        ]
        assert names == [*"123456789", "Borrar", "0", "Entrar"]
        buttons.nth(0).focus()
        for number in range(12):
            assert page.evaluate("document.activeElement.dataset.key") == buttons.nth(number).get_attribute(
                "data-key"
            )
            page.keyboard.press("Tab")
        buttons.nth(4).focus()
        page.keyboard.press("Space")
        page.locator('[data-field="line-1"]', has_text="5").wait_for()
        assert page.get_by_role("status", name="Pantalla").inner_text().strip() == "5"
