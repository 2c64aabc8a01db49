"""The audit trail on the screen: filter, page, chain."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client
from fact_triggers import drop_update_trigger
from vending_world import make_village

from system.accounts import audit
from system.accounts.audit_labels import OPERATION_LABELS, action_label
from system.accounts.models import AuditRecord, User
from system.accounts.permissions import Operation
from system.networks.api_keys import Scope


def test_filter_by_whom_what_how_and_when(office: Client, administrator: User) -> None:
    audit.record("sale.sell", user=administrator, subject="sale:1")
    audit.record("sale.reverse", user=administrator, outcome=audit.REFUSED, subject="sale:2")
    for query, seen, unseen in (
        ("", "sale:1", "sale:3"),
        ("action=sale.reverse", "sale:2", "sale:1"),
        ("outcome=refused", "sale:2", "sale:1"),
        ("user=ana&action=sale.", "sale:1", "users.manage"),
        ("begin=2020-01-01&end=2099-01-01&action=sale", "sale:1", "users.manage"),
    ):
        page = office.get(f"/auditoria/?{query}").content.decode()
        assert seen in page, query
        assert unseen not in page, query
    for query in ("end=2020-01-01", "user=nadie", "begin=ayer", "outcome=x"):
        assert "Nada responde" in office.get(f"/auditoria/?{query}").content.decode(), query


def test_operations_roles_and_details_are_shown_in_spanish(office: Client, administrator: User) -> None:
    assert set(OPERATION_LABELS) == set(Operation)
    audit.record("users.manage", user=administrator, detail={"role": "cashier", "whole": True})
    audit.record("order.mass-disconnect.ask", user=administrator)
    page = office.get("/auditoria/").content.decode()
    for seen in ("Administrar usuarios", "rol: Cajero", "completo: sí", "Desconexión masiva: pedida"):
        assert seen in page
    for unseen in (">users.manage<", "role: cashier", "order.mass-disconnect"):
        assert unseen not in page


def test_pages_keep_the_filter(office: Client, administrator: User) -> None:
    for number in range(60):
        audit.record("sale.sell", user=administrator, subject=f"sale:{number}")
    page = office.get("/auditoria/?action=sale.sell").content.decode()
    assert "action=sale.sell&amp;page=2" in page
    second = office.get("/auditoria/?action=sale.sell&page=2").content.decode()
    assert "sale:0<" in second
    assert "Página 2 de 2" in second


def test_the_chain_is_checked_and_the_check_is_written(office: Client, settings: Any) -> None:
    answer = office.post("/auditoria/verificar/", follow=True)
    assert "La cadena está completa" in answer.content.decode()
    assert AuditRecord.objects.filter(action="audit.check", outcome="done").count() == 1


def test_a_row_that_somebody_changed_is_found(office: Client, administrator: User) -> None:
    row = audit.record("sale.sell", user=administrator, subject="sale:1")
    with connection.cursor() as cursor:  # as who has the file in his hands
        drop_update_trigger(cursor, "accounts_audit_record")
        cursor.execute("UPDATE accounts_audit_record SET subject = 'sale:9' WHERE id = %s", [row.pk])
    assert audit.first_broken_id() == row.pk
    answer = office.post("/auditoria/verificar/", follow=True)
    assert f"se rompe en el registro {row.pk}" in answer.content.decode()


def test_another_providers_rows_are_not_there(office: Client, person: Callable[..., User]) -> None:
    other = make_village("Otra empresa").supervisor
    audit.record("sale.sell", user=other, subject="sale:theirs")
    assert "sale:theirs" not in office.get("/auditoria/").content.decode()


def test_what_stands_in_a_row_stays_text(office: Client, administrator: User) -> None:
    audit.record("x", user=administrator, detail={"<script>": "<b>"}, subject="<i>")
    page = office.get("/auditoria/").content.decode()
    assert "<script>:" not in page
    assert "&lt;script&gt;" in page


def recorded_actions() -> set[str]:
    """Literal actions of the source, with a sample operation where one is put in front."""
    root = Path(audit.__file__).parents[1]
    found = set()
    for path in root.rglob("*.py"):
        for text in re.findall(r'audit\.record\(\s*f?"([^"]+)"', path.read_text(encoding="utf-8")):
            found.add(re.sub(r"^\{[^}]*\}", "sale.sell", text))
    return found


def test_every_recorded_action_has_a_label() -> None:
    found = {action for action in recorded_actions() if "{" not in action}
    assert {"login.in", "sale.sell.ask", "audit.check"} <= found
    assert {action for action in found if action_label(action) == action} == set()
    steps = {action.rpartition(".")[2] for action in found if action.startswith("sale.sell.")}
    assert {step for step in steps if action_label(f"sale.sell.{step}").endswith(f": {step}")} == set()
    assert {scope for scope in Scope if action_label(f"network.{scope}") == f"network.{scope}"} == set()
