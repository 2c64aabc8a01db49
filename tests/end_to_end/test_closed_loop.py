"""The loop without hands: sold, sent to the meter, used, cut from the office, reconnected. In a browser.

The demo's own collector carries the orders through the concentrator, and brings what the
meters lived before. Pictures are kept as those of the first recharge are.
"""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from counter_by_hand import credit_of, open_shift, sell

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

#: So long the village has lived when it is opened: yesterday it lived as a whole.
DAYS = 2
#: Intervals of 15 minutes of yesterday that are there in any case: the village's battery was empty for a part
#: of the night, and the last hours may still be left to the concentrator.
SURE = 40
#: Looks at a page until what the collector brings is there.
LOOKS = 150
RELAY_ON, RELAY_OFF = '[data-field="relay"].on', '[data-field="relay"]:not(.on)'
#: The home has used some of its credit.
FALLEN = """before =>
    parseFloat(document.querySelector('[data-field=credit]').textContent.replace(',', '.')) < before"""
#: An order waits for its turn at the concentrator.
ORDER_MS = 90_000


@pytest.mark.requirement("R4.1-05", "R4.1-06", "R4.1-12", "R5.3-05", "R5.3-08")
def test_the_loop_closes_without_hands(
    demo: dict[str, Any], look: Any, log_in: Callable[[Any, str], None], evidence: Path
) -> None:
    first = demo["first"]
    with look() as unit:
        unit.goto(first["panel"] + "?lang=es")
        unit.wait_for_selector(RELAY_OFF)
        with look() as counter:
            sold_kwh = sell_and_send(counter, demo, log_in, evidence)
        unit.wait_for_selector(RELAY_ON, timeout=ORDER_MS)
        unit.screenshot(path=evidence / "loop-2-con-servicio.png")
        assert 0 < credit_of(unit) <= sold_kwh + 0.1
        before = credit_of(unit)
        unit.wait_for_function(FALLEN, arg=before, timeout=ORDER_MS)
        with look() as office:
            log_in(office, "operator")
            office.on("dialog", lambda dialog: dialog.accept())
            ask(office, demo, "Cortar", evidence / "loop-3-corte.png")
            unit.wait_for_selector(RELAY_OFF, timeout=ORDER_MS)
            unit.screenshot(path=evidence / "loop-4-cortado.png")
            ask(office, demo, "Reconectar", evidence / "loop-5-reconexion.png")
            unit.wait_for_selector(RELAY_ON, timeout=ORDER_MS)
            unit.screenshot(path=evidence / "loop-6-reconectado.png")


def sell_and_send(
    counter: Any, demo: dict[str, Any], log_in: Callable[[Any, str], None], evidence: Path
) -> float:
    """Sell, press the button that sends, and wait for the meter's own answer on the page; the kWh sold."""
    log_in(counter, "cashier")
    open_shift(counter, demo)
    _, kwh = sell(counter, demo, demo["first"]["drn"], evidence)
    counter.get_by_role("button", name="Enviar al medidor").click()
    counter.locator("#delivery .tag.good", has_text="lista").wait_for(timeout=ORDER_MS)
    counter.screenshot(path=evidence / "loop-1-entregado.png", full_page=True)
    assert "aceptado" in counter.text_content("#delivery").lower()
    return kwh


def ask(office: Any, demo: dict[str, Any], button: str, picture: Path) -> None:
    """Ask the first meter for something on its page, and wait until the order was carried out."""
    find_meter(office, demo)
    office.get_by_role("button", name=button, exact=True).click()
    office.wait_for_url("**/campo/ordenes/**")
    office.locator("#order .tag.good", has_text="Cumplida").wait_for(timeout=ORDER_MS)
    office.screenshot(path=picture, full_page=True)


@pytest.mark.requirement("R3-02", "R4-02")
def test_a_night_is_read_and_drawn(
    demo: dict[str, Any], look: Any, log_in: Callable[[Any, str], None], evidence: Path
) -> None:
    with look() as office:
        log_in(office, "supervisor")
        find_meter(office, demo)
        meter = office.url
        office.get_by_role("link", name="Ver lecturas").click()
        yesterday = office.input_value("#dia")
        office.goto(meter + "corregir/")
        office.fill("#id_since", yesterday)
        office.get_by_role("button", name="Guardar").click()
        office.wait_for_url(meter)
        office.get_by_role("link", name="Ver lecturas").click()
        page = office.url + "?dia=" + yesterday
        # each look takes its time; the collector works meanwhile
        looks = (count_read(office, page) for _ in range(LOOKS))
        assert any(before == after >= SURE for before, after in pairwise(looks))
        office.locator(".plot canvas").first.wait_for()
        office.screenshot(path=evidence / "loop-7-lecturas.png", full_page=True)


def count_read(office: Any, page: str) -> int:
    """How many intervals of a day have a value."""
    office.goto(page)
    cells = office.locator("details", has_text="Las cifras de la curva").locator("tbody td.n")
    return sum(text != "—" for text in cells.all_text_contents())


def find_meter(office: Any, demo: dict[str, Any]) -> None:
    """Open the page of the first meter."""
    serial = next(meter["serial"] for meter in demo["meters"] if meter["name"] == demo["first"]["name"])
    found = office.locator("main table a")
    for _ in range(LOOKS):
        office.goto(demo["portal"] + "campo/medidores/?q=" + serial)
        if found.count():
            break  # the collector has met it
    found.first.click()


@pytest.mark.requirement("R4-02")
def test_the_field_is_seen_at_both_sizes(
    demo: dict[str, Any], look: Any, log_in: Callable[[Any, str], None], evidence: Path
) -> None:
    for tall in (False, True):
        with look(tall=tall) as page:
            log_in(page, "supervisor")
            for name in ("", "medidores/", "concentradores/", "lecturas/", "eventos/", "ordenes/"):
                page.goto(demo["portal"] + "campo/" + name)
                shown = re.sub(r"\W", "", name) or "hoy"
                page.screenshot(path=evidence / f"loop-campo-{shown}-{'alta' if tall else 'ancha'}.png")
            page.goto(demo["portal"] + "campo/concentradores/")
            assert "en línea" in page.text_content("main")
