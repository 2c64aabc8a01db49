"""Operations of migrations: tables that point at each other, back and forth; statements without models."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.state import ProjectState
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from system.config.migration_operations import CreateTables, RunStatements


def _table(name: str, points_at: str, *constraints: Any) -> migrations.CreateModel:
    link = models.ForeignKey(f"config.{points_at}", models.PROTECT, null=True, related_name="+")
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.BigAutoField(primary_key=True)),
        ("number", models.IntegerField()),
        ("link", link),
    ]
    return migrations.CreateModel(name, fields, {"db_table": f"t_{name}", "constraints": list(constraints)})


_ONCE = models.UniqueConstraint(fields=("number",), name="t_hen_once")
_TABLES = CreateTables([_table("hen", "egg", _ONCE), _table("egg", "hen")])


@pytest.fixture
def connection(django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    """A database of its own, empty."""
    with django_db_blocker.unblock():
        one = ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})[
            "default"
        ]
        yield one
        one.close()


def _forwards(connection: Any, operation: Any, before: ProjectState) -> ProjectState:
    after = before.clone()
    operation.state_forwards("config", after)
    with connection.schema_editor() as editor:
        operation.database_forwards("config", editor, before, after)
    return after


def test_tables_that_point_at_each_other_come_and_go(connection: Any) -> None:
    before = ProjectState()
    after = _forwards(connection, _TABLES, before)
    assert set(connection.introspection.table_names()) == {"t_hen", "t_egg"}
    with connection.cursor() as cursor:
        relations = connection.introspection.get_relations(cursor, "t_hen")
        assert relations["link_id"][:2] == ("id", "t_egg")
        assert connection.introspection.get_constraints(cursor, "t_hen")["t_hen_once"]["unique"]
    with connection.schema_editor() as editor:
        _TABLES.database_backwards("config", editor, after, before)
    assert connection.introspection.table_names() == []


def test_classes_drawn_up_before_are_not_renewed_for_each_table() -> None:
    state = ProjectState()
    assert not state.apps.all_models["config"]
    _TABLES.state_forwards("config", state)
    assert "apps" not in state.__dict__
    assert set(state.apps.all_models["config"]) == {"hen", "egg"}


def test_statements_leave_the_models_and_are_taken_back(connection: Any) -> None:
    state = ProjectState()
    made = RunStatements(
        lambda editor: editor.execute("CREATE TABLE t_plain (a int)"),
        lambda editor: editor.execute("DROP TABLE t_plain"),
    )
    after = _forwards(connection, made, state)
    assert after == state
    assert connection.introspection.table_names() == ["t_plain"]
    with connection.schema_editor() as editor:
        made.database_backwards("config", editor, after, state)
    assert connection.introspection.table_names() == []
    assert made.reversible
