import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from system.config.migration_operations import CreateTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_facts_stay"),
        ("registry", "0003_consents_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            tables=[
                migrations.CreateModel(
                    name="Order",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("read", "read"),
                                    ("token", "token"),
                                    ("cut", "cut"),
                                    ("reconnect", "reconnect"),
                                    ("clock", "clock"),
                                    ("mode", "mode"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("parameters", models.JSONField(default=dict)),
                        ("deadline", models.DateTimeField()),
                        ("asked_at", models.DateTimeField()),
                        ("sale_id", models.UUIDField(db_index=True, null=True)),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        ("fingerprint", models.CharField(max_length=64)),
                        (
                            "after",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="followers",
                                to="head_end.order",
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "device",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to="registry.device",
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
                            "group",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to="head_end.ordergroup",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "head_end_order",
                        "ordering": ["asked_at", "position"],
                        "indexes": [
                            models.Index(fields=["provider", "asked_at"], name="head_end_order_time")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Channel",
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
                                choices=[("concentrator", "concentrator"), ("direct", "direct")],
                                max_length=20,
                                verbose_name="tipo",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="nombre")),
                        ("url", models.CharField(max_length=200, verbose_name="dirección DLMS")),
                        (
                            "framing",
                            models.CharField(default="wrapper", max_length=10, verbose_name="tramas"),
                        ),
                        (
                            "uplink_url",
                            models.CharField(
                                blank=True, default="", max_length=200, verbose_name="dirección de gestión"
                            ),
                        ),
                        (
                            "secret_name",
                            models.CharField(
                                blank=True, default="", max_length=60, verbose_name="clave de enlace"
                            ),
                        ),
                        (
                            "sessions_max",
                            models.PositiveIntegerField(default=1, verbose_name="sesiones a la vez"),
                        ),
                        (
                            "access",
                            models.CharField(
                                default="hls-gmac", max_length=40, verbose_name="perfil de acceso"
                            ),
                        ),
                        (
                            "key_name",
                            models.CharField(blank=True, default="", max_length=60, verbose_name="llave"),
                        ),
                        (
                            "poll_s",
                            models.PositiveIntegerField(default=300, verbose_name="consulta cada (s)"),
                        ),
                        (
                            "patience_s",
                            models.PositiveIntegerField(default=21600, verbose_name="paciencia (s)"),
                        ),
                        ("enabled", models.BooleanField(default=True, verbose_name="activo")),
                        ("leased_by", models.CharField(blank=True, default="", max_length=100)),
                        ("lease_number", models.BigIntegerField(default=0)),
                        ("leased_until", models.DateTimeField(null=True)),
                        ("due_at", models.DateTimeField(db_index=True)),
                        ("rests_until", models.DateTimeField(null=True)),
                        ("failures", models.PositiveIntegerField(default=0)),
                        ("failing_since", models.DateTimeField(null=True)),
                        ("last_contact_at", models.DateTimeField(null=True)),
                        ("last_ok_at", models.DateTimeField(null=True)),
                        ("last_reason", models.CharField(blank=True, default="", max_length=30)),
                        ("last_detail", models.CharField(blank=True, default="", max_length=200)),
                        ("clock_off_s", models.FloatField(null=True)),
                        ("listed_at", models.DateTimeField(null=True)),
                        ("polled_at", models.DateTimeField(null=True)),
                        ("reading_cursor", models.BigIntegerField(default=0)),
                        ("event_cursor", models.BigIntegerField(default=0)),
                        (
                            "device",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.device",
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
                        "db_table": "head_end_channel",
                        "ordering": ["name"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("provider", "name"), name="head_end_channel_name"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("sessions_max__gte", 1)), name="head_end_channel_sessions"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CollectionPlan",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="nombre")),
                        ("profile", models.CharField(max_length=30, verbose_name="perfil")),
                        ("period_s", models.PositiveIntegerField(verbose_name="periodo (s)")),
                        ("at_s", models.PositiveIntegerField(default=1800, verbose_name="hora (s)")),
                        ("every_s", models.PositiveIntegerField(default=86400, verbose_name="cada (s)")),
                        ("enabled", models.BooleanField(default=True, verbose_name="activo")),
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
                            "provider",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.provider",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "head_end_collection_plan",
                        "ordering": ["name"],
                        "constraints": [
                            models.UniqueConstraint(fields=("provider", "name"), name="head_end_plan_name"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("at_s__lt", 86400), ("every_s__gte", 60), ("period_s__gte", 60)
                                ),
                                name="head_end_plan_range",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Coverage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("profile", models.CharField(max_length=30)),
                        ("period_s", models.PositiveIntegerField()),
                        ("had", models.JSONField(default=list)),
                        ("none_there", models.JSONField(default=list)),
                        ("doubted", models.JSONField(default=list)),
                        ("changed_at", models.DateTimeField()),
                        (
                            "device",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.device",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "head_end_coverage",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("device", "profile"), name="head_end_coverage_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DeviceEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("subject", models.CharField(max_length=70)),
                        ("serial", models.CharField(blank=True, default="", max_length=40)),
                        ("log", models.CharField(max_length=30)),
                        ("code", models.IntegerField()),
                        ("name", models.CharField(max_length=60)),
                        ("at", models.DateTimeField()),
                        ("sequence", models.BigIntegerField(default=0)),
                        ("alarm", models.BooleanField(default=False)),
                        ("detail", models.CharField(blank=True, default="", max_length=200)),
                        ("received_at", models.DateTimeField()),
                        (
                            "channel",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="head_end.channel",
                            ),
                        ),
                        (
                            "device",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="field_events",
                                to="registry.device",
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
                        "db_table": "head_end_device_event",
                        "ordering": ["at", "id"],
                        "indexes": [
                            models.Index(fields=["provider", "at"], name="head_end_event_time"),
                            models.Index(fields=["device", "log", "at"], name="head_end_event_device"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("subject", "log", "code", "at", "sequence"),
                                name="head_end_event_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FieldRules",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "confirm_known",
                            models.BooleanField(default=True, verbose_name="confirmar lo conocido"),
                        ),
                        (
                            "clock_set_max_s",
                            models.PositiveIntegerField(
                                default=900, verbose_name="ajuste de reloj máximo (s)"
                            ),
                        ),
                        (
                            "clock_doubt_s",
                            models.PositiveIntegerField(
                                default=900, verbose_name="desfase que pone en cuarentena (s)"
                            ),
                        ),
                        (
                            "mass_cut_from",
                            models.PositiveIntegerField(default=2, verbose_name="corte masivo desde"),
                        ),
                        (
                            "token_valid_s",
                            models.PositiveIntegerField(
                                default=259200, verbose_name="vigencia de la entrega (s)"
                            ),
                        ),
                        (
                            "event_logs",
                            models.CharField(
                                default="0.0.99.98.0 0.0.99.98.1 0.0.99.98.2 0.0.99.98.5",
                                max_length=200,
                                verbose_name="bitácoras",
                            ),
                        ),
                        (
                            "silent_after_s",
                            models.PositiveIntegerField(default=129600, verbose_name="silencio (s)"),
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
                        "db_table": "head_end_field_rules",
                        "constraints": [
                            models.UniqueConstraint(fields=("provider",), name="head_end_field_rules_one")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FoundDevice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("serial", models.CharField(max_length=40)),
                        ("ldn", models.CharField(blank=True, default="", max_length=40)),
                        ("drn", models.CharField(blank=True, default="", max_length=20)),
                        ("eui48", models.CharField(blank=True, default="", max_length=20)),
                        ("sap", models.PositiveIntegerField()),
                        ("state", models.CharField(default="found", max_length=20)),
                        ("reason", models.CharField(blank=True, default="", max_length=30)),
                        ("reachable", models.BooleanField(default=True)),
                        ("found_at", models.DateTimeField()),
                        ("seen_at", models.DateTimeField()),
                        ("decided_at", models.DateTimeField(null=True)),
                        (
                            "channel",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="found",
                                to="head_end.channel",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "device",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.device",
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
                        "db_table": "head_end_found_device",
                        "ordering": ["serial", "id"],
                        "indexes": [
                            models.Index(fields=["provider", "serial"], name="head_end_found_serial")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("channel", "serial", "eui48"), name="head_end_found_device_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MeterAccess",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("sap", models.PositiveIntegerField(default=1, verbose_name="SAP")),
                        (
                            "access",
                            models.CharField(
                                default="hls-gmac", max_length=40, verbose_name="perfil de acceso"
                            ),
                        ),
                        (
                            "key_name",
                            models.CharField(blank=True, default="", max_length=60, verbose_name="llave"),
                        ),
                        (
                            "event_logs",
                            models.CharField(
                                blank=True, default="", max_length=200, verbose_name="bitácoras"
                            ),
                        ),
                        ("next_counter", models.BigIntegerField(default=1)),
                        ("state", models.CharField(default="confirmed", max_length=20)),
                        ("state_reason", models.CharField(blank=True, default="", max_length=30)),
                        ("state_since", models.DateTimeField()),
                        ("wanted_since", models.DateTimeField()),
                        ("last_contact_at", models.DateTimeField(null=True)),
                        ("last_ok_at", models.DateTimeField(null=True)),
                        ("last_reason", models.CharField(blank=True, default="", max_length=30)),
                        ("last_detail", models.CharField(blank=True, default="", max_length=200)),
                        ("failing_since", models.DateTimeField(null=True)),
                        ("failures", models.PositiveIntegerField(default=0)),
                        ("rests_until", models.DateTimeField(null=True)),
                        ("clock_off_s", models.FloatField(null=True)),
                        ("clock_seen_at", models.DateTimeField(null=True)),
                        ("events_seen_at", models.DateTimeField(null=True)),
                        ("doubt", models.CharField(blank=True, default="", max_length=30)),
                        ("doubt_since", models.DateTimeField(null=True)),
                        ("output_state", models.BooleanField(null=True)),
                        ("control_state", models.CharField(blank=True, default="", max_length=30)),
                        ("switch_seen_at", models.DateTimeField(null=True)),
                        ("mode", models.CharField(blank=True, default="", max_length=20)),
                        (
                            "channel",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="meters",
                                to="head_end.channel",
                            ),
                        ),
                        (
                            "device",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="field_access",
                                to="registry.device",
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
                        "db_table": "head_end_meter_access",
                        "ordering": ["id"],
                        "indexes": [
                            models.Index(fields=["channel", "state"], name="head_end_access_channel")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrderProgress",
                    fields=[
                        (
                            "order",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="progress",
                                serialize=False,
                                to="head_end.order",
                            ),
                        ),
                        ("state", models.CharField(default="waiting", max_length=20)),
                        ("unsure", models.BooleanField(default=False)),
                        ("attempts", models.PositiveIntegerField(default=0)),
                        ("steps", models.PositiveIntegerField(default=0)),
                        ("reason", models.CharField(blank=True, default="", max_length=30)),
                        ("result", models.JSONField(default=dict)),
                        ("evidence", models.JSONField(default=dict)),
                        ("deadline", models.DateTimeField()),
                        ("next_try_at", models.DateTimeField()),
                        ("changed_at", models.DateTimeField()),
                        ("lease_number", models.BigIntegerField(null=True)),
                        (
                            "device",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.device",
                            ),
                        ),
                        (
                            "lease_channel",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="head_end.channel",
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
                        "db_table": "head_end_order_progress",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ["waiting", "running", "unsure"])),
                                fields=["device", "next_try_at"],
                                name="head_end_order_open",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ["waiting", "unsure"])),
                                fields=["deadline"],
                                name="head_end_order_deadline",
                            ),
                            models.Index(fields=["provider", "state"], name="head_end_order_by_state"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "waiting",
                                            "running",
                                            "unsure",
                                            "done",
                                            "refused",
                                            "failed",
                                            "expired",
                                            "cancelled",
                                        ],
                                    )
                                ),
                                name="head_end_order_state",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrderGroup",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("name", models.CharField(max_length=100)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("read", "read"),
                                    ("token", "token"),
                                    ("cut", "cut"),
                                    ("reconnect", "reconnect"),
                                    ("clock", "clock"),
                                    ("mode", "mode"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("parameters", models.JSONField(default=dict)),
                        ("deadline", models.DateTimeField()),
                        ("asked_at", models.DateTimeField()),
                        ("fingerprint", models.CharField(max_length=64)),
                        (
                            "approval",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.approval",
                            ),
                        ),
                        (
                            "asked_by",
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
                        "db_table": "head_end_order_group",
                        "ordering": ["asked_at"],
                    },
                ),
                migrations.CreateModel(
                    name="OrderGroupAbort",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("aborted_at", models.DateTimeField()),
                        ("cancelled", models.PositiveIntegerField()),
                        (
                            "aborted_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "group",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="abort",
                                to="head_end.ordergroup",
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
                        "db_table": "head_end_order_group_abort",
                    },
                ),
                migrations.CreateModel(
                    name="OrderStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("event", models.CharField(max_length=20)),
                        ("before", models.CharField(max_length=20)),
                        ("after", models.CharField(max_length=20)),
                        ("at", models.DateTimeField()),
                        ("wall_at", models.DateTimeField()),
                        ("reason", models.CharField(blank=True, default="", max_length=30)),
                        ("result", models.JSONField(default=dict)),
                        ("collector", models.CharField(blank=True, default="", max_length=100)),
                        ("lease_number", models.BigIntegerField(null=True)),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="steps",
                                to="head_end.order",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "db_table": "head_end_order_step",
                        "ordering": ["order", "number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("order", "number"), name="head_end_order_step_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="QuarantinedValue",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("profile", models.CharField(max_length=30)),
                        ("class_id", models.PositiveIntegerField()),
                        ("obis", models.CharField(max_length=30)),
                        ("attribute", models.SmallIntegerField()),
                        ("scaler", models.SmallIntegerField(default=0)),
                        ("unit", models.PositiveSmallIntegerField(null=True)),
                        ("ends_at_s", models.BigIntegerField()),
                        ("value", models.BigIntegerField()),
                        ("quality", models.IntegerField(default=0)),
                        ("reason", models.CharField(max_length=30)),
                        ("batch_id", models.UUIDField()),
                        ("kept_at", models.DateTimeField()),
                        (
                            "device",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.device",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "head_end_quarantined_value",
                        "ordering": ["id"],
                        "indexes": [
                            models.Index(
                                fields=["device", "obis", "ends_at_s"], name="head_end_quarantined_find"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=(
                                    "device",
                                    "profile",
                                    "obis",
                                    "attribute",
                                    "ends_at_s",
                                    "value",
                                    "reason",
                                ),
                                name="head_end_quarantined_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReadingBatch",
                    fields=[
                        ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        ("profile", models.CharField(max_length=30)),
                        ("source", models.CharField(max_length=20)),
                        ("received_at", models.DateTimeField()),
                        ("covered_after_s", models.BigIntegerField(null=True)),
                        ("covered_to_s", models.BigIntegerField(null=True)),
                        ("clock_off_s", models.FloatField(null=True)),
                        ("rows", models.PositiveIntegerField()),
                        ("new", models.PositiveIntegerField()),
                        ("known", models.PositiveIntegerField()),
                        ("contradicted", models.PositiveIntegerField(default=0)),
                        ("quarantined", models.PositiveIntegerField(default=0)),
                        ("reason", models.CharField(blank=True, default="", max_length=30)),
                        ("raw", models.BinaryField(default=b"")),
                        (
                            "device",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.device",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "head_end_reading_batch",
                        "ordering": ["received_at"],
                        "indexes": [
                            models.Index(fields=["device", "received_at"], name="head_end_batch_device")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Series",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("profile", models.CharField(max_length=30)),
                        ("class_id", models.PositiveIntegerField()),
                        ("obis", models.CharField(max_length=30)),
                        ("attribute", models.SmallIntegerField()),
                        ("scaler", models.SmallIntegerField(default=0)),
                        ("unit", models.PositiveSmallIntegerField(null=True)),
                        ("period_s", models.PositiveIntegerField(default=0)),
                        ("created_at", models.DateTimeField()),
                        ("retired_at", models.DateTimeField(null=True)),
                        (
                            "device",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="series",
                                to="registry.device",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "head_end_series",
                        "ordering": ["id"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("retired_at__isnull", True)),
                                fields=("device", "profile", "obis", "attribute"),
                                name="head_end_series_one_open",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReadingValue",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "series_id",
                                "ends_at_s",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("ends_at_s", models.BigIntegerField()),
                        ("value", models.BigIntegerField()),
                        ("quality", models.IntegerField(default=0)),
                        (
                            "series",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="values",
                                to="head_end.series",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "head_end_reading_value",
                    },
                ),
            ],
        ),
    ]
