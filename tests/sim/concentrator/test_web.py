"""The local page, called as ASGI without any network: who gets in, what is shown, what forms do (R6.2-04)."""

import asyncio
import itertools
import re
from urllib.parse import urlencode

import pytest

from sim.concentrator.line_loss import LossVerdict
from sim.concentrator.orders import FINAL
from sim.concentrator.plans import Task
from sim.concentrator.registry import Reason
from sim.concentrator.web import texts

PASSWORD = "una clave larga"


class Browser:
    """Keeps its cookie and follows no redirection; counts device time for the page."""

    def __init__(self, street):
        self.street = street
        counter = itertools.count(1)
        self.app = street.concentrator.web(random_octets=lambda size: next(counter).to_bytes(size, "big"))
        self.cookie = ""
        self.headers = {}

    def call(self, path, fields=None, kind="application/x-www-form-urlencoded", body=None):
        """Status and text of an answer."""
        data = urlencode(fields or {}).encode() if body is None else body
        headers = [(b"host", b"localhost"), (b"content-type", kind.encode())]
        if self.cookie:
            headers.append((b"cookie", self.cookie.encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET" if fields is None and body is None else "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "scheme": "http",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "root_path": "",
        }
        sent = []

        async def receive():
            return {"type": "http.request", "body": data, "more_body": False}

        async def send(message):
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        start = sent[0]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        if "set-cookie" in self.headers:
            self.cookie = self.headers["set-cookie"].split(";")[0]
        text = b"".join(message.get("body", b"") for message in sent[1:]).decode()
        return start["status"], text

    def csrf(self, path):
        """The mark that forms of a page carry."""
        _, text = self.call(path)
        return re.search(r'name="csrf" value="([0-9a-f]+)"', text)[1]

    def post(self, path, **fields):
        return self.call(path, {"csrf": self.csrf(path), **fields})

    def message(self, path):
        _, text = self.call(path)
        found = re.search(r'class="message">([^<]*)<', text)
        return found and found[1]


@pytest.fixture
def browser(street):
    return Browser(street)


@pytest.fixture
def inside(browser):
    browser.post("/setup", password=PASSWORD, again=PASSWORD)
    assert browser.post("/login", password=PASSWORD)[0] == 303
    return browser


def test_at_the_first_start_a_password_must_be_set(browser):
    assert browser.call("/")[0] == 303
    assert browser.headers["location"] == "/setup"
    for path in ("/status", "/login", "/nodes"):
        browser.call(path)
        assert browser.headers["location"] == "/setup"
    assert "Primer arranque" in browser.call("/setup")[1]
    browser.post("/setup", password=PASSWORD, again=PASSWORD)
    assert browser.headers["location"] == "/login"
    browser.call("/setup")
    assert browser.headers["location"] == "/"
    assert "password-set" in {event.name for event in browser.street.concentrator.events}


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "10 characters"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "repeats"),
        (PASSWORD, "other", "difieren"),
    ],
)
def test_weak_passwords_are_refused(browser, password, again, words):
    browser.post("/setup", password=password, again=again)
    assert browser.headers["location"] == "/setup"
    assert words in browser.message("/setup")


@pytest.mark.requirement("R6.2-04")
def test_nobody_sees_anything_without_the_password(browser):
    browser.post("/setup", password=PASSWORD, again=PASSWORD)
    for path in ("/status", "/nodes", "/events", "/parameters"):
        assert browser.call(path)[0] == 303
        assert browser.headers["location"] == "/login"
    browser.post("/login", password="wrong")
    assert browser.message("/login") == "Contraseña errada."
    assert browser.call("/status")[0] == 303


def test_guessing_leads_to_pauses_that_double(browser):
    browser.post("/setup", password=PASSWORD, again=PASSWORD)
    for _ in range(5):
        browser.post("/login", password="wrong")
    assert browser.message("/login") == "Demasiados intentos: espere 60 s."
    browser.post("/login", password=PASSWORD)  # not even the right one
    assert browser.headers["location"] == "/login"
    browser.street.run(61.0)
    browser.post("/login", password="wrong")
    assert browser.message("/login") == "Demasiados intentos: espere 120 s."
    browser.street.run(121.0)
    browser.post("/login", password=PASSWORD)
    assert browser.headers["location"] == "/status"
    told = [event.name for event in browser.street.concentrator.events if event.name.startswith("login")]
    assert told.count("login-failed") >= 6
    assert told[-1] == "login"


def test_the_status_names_everything_in_spanish(inside):
    page = inside.call("/status")[1]
    for words in ("Medidores registrados", "Lecturas pedidas", "Órdenes en espera", "Cambios de enlace"):
        assert words in page
    assert "_" not in re.sub(r"<[^>]*>", "", page)
    assert page.count("Enlace activo") == 1
    assert "uplink" not in page


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (texts.REASONS, Reason),
        (texts.VERDICTS, LossVerdict),
        (texts.TASKS, Task),
        (texts.ORDER_STATES, {"queued", "running", *FINAL}),
    ],
    ids=["reasons", "verdicts", "tasks", "order-states"],
)
def test_every_code_has_its_words(words, known):
    assert set(words) == {str(code) for code in known}


def test_every_number_of_the_summary_and_every_kind_of_order_has_words(street):
    assert set(texts.SUMMARY) == set(street.concentrator.summary()) - {"uplink"}
    assert set(texts.ORDER_KINDS) == set(street.concentrator.parts.orders._workers)


@pytest.mark.requirement("R6.2-04")
def test_every_page_is_shown_in_both_languages(inside):
    inside.street.run(5 * 3600.0)
    inside.post("/login", password=PASSWORD)
    for lang, words in (("es", "Salir"), ("en", "Log out")):
        inside.street.concentrator.language.set(lang)
        for name in (
            "status",
            "nodes",
            "topology",
            "tasks",
            "events",
            "statistics",
            "balance",
            "orders",
            "parameters",
        ):
            status, text = inside.call(f"/{name}")
            assert status == 200
            assert words in text
            assert f'lang="{lang}"' in text
    assert "00000001" in inside.call("/nodes")[1]
    assert "fresh" in inside.call("/nodes")[1]


def test_pages_ask_nobody_else_for_anything(inside):
    for name in ("status", "nodes", "parameters"):
        _, text = inside.call(f"/{name}")
        assert not re.search(r"https?://|src=|<script|<link|@import|url\(", text)
    assert inside.headers["content-security-policy"].startswith("default-src 'none'")
    assert inside.headers["x-content-type-options"] == "nosniff"
    assert inside.headers["cache-control"] == "no-store"
    assert {"httponly", "samesite=strict"} <= {
        part.strip().lower() for part in inside.headers["set-cookie"].split(";")
    }


def test_a_form_without_its_mark_does_nothing(inside):
    for fields in ({}, {"csrf": "00"}, {"csrf": "é"}):
        inside.call("/parameters", {**fields, "name": "web.lang", "value": "en"})
        assert inside.message("/parameters") == "El formulario caducó; intente de nuevo."
    inside.call("/logout", {"csrf": "00"})
    assert inside.call("/status")[0] == 200
    assert inside.street.concentrator.language.lang == "es"


def test_forms_of_another_kind_or_size_are_nothing(inside):
    csrf = inside.csrf("/parameters")
    body = urlencode({"csrf": csrf, "name": "web.lang", "value": "en"}).encode()
    inside.call("/parameters", kind="text/plain", body=body)
    inside.call("/parameters", body=body + b"&x=" + b"y" * 20_000)
    assert inside.street.concentrator.language.lang == "es"


@pytest.mark.requirement("R6.2-04")
def test_a_parameter_is_set_and_a_bad_one_refused(inside):
    inside.post("/parameters", name="web.lang", value="en")
    assert inside.message("/parameters") == "Done."
    inside.post("/parameters", name="balance.alarm_percent", value="much")
    assert inside.message("/parameters").startswith("Refused: balance.alarm_percent")


def test_a_meter_is_confirmed(inside):
    inside.street.add(9, serial="00000001")
    inside.street.run(60.0)
    assert "serie repetida" in inside.call("/nodes")[1]
    inside.post("/nodes", meter="020000000009", trusted="1")
    assert inside.message("/nodes") == "Hecho."
    records = {record.eui48[-1]: str(record.state) for record in inside.street.concentrator.registry}
    assert (records[9], records[1]) == ("registered", "rejected")


def test_a_token_is_delivered_and_never_shown(inside):
    house = next(house for house in inside.street.houses if house.serial == "00000001")
    token = inside.street.mint(house, 5.0)
    inside.post("/orders", serial=house.serial, token=f"{token[:4]} {token[4:]}")
    assert inside.message("/orders") == "En cola."
    inside.street.run(60.0)
    text = inside.call("/orders")[1]
    assert "Accept" in text
    assert token not in text
    inside.post("/orders", serial="77", token=token)
    assert inside.message("/orders").startswith("Rechazado")
    inside.post("/orders", serial="", token=token)
    assert inside.message("/orders").startswith("Rechazado")


def test_a_reading_is_asked_for(inside):
    inside.post("/tasks", serial="00000002")
    inside.street.run(60.0)
    (order,) = inside.street.concentrator.orders.all()
    assert (order.kind, order.state) == ("read", "done")


def test_what_meters_say_is_escaped(inside):
    inside.street.add(7, logical_device_name="AMB<b>bold</b>", serial="<script>x</script>")
    inside.street.run(60.0)
    text = inside.call("/nodes")[1]
    assert "<script>" not in text
    assert "&lt;script&gt;x" in text


def test_a_session_ends_by_itself_and_by_hand(inside):
    inside.street.run(1700.0)
    assert inside.call("/status")[0] == 200
    inside.street.run(1801.0)
    assert inside.call("/status")[0] == 303
    inside.post("/login", password=PASSWORD)
    inside.call("/logout", {"csrf": inside.csrf("/status")})
    assert inside.call("/status")[0] == 303


def test_another_session_begins_with_the_password(browser):
    browser.post("/setup", password=PASSWORD, again=PASSWORD)
    browser.call("/login")
    before = browser.cookie
    browser.post("/login", password=PASSWORD)
    assert browser.cookie != before
    browser.cookie = before
    assert browser.call("/status")[0] == 303


def test_the_password_outlives_the_power_and_a_dead_page_says_so(inside):
    inside.street.concentrator.power_cut()
    assert inside.call("/status")[0] == 503
    inside.street.run(30.0)
    assert inside.call("/status")[0] == 200
    assert inside.call("/nothing")[0] == 404
    assert inside.call("/status", {"csrf": "x"})[0] == 404


def test_strangers_cannot_push_out_who_is_inside(inside):
    mine = inside.cookie
    for _ in range(300):
        inside.cookie = ""
        inside.call("/login")
    inside.cookie = mine
    assert inside.call("/status")[0] == 200
