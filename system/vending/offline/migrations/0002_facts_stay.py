"""Facts stay as they are."""

from django.db import migrations

from system.accounts.facts import immutable


class Migration(migrations.Migration):
    """Neither changed nor deleted."""

    dependencies = [("offline", "0001_terminals_packs_batches")]
    operations = [
        immutable("offline_pack"),
        immutable("offline_pack_file"),
        immutable("offline_leased_meter"),
        immutable("offline_batch"),
        immutable("offline_settled_entry"),
        immutable("offline_settled_sale"),
        immutable("offline_shift"),
        immutable("offline_deposit"),
        immutable("offline_finding"),
    ]
