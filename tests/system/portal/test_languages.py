"""Pages in a third language: its catalogue is one file, and no Spanish sentence of a page stays behind."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from terminal_world import make_world
from vending_world import Village

from system.config.languages import languages
from system.config.settings import terminal as terminal_settings
from system.terminal.pages import access
from tools import catalogues

KEYS = catalogues.page_keys()
#: Attributes that are read or heard.
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-confirm")
#: Elements whose text is no sentence.
SILENT = ("script", "style", "code", "pre")
#: Names, units and marks that stay in every language.
DATA = re.compile(
    r"amibench|API|NIU|DRN|SAP|STS|kWh|Wh|Español|Português|Energía de Teorama|AMB|ZNI-E1"
    r"|(Microrred )?San Juan|Tienda Doña Rosa|Caja 1|Persona 1|Residencial estrato 1|pleno: "
    r"|Datáfono 1|supervisor-1|\bC\b"
)
#: Pages of each app.
PAGES = (
    "/gestion/solicitudes/",
    "/puntos/",
    "/tarifas/",
    "/ventas/",
    "/turno/",
    "/obligaciones/",
    "/facturas/",
    "/medidores/",
    "/clientes/",
    "/lugares/",
    "/grupos/",
    "/campo/medidores/",
    "/campo/concentradores/",
    "/campo/ordenes/",
    "/campo/eventos/",
    "/campo/lecturas/",
    "/reportes/programados/",
    "/reportes/archivos/",
    "/aprobaciones/",
    "/mi-cuenta/",
    "/redes/",
)


class Spoken(HTMLParser):
    """Texts and spoken attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attrs if name in SPOKEN and value]
        if tag in SILENT:
            self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._within and tag == self._within[-1]:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.texts.append(data.strip())


def unmarked(page: str) -> list[str]:
    """Sentences of a page that came out of no catalogue."""
    parser = Spoken()
    parser.feed(page)
    texts = [text for text in parser.texts if "¤" not in text]
    return [text for text in texts if re.search(r"[^\W\d_]", DATA.sub("", text))]


@pytest.fixture
def portuguese(tmp_path: Path, settings: Any) -> None:
    """A catalogue of placeholders: each key behind a mark."""
    folder = tmp_path / "locale" / "pt" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po, mo = catalogues.written("pt", {key: f"¤{key}" for key in KEYS})
    (folder / "django.po").write_bytes(po)
    (folder / "django.mo").write_bytes(mo)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    settings.LANGUAGES = languages(tmp_path / "locale")


def reader(user: Any) -> Client:
    client = Client(headers={"accept-language": "pt"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_third_language_is_one_file(portuguese: None, village: Village) -> None:
    village.customer(1)
    client = reader(village.supervisor)
    left = {}
    for address in PAGES:
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Language"]) == (200, "pt"), address
        page = answer.content.decode()
        assert '<html lang="pt">' in page
        left[address] = unmarked(page)
    assert {address: texts for address, texts in left.items() if texts} == {}


def test_the_entrance_follows_the_browser(portuguese: None, db: Any) -> None:
    page = Client(headers={"accept-language": "pt-BR, es;q=0.5"}).get("/cuentas/login/").content.decode()
    assert unmarked(page) == []


def test_a_language_without_a_catalogue_is_spanish(db: Any) -> None:
    page = Client(headers={"accept-language": "de, en;q=0.5"}).get("/cuentas/login/").content.decode()
    assert '<html lang="es-CO">' in page
    assert "Contraseña" in page


def test_the_terminal_speaks_it_too(portuguese: None, tmp_path: Path) -> None:
    world = make_world(tmp_path / "terminal")
    names = ("INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "TEMPLATES", "SESSION_ENGINE", "MESSAGE_STORAGE")
    with override_settings(**{name: getattr(terminal_settings, name) for name in names}, OFFICE_URL=""):
        access.serve_terminal(world.desk)
        try:
            page = Client(headers={"accept-language": "pt"}).get("/oficina/").content.decode()
        finally:
            access.serve_terminal(None)
            world.desk.close()
    assert '<html lang="pt">' in page
    assert unmarked(page) == []
