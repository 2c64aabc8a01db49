from django.db import migrations

from system.accounts.facts import immutable

FACTS = (
    "device_event",
    "order",
    "order_group",
    "order_group_abort",
    "order_step",
    "quarantined_value",
    "reading_batch",
    "reading_value",
)


class Migration(migrations.Migration):
    dependencies = [("head_end", "0002_values_lie_by_key")]

    operations = [immutable(f"head_end_{name}") for name in FACTS]
