from django.db import migrations

from system.accounts.facts import immutable


class Migration(migrations.Migration):
    dependencies = [("vending", "0003_key_changes_and_bills")]

    operations = [immutable(f"vending_{name}") for name in ("bill", "bill_payment")]
