"""Labels of rules without codes; no column changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0005_rules_of_groups"),
    ]

    operations = [
        migrations.AlterField(
            model_name="group",
            name="rule_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("site_kind", "Tipo de sitio"),
                    ("sector", "Sector"),
                    ("community", "Comunidad, por su nombre"),
                    ("site", "Sitio, por su nombre"),
                    ("stratum", "Estrato (1 a 6)"),
                    ("tariff", "Tarifa, por su código"),
                    ("mode", "Modalidad"),
                ],
                default="",
                max_length=20,
                verbose_name="regla",
            ),
        ),
    ]
