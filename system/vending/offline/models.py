"""Off-line terminals and operators, packs and leased meters, batches, settled sales and findings."""

import uuid
from typing import Any

from django.db import models

from system.accounts.facts import Fact
from system.accounts.scoping import ProviderOwned

# ------------ terminals

#: Token identifiers of a meter are shared out by minute: slot 0 is the counter's, the others are terminals'.
SLOT_MAX = 15


class TerminalState(models.TextChoices):
    """State of a terminal; only an active one gets packs."""

    ACTIVE = "active", "activo"
    SUSPENDED = "suspended", "suspendido"
    REPLACED = "replaced", "reemplazado"


class Scope(models.TextChoices):
    """Scope of a terminal: the customers to whom it may sell."""

    ALL = "all", "Todos los clientes del prestador"
    COMMUNITY = "community", "Los de una comunidad"
    SITE = "site", "Los de un sitio"
    GROUP = "group", "Los de un grupo"


class Terminal(ProviderOwned):
    """A terminal: its identity is two key pairs that never leave it.

    Args:
        id: made by the terminal, in its enrolment.
        code: short, printed as the head of its ticket numbers; never given to another one.
        point_of_sale: whose merchant owes what it takes.
        signing_public, agreement_public: Ed25519 and X25519, 64 hexadecimal digits each.
        slot: 1 to 15: its share of the minutes that number tokens.
        limit_c: what it may hold of the provider's money, centavos: deposits renew it.
        conservative: others sell to its customers too: it asks the dearer step and the office gives back.
        former: the terminal that it replaces.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    code = models.CharField("código", max_length=8)
    serial = models.CharField("serie", max_length=40)
    name = models.CharField("nombre", max_length=60)
    point_of_sale = models.ForeignKey(
        "vending.PointOfSale", on_delete=models.PROTECT, related_name="terminals"
    )
    signing_public = models.CharField(max_length=64)
    agreement_public = models.CharField(max_length=64)
    slot = models.PositiveSmallIntegerField()
    limit_c = models.BigIntegerField("cupo")
    state = models.CharField(max_length=10, choices=TerminalState.choices, default=TerminalState.ACTIVE)
    conservative = models.BooleanField(default=False)
    scope = models.CharField("clientes", max_length=10, choices=Scope.choices)
    community = models.ForeignKey(
        "registry.Community", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    site = models.ForeignKey(
        "registry.Site", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        "registry.Group", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    former = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successor"
    )
    enrolled_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField()

    class Meta:
        """A code and a key are used once; a slot by one active terminal."""

        db_table = "offline_terminal"
        ordering = ["code"]
        verbose_name = "terminal"
        constraints = [
            models.UniqueConstraint(fields=["provider", "code"], name="offline_terminal_code"),
            models.UniqueConstraint(fields=["signing_public"], name="offline_terminal_key"),
            models.UniqueConstraint(
                fields=["provider", "slot"],
                condition=models.Q(state="active"),
                name="offline_terminal_slot",
            ),
            models.UniqueConstraint(
                fields=["point_of_sale"],
                condition=models.Q(state="active"),
                name="offline_terminal_one_for_a_point",
            ),
            models.CheckConstraint(
                condition=models.Q(slot__range=(1, SLOT_MAX)) & models.Q(limit_c__gte=0),
                name="offline_terminal_range",
            ),
        ]

    def __str__(self) -> str:
        """Code and name."""
        return f"{self.code} {self.name}"


class TerminalOperator(ProviderOwned):
    """Operator of a terminal, with the verifier of his PIN; the PIN itself is nowhere.

    Args:
        salt, verifier: hexadecimal; see `protocols.offline` for how a verifier is made.
        active: in the next pack.
    """

    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="operators")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    salt = models.CharField(max_length=64)
    verifier = models.CharField(max_length=128)
    active = models.BooleanField(default=True)
    set_at = models.DateTimeField()

    class Meta:
        """One PIN for each."""

        db_table = "offline_operator"
        ordering = ["user__username"]
        constraints = [models.UniqueConstraint(fields=["terminal", "user"], name="offline_operator_once")]


# ------------ packs


class Pack(Fact):
    """Pack that was begun: written before the security module is asked for its leases.

    Args:
        number: counts up for each terminal, from 1; one that failed leaves a gap.
        settled_number: of the last entry of the terminal's chain that it acknowledges; 0: none.
        allowed_c: what the terminal may take in its whole life, centavos.
        valid_from, valid_until: when its prices hold, business time.
        leased_until: after which its secure counter mints nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey("offline.Terminal", on_delete=models.PROTECT, related_name="packs")
    number = models.PositiveIntegerField()
    slot = models.PositiveSmallIntegerField()
    settled_number = models.BigIntegerField()
    allowed_c = models.BigIntegerField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    leased_until = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        """A number is used once."""

        db_table = "offline_pack"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["terminal", "number"], name="offline_pack_number"),
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("valid_from"))
                & models.Q(leased_until__gte=models.F("valid_until")),
                name="offline_pack_times",
            ),
        ]


class PackFile(Fact):
    """The pack, as it is handed out.

    Args:
        content: the signed envelope, compressed (zlib).
        sha256: of the envelope.
        octets: of the envelope.
        customers: in it.
        lease_ids: of the security module's leases in it, in the order of their parts.
    """

    pack = models.OneToOneField(Pack, on_delete=models.PROTECT, primary_key=True, related_name="file")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    octets = models.PositiveIntegerField()
    customers = models.PositiveIntegerField()
    lease_ids = models.JSONField(default=list)

    class Meta:
        """One for each pack."""

        db_table = "offline_pack_file"


class LeasedMeter(Fact):
    """Lease of a meter: the terminal may mint for it until an instant, whatever the office does meanwhile.

    Args:
        part: which of the pack's leases holds its key, from 1.
        drn, sgc, krn, ti: the meter as it is in the lease.
        conservative: another one might sell to it while the pack lives.
    """

    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="meters")
    device = models.ForeignKey("registry.Device", on_delete=models.PROTECT, related_name="leases")
    installation = models.ForeignKey("registry.Installation", on_delete=models.PROTECT, related_name="leases")
    part = models.PositiveSmallIntegerField()
    drn = models.CharField(max_length=13)
    sgc = models.CharField(max_length=6)
    krn = models.PositiveSmallIntegerField()
    ti = models.PositiveSmallIntegerField()
    until = models.DateTimeField()
    conservative = models.BooleanField(default=False)

    class Meta:
        """Once in a pack; found by the meter."""

        db_table = "offline_leased_meter"
        indexes = [models.Index(fields=["device", "until"], name="offline_leased_until")]
        constraints = [models.UniqueConstraint(fields=["pack", "device"], name="offline_leased_once")]

    def is_in(self, lease_id: Any) -> bool:
        """True where it is in the lease of that id."""
        file = getattr(self.pack, "file", None)
        ids = [] if file is None else file.lease_ids
        return self.part <= len(ids) and ids[self.part - 1] == str(lease_id)


# ------------ batches


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
    """Off-line sale in the books, and how far the terminal's price was from theirs.

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
    """Shift of a terminal: the counter on line never takes it for its own."""

    shift = models.OneToOneField(
        "vending.Shift", on_delete=models.PROTECT, primary_key=True, related_name="terminal_shift"
    )
    terminal = models.ForeignKey("offline.Terminal", on_delete=models.PROTECT, related_name="shifts")

    class Meta:
        """One for each shift."""

        db_table = "offline_shift"


class TerminalDeposit(Fact):
    """Deposit of a terminal's money: its limit grows by exactly so much."""

    deposit = models.OneToOneField(
        "vending.Deposit", on_delete=models.PROTECT, primary_key=True, related_name="terminal_deposit"
    )
    terminal = models.ForeignKey("offline.Terminal", on_delete=models.PROTECT, related_name="deposits")

    class Meta:
        """One for each deposit."""

        db_table = "offline_deposit"


class FindingKind(models.TextChoices):
    """Kind of a finding."""

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
    """Finding that a person should look at; the books say what happened all the same.

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
