"""What a cashier does at the screen of a running demo, and what a customer reads of a unit."""

import re
from pathlib import Path
from typing import Any


def open_shift(page: Any, demo: dict[str, Any]) -> None:
    page.goto(demo["portal"] + "turno/")
    page.select_option("#id_point_of_sale", index=1)
    page.fill("#open-cash", "50.000")
    page.get_by_role("button", name="Abrir turno").click()
    page.wait_for_selector("#number")


def sell(page: Any, demo: dict[str, Any], drn: str, evidence: Path) -> tuple[str, float]:
    """Sell for 10.000 pesos by keyboard alone; the token and the kWh that the offer promised."""
    page.goto(demo["portal"] + "venta/")
    page.locator("#number:focus").wait_for()
    page.keyboard.type(drn)
    page.keyboard.press("Enter")
    page.locator("#amount:focus").wait_for()
    page.keyboard.type("10.000")
    page.keyboard.press("Enter")
    page.wait_for_selector("#offer .figure")
    page.locator("#offer button:focus").wait_for()
    kwh = float(page.text_content("#offer .figure").split()[0].replace(",", "."))
    page.screenshot(path=evidence / "3-oferta.png")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ventas/**")
    page.screenshot(path=evidence / "4-token.png")
    assert "PRUEBA" in page.text_content("main")
    digits = re.sub(r"\D", "", page.text_content(".token"))
    assert len(digits) == 20
    return digits, kwh


def credit_of(unit: Any) -> float:
    return float(unit.text_content('[data-field="credit"]').split()[0].replace(",", "."))
