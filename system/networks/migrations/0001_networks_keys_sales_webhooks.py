import uuid

import django.db.models.deletion
import django.db.models.expressions
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
                    name="Network",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="nombre")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("sales", "Red de recaudo (loterías, recargas)"),
                                    ("platform", "Plataforma de vending externa"),
                                    ("app", "Aplicación"),
                                    ("head-end", "Sistema vecino que entrega por nosotros"),
                                ],
                                max_length=10,
                                verbose_name="clase",
                            ),
                        ),
                        ("active", models.BooleanField(default=True, verbose_name="activa")),
                        ("sale_max_c", models.BigIntegerField(verbose_name="máximo por venta")),
                        ("day_max_c", models.BigIntegerField(verbose_name="máximo por día")),
                        (
                            "rate_per_minute",
                            models.PositiveIntegerField(default=120, verbose_name="solicitudes por minuto"),
                        ),
                        (
                            "commission_kind",
                            models.CharField(
                                choices=[
                                    ("none", "Sin comisión"),
                                    ("percent", "Porcentaje de la venta"),
                                    ("fixed", "Valor fijo por venta"),
                                ],
                                max_length=10,
                                verbose_name="comisión",
                            ),
                        ),
                        ("commission_bp", models.PositiveIntegerField(default=0)),
                        ("commission_c", models.BigIntegerField(default=0)),
                        ("commission_cap_c", models.BigIntegerField(blank=True, null=True)),
                        ("created_at", models.DateTimeField()),
                        (
                            "agent",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="network",
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
                        (
                            "shift",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="network",
                                to="vending.shift",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "networks_network",
                        "ordering": ["name"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("provider", "name"), name="networks_network_name"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("commission_bp__lte", 10000),
                                    ("commission_c__gte", 0),
                                    models.Q(
                                        ("commission_cap_c__isnull", True),
                                        ("commission_cap_c__gte", 0),
                                        _connector="OR",
                                    ),
                                ),
                                name="networks_network_commission",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("sale_max_c__gt", 0), ("day_max_c__gte", models.F("sale_max_c"))
                                ),
                                name="networks_network_limits",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApiKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="nombre")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("live", "Real"), ("sandbox", "De prueba")],
                                max_length=10,
                                verbose_name="clase",
                            ),
                        ),
                        ("prefix", models.CharField(max_length=12, unique=True)),
                        ("digest", models.CharField(max_length=64)),
                        ("scopes", models.JSONField(default=list)),
                        ("addresses", models.JSONField(default=list)),
                        ("expires_at", models.DateTimeField(verbose_name="vence")),
                        ("revoked_at", models.DateTimeField(null=True)),
                        ("last_used_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField()),
                        (
                            "created_by",
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
                        (
                            "network",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="keys",
                                to="networks.network",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "networks_api_key",
                        "ordering": ["-created_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="NetworkDelivery",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("meter", models.CharField(max_length=40)),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("asked_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "device",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.device",
                            ),
                        ),
                        (
                            "key",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="networks.apikey",
                            ),
                        ),
                        (
                            "network",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deliveries",
                                to="networks.network",
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
                        "db_table": "networks_delivery",
                        "ordering": ["asked_at"],
                        "indexes": [
                            models.Index(fields=["ended_at", "asked_at"], name="networks_delivery_open")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NetworkSale",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("meter", models.CharField(max_length=40)),
                        ("amount_c", models.BigIntegerField()),
                        ("commission_c", models.BigIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "en curso"), ("sold", "vendida"), ("refused", "negada")],
                                max_length=10,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, default="", max_length=200)),
                        ("business_day", models.DateField()),
                        ("asked_at", models.DateTimeField()),
                        ("told_reversed", models.BooleanField(default=False)),
                        (
                            "key",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="networks.apikey",
                            ),
                        ),
                        (
                            "network",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sales",
                                to="networks.network",
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
                        "db_table": "networks_sale",
                        "ordering": ["asked_at"],
                        "indexes": [
                            models.Index(fields=["network", "business_day"], name="networks_sale_day"),
                            models.Index(fields=["state", "asked_at"], name="networks_sale_open"),
                            models.Index(fields=["network", "meter", "asked_at"], name="networks_sale_meter"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("commission_c__gte", 0),
                                    ("commission_c__lte", models.F("amount_c")),
                                    ("amount_c__gt", 0),
                                ),
                                name="networks_sale_commission",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SandboxRecord",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("what", models.CharField(max_length=10)),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("answer", models.JSONField()),
                        ("asked_at", models.DateTimeField()),
                        (
                            "network",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="networks.network",
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
                        "db_table": "networks_sandbox_record",
                        "ordering": ["asked_at"],
                    },
                ),
                migrations.CreateModel(
                    name="Settlement",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("day", models.DateField()),
                        ("opening_c", models.BigIntegerField()),
                        ("sold_c", models.BigIntegerField()),
                        ("reversed_c", models.BigIntegerField()),
                        ("deposited_c", models.BigIntegerField()),
                        ("commission_c", models.BigIntegerField()),
                        ("other_c", models.BigIntegerField()),
                        ("closing_c", models.BigIntegerField()),
                        ("lines_count", models.PositiveIntegerField()),
                        ("content", models.BinaryField()),
                        ("sha256", models.CharField(max_length=64)),
                        ("made_at", models.DateTimeField()),
                        (
                            "network",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="settlements",
                                to="networks.network",
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
                        "db_table": "networks_settlement",
                        "ordering": ["-number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("network", "number"), name="networks_settlement_number"
                            ),
                            models.UniqueConstraint(
                                fields=("network", "day"), name="networks_settlement_day"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "closing_c",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    django.db.models.expressions.CombinedExpression(
                                                        django.db.models.expressions.CombinedExpression(
                                                            models.F("opening_c"), "+", models.F("sold_c")
                                                        ),
                                                        "-",
                                                        models.F("reversed_c"),
                                                    ),
                                                    "-",
                                                    models.F("deposited_c"),
                                                ),
                                                "-",
                                                models.F("commission_c"),
                                            ),
                                            "+",
                                            models.F("other_c"),
                                        ),
                                    )
                                ),
                                name="networks_settlement_sums",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SettlementLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("sale", "Venta"),
                                    ("reversal", "Reversión"),
                                    ("deposit", "Consignación"),
                                    ("commission", "Comisión"),
                                    ("other", "Otro movimiento"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("amount_c", models.BigIntegerField()),
                        ("commission_c", models.BigIntegerField(default=0)),
                        (
                            "movement",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vending.movement",
                            ),
                        ),
                        (
                            "sale",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="vending.sale",
                            ),
                        ),
                        (
                            "settlement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="networks.settlement",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "networks_settlement_line",
                        "ordering": ["id"],
                    },
                ),
                migrations.CreateModel(
                    name="WebhookEndpoint",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("url", models.CharField(max_length=500, verbose_name="dirección")),
                        ("events", models.JSONField(default=list)),
                        ("sandbox", models.BooleanField(default=False, verbose_name="de prueba")),
                        ("active", models.BooleanField(default=True, verbose_name="activo")),
                        ("secret_version", models.PositiveIntegerField(default=1)),
                        ("created_at", models.DateTimeField()),
                        (
                            "network",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="endpoints",
                                to="networks.network",
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
                        "db_table": "networks_webhook_endpoint",
                        "ordering": ["created_at"],
                    },
                ),
                migrations.CreateModel(
                    name="WebhookMessage",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("event", models.CharField(max_length=30)),
                        ("body", models.TextField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "por enviar"),
                                    ("sent", "recibido"),
                                    ("dead", "no recibido"),
                                ],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("attempts", models.PositiveIntegerField(default=0)),
                        ("next_at", models.DateTimeField()),
                        ("status", models.PositiveSmallIntegerField(null=True)),
                        ("reason", models.CharField(blank=True, default="", max_length=200)),
                        ("queued_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "endpoint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="networks.webhookendpoint",
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
                        "db_table": "networks_webhook_message",
                        "ordering": ["queued_at"],
                        "indexes": [models.Index(fields=["state", "next_at"], name="networks_webhook_due")],
                    },
                ),
            ],
        ),
    ]
