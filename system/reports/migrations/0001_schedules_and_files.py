import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from system.config.migration_operations import CreateTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0003_consents_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            tables=[
                migrations.CreateModel(
                    name="ReportSchedule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80, verbose_name="nombre")),
                        ("report", models.CharField(max_length=60, verbose_name="informe")),
                        ("period", models.CharField(max_length=20, verbose_name="período")),
                        ("parameters", models.JSONField(default=dict)),
                        ("format", models.CharField(max_length=5, verbose_name="formato")),
                        (
                            "every",
                            models.CharField(
                                choices=[
                                    ("day", "Cada día"),
                                    ("week", "Cada lunes"),
                                    ("month", "El primer día de cada mes"),
                                ],
                                max_length=5,
                                verbose_name="cuándo",
                            ),
                        ),
                        ("hour", models.PositiveSmallIntegerField(verbose_name="hora")),
                        (
                            "recipients",
                            models.TextField(
                                blank=True, default="", max_length=2000, verbose_name="destinatarios"
                            ),
                        ),
                        (
                            "to_folder",
                            models.BooleanField(default=False, verbose_name="dejar en la carpeta de salida"),
                        ),
                        ("next_due_at", models.DateTimeField(db_index=True, null=True)),
                        ("created_at", models.DateTimeField()),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "provider",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.provider",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reports_schedule",
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("hour__lte", 23)), name="reports_schedule_hour"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MadeFile",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("due_at", models.DateTimeField()),
                        ("made_at", models.DateTimeField()),
                        ("name", models.CharField(max_length=120)),
                        ("said", models.JSONField(default=list)),
                        ("path", models.CharField(blank=True, default="", max_length=200)),
                        ("sha256", models.CharField(blank=True, default="", max_length=64)),
                        ("size_bytes", models.BigIntegerField(default=0)),
                        ("rows", models.IntegerField(default=0)),
                        ("findings", models.IntegerField(default=0)),
                        ("failure", models.CharField(blank=True, default="", max_length=200)),
                        ("cleared_at", models.DateTimeField(null=True)),
                        (
                            "provider",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.provider",
                            ),
                        ),
                        (
                            "schedule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="files",
                                to="reports.reportschedule",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reports_made_file",
                        "ordering": ["-due_at", "-made_at"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("schedule", "due_at"), name="reports_made_file_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Delivery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("channel", models.CharField(max_length=10)),
                        ("recipient", models.CharField(blank=True, default="", max_length=254)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "por entregar"),
                                    ("done", "entregado"),
                                    ("failed", "no se pudo"),
                                ],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("next_at", models.DateTimeField()),
                        ("reason", models.CharField(blank=True, default="", max_length=200)),
                        (
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deliveries",
                                to="reports.madefile",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reports_delivery",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("file", "channel", "recipient"), name="reports_delivery_once"
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
