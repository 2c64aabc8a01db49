import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from system.config.migration_operations import CreateTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0005_rules_of_groups"),
        ("vending", "0005_commission_account"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            tables=[
                migrations.CreateModel(
                    name="Terminal",
                    fields=[
                        (
                            "provider",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.provider",
                            ),
                        ),
                        ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        ("code", models.CharField(max_length=8, verbose_name="código")),
                        ("serial", models.CharField(max_length=40, verbose_name="serie")),
                        ("name", models.CharField(max_length=60, verbose_name="nombre")),
                        (
                            "point_of_sale",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="terminals",
                                to="vending.pointofsale",
                            ),
                        ),
                        ("signing_public", models.CharField(max_length=64)),
                        ("agreement_public", models.CharField(max_length=64)),
                        ("slot", models.PositiveSmallIntegerField()),
                        ("limit_c", models.BigIntegerField(verbose_name="cupo")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("active", "activo"),
                                    ("suspended", "suspendido"),
                                    ("replaced", "reemplazado"),
                                ],
                                default="active",
                                max_length=10,
                            ),
                        ),
                        ("conservative", models.BooleanField(default=False)),
                        (
                            "scope",
                            models.CharField(
                                choices=[
                                    ("all", "Todos los clientes del prestador"),
                                    ("community", "Los de una comunidad"),
                                    ("site", "Los de un sitio"),
                                    ("group", "Los de un grupo"),
                                ],
                                max_length=10,
                                verbose_name="clientes",
                            ),
                        ),
                        (
                            "community",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.community",
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
                        (
                            "group",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.group",
                            ),
                        ),
                        (
                            "former",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="successor",
                                to="offline.terminal",
                            ),
                        ),
                        (
                            "enrolled_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("enrolled_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "terminal",
                        "db_table": "offline_terminal",
                        "ordering": ["code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("provider", "code"), name="offline_terminal_code"
                            ),
                            models.UniqueConstraint(fields=("signing_public",), name="offline_terminal_key"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "active")),
                                fields=("provider", "slot"),
                                name="offline_terminal_slot",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "active")),
                                fields=("point_of_sale",),
                                name="offline_terminal_one_for_a_point",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("slot__range", (1, 15)), ("limit_c__gte", 0)),
                                name="offline_terminal_range",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TerminalOperator",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "terminal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="operators",
                                to="offline.terminal",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("salt", models.CharField(max_length=64)),
                        ("verifier", models.CharField(max_length=128)),
                        ("active", models.BooleanField(default=True)),
                        ("set_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "offline_operator",
                        "ordering": ["user__username"],
                        "constraints": [
                            models.UniqueConstraint(fields=("terminal", "user"), name="offline_operator_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Pack",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
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
                            "terminal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="packs",
                                to="offline.terminal",
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("slot", models.PositiveSmallIntegerField()),
                        ("settled_number", models.BigIntegerField()),
                        ("allowed_c", models.BigIntegerField()),
                        ("valid_from", models.DateTimeField()),
                        ("valid_until", models.DateTimeField()),
                        ("leased_until", models.DateTimeField()),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("made_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "offline_pack",
                        "ordering": ["-number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("terminal", "number"), name="offline_pack_number"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_until__gt", models.F("valid_from")),
                                    ("leased_until__gte", models.F("valid_until")),
                                ),
                                name="offline_pack_times",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PackFile",
                    fields=[
                        (
                            "pack",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="file",
                                serialize=False,
                                to="offline.pack",
                            ),
                        ),
                        ("content", models.BinaryField()),
                        ("sha256", models.CharField(max_length=64)),
                        ("octets", models.PositiveIntegerField()),
                        ("customers", models.PositiveIntegerField()),
                        ("lease_ids", models.JSONField(default=list)),
                    ],
                    options={
                        "db_table": "offline_pack_file",
                    },
                ),
                migrations.CreateModel(
                    name="LeasedMeter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "pack",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="meters",
                                to="offline.pack",
                            ),
                        ),
                        (
                            "device",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="leases",
                                to="registry.device",
                            ),
                        ),
                        (
                            "installation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="leases",
                                to="registry.installation",
                            ),
                        ),
                        ("part", models.PositiveSmallIntegerField()),
                        ("drn", models.CharField(max_length=13)),
                        ("sgc", models.CharField(max_length=6)),
                        ("krn", models.PositiveSmallIntegerField()),
                        ("ti", models.PositiveSmallIntegerField()),
                        ("until", models.DateTimeField()),
                        ("conservative", models.BooleanField(default=False)),
                    ],
                    options={
                        "db_table": "offline_leased_meter",
                        "indexes": [models.Index(fields=["device", "until"], name="offline_leased_until")],
                        "constraints": [
                            models.UniqueConstraint(fields=("pack", "device"), name="offline_leased_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Batch",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
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
                            "terminal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="batches",
                                to="offline.terminal",
                            ),
                        ),
                        ("sha256", models.CharField(max_length=64)),
                        ("content", models.BinaryField()),
                        ("first", models.BigIntegerField()),
                        ("last", models.BigIntegerField()),
                        ("last_hash", models.CharField(blank=True, default="", max_length=64)),
                        ("counter_sequence", models.BigIntegerField()),
                        ("counter_spent_c", models.BigIntegerField()),
                        ("fork", models.BooleanField(default=False)),
                        ("made_at", models.DateTimeField()),
                        (
                            "received_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("received_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "offline_batch",
                        "ordering": ["-received_at"],
                        "constraints": [
                            models.UniqueConstraint(fields=("terminal", "sha256"), name="offline_batch_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SettledEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "terminal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="offline.terminal",
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="settled",
                                to="offline.batch",
                            ),
                        ),
                        ("number", models.BigIntegerField()),
                        ("kind", models.CharField(max_length=20)),
                        ("hash", models.CharField(max_length=64)),
                        ("at", models.DateTimeField()),
                        ("wall_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "offline_settled_entry",
                        "ordering": ["number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("terminal", "number"), name="offline_entry_number"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SettledSale",
                    fields=[
                        (
                            "sale",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="settled",
                                serialize=False,
                                to="vending.sale",
                            ),
                        ),
                        (
                            "entry",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sale",
                                to="offline.settledentry",
                            ),
                        ),
                        (
                            "terminal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sales",
                                to="offline.terminal",
                            ),
                        ),
                        ("bought_units", models.BigIntegerField()),
                        ("cost_mc", models.BigIntegerField()),
                        ("deducted_c", models.JSONField(default=dict)),
                        ("residue_before_mc", models.BigIntegerField()),
                        ("residue_after_mc", models.BigIntegerField()),
                        ("difference_mc", models.BigIntegerField()),
                        ("lost_mc", models.BigIntegerField()),
                        ("flags", models.JSONField(default=list)),
                        ("sequence", models.BigIntegerField()),
                        ("spent_c", models.BigIntegerField()),
                    ],
                    options={
                        "db_table": "offline_settled_sale",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("lost_mc__gte", 0), ("residue_after_mc__gte", 0)),
                                name="offline_settled_sale_range",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TerminalShift",
                    fields=[
                        (
                            "shift",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="terminal_shift",
                                serialize=False,
                                to="vending.shift",
                            ),
                        ),
                        (
                            "terminal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="shifts",
                                to="offline.terminal",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "offline_shift",
                    },
                ),
                migrations.CreateModel(
                    name="TerminalDeposit",
                    fields=[
                        (
                            "deposit",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="terminal_deposit",
                                serialize=False,
                                to="vending.deposit",
                            ),
                        ),
                        (
                            "terminal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deposits",
                                to="offline.terminal",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "offline_deposit",
                    },
                ),
                migrations.CreateModel(
                    name="Finding",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
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
                            "terminal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="findings",
                                to="offline.terminal",
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="findings",
                                to="offline.batch",
                            ),
                        ),
                        ("entry", models.BigIntegerField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("fork", "Dos historias"),
                                    ("unreadable", "Asiento ilegible"),
                                    ("id-reused", "Identificador repetido"),
                                    ("unknown-meter", "Cliente o medidor desconocido"),
                                    ("unknown-operator", "Operador desconocido"),
                                    ("unknown-shift", "Turno desconocido"),
                                    ("wrong-token", "Token que no corresponde"),
                                    ("key-changed", "Cambió la llave o el medidor"),
                                    ("price-differs", "Precio distinto"),
                                    ("lost", "Dinero que nadie paga"),
                                    ("beyond-lease", "Fuera del permiso"),
                                    ("over-allowed", "Por encima del cupo"),
                                    ("counter-differs", "El contador no cuadra"),
                                    ("clock", "Reloj"),
                                    ("number", "Número de tiquete"),
                                    ("cash", "Caja que no cuadra"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "sale",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="offline_findings",
                                to="vending.sale",
                            ),
                        ),
                        ("sentence", models.CharField(max_length=240)),
                        ("wall_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "offline_finding",
                        "ordering": ["-wall_at", "-entry"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("terminal", "batch", "entry", "kind"), name="offline_finding_once"
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
