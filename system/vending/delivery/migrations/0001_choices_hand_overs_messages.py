import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from system.config.migration_operations import CreateTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0003_consents_stay"),
        ("vending", "0004_bills_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            tables=[
                migrations.CreateModel(
                    name="RemoteHeadEnd",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="nombre")),
                        ("url", models.CharField(max_length=300, verbose_name="dirección")),
                        ("key_name", models.CharField(max_length=40, verbose_name="nombre de la llave")),
                        ("active", models.BooleanField(default=True, verbose_name="activo")),
                        (
                            "provider",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.provider",
                            ),
                        ),
                        (
                            "site",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.site",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "delivery_remote_head_end",
                        "ordering": ["name"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("active", True)),
                                fields=("provider", "site"),
                                name="delivery_remote_one_each",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("active", True), ("site__isnull", True)),
                                fields=("provider",),
                                name="delivery_remote_one_for_all",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RemoteToken",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField()),
                        ("sent", models.BooleanField(default=False)),
                        ("state", models.CharField(default="waiting", max_length=10)),
                        ("answer", models.CharField(blank=True, default="", max_length=40)),
                        ("reason", models.CharField(blank=True, default="", max_length=40)),
                        ("tries", models.PositiveIntegerField(default=0)),
                        ("next_at", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "head_end",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tokens",
                                to="delivery.remoteheadend",
                            ),
                        ),
                        (
                            "sale",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="remote_tokens",
                                to="vending.sale",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "delivery_remote_token",
                        "ordering": ["sale", "position"],
                        "indexes": [models.Index(fields=["next_at"], name="delivery_remote_token_due")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("sale", "position"), name="delivery_remote_token_position"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DeliveryChoice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "mode",
                            models.CharField(
                                choices=[
                                    ("ticket", "Sólo tiquete"),
                                    ("both", "Telegestión y tiquete"),
                                    ("ami", "Telegestión en vez de tiquete"),
                                ],
                                max_length=10,
                                verbose_name="entrega",
                            ),
                        ),
                        (
                            "messages",
                            models.BooleanField(
                                default=False, verbose_name="avisar por mensaje a quien lo autorizó"
                            ),
                        ),
                        (
                            "point_of_sale",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="delivery_choice",
                                to="vending.pointofsale",
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
                        "db_table": "delivery_choice",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("point_of_sale__isnull", True)),
                                fields=("provider",),
                                name="delivery_choice_of_provider",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HandOver",
                    fields=[
                        (
                            "sale",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="hand_over",
                                serialize=False,
                                to="vending.sale",
                            ),
                        ),
                        (
                            "mode",
                            models.CharField(
                                choices=[
                                    ("ticket", "Sólo tiquete"),
                                    ("both", "Telegestión y tiquete"),
                                    ("ami", "Telegestión en vez de tiquete"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("owed", "por entregar a la telegestión"),
                                    ("handed", "en manos de la telegestión"),
                                    ("ticket", "sólo por tiquete"),
                                    ("withdrawn", "retirada"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("carrier", models.CharField(blank=True, default="", max_length=30)),
                        ("tries", models.PositiveIntegerField(default=0)),
                        ("next_at", models.DateTimeField(null=True)),
                        ("reason", models.CharField(blank=True, default="", max_length=200)),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "db_table": "delivery_hand_over",
                        "indexes": [
                            models.Index(fields=["state", "next_at"], name="delivery_hand_over_owed"),
                            models.Index(fields=["state", "ended_at"], name="delivery_hand_over_open"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("template", models.CharField(max_length=30)),
                        ("number", models.CharField(blank=True, default="", max_length=20)),
                        ("text", models.CharField(blank=True, default="", max_length=160)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "por enviar"),
                                    ("sent", "enviado"),
                                    ("dropped", "no se envió"),
                                ],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("tries", models.PositiveIntegerField(default=0)),
                        ("next_at", models.DateTimeField()),
                        ("reason", models.CharField(blank=True, default="", max_length=100)),
                        ("queued_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.customer",
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
                        (
                            "sale",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="vending.sale",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "delivery_message",
                        "ordering": ["queued_at"],
                        "indexes": [
                            models.Index(fields=["state", "next_at"], name="delivery_message_waiting")
                        ],
                    },
                ),
            ],
        ),
    ]
