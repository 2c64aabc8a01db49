"""Settlements are facts."""

from django.db import migrations

from system.accounts.facts import immutable


class Migration(migrations.Migration):
    """Neither changed nor deleted."""

    dependencies = [("networks", "0001_networks_keys_sales_webhooks")]
    operations = [immutable("networks_settlement"), immutable("networks_settlement_line")]
