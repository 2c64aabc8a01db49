"""Networks and their terms, API keys, sales, deliveries, webhooks, settlements."""

import uuid

from django.db import models

from system.accounts.facts import Fact
from system.accounts.scoping import ProviderOwned


class NetworkKind(models.TextChoices):
    """Kind of a network."""

    SALES = "sales", "Red de recaudo (loterías, recargas)"
    PLATFORM = "platform", "Plataforma de vending externa"
    APP = "app", "Aplicación"
    HEAD_END = "head-end", "Sistema vecino que entrega por nosotros"


class CommissionKind(models.TextChoices):
    """Kind of a commission."""

    NONE = "none", "Sin comisión"
    PERCENT = "percent", "Porcentaje de la venta"
    FIXED = "fixed", "Valor fijo por venta"


class Network(ProviderOwned):
    """Another seller or system.

    Args:
        agent: in whose name it sells; has no password.
        shift: its counter's, never closed; through it come merchant, credit limit and balance.
        sale_max_c, day_max_c: the most of one sale, and of a business day, centavos.
        rate_per_minute: requests of one key.
        commission_bp: of a percentage, hundredths of a percent, 0 to 10 000.
        commission_c: of a fixed one, centavos a sale.
        commission_cap_c: the most of one sale; None: no cap.
    """

    name = models.CharField("nombre", max_length=60)
    kind = models.CharField("clase", max_length=10, choices=NetworkKind.choices)
    active = models.BooleanField("activa", default=True)
    agent = models.OneToOneField("accounts.User", on_delete=models.PROTECT, related_name="network")
    shift = models.OneToOneField("vending.Shift", on_delete=models.PROTECT, related_name="network")
    sale_max_c = models.BigIntegerField("máximo por venta")
    day_max_c = models.BigIntegerField("máximo por día")
    rate_per_minute = models.PositiveIntegerField("solicitudes por minuto", default=120)
    commission_kind = models.CharField("comisión", max_length=10, choices=CommissionKind.choices)
    commission_bp = models.PositiveIntegerField(default=0)
    commission_c = models.BigIntegerField(default=0)
    commission_cap_c = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        """A name is used once; no commission is more than the sale."""

        db_table = "networks_network"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "name"], name="networks_network_name"),
            models.CheckConstraint(
                condition=models.Q(commission_bp__lte=10_000)
                & models.Q(commission_c__gte=0)
                & (models.Q(commission_cap_c__isnull=True) | models.Q(commission_cap_c__gte=0)),
                name="networks_network_commission",
            ),
            models.CheckConstraint(
                condition=models.Q(sale_max_c__gt=0) & models.Q(day_max_c__gte=models.F("sale_max_c")),
                name="networks_network_limits",
            ),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name


class KeyKind(models.TextChoices):
    """Kind of a key: live or sandbox."""

    LIVE = "live", "Real"
    SANDBOX = "sandbox", "De prueba"


class ApiKey(ProviderOwned):
    """A key, as its digest; the key itself was shown once.

    Args:
        prefix: the part by which it is found; no secret.
        digest: hexadecimal SHA-256 of the whole key: 256 random bits need no salt and no slow hash.
        scopes: of `system.networks.api_keys.Scope`.
        addresses: networks from which it may be used (``10.1.0.0/16``); empty: any.
        last_used_at: to the minute.
    """

    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="keys")
    name = models.CharField("nombre", max_length=60)
    kind = models.CharField("clase", max_length=10, choices=KeyKind.choices)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    addresses = models.JSONField(default=list)
    expires_at = models.DateTimeField("vence")
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Newest first."""

        db_table = "networks_api_key"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        """Its name."""
        return self.name


class NetworkSaleState(models.TextChoices):
    """State of a network's sale."""

    OPEN = "open", "en curso"
    SOLD = "sold", "vendida"
    REFUSED = "refused", "negada"


class NetworkSale(ProviderOwned):
    """A sale that a network asked for; the sale itself is `vending.Sale` of the same id.

    Args:
        id: the caller's idempotency key.
        fingerprint: SHA-256 of what was asked.
        commission_c: what the network keeps, by the terms of that moment.
        business_day: on which it counts against the limit.
        told_reversed: whether the webhook of its reversal was written; that of the sale comes with `state`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="sales")
    key = models.ForeignKey("networks.ApiKey", on_delete=models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64)
    meter = models.CharField(max_length=40)
    amount_c = models.BigIntegerField()
    commission_c = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=NetworkSaleState.choices)
    reason = models.CharField(max_length=200, blank=True, default="")
    business_day = models.DateField()
    asked_at = models.DateTimeField()
    told_reversed = models.BooleanField(default=False)

    class Meta:
        """Found by day, and by what is open; a commission is no more than its sale."""

        db_table = "networks_sale"
        ordering = ["asked_at"]
        indexes = [
            models.Index(fields=["network", "business_day"], name="networks_sale_day"),
            models.Index(fields=["state", "asked_at"], name="networks_sale_open"),
            models.Index(fields=["network", "meter", "asked_at"], name="networks_sale_meter"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(commission_c__gte=0)
                & models.Q(commission_c__lte=models.F("amount_c"))
                & models.Q(amount_c__gt=0),
                name="networks_sale_commission",
            )
        ]


class SandboxRecord(ProviderOwned):
    """A trial with a sandbox key: no money, no token, no meter.

    Args:
        id: the caller's idempotency key.
        what: ``sale`` or ``delivery``.
        fingerprint: SHA-256 of what was asked.
        answer: what was answered, and is again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=10)
    fingerprint = models.CharField(max_length=64)
    answer = models.JSONField()
    asked_at = models.DateTimeField()

    class Meta:
        """Oldest first."""

        db_table = "networks_sandbox_record"
        ordering = ["asked_at"]


class NetworkDelivery(ProviderOwned):
    """A token that a network handed in; its orders are the head-end's, under the same id.

    Args:
        id: the caller's idempotency key.
        fingerprint: SHA-256 of meter and token: the digits themselves are only with the order.
        ended_at: when it was seen to have ended, and its webhooks were written.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="deliveries")
    key = models.ForeignKey("networks.ApiKey", on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey("registry.Device", on_delete=models.PROTECT, related_name="+")
    meter = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Found by what is open."""

        db_table = "networks_delivery"
        ordering = ["asked_at"]
        indexes = [models.Index(fields=["ended_at", "asked_at"], name="networks_delivery_open")]


class WebhookEndpoint(ProviderOwned):
    """An address of a network. Its secret is not here: `system.networks.webhooks.sending` derives it.

    Args:
        events: which it wants, of `system.networks.webhooks.events.EVENT_LABELS`.
        sandbox: events of the sandbox alone; otherwise live events alone.
        secret_version: counts up with every new secret.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="endpoints")
    url = models.CharField("dirección", max_length=500)
    events = models.JSONField(default=list)
    sandbox = models.BooleanField("de prueba", default=False)
    active = models.BooleanField("activo", default=True)
    secret_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        """Oldest first."""

        db_table = "networks_webhook_endpoint"
        ordering = ["created_at"]


class MessageState(models.TextChoices):
    """State of a message."""

    WAITING = "waiting", "por enviar"
    SENT = "sent", "recibido"
    DEAD = "dead", "no recibido"


class WebhookMessage(ProviderOwned):
    """Message to an endpoint: written in the transaction of its event, sent by the worker.

    Args:
        id: ``webhook-id``: the same however often it is sent.
        body: the bytes that are signed and sent, as text.
        attempts: that were made; set back when it is queued again.
        next_at: when it is due, on the wall.
        status: of the last answer; None: there was none.
        reason: why the last attempt failed; Spanish.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="messages")
    event = models.CharField(max_length=30)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    queued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Found by what is due."""

        db_table = "networks_webhook_message"
        ordering = ["queued_at"]
        indexes = [models.Index(fields=["state", "next_at"], name="networks_webhook_due")]


class LineKind(models.TextChoices):
    """Kind of a line."""

    SALE = "sale", "Venta"
    REVERSAL = "reversal", "Reversión"
    DEPOSIT = "deposit", "Consignación"
    COMMISSION = "commission", "Comisión"
    OTHER = "other", "Otro movimiento"


class Settlement(Fact):
    """Every posted movement of the network's account up to a business day that no settlement had before.

    Args:
        number: counts up for each network, from 1.
        day: the last business day.
        opening_c, closing_c: the balance before and after: what the network owes, centavos.
        sold_c, reversed_c, deposited_c, commission_c, other_c: the parts; closing = opening + sold − reversed
            − deposited − commission + other.
        content: the file, as it was handed out.
        sha256: of the file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="settlements")
    number = models.PositiveIntegerField()
    day = models.DateField()
    opening_c = models.BigIntegerField()
    sold_c = models.BigIntegerField()
    reversed_c = models.BigIntegerField()
    deposited_c = models.BigIntegerField()
    commission_c = models.BigIntegerField()
    other_c = models.BigIntegerField()
    closing_c = models.BigIntegerField()
    lines_count = models.PositiveIntegerField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        """One for each day; its sums add up."""

        db_table = "networks_settlement"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["network", "number"], name="networks_settlement_number"),
            models.UniqueConstraint(fields=["network", "day"], name="networks_settlement_day"),
            models.CheckConstraint(
                condition=models.Q(
                    closing_c=models.F("opening_c")
                    + models.F("sold_c")
                    - models.F("reversed_c")
                    - models.F("deposited_c")
                    - models.F("commission_c")
                    + models.F("other_c")
                ),
                name="networks_settlement_sums",
            ),
        ]


class SettlementLine(Fact):
    """One movement, settled once.

    Args:
        amount_c: by which it changed what is owed; a payment is below 0.
        commission_c: that the network keeps of it; of a reversal below 0.
    """

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="lines")
    movement = models.OneToOneField("vending.Movement", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=LineKind.choices)
    sale = models.ForeignKey("vending.Sale", on_delete=models.PROTECT, null=True, related_name="+")
    amount_c = models.BigIntegerField()
    commission_c = models.BigIntegerField(default=0)

    class Meta:
        """In the order of writing."""

        db_table = "networks_settlement_line"
        ordering = ["id"]
