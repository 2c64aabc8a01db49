"""The ledger: double entry, in whole centavos of COP, in rows that are written once.

A `Transfer` takes an amount above 0 from one account (credit) and gives it to another (debit): every row sums
to zero by its shape, and so does every set of rows. A `Movement` holds the transfers of one event. It is
pending until its one `MovementOutcome` says posted or voided. `AccountBalance` holds the sums, kept in the
same transaction; `system.vending.ledger` adds them up again.
"""

import uuid

from django.db import models

from system.accounts.facts import Fact
from system.accounts.scoping import ProviderOwned


class AccountKind(models.TextChoices):
    """Kind of an account. The first letter says on which side it grows: a debit or a credit."""

    MERCHANT = "d.merchant", "Por cobrar al punto de venta"
    BANK = "d.bank", "Bancos"
    OBLIGATION = "d.obligation", "Por cobrar al suscriptor"
    BILL = "d.bill", "Facturas por cobrar"
    SUBSIDY = "d.subsidy", "Subsidio por cobrar a la Nación"
    GRANTS = "d.grants", "Energía entregada sin cobro"
    COMMISSION = "d.commission", "Comisiones de redes"
    ENERGY = "c.energy", "Venta de energía"
    RESIDUE = "c.residue", "Saldo a favor del suscriptor"
    LEVY = "c.levy", "Recaudo para terceros"
    CONTRIBUTION = "c.contribution", "Contribución por pagar"
    CREDIT = "c.credit", "Cartera otorgada"


class LedgerAccount(ProviderOwned):
    """An account. Where it belongs to somebody, there is one for each of them.

    Args:
        kind: what it holds.
        owner: ``installation:7``, ``merchant:3``, ``obligation:12``; empty for one of the whole provider.
    """

    kind = models.CharField(max_length=20, choices=AccountKind.choices)
    owner = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        """One for each kind and owner."""

        db_table = "vending_ledger_account"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "kind", "owner"], name="vending_ledger_account_unique"
            )
        ]


class AccountBalance(models.Model):
    """The sums of an account: debits less credits, centavos.

    Args:
        posted_c: of posted movements.
        pending_c: of pending ones.
        limit_c: the most that `posted_c` and `pending_c` may come to together; None: no limit.
    """

    account = models.OneToOneField(
        LedgerAccount, on_delete=models.PROTECT, primary_key=True, related_name="balance"
    )
    posted_c = models.BigIntegerField(default=0)
    pending_c = models.BigIntegerField(default=0)
    limit_c = models.BigIntegerField(null=True)

    class Meta:
        """The limit holds, whoever writes."""

        db_table = "vending_account_balance"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(limit_c__isnull=True)
                | models.Q(limit_c__gte=models.F("posted_c") + models.F("pending_c"))
                | models.Q(pending_c__lte=0),
                name="vending_account_balance_limit",
            )
        ]


class MovementKind(models.TextChoices):
    """Kind of a movement: TransactionKind of IEC 61968 (CIM PaymentMetering)."""

    TOKEN_SALE = "tokenSalePayment", "Venta de energía"
    TOKEN_FREE_ISSUE = "tokenFreeIssue", "Entrega sin cobro"
    REVERSAL = "transactionReversal", "Reversión"
    ACCOUNT_PAYMENT = "accountPayment", "Pago de cuenta"
    SERVICE_CHARGE = "serviceChargePayment", "Cargo por servicio"
    AUXILIARY_CHARGE = "auxiliaryChargePayment", "Cargo auxiliar"
    DEPOSIT = "diversePayment", "Consignación del punto de venta"
    OPENING = "other", "Apertura"


class Movement(Fact):
    """One event that moves money.

    Args:
        id: made by the caller; the sale's, the deposit's.
        kind: why.
        business_at: business time.
        business_day: its day in Bogota.
        wall_at: time on the wall.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30, choices=MovementKind.choices)
    business_at = models.DateTimeField()
    business_day = models.DateField(db_index=True)
    wall_at = models.DateTimeField()

    class Meta:
        """In no order of their own."""

        db_table = "vending_movement"


class MovementOutcome(Fact):
    """Outcome of a movement, posted or voided: once."""

    movement = models.OneToOneField(
        Movement, on_delete=models.PROTECT, primary_key=True, related_name="outcome"
    )
    posted = models.BooleanField()
    wall_at = models.DateTimeField()

    class Meta:
        """One for each movement."""

        db_table = "vending_movement_outcome"


class Transfer(Fact):
    """An amount from one account to another."""

    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="transfers")
    debit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+")
    credit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+")
    amount_c = models.BigIntegerField()

    class Meta:
        """An amount is above 0, and moves."""

        db_table = "vending_transfer"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_c__gt=0), name="vending_transfer_amount"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="vending_transfer_moves"
            ),
        ]
