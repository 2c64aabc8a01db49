"""The row of a job under its name; the table stays."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chores", "0001_chores")]

    operations = [migrations.RenameModel("ChoreRow", "JobRow")]
