from django.db import migrations

from system.accounts.facts import immutable

FACTS = (
    "movement",
    "movement_outcome",
    "transfer",
    "tariff_version",
    "shift",
    "shift_closure",
    "deposit",
    "sale",
    "sale_outcome",
    "token",
    "ticket_print",
    "reversal",
)


class Migration(migrations.Migration):
    dependencies = [("vending", "0001_first_tables")]

    operations = [immutable(f"vending_{name}") for name in FACTS]
