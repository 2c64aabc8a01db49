from django.db import migrations

from system.accounts.facts import immutable


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_personal_data")]

    operations = [immutable("registry_data_consent")]
