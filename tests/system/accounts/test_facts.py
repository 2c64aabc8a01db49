"""Facts stay: for whoever uses the models, and for whoever comes by SQL."""

from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from fact_triggers import drop_update_trigger

from system.accounts import audit
from system.accounts.facts import Fact, ImmutableFact
from system.accounts.models import AuditRecord

FACTS = [model for model in apps.get_models() if issubclass(model, Fact)]


@pytest.fixture
def row(db: Any) -> AuditRecord:
    return audit.record("test.done", detail={"n": 1})


def test_a_fact_is_neither_saved_again_nor_deleted(row: AuditRecord) -> None:
    for attempt in (
        row.save,
        row.delete,
        lambda: AuditRecord.objects.update(action="x"),
        lambda: AuditRecord.objects.all().delete(),
        lambda: AuditRecord.objects.bulk_update([row], ["action"]),
    ):
        with pytest.raises(ImmutableFact):
            attempt()


@pytest.mark.parametrize("statement", ["UPDATE {} SET action = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_too(row: AuditRecord, statement: str) -> None:
    sql = statement.format("accounts_audit_record")
    with pytest.raises(DatabaseError, match="facts"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditRecord.objects.get().action == "test.done"


#: How a database tells the names of its triggers.
CATALOGUE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}


@pytest.mark.parametrize("model", FACTS, ids=lambda model: model.__name__)
def test_every_fact_has_its_triggers(db: Any, model: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CATALOGUE[connection.vendor])
        names = {name for (name,) in cursor.fetchall()}
    table = model._meta.db_table
    assert {f"{table}_no_update", f"{table}_no_delete"} <= names


def test_the_chain_of_the_audit_trail_shows_a_row_that_was_changed(row: AuditRecord) -> None:
    audit.record("test.again")
    assert audit.first_broken_id() is None
    table = "accounts_audit_record"
    with connection.cursor() as cursor:
        drop_update_trigger(cursor, table)
        cursor.execute("UPDATE accounts_audit_record SET action = 'test.else' WHERE id = %s", [row.pk])
    assert audit.first_broken_id() == row.pk
