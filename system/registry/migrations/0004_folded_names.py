from typing import Any

from django.db import migrations, models

import system.registry.models.base
from system.registry.identifiers import fold

_AT_ONCE = 500


def fill(apps: Any, _editor: Any) -> None:
    customers = apps.get_model("registry", "Customer").objects.order_by("pk")
    for customer in customers.iterator(chunk_size=_AT_ONCE):
        customers.filter(pk=customer.pk).update(folded=fold(customer.name)[:200])


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_consents_stay")]

    operations = [
        migrations.AddField(
            "customer",
            "folded",
            system.registry.models.base.FoldedField(
                default="", editable=False, max_length=200, source="name"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            "customer", models.Index(fields=["provider", "folded"], name="registry_customer_folded")
        ),
    ]
