"""Merchants, their points of sale, shifts and deposits."""

import uuid

from django.db import models

from system.accounts.facts import Fact
from system.accounts.scoping import ProviderOwned


class Merchant(ProviderOwned):
    """Merchant (MerchantAccount of the CIM): a shop, a leader, our office; holds money until it is deposited.

    What it owes is the balance of its ledger account (``merchant:<id>``), whose limit is its credit limit.
    """

    name = models.CharField("nombre", max_length=80)
    document = models.CharField("documento", max_length=20, blank=True, default="")
    active = models.BooleanField("activo", default=True)

    class Meta:
        """A name is used once."""

        db_table = "vending_merchant"
        ordering = ["name"]
        verbose_name = "comercio"
        constraints = [models.UniqueConstraint(fields=["provider", "name"], name="vending_merchant_unique")]

    def __str__(self) -> str:
        """The name."""
        return self.name


class PointOfSale(ProviderOwned):
    """A counter: a browser or a terminal of a merchant."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="points_of_sale")
    name = models.CharField("nombre", max_length=40)
    active = models.BooleanField("activo", default=True)

    class Meta:
        """A name is used once for each merchant."""

        db_table = "vending_point_of_sale"
        ordering = ["name"]
        verbose_name = "punto de venta"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "name"], name="vending_point_of_sale_unique")
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name


class Shift(Fact):
    """Shift of a cashier at a counter (VendorShift of the CIM). It is open until it has a closure."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    point_of_sale = models.ForeignKey(PointOfSale, on_delete=models.PROTECT, related_name="shifts")
    cashier = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="shifts")
    opened_at = models.DateTimeField()
    opening_cash_c = models.BigIntegerField()

    class Meta:
        """Newest last."""

        db_table = "vending_shift"
        ordering = ["opened_at"]


class ShiftClosure(Fact):
    """Closure of a shift, with the cash that was counted in the drawer."""

    shift = models.OneToOneField(Shift, on_delete=models.PROTECT, primary_key=True, related_name="closure")
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()
    counted_cash_c = models.BigIntegerField()
    expected_cash_c = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        """One for each shift."""

        db_table = "vending_shift_closure"


class Deposit(Fact):
    """Money that a merchant handed over: what he owes shrinks by exactly so much."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="deposits")
    movement = models.OneToOneField("vending.Movement", on_delete=models.PROTECT, related_name="deposit")
    amount_c = models.BigIntegerField()
    reference = models.CharField("comprobante", max_length=60, blank=True, default="")
    received_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        """Above 0."""

        db_table = "vending_deposit"
        ordering = ["received_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_c__gt=0), name="vending_deposit_amount")
        ]
