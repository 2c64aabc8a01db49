"""The community leader's terminal in a browser: made, loaded, sold from, on a screen of 720 × 1280.

Pictures are kept in AMIBENCH_EVIDENCE_DIR, else in pytest's folder.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from terminal_folder import write
from terminal_world import PASSPHRASE, PIN

from protocols.offline.messages import Batch, open_enrolment

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: Nothing that a thumb must hit is lower than 8 mm on this screen, whose 720 dots are 68 mm wide.
SMALLEST = """() => Math.min(...[...document.querySelectorAll("button, a.button, a.door, a.person, a.back")]
  .map((each) => each.getBoundingClientRect()).filter((box) => box.width).map((box) => box.height))"""
THUMB_PX = 84


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[str]:
    """The address of a terminal that knows no office yet; keys.json and pack.json lie in `tmp_path`."""
    write(tmp_path, admit=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "amibench", "pos", "serve", "terminal", "--port", "0", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "AMIBENCH_POS_PASSPHRASE": PASSPHRASE},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        yield json.loads(line)["url"]
    finally:
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    assert process.returncode == 0, complaints


class Thumb:
    """Somebody with one free hand: touches keys, and looks at every screen."""

    def __init__(self, page: Any, evidence: Path) -> None:
        self.page = page
        self.evidence = evidence
        self.seen = 0

    def keys(self, digits: str) -> None:
        for digit in digits:
            self.page.click(f'[data-key="{digit}"]')

    def look(self, name: str) -> None:
        self.seen += 1
        self.page.screenshot(path=self.evidence / f"terminal-{self.seen:02d}-{name}.png")
        assert self.page.evaluate(TOO_WIDE) == 0, name
        assert self.page.evaluate(SMALLEST) >= THUMB_PX, name


@pytest.mark.requirement("R5.4-03", "R5-08", "F12-04", "F12-05")
def test_from_enrolment_to_light(terminal: str, look: Any, evidence: Path, tmp_path: Path) -> None:
    with look(tall=True) as page:
        thumb = Thumb(page, evidence)
        _load(page, thumb, terminal, tmp_path)
        page.goto(terminal)
        page.click("text=Ana Ñáñez")
        thumb.keys(PIN)
        thumb.look("pin")
        page.click("button.go")
        page.click("a.door.sell")
        page.click("footer button")
        page.wait_for_url(terminal)
        thumb.look("inicio")
        page.click("a.door.sell")
        thumb.keys("021")
        thumb.look("medidor")
        page.click("button.go")
        page.wait_for_url("**/vender/NIU-0002/")
        thumb.look("valor")
        page.click("text=$10.000")
        thumb.look("precio")
        bought = page.text_content(".buys strong")
        page.click("text=Sí, vender")
        page.wait_for_url("**/ventas/*/")
        thumb.look("token")
        digits = "".join(page.locator(".token span").all_text_contents())
        assert re.fullmatch(r"\d{20}", digits)
        assert page.text_content(".buys strong") == bought == "28,1 kWh"
        page.goto(page.url + "tiquete/")
        paper = "".join(page.locator(".roll p.token").all_text_contents())
        assert paper.replace(" ", "") == digits
        thumb.look("tiquete")
        page.goto(terminal + "ventas/")
        thumb.look("ventas")
        _hand_over(page, terminal, tmp_path, digits)


def _load(page: Any, thumb: Thumb, terminal: str, folder: Path) -> None:
    """Keys of the office, compared; then the pack."""
    page.goto(terminal)
    assert page.url.endswith("/oficina/")
    thumb.look("nuevo")
    page.set_input_files('input[type="file"]', folder / "keys.json")
    page.click('button:text-is("Cargar")')
    thumb.look("huellas")
    page.click('button:text-is("Son iguales")')
    page.set_input_files('input[type="file"]', folder / "pack.json")
    page.click('button:text-is("Cargar")')
    page.wait_for_selector("text=Ya puede vender")
    thumb.look("cargado")


def _hand_over(page: Any, terminal: str, folder: Path, digits: str) -> None:
    page.goto(terminal + "oficina/")
    with page.expect_download() as download:
        page.click("text=Guardar las ventas")
    public = open_enrolment((folder / "terminal" / "enrolment.json").read_bytes()).signing_public
    batch = Batch.open(Path(download.value.path()).read_bytes(), public)
    sold = [entry.content for entry in batch.entries if entry.kind == "sale"]
    assert [one["tokens"][0]["digits"] for one in sold] == [digits]
