"""Terminals that sell without a link, and who may sell with them."""

from django.db import models

from system.accounts.scoping import Owned

#: Token identifiers of a meter are shared out by minute: slot 0 is the counter's, the others are terminals'.
SLOT_MAX = 15


class TerminalState(models.TextChoices):
    """Whether it gets packs."""

    ACTIVE = "active", "activo"
    SUSPENDED = "suspended", "suspendido"
    REPLACED = "replaced", "reemplazado"


class Scope(models.TextChoices):
    """Whose meters it may sell to."""

    ALL = "all", "Todos los clientes del prestador"
    COMMUNITY = "community", "Los de una comunidad"
    SITE = "site", "Los de un sitio"
    GROUP = "group", "Los de un grupo"


class Terminal(Owned):
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


class TerminalOperator(Owned):
    """Who may sell with a terminal, and how it knows his PIN; the PIN itself is nowhere.

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
