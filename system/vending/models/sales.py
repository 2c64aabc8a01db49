"""Sales with their tokens and tickets, and key changes that the next sale brings along."""

import uuid

from django.db import models

from protocols.sts.identity import KRN_RANGE, SGC_DIGITS, TI_RANGE
from system.accounts.facts import Fact
from system.accounts.scoping import ProviderOwned


class SaleKind(models.TextChoices):
    """Kind of a sale."""

    ENERGY = "energy", "Recarga"
    FREE = "free", "Entrega sin cobro"
    KEY_CHANGE = "key-change", "Cambio de llave"
    MANAGEMENT = "management", "Token de gestión"


class Sale(Fact):
    """Sale for which the security module is asked: reserved by being written.

    Args:
        id: made by the caller before anything is sent; the message id of the security module.
        kind: what is issued.
        installation, device, agreement: for whom, at that instant.
        drn: of the meter, as it was told to the module.
        meter: the module's meter fields at that instant, JSON.
        request: what else the module is asked for (subclass, value, target), JSON.
        inputs: canonical JSON of the pricing inputs; empty where nothing is priced.
        amount_c: received; 0 where nothing is.
        units: of 0.1 kWh.
        business_at, business_day, month: business time, its day, the first day of its month.
        fingerprint: SHA-256 of what the caller asked; the same id with another one is refused.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=SaleKind.choices)
    movement = models.OneToOneField("vending.Movement", on_delete=models.PROTECT, related_name="sale")
    installation = models.ForeignKey("registry.Installation", on_delete=models.PROTECT, related_name="sales")
    device = models.ForeignKey("registry.Device", on_delete=models.PROTECT, related_name="sales")
    agreement = models.ForeignKey("registry.Agreement", on_delete=models.PROTECT, related_name="+")
    shift = models.ForeignKey("vending.Shift", on_delete=models.PROTECT, null=True, related_name="sales")
    seller = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    approval = models.OneToOneField(
        "accounts.Approval", on_delete=models.PROTECT, null=True, related_name="+"
    )
    drn = models.CharField(max_length=13)
    meter = models.JSONField()
    request = models.JSONField()
    inputs = models.TextField(blank=True, default="")
    amount_c = models.BigIntegerField(default=0)
    units = models.BigIntegerField(default=0)
    energy_c = models.BigIntegerField(default=0)
    deducted_c = models.BigIntegerField(default=0)
    residue_mc = models.BigIntegerField(default=0)
    subsidy_mc = models.BigIntegerField(default=0)
    number = models.CharField(max_length=20)
    business_at = models.DateTimeField()
    business_day = models.DateField()
    month = models.DateField()
    wall_at = models.DateTimeField()
    fingerprint = models.CharField(max_length=64)

    class Meta:
        """Found by day, by meter, by shift."""

        db_table = "vending_sale"
        ordering = ["business_at"]
        indexes = [
            models.Index(fields=["provider", "business_day"], name="vending_sale_day"),
            models.Index(fields=["installation", "business_at"], name="vending_sale_installation"),
            models.Index(fields=["shift", "business_at"], name="vending_sale_shift"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider", "number"], name="vending_sale_number"),
            models.CheckConstraint(
                condition=models.Q(amount_c__gte=0) & models.Q(units__gte=0), name="vending_sale_amounts"
            ),
        ]


class OpenSale(models.Model):
    """A sale that has no outcome yet: one at a time for each installation. Deleted with the outcome."""

    installation = models.OneToOneField(
        "registry.Installation", on_delete=models.PROTECT, primary_key=True, related_name="open_sale"
    )
    sale = models.OneToOneField(Sale, on_delete=models.PROTECT, related_name="open")

    class Meta:
        """One for each installation."""

        db_table = "vending_open_sale"


class SaleOutcome(Fact):
    """Outcome of a sale: tokens were minted, or it was cancelled. Once."""

    sale = models.OneToOneField(Sale, on_delete=models.PROTECT, primary_key=True, related_name="outcome")
    minted = models.BooleanField()
    test_keys = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True, default="")
    wall_at = models.DateTimeField()

    class Meta:
        """One for each sale."""

        db_table = "vending_sale_outcome"


class TokenRole(models.TextChoices):
    """Role of a token, as the ticket calls it."""

    CREDIT = "credit", "Recarga"
    KEY_CHANGE = "key-change", "Cambio de llave"
    MANAGEMENT = "management", "Gestión"


class Token(Fact):
    """Twenty digits that the security module minted for a sale.

    Args:
        position: in the order in which they must be entered, from 1.
        digits: the token.
        tid: token identifier; None where the class has none.
    """

    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="tokens")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=12, choices=TokenRole.choices)
    digits = models.CharField(max_length=20)
    tid = models.IntegerField(null=True)

    class Meta:
        """In their order; twenty digits."""

        db_table = "vending_token"
        ordering = ["sale", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sale", "position"], name="vending_token_position"),
        ]


class TicketPrint(Fact):
    """Print of a ticket; every one but the first is a reprint and says so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="prints")
    copy = models.PositiveIntegerField()
    printed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    wall_at = models.DateTimeField()

    class Meta:
        """Copies are numbered from 1."""

        db_table = "vending_ticket_print"
        constraints = [models.UniqueConstraint(fields=["sale", "copy"], name="vending_ticket_print_copy")]


class Reversal(Fact):
    """Reversal of a sale: its money returns, its token must not have been used."""

    sale = models.OneToOneField(Sale, on_delete=models.PROTECT, primary_key=True, related_name="reversal")
    movement = models.OneToOneField("vending.Movement", on_delete=models.PROTECT, related_name="reversal")
    approval = models.OneToOneField("accounts.Approval", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    wall_at = models.DateTimeField()

    class Meta:
        """One for each sale."""

        db_table = "vending_reversal"


# ------------ planned key changes


class PlannedKeyChange(ProviderOwned):
    """Planned change of a meter's key or tariff index. It is open until it was minted or taken back.

    Args:
        device: the meter.
        sgc, krn, ti: what it shall have afterwards.
        sale: that brought it along; None while it is open, and where it was taken back.
        ended_at: when it was minted or taken back, on the wall; None while it is open.
    """

    device = models.ForeignKey(
        "registry.Device", on_delete=models.PROTECT, related_name="planned_key_changes"
    )
    sgc = models.CharField("SGC", max_length=SGC_DIGITS)
    krn = models.PositiveSmallIntegerField("KRN")
    ti = models.PositiveSmallIntegerField("TI")
    planned_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    sale = models.OneToOneField(
        "vending.Sale", on_delete=models.PROTECT, null=True, related_name="planned_key_change"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One open plan for a meter."""

        db_table = "vending_planned_key_change"
        ordering = ["-planned_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["device"],
                condition=models.Q(ended_at__isnull=True),
                name="vending_planned_key_change_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(krn__range=KRN_RANGE) & models.Q(ti__lte=TI_RANGE[1]),
                name="vending_planned_key_change_range",
            ),
        ]

    def target(self) -> dict[str, object]:
        """Target of the change, as the security module wants it."""
        return {"sgc": self.sgc, "krn": self.krn, "ti": self.ti}
