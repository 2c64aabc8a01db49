"""Head-ends elsewhere, in the office: connected, tried, stopped; a typed key is nowhere to be read."""

import logging
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from network_world import caller, make_network
from vending_world import Village, make_village

from system.accounts.models import AuditRecord, User
from system.accounts.permissions import PERMISSIONS, Operation
from system.config.outgoing_http import Answer, UnableToSend
from system.networks.api_keys import Scope
from system.registry.models import Site
from system.vending.delivery import carriers
from system.vending.delivery.models import RemoteHeadEnd
from system.vending.delivery.remote_head_ends import (
    RemoteTerms,
    UnableToManageRemote,
    add_remote,
    renew_key,
    switch_remote,
    try_remote,
)
from system.vending.delivery.remote_keys import NoRemoteKey, key_of

pytestmark = pytest.mark.requirement("R4-03", "R4-04")
KEY = "amb_live_0123456789abcdefghijklmnop"
URL = "https://norte.example.co"
LIST = "/cabeceras/"


@pytest.fixture
def chief(village: Village) -> Client:
    client = Client()
    client.force_login(village.supervisor, backend="django.contrib.auth.backends.ModelBackend")
    return client


def connect(chief: Client, **more: Any) -> Any:
    return chief.post(LIST, {"name": "Norte", "url": URL, "key": KEY, **more}, follow=True)


class Other:
    """The other side: what it answers, and what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, str]] = []

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str], method: str) -> Answer:
        self.asked.append((method, url, headers["Authorization"]))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Answer(answer, b"")


def test_connected_with_a_key_that_nobody_reads_again(
    chief: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = connect(chief)
    row = RemoteHeadEnd.objects.get()
    assert (row.url, row.site, row.active) == (f"{URL}/api/v1/network", None, True)
    assert key_of(row) == KEY
    assert "Norte" in page.content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM delivery_remote_head_end")
        stored = repr(cursor.fetchall())
    shown = (page.content.decode(), chief.get(LIST).content.decode(), caplog.text, stored, repr(row))
    trail = repr(list(AuditRecord.objects.values()))
    for text in (*shown, trail, repr(RemoteTerms("a", URL, KEY))):
        assert KEY not in text
    assert "networks.manage.remote-add" in trail


def test_what_was_typed_wrong_is_said_and_the_key_is_not_written_back(chief: Client) -> None:
    page = connect(chief, url="http://10.0.0.1/").content.decode()
    assert "https://" in page
    assert KEY not in page
    assert not RemoteHeadEnd.objects.exists()


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"url": "ftp://x"}, "https://"),
        ({"url": f"{URL}/?a=1"}, "signos de pregunta"),
        ({"url": f"{URL}/{'a' * 290}"}, "larga"),
        ({"key": ""}, "una de las dos"),
        ({"key": KEY, "key_name": "north"}, "una de las dos"),
        ({"key": "corta"}, "completa"),
        ({"key": "clave con espacios por dentro\n"}, None),
        ({"key": "ñ" * 20}, "completa"),
        ({"name": " "}, "nombre"),
    ],
)
def test_what_is_refused(village: Village, changed: dict[str, str], word: str | None) -> None:
    terms = RemoteTerms(**{"name": "Norte", "url": URL, "key": KEY, **changed})
    if word is None:
        assert key_of(add_remote(village.supervisor, terms)) == changed["key"].strip()
        return
    with pytest.raises(UnableToManageRemote, match=word):
        add_remote(village.supervisor, terms)
    assert not RemoteHeadEnd.objects.exists()


def test_one_for_each_site_and_one_for_the_rest(village: Village) -> None:
    user, site = village.supervisor, Site.objects.get()
    rest = add_remote(user, RemoteTerms("Norte", URL, KEY))
    own = add_remote(user, RemoteTerms("Sur", URL, KEY, site=site))
    for where in (None, site):
        with pytest.raises(UnableToManageRemote, match="ya atiende"):
            add_remote(user, RemoteTerms("Otra", URL, KEY, site=where))
    switch_remote(user, own, active=False)
    add_remote(user, RemoteTerms("Otra", URL, KEY, site=site))
    with pytest.raises(UnableToManageRemote, match="«Otra» ya atiende ese sitio"):
        switch_remote(user, own, active=True)
    switch_remote(user, rest, active=False)
    switch_remote(user, rest, active=True)
    assert sorted(RemoteHeadEnd.objects.filter(active=True).values_list("name", flat=True)) == [
        "Norte",
        "Otra",
    ]


def test_two_at_once_for_one_site_are_told_in_a_sentence(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither sees the other: the database does."""
    user = village.supervisor
    first = add_remote(user, RemoteTerms("Norte", URL, KEY))
    monkeypatch.setattr("system.vending.delivery.remote_head_ends._require_alone", lambda head_end: None)
    with pytest.raises(UnableToManageRemote, match="acaba de tomar"):
        add_remote(user, RemoteTerms("Otra", URL, KEY))
    switch_remote(user, first, active=False)
    add_remote(user, RemoteTerms("Otra", URL, KEY))
    with pytest.raises(UnableToManageRemote, match="acaba de tomar"):
        switch_remote(user, first, active=True)
    assert list(RemoteHeadEnd.objects.filter(active=True).values_list("name", flat=True)) == ["Otra"]
    assert AuditRecord.objects.filter(action__endswith="remote-add").count() == 2


def test_a_sealed_key_opens_its_address_alone(village: Village, settings: Any) -> None:
    row = add_remote(village.supervisor, RemoteTerms("Norte", URL, KEY))
    first = bytes(row.sealed_key)
    renew_key(village.supervisor, row, KEY)
    assert bytes(row.sealed_key) != first
    row.url = "https://otra.example.co/api/v1/network"
    with pytest.raises(NoRemoteKey, match="de nuevo"):
        key_of(row)
    row.refresh_from_db()
    row.sealed_key = b"short"
    with pytest.raises(NoRemoteKey, match="de nuevo"):
        key_of(row)
    row.refresh_from_db()
    settings.SECRET_KEY = "another"
    with pytest.raises(NoRemoteKey, match="de nuevo"):
        key_of(row)


@pytest.mark.parametrize(
    ("answers", "works", "word"),
    [
        ((404, 422), True, "Conexión correcta"),
        ((401,), False, "no conoce nuestra llave"),
        ((403,), False, "consultar entregas"),
        ((404, 403), False, "entregar tokens"),
        ((404, 404), False, "no hay una API"),
        ((429,), False, "espere un minuto"),
        ((200,), False, "(200)"),
        ((UnableToSend("No responde."),), False, "No responde"),
    ],
)
def test_tried_without_giving_it_anything(
    village: Village, monkeypatch: pytest.MonkeyPatch, answers: Any, works: bool, word: str
) -> None:
    other = Other(*answers)
    monkeypatch.setattr(carriers, "SENDERS", [other])
    row = add_remote(village.supervisor, RemoteTerms("Norte", URL, KEY))
    trial = try_remote(village.supervisor, row)
    assert trial.works is works
    assert word in trial.sentence
    assert len(other.asked) == len(answers)
    assert {asked[2] for asked in other.asked} == {f"Bearer {KEY}"}


def test_tried_against_this_house(chief: Client, village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    def over_wsgi(url: str, body: bytes, headers: Mapping[str, str], method: str) -> Answer:
        came = Client().generic(
            method, url.removeprefix(URL), body, "application/json", headers=dict(headers)
        )
        return Answer(came.status_code, came.content)

    monkeypatch.setattr(carriers, "SENDERS", [over_wsgi])
    network = make_network(village, "Vecino")
    good = caller(village, network).secret
    blind = caller(village, network, scopes=[Scope.DELIVER_TOKEN.value]).secret
    row = add_remote(village.supervisor, RemoteTerms("Norte", URL, good))
    attempt, key = (
        reverse("delivery:remote-try", args=[row.pk]),
        reverse("delivery:remote-key", args=[row.pk]),
    )
    assert "Conexión correcta" in chief.post(attempt, follow=True).content.decode()
    assert "pruébela" in chief.post(key, {"key": blind}, follow=True).content.decode()
    page = chief.post(attempt, follow=True).content.decode()
    assert "no tiene permiso para consultar entregas" in page
    assert blind not in chief.get(key).content.decode() + page


def test_stopped_and_begun_again(chief: Client, village: Village) -> None:
    row = add_remote(village.supervisor, RemoteTerms("Norte", URL, KEY))
    switch = reverse("delivery:remote-switch", args=[row.pk])
    assert "ya no recibe" in chief.post(switch, follow=True).content.decode()
    assert "detenida" in chief.get(LIST).content.decode()
    assert "otra vez recibe" in chief.post(switch, follow=True).content.decode()
    assert RemoteHeadEnd.objects.get().active


def test_of_another_provider_and_of_another_role(chief: Client, village: Village) -> None:
    stranger = make_village("Otra empresa")
    row = add_remote(stranger.supervisor, RemoteTerms("Norte", URL, KEY))
    for name in ("remote-try", "remote-switch", "remote-key"):
        assert chief.post(reverse(f"delivery:{name}", args=[row.pk]), {"key": KEY}).status_code == 404
    assert "Norte" not in chief.get(LIST).content.decode()
    with pytest.raises(UnableToManageRemote, match="rol"):
        switch_remote(village.supervisor, row, active=False)
    with pytest.raises(UnableToManageRemote, match="rol"):
        add_remote(village.cashier, RemoteTerms("Norte", URL, KEY))
    with pytest.raises(UnableToManageRemote, match="no existe"):
        add_remote(village.supervisor, RemoteTerms("Norte", URL, KEY, site=stranger.site))
    assert isinstance(village.cashier, User)
    assert village.cashier.role not in PERMISSIONS[Operation.MANAGE_NETWORKS].roles
