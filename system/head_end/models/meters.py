"""Channels into the field, the meters behind them, discovery, events, and the rules of a provider."""

from django.db import models

from system.accounts.facts import Fact
from system.accounts.scoping import ProviderOwned
from system.head_end.vocabulary import POLL_S, ChannelKind, Registration


class FieldRules(ProviderOwned):
    """Rules of a provider for the field.

    Args:
        confirm_known: confirm by itself what the registry knows by serial number and EUI-48.
        clock_set_max_s: a clock that is further off is not set by itself: somebody must order it.
        clock_doubt_s: readings of a clock that is further off go into quarantine.
        mass_cut_from: so many cuts at once need a second person.
        token_valid_s: so long a token is sent.
        event_logs: OBIS codes of the logs that are read, apart by spaces.
        silent_after_s: a meter that was not reached for so long is shown as silent.
    """

    confirm_known = models.BooleanField("confirmar lo conocido", default=True)
    clock_set_max_s = models.PositiveIntegerField("ajuste de reloj máximo (s)", default=900)
    clock_doubt_s = models.PositiveIntegerField("desfase que pone en cuarentena (s)", default=900)
    mass_cut_from = models.PositiveIntegerField("corte masivo desde", default=2)
    token_valid_s = models.PositiveIntegerField("vigencia de la entrega (s)", default=3 * 86_400)
    event_logs = models.CharField(
        "bitácoras", max_length=200, default="0.0.99.98.0 0.0.99.98.1 0.0.99.98.2 0.0.99.98.5"
    )
    silent_after_s = models.PositiveIntegerField("silencio (s)", default=36 * 3600)

    class Meta:
        """One for each provider."""

        db_table = "head_end_field_rules"
        constraints = [models.UniqueConstraint(fields=["provider"], name="head_end_field_rules_one")]


class Channel(ProviderOwned):
    """A way into the field: a concentrator, or a meter with a connection of its own.

    Args:
        device: the concentrator, where the registry has it.
        url: of the DLMS port, as `links` reads it.
        framing: ``wrapper`` or ``hdlc``.
        uplink_url: of the concentrator's management port; empty: it has none.
        secret_name: entry of the collector's key file that opens the uplink.
        access, key_name: what meters that are found behind it get.
        poll_s: so often the uplink is asked.
        patience_s: younger gaps are left to the concentrator, which fetches by itself.
        leased_by, lease_number, leased_until: who works here; the number only counts up.
        due_at: nothing is due before.
        rests_until, failures: after failures, left alone for a growing while.
    """

    kind = models.CharField("tipo", max_length=20, choices=[(kind.value, kind.value) for kind in ChannelKind])
    name = models.CharField("nombre", max_length=100)
    device = models.ForeignKey(
        "registry.Device", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    site = models.ForeignKey(
        "registry.Site", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    url = models.CharField("dirección DLMS", max_length=200)
    framing = models.CharField("tramas", max_length=10, default="wrapper")
    uplink_url = models.CharField("dirección de gestión", max_length=200, blank=True, default="")
    secret_name = models.CharField("clave de enlace", max_length=60, blank=True, default="")
    sessions_max = models.PositiveIntegerField("sesiones a la vez", default=1)
    access = models.CharField("perfil de acceso", max_length=40, default="hls-gmac")
    key_name = models.CharField("llave", max_length=60, blank=True, default="")
    poll_s = models.PositiveIntegerField("consulta cada (s)", default=POLL_S)
    patience_s = models.PositiveIntegerField("paciencia (s)", default=6 * 3600)
    enabled = models.BooleanField("activo", default=True)
    leased_by = models.CharField(max_length=100, blank=True, default="")
    lease_number = models.BigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(db_index=True)
    rests_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    last_contact_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    last_reason = models.CharField(max_length=30, blank=True, default="")
    last_detail = models.CharField(max_length=200, blank=True, default="")
    clock_off_s = models.FloatField(null=True)
    listed_at = models.DateTimeField(null=True)
    polled_at = models.DateTimeField(null=True)
    reading_cursor = models.BigIntegerField(default=0)
    event_cursor = models.BigIntegerField(default=0)

    class Meta:
        """A name is used once."""

        db_table = "head_end_channel"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "name"], name="head_end_channel_name"),
            models.CheckConstraint(condition=models.Q(sessions_max__gte=1), name="head_end_channel_sessions"),
        ]

    def __str__(self) -> str:
        """Its name."""
        return self.name


class MeterAccess(ProviderOwned):
    """Access to a meter, and its state at the last contact.

    Args:
        sap: its server address behind the channel.
        access, key_name: entries of the collector's key file; never a key.
        event_logs: as in the rules, for a meter that has others; empty: those of the rules; ``-``: none.
        next_counter: first invocation counter that nobody reserved yet.
        state: only a confirmed one is spoken with.
        state_reason: why it is in quarantine: a `Reason`, or ``duplicate``.
        wanted_since: readings are wanted from here on.
        doubt: a `Reason` why its readings are not believed; empty: they are.
        output_state, control_state, mode: of relay and payment, as last read back.
    """

    device = models.OneToOneField("registry.Device", on_delete=models.PROTECT, related_name="field_access")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="meters")
    sap = models.PositiveIntegerField("SAP", default=1)
    access = models.CharField("perfil de acceso", max_length=40, default="hls-gmac")
    key_name = models.CharField("llave", max_length=60, blank=True, default="")
    event_logs = models.CharField("bitácoras", max_length=200, blank=True, default="")
    next_counter = models.BigIntegerField(default=1)
    state = models.CharField(max_length=20, default=Registration.CONFIRMED.value)
    state_reason = models.CharField(max_length=30, blank=True, default="")
    state_since = models.DateTimeField()
    wanted_since = models.DateTimeField()
    last_contact_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    last_reason = models.CharField(max_length=30, blank=True, default="")
    last_detail = models.CharField(max_length=200, blank=True, default="")
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True)
    clock_off_s = models.FloatField(null=True)
    clock_seen_at = models.DateTimeField(null=True)
    events_seen_at = models.DateTimeField(null=True)
    doubt = models.CharField(max_length=30, blank=True, default="")
    doubt_since = models.DateTimeField(null=True)
    output_state = models.BooleanField(null=True)
    control_state = models.CharField(max_length=30, blank=True, default="")
    switch_seen_at = models.DateTimeField(null=True)
    mode = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        """One for each device."""

        db_table = "head_end_meter_access"
        ordering = ["id"]
        indexes = [models.Index(fields=["channel", "state"], name="head_end_access_channel")]


class FoundDevice(ProviderOwned):
    """A meter that a concentrator lists, or that answered at an address.

    Args:
        serial, ldn, drn, eui48: as it says itself.
        sap: where, behind the channel.
        state: FOUND waits for somebody; CONFIRMED is spoken with; QUARANTINED and REJECTED are not.
        reason: why it is not confirmed: a key of `system.head_end.registration_rules.REGISTRATION_REASONS`.
        device: of the registry, where it is known there.
        seen_at: when it was last listed.
    """

    channel = models.ForeignKey("head_end.Channel", on_delete=models.PROTECT, related_name="found")
    serial = models.CharField(max_length=40)
    ldn = models.CharField(max_length=40, blank=True, default="")
    drn = models.CharField(max_length=20, blank=True, default="")
    eui48 = models.CharField(max_length=20, blank=True, default="")
    sap = models.PositiveIntegerField()
    state = models.CharField(max_length=20, default=Registration.FOUND.value)
    reason = models.CharField(max_length=30, blank=True, default="")
    device = models.ForeignKey("registry.Device", on_delete=models.PROTECT, null=True, related_name="+")
    reachable = models.BooleanField(default=True)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """The same thing at the same place is one row."""

        db_table = "head_end_found_device"
        ordering = ["serial", "id"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "serial", "eui48"], name="head_end_found_device_once")
        ]
        indexes = [models.Index(fields=["provider", "serial"], name="head_end_found_serial")]


class DeviceEvent(Fact):
    """Event of a device, kept once.

    Args:
        device: whose; None: the concentrator's own, or of a meter that nobody knows.
        subject: who tells it, as one word: ``device:7``, or ``channel:3:SERIAL`` where nobody is known.
        log: OBIS of its log, or ``uplink``.
        code: number in that log.
        at: by the device's clock.
        sequence: where the device numbers them.
        received_at: when it got here, by the collector's clock.
    """

    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    channel = models.ForeignKey("head_end.Channel", on_delete=models.PROTECT, related_name="events")
    device = models.ForeignKey(
        "registry.Device", on_delete=models.PROTECT, null=True, related_name="field_events"
    )
    subject = models.CharField(max_length=70)
    serial = models.CharField(max_length=40, blank=True, default="")
    log = models.CharField(max_length=30)
    code = models.IntegerField()
    name = models.CharField(max_length=60)
    at = models.DateTimeField()
    sequence = models.BigIntegerField(default=0)
    alarm = models.BooleanField(default=False)
    detail = models.CharField(max_length=200, blank=True, default="")
    received_at = models.DateTimeField()

    class Meta:
        """Newest last."""

        db_table = "head_end_device_event"
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "log", "code", "at", "sequence"], name="head_end_event_once"
            )
        ]
        indexes = [
            models.Index(fields=["provider", "at"], name="head_end_event_time"),
            models.Index(fields=["device", "log", "at"], name="head_end_event_device"),
        ]
