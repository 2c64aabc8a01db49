from django.db import migrations, models

_RULES = [
    ("site_kind", "Tipo de sitio (nano, micro, ssfvi)"),
    ("sector", "Sector (residential, commercial…)"),
    ("community", "Comunidad, por su nombre"),
    ("site", "Sitio, por su nombre"),
    ("stratum", "Estrato (1 a 6)"),
    ("tariff", "Tarifa, por su código"),
    ("mode", "Modalidad (prepaid, postpaid, availability)"),
]


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_folded_names")]

    operations = [
        migrations.AddField(
            "group",
            "rule_by",
            models.CharField(blank=True, choices=_RULES, default="", max_length=20, verbose_name="regla"),
        ),
        migrations.AddField(
            "group",
            "rule_value",
            models.CharField(blank=True, default="", max_length=100, verbose_name="valor de la regla"),
        ),
    ]
