from django.db import migrations

from system.accounts.facts import immutable

FACTS = ("audit_record", "approval", "approval_decision")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_first_tables")]

    operations = [immutable(f"accounts_{name}") for name in FACTS]
