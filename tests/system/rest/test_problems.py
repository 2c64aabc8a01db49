"""Every error is a problem with one Spanish sentence; nothing of a fault is told."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from system.accounts.models import User
from system.accounts.permissions import Role
from system.accounts.rest import problems, users
from system.accounts.rest.auth import BODY_MAX_BYTES

MEMBERS = {"type", "title", "status", "detail", "instance"}


@pytest.mark.parametrize(
    ("method", "address", "body", "status", "words"),
    [
        ("GET", "nothing", None, 404, "No hay nada"),
        ("GET", "customers/9999999999999999999999", None, 404, "No hay nada"),
        ("GET", "customers/x", None, 404, "No hay nada"),
        ("DELETE", "me", None, 405, "no admite ese método"),
        ("GET", "users", None, 403, "Su rol no permite"),
        ("POST", "customers/search", {"text": "a\x00b"}, 422, "body.text: Tiene una forma"),
        ("POST", "customers/search", {"text": "a\ud800b"}, 422, "no es Unicode válido"),
        ("POST", "customers/search", {"limit": True}, 422, "body.limit: Debe ser un número entero"),
        ("POST", "customers/search", {"limit": 10**30}, 422, "body.limit: Debe ser 200 o menos"),
        ("POST", "customers/search", {"nombre": "x"}, 422, "No existe un campo con ese nombre"),
        ("POST", "customers/search", [], 422, "body: Debe ser un objeto"),
        ("GET", "sales?day=2026-02-30", None, 422, "Esa fecha no existe"),
        ("GET", "sales?day=20261124", None, 422, "Debe ser una fecha AAAA-MM-DD"),
        ("GET", "sales?limit=1_0", None, 422, "query.limit: Debe ser un número entero"),
        ("GET", "sales?limit=1000", None, 422, "query.limit: Debe ser 200 o menos"),
        ("GET", "sales?offset=-1", None, 422, "query.offset: Debe ser 0 o más"),
        ("GET", "tariffs?code=%00", None, 422, "query.code: Tiene una forma"),
    ],
)
def test_each_error_has_its_sentence(
    method: str, address: str, body: Any, status: int, words: str, caller: Callable[[Role], Any]
) -> None:
    answer = caller(Role.OPERATOR)(method, address, body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    said = answer.json()
    assert set(said) >= MEMBERS
    assert said["status"] == status
    assert said["instance"] == "/api/v1/" + address.partition("?")[0]
    assert words in said["detail"]
    assert said["type"].startswith("urn:amibench:problem:")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_00, b'{"limit": ' + b"9" * 5000 + b"}"])
def test_what_is_no_json_is_malformed(body: bytes, caller: Callable[[Role], Any]) -> None:
    ask = caller(Role.OPERATOR)
    answer = ask("POST", "customers/search", data=body, content_type="application/json")
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:amibench:problem:malformed")


def test_a_body_has_its_bound(caller: Callable[[Role], Any]) -> None:
    ask = caller(Role.OPERATOR)
    answer = ask("POST", "customers/search", {"text": "x" * BODY_MAX_BYTES})
    assert (answer.status_code, answer.json()["title"]) == (413, "Cuerpo demasiado grande")


def test_a_refusal_of_the_method_says_which_are_allowed(caller: Callable[[Role], Any]) -> None:
    answer = caller(Role.CASHIER)("PATCH", "me")
    assert (answer.status_code, answer["Allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [(RuntimeError("secreto"), 500, "fault"), (OperationalError("secreto: disk"), 503, "busy")],
)
def test_a_fault_tells_nothing(
    fault: Exception,
    status: int,
    kind: str,
    caller: Callable[[Role], Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_: Any) -> str:
        raise fault

    ask = caller(Role.CASHIER)
    monkeypatch.setattr(users, "get_token", broken)
    answer = ask("GET", "me")
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:amibench:problem:{kind}")
    assert "secreto" not in answer.content.decode()
    assert any(record.exc_info and record.exc_info[1] is fault for record in caplog.records)


def test_who_must_change_his_password_does_that_first(people: dict[Role, User]) -> None:
    user = people[Role.AUDITOR]
    user.must_change_password = True
    user.save()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/api/v1/me")
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "Cambie primero su contraseña en el portal.",
    )


@given(st.text())
def test_a_sentence_begins_and_ends_as_one(text: str) -> None:
    made = problems.sentence(text)
    assert made
    assert made[-1] in ".!?"
    assert json.dumps(made)
