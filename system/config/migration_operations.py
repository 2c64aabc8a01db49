"""Operations for migrations that do not draw up the models again and again.

Django builds the model classes anew at every step of a migration, with every model that is related to what
the step changed: here, all of them. A full ``migrate`` spent nine tenths of its time on that::

    operations = [Tables([migrations.CreateModel(…), …])]    # many tables, drawn up once
    operations = [Statements(lay, unlay)]                    # SQL that needs no models
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

#: What gives statements to the editor of a schema.
Step = Callable[[Any], None]


def no_statements(_editor: Any) -> None:
    """The step that does nothing."""


class CreateTables(Operation):
    """Creates the tables of several models, their constraints and indexes among the options of each.

    Tables may point at each other and at later ones of the list: every reference is closed at the end.

    Args:
        tables: One ``CreateModel`` for each.
    """

    serialization_expand_args = ["tables"]  # noqa: RUF012 - as Django's own operations have it

    def __init__(self, tables: Sequence[CreateModel]) -> None:
        self.tables = tables

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Adds all models; classes that were drawn up before are forgotten, and not renewed for each."""
        state.__dict__.pop("apps", None)
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Creates the tables in their order."""
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drops the tables, the last one first."""
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """As ``sqlmigrate`` and ``migrate --plan`` print it."""
        return "Create tables " + ", ".join(table.name for table in self.tables)


class RunStatements(Operation):
    """SQL by the kind of database, which knows tables by name and asks for no models.

    Args:
        forward: Gives its statements to ``editor.execute``.
        back: Undoes them.
    """

    def __init__(self, forward: Step, back: Step = no_statements) -> None:
        self.forward, self.back = forward, back

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models stay as they are."""

    def database_forwards(
        self, _app_label: str, schema_editor: Any, _from_state: ProjectState, _to_state: ProjectState
    ) -> None:
        """Executes the step."""
        self.forward(schema_editor)

    def database_backwards(
        self, _app_label: str, schema_editor: Any, _from_state: ProjectState, _to_state: ProjectState
    ) -> None:
        """Executes the step back."""
        self.back(schema_editor)

    def describe(self) -> str:
        """As ``migrate --plan`` prints it."""
        return "RunStatements"
