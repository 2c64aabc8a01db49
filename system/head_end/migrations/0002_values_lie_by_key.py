from typing import Any

from django.db import migrations

from system.config.migration_operations import RunStatements

#: Rows lie in the order of their key, in the key's own tree: one write for a value instead of two.
_WITHOUT_ROWID = """
CREATE TABLE head_end_reading_value (
    series_id bigint NOT NULL,
    ends_at_s bigint NOT NULL,
    value bigint NOT NULL,
    quality integer NOT NULL,
    PRIMARY KEY (series_id, ends_at_s)
) WITHOUT ROWID
"""


def lay(editor: Any) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TABLE head_end_reading_value", ())
        editor.execute(_WITHOUT_ROWID, ())


class Migration(migrations.Migration):
    dependencies = [("head_end", "0001_first_tables")]

    operations = [RunStatements(lay)]
