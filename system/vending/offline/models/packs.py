"""What a terminal was given: facts."""

import uuid
from typing import Any

from django.db import models

from system.accounts.facts import Fact


class Pack(Fact):
    """That a pack was begun: written before the security module is asked for its leases.

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
    """That a terminal may mint for a meter until an instant, whatever happens in the office meanwhile.

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
        """Whether it is in the lease of that id."""
        file = getattr(self.pack, "file", None)
        ids = [] if file is None else file.lease_ids
        return self.part <= len(ids) and ids[self.part - 1] == str(lease_id)
