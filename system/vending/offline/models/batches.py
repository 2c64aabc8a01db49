"""What terminals brought, what became of it, and what was wrong with it: facts."""

import uuid

from django.db import models

from system.accounts.facts import Fact


class Batch(Fact):
    """A batch as it came, kept whole.

    Args:
        id: as the terminal made it.
        sha256: of the envelope; the same bytes again are the same batch.
        content: the signed envelope, compressed (zlib).
        first, last: numbers of its entries; both 0 where it has none.
        last_hash: of its last entry.
        counter_sequence, counter_spent_c: what the secure counter said when it was written.
        fork: it tells another story than was settled before: nothing of it was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey("offline.Terminal", on_delete=models.PROTECT, related_name="batches")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    last_hash = models.CharField(max_length=64, blank=True, default="")
    counter_sequence = models.BigIntegerField()
    counter_spent_c = models.BigIntegerField()
    fork = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    received_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        """The same bytes once."""

        db_table = "offline_batch"
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["terminal", "sha256"], name="offline_batch_once")]


class SettledEntry(Fact):
    """An entry of a terminal's chain that is in the books: each number once."""

    terminal = models.ForeignKey("offline.Terminal", on_delete=models.PROTECT, related_name="entries")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="settled")
    number = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    wall_at = models.DateTimeField()

    class Meta:
        """In the order of the chain."""

        db_table = "offline_settled_entry"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["terminal", "number"], name="offline_entry_number")]


class SettledSale(Fact):
    """How a sale made off line came into the books, and how far the terminal's price was from theirs.

    ``amount + residue before + lost = deducted + cost + residue after``, in thousandths of a centavo: what
    the customer paid too much is in his residue, what he paid too little is lost to the provider.

    Args:
        sale: with the terminal's own inputs and figures.
        bought_units: of the month, as the books had it before.
        cost_mc: what its units cost by the books.
        deducted_c: obligation id (as text) -> centavos that the books took of what the terminal deducted.
        residue_before_mc, residue_after_mc: of the books.
        difference_mc: what the terminal charged above the books' price, deductions included; below 0: less.
        lost_mc: what nobody pays, 0 or more.
        flags: the terminal's own, such as ``conservative``.
    """

    sale = models.OneToOneField(
        "vending.Sale", on_delete=models.PROTECT, primary_key=True, related_name="settled"
    )
    entry = models.OneToOneField(SettledEntry, on_delete=models.PROTECT, related_name="sale")
    terminal = models.ForeignKey("offline.Terminal", on_delete=models.PROTECT, related_name="sales")
    bought_units = models.BigIntegerField()
    cost_mc = models.BigIntegerField()
    deducted_c = models.JSONField(default=dict)
    residue_before_mc = models.BigIntegerField()
    residue_after_mc = models.BigIntegerField()
    difference_mc = models.BigIntegerField()
    lost_mc = models.BigIntegerField()
    flags = models.JSONField(default=list)
    sequence = models.BigIntegerField()
    spent_c = models.BigIntegerField()

    class Meta:
        """One for each sale; nothing is lost below nothing."""

        db_table = "offline_settled_sale"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lost_mc__gte=0) & models.Q(residue_after_mc__gte=0),
                name="offline_settled_sale_range",
            )
        ]


class TerminalShift(Fact):
    """That a shift was opened at a terminal: the counter on line never takes it for its own."""

    shift = models.OneToOneField(
        "vending.Shift", on_delete=models.PROTECT, primary_key=True, related_name="terminal_shift"
    )
    terminal = models.ForeignKey("offline.Terminal", on_delete=models.PROTECT, related_name="shifts")

    class Meta:
        """One for each shift."""

        db_table = "offline_shift"


class TerminalDeposit(Fact):
    """That a deposit was of a terminal's money: its limit grows by exactly so much."""

    deposit = models.OneToOneField(
        "vending.Deposit", on_delete=models.PROTECT, primary_key=True, related_name="terminal_deposit"
    )
    terminal = models.ForeignKey("offline.Terminal", on_delete=models.PROTECT, related_name="deposits")

    class Meta:
        """One for each deposit."""

        db_table = "offline_deposit"


class FindingKind(models.TextChoices):
    """What was wrong."""

    FORK = "fork", "Dos historias"
    UNREADABLE = "unreadable", "Asiento ilegible"
    ID_REUSED = "id-reused", "Identificador repetido"
    UNKNOWN_METER = "unknown-meter", "Cliente o medidor desconocido"
    UNKNOWN_OPERATOR = "unknown-operator", "Operador desconocido"
    UNKNOWN_SHIFT = "unknown-shift", "Turno desconocido"
    WRONG_TOKEN = "wrong-token", "Token que no corresponde"
    KEY_CHANGED = "key-changed", "Cambió la llave o el medidor"
    PRICE_DIFFERS = "price-differs", "Precio distinto"
    LOST = "lost", "Dinero que nadie paga"
    BEYOND_LEASE = "beyond-lease", "Fuera del permiso"
    OVER_ALLOWED = "over-allowed", "Por encima del cupo"
    COUNTER_DIFFERS = "counter-differs", "El contador no cuadra"
    CLOCK = "clock", "Reloj"
    NUMBER = "number", "Número de tiquete"
    CASH = "cash", "Caja que no cuadra"


class Finding(Fact):
    """Something that a person should look at; the books say what happened all the same.

    Args:
        entry: number of the terminal's entry; 0: of the batch as a whole.
        sentence: Spanish, without names.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey("offline.Terminal", on_delete=models.PROTECT, related_name="findings")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="findings")
    entry = models.BigIntegerField()
    kind = models.CharField(max_length=20, choices=FindingKind.choices)
    sale = models.ForeignKey(
        "vending.Sale", on_delete=models.PROTECT, null=True, related_name="offline_findings"
    )
    sentence = models.CharField(max_length=240)
    wall_at = models.DateTimeField()

    class Meta:
        """Newest first."""

        db_table = "offline_finding"
        ordering = ["-wall_at", "-entry"]
        constraints = [
            models.UniqueConstraint(
                fields=["terminal", "batch", "entry", "kind"], name="offline_finding_once"
            )
        ]
