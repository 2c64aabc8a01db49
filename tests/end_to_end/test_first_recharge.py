"""From pesos to light: a cashier sells, a customer types the twenty digits, the relay closes. In a browser.

Everything runs as its own processes, as `amibench demo` starts them; these tests look and click. Pictures
are kept in AMIBENCH_EVIDENCE_DIR, else in pytest's folder.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from counter_by_hand import credit_of, open_shift, sell

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.mark.requirement("R5.3-07")
def test_a_first_recharge(demo: dict[str, Any], look: Any, log_in: Any, evidence: Path) -> None:
    first = demo["first"]
    with look() as unit:
        unit.goto(first["panel"] + "?lang=es")
        unit.wait_for_selector('[data-field="relay"]:not(.on)')
        assert unit.text_content('[data-field="credit"]') == "0,0 kWh"
        unit.screenshot(path=evidence / "1-sin-credito.png")

        with look() as counter:
            log_in(counter, "cashier")
            open_shift(counter, demo)
            counter.screenshot(path=evidence / "2-turno.png")
            digits, kwh = sell(counter, demo, first["drn"], evidence)

        unit.bring_to_front()
        unit.keyboard.type(digits)
        unit.locator('[data-field="line-2"]', has_text=re.compile(r"^\d{4} \d{4}$")).wait_for()
        unit.screenshot(path=evidence / "5-tecleado.png")
        unit.click('[data-key="ok"]')
        unit.wait_for_selector('[data-field="relay"].on')
        unit.screenshot(path=evidence / "6-con-servicio.png")
        credit = unit.text_content('[data-field="credit"]')
        assert abs(float(credit.split()[0].replace(",", ".")) - kwh) <= 0.2, (
            credit
        )  # the home burns some of it
        assert "encendido" in unit.text_content('[data-field="credit-lamp-lit"]')


def test_the_pages_fit_a_tall_screen(demo: dict[str, Any], look: Any, evidence: Path) -> None:
    with look(tall=True) as page:
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


def test_a_free_token_with_four_eyes(demo: dict[str, Any], look: Any, log_in: Any, evidence: Path) -> None:
    """The supervisor asks, the administrator approves, both keys sign; the meter takes the token."""
    drn = next(meter["drn"] for meter in demo["meters"] if meter["name"] == "m3")
    with look() as asking:
        log_in(asking, "supervisor")
        asking.goto(demo["portal"] + "gestion/entrega/")
        asking.fill("#id_number", drn)
        asking.fill("#id_kwh", "25")
        asking.fill("#id_reason", "puesto de salud")
        asking.locator("main button").click()
        asking.wait_for_url("**/solicitudes/")
        with look() as chief:
            log_in(chief, "administrator")
            chief.goto(demo["portal"] + "aprobaciones/")
            chief.locator('main a[href^="/aprobaciones/"]').first.click()
            chief.locator('button[value="grant"]').click()
            chief.wait_for_url("**/aprobaciones/")
        asking.reload()
        asking.locator('main a[href^="/gestion/solicitudes/"]').first.click()
        asking.screenshot(path=evidence / "9-firmada.png")
        with look() as unit:  # before it is there: the head-end brings it, too
            unit.goto(demo["panel"] + "/meter/m3?lang=es")
            before = credit_of(unit)
        asking.get_by_role("button", name="Ejecutar lo aprobado").click()
        asking.wait_for_url("**/ventas/**")
        digits = re.sub(r"\D", "", asking.text_content(".token"))
    with look() as unit:
        unit.goto(demo["panel"] + "/meter/m3?lang=es")
        unit.keyboard.type(digits)
        unit.keyboard.press("Enter")
        unit.wait_for_function(
            "before => parseFloat(document.querySelector('[data-field=credit]').textContent) > before + 20",
            arg=before,
        )
        unit.screenshot(path=evidence / "10-sin-cobro.png")


@pytest.mark.requirement("R5.3-07")
def test_wrong_digits_give_nothing(demo: dict[str, Any], look: Any, evidence: Path) -> None:
    """A stranger's digits at the keypad are refused, and said so in words."""
    with look() as unit:
        unit.goto(demo["panel"] + "/meter/m2?lang=es")
        before = unit.text_content('[data-field="credit"]')
        unit.keyboard.type("12345678901234567890")
        unit.keyboard.press("Enter")
        unit.locator('[data-field="line-1"]', has_text=re.compile(r"^\D+$")).wait_for()
        unit.screenshot(path=evidence / "8-rechazado.png")
        after = unit.text_content('[data-field="credit"]')
        assert float(after.split()[0].replace(",", ".")) <= float(before.split()[0].replace(",", "."))
