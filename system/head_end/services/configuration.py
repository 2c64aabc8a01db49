"""Configuration of the field: channels, access to meters, collection plans and rules.

Keys are only named: they lie in the collector's key file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from links.base import LinkUrlError
from links.url import LinkUrl
from protocols.dlms.obis import obis_of
from protocols.intervals import DAY_S
from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.config.transactions import write_transaction
from system.head_end.end_device_events import NO_LOGS, kept_logs
from system.head_end.errors import UnableToConfigure
from system.head_end.models import Channel, CollectionPlan, FieldRules, MeterAccess
from system.head_end.services.registration import grant_access, make_channels_due
from system.head_end.vocabulary import POLL_S, ChannelKind
from system.registry.models import Device, Group, Site

#: What every provider wants to begin with: the curve of 15 minutes and the register of midnight, each night.
DEFAULT_PLANS = (("Curva de carga", "1.0.99.1.0", 900), ("Registro diario", "1.0.99.2.0", DAY_S))
#: What `save_rules` takes: the columns of `FieldRules`.
RULE_NAMES = frozenset(
    {
        "confirm_known",
        "clock_set_max_s",
        "clock_doubt_s",
        "mass_cut_from",
        "token_valid_s",
        "event_logs",
        "silent_after_s",
    }
)


@dataclass(frozen=True, slots=True)
class PlanData:
    """A collection plan; see `system.head_end.models.CollectionPlan`."""

    name: str
    profile: str
    period_s: int
    at_s: int = 1800
    every_s: int = DAY_S
    group: Group | None = None
    enabled: bool = True


def create_default_plans(provider_id: int) -> None:
    """Create the default plans, within the caller's transaction; none where the provider has plans."""
    if not CollectionPlan.objects.filter(provider_id=provider_id).exists():
        for name, profile, period_s in DEFAULT_PLANS:
            CollectionPlan.objects.create(
                provider_id=provider_id, name=name, profile=profile, period_s=period_s
            )


def save_plan(user: User, data: PlanData, plan: CollectionPlan | None = None) -> CollectionPlan:
    """Make a plan, or change one.

    Raises:
        UnableToConfigure: the user may not, or the data make no sense.
    """
    _may(user, *[row for row in (plan, data.group) if row is not None])
    if data.period_s < 1 or DAY_S % data.period_s or data.every_s < data.period_s:
        raise UnableToConfigure("El periodo debe dividir el día, y no se lee más seguido que cada periodo.")
    with write_transaction():
        row = plan or CollectionPlan(provider_id=user.provider_pk)
        row.name, row.profile, row.period_s = data.name.strip(), obis_of(data.profile), data.period_s
        row.at_s, row.every_s, row.group, row.enabled = data.at_s, data.every_s, data.group, data.enabled
        _save(row)
        Channel.objects.of(user).update(due_at=business_now())
        _audit(user, f"plan:{row.pk}", {"profile": row.profile, "period_s": row.period_s})
    return row


def save_rules(user: User, **changes: Any) -> FieldRules:
    """Change the provider's rules; names and meanings are those of `FieldRules`.

    Raises:
        UnableToConfigure: the user may not, or a value makes no sense.
    """
    _may(user)
    unknown = set(changes) - RULE_NAMES
    if unknown:
        raise UnableToConfigure(f"No existe la regla {', '.join(sorted(unknown))}.")
    if "event_logs" in changes:
        changes["event_logs"] = kept_logs(str(changes["event_logs"]).split())
    with write_transaction():
        row, _ = FieldRules.objects.get_or_create(provider_id=user.provider_pk)
        for name, value in changes.items():
            setattr(row, name, value)
        _save(row)
        _audit(user, f"rules:{row.pk}", {name: str(value) for name, value in changes.items()})
    found: FieldRules = row
    return found


def _save(row: Any) -> None:
    try:
        row.full_clean(exclude=["provider"])
    except ValidationError as error:
        raise UnableToConfigure(" ".join(error.messages)) from error
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise UnableToConfigure("Ya hay otro con ese nombre.") from None


def _may(user: User, *rows: Any) -> None:
    if not user.may(Operation.MANAGE_FIELD):
        raise UnableToConfigure("Su rol no permite configurar el campo.")
    if any(row.provider_id != user.provider_id for row in rows):
        raise UnableToConfigure("Eso no existe.")


def _audit(user: User, subject: str, detail: Mapping[str, Any]) -> None:
    audit.record(Operation.MANAGE_FIELD.value, user=user, subject=subject, detail=detail)


SCHEMES = frozenset({"tcp", "serial"})
FRAMINGS = frozenset({"wrapper", "hdlc"})


@dataclass(frozen=True, slots=True)
class ChannelData:
    """Data of a channel into the field.

    Args:
        name: for people; once for each provider.
        url: of the DLMS port.
        kind: None: it stays what it is.
        uplink_url: of a concentrator's management port; empty: it has none.
        secret_name, access, key_name: entries of the collector's key file.
        sessions_max: meters that may be spoken with at once.
        meter: the meter of a direct connection.
        sap: its server address there, 1 to 16 383.
        poll_s: so often the uplink is asked.
    """

    name: str
    url: str
    kind: ChannelKind | None = ChannelKind.CONCENTRATOR
    framing: str = "wrapper"
    uplink_url: str = ""
    secret_name: str = ""
    access: str = "hls-gmac"
    key_name: str = ""
    sessions_max: int = 1
    enabled: bool = True
    site: Site | None = None
    device: Device | None = None
    meter: Device | None = None
    sap: int = 1
    poll_s: int = POLL_S


#: Columns of a channel that are set as they are given.
CHANNEL_FIELDS = (
    "name",
    "url",
    "framing",
    "uplink_url",
    "secret_name",
    "access",
    "key_name",
    "sessions_max",
    "enabled",
    "poll_s",
)


def set_channel(user: User, data: ChannelData, channel: Channel | None = None) -> Channel:
    """Write it; with a `channel` that one changes, and is looked at with the next lease.

    The provider's first one brings the first plans.

    Raises:
        UnableToConfigure: the user may not, or an address, a name or a number makes no sense.
    """
    if not user.may(Operation.MANAGE_FIELD):
        raise UnableToConfigure("Su rol no permite configurar el campo.")
    if channel is not None and channel.provider_id != user.provider_id:
        raise UnableToConfigure("Ese canal es de otra empresa.")
    kind = data.kind or ChannelKind(channel.kind if channel is not None else ChannelKind.CONCENTRATOR)
    _check_channel(data, kind, new=channel is None)
    now = business_now()
    kept = channel or Channel(provider_id=user.provider_pk, kind=kind.value, due_at=now)
    for name in CHANNEL_FIELDS:
        setattr(kept, name, getattr(data, name))
    kept.site, kept.device = data.site or kept.site, data.device or kept.device
    kept.rests_until, kept.failures = None, 0
    try:
        with write_transaction():
            kept.save()
            create_default_plans(kept.provider_id)
            if data.meter is not None:
                grant_access(kept, data.meter, data.sap, now)
            make_channels_due([kept.pk], now)
            audit.record(Operation.MANAGE_FIELD.value, user=user, subject=f"channel:{kept.pk}")
    except IntegrityError:
        raise UnableToConfigure(f"Ya hay un canal llamado {data.name}.") from None
    return kept


def _check_channel(data: ChannelData, kind: ChannelKind, *, new: bool) -> None:
    for url in (data.url, data.uplink_url):
        if url:
            _check_url(url)
    if not data.url:
        raise UnableToConfigure("Escriba la dirección DLMS.")
    if data.framing not in FRAMINGS or not 1 <= data.sap <= 16_383 or not 1 <= data.sessions_max <= 200:
        raise UnableToConfigure("Las tramas, el SAP o las sesiones a la vez (1 a 200) no son válidos.")
    if new and (data.meter is None) == (kind is ChannelKind.DIRECT):
        raise UnableToConfigure("Indique la serie solo si el medidor tiene conexión propia.")
    if data.uplink_url and not data.secret_name:
        raise UnableToConfigure("El canal de gestión necesita el nombre de su clave de enlace.")


def _check_url(url: str) -> None:
    try:
        parsed = LinkUrl.parse(url)
        known = parsed.scheme in SCHEMES
        if known and parsed.scheme == "tcp":
            parsed.address()
    except LinkUrlError:
        known = False
    if not known:
        raise UnableToConfigure(f"{url} no es una dirección como tcp://10.20.0.5:4059.")


SAP_MAX = 16_383
#: So far back readings can be wanted.
WANTED_SINCE_MAX = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class MeterAccessData:
    """Data of the access to a meter.

    Args:
        sap: its server address behind the channel, 1 to 16 383.
        access, key_name: entries of the collector's key file.
        event_logs: OBIS codes apart by spaces; empty: those of the provider's rules; ``-``: none.
        wanted_since: readings are wanted from here on, as far as the meter still has them; None: as it is.
    """

    sap: int
    access: str
    key_name: str = ""
    event_logs: str = ""
    wanted_since: datetime | None = None


def set_meter(user: User, access: MeterAccess, data: MeterAccessData) -> MeterAccess:
    """Write it; the meter is looked at with the next lease.

    Raises:
        UnableToConfigure: the user may not, or an address, a name or a code makes no sense.
    """
    if access.provider_id != user.provider_id or not user.may(Operation.MANAGE_FIELD):
        raise UnableToConfigure("Su rol no permite configurar el campo.")
    if not 1 <= data.sap <= SAP_MAX:
        raise UnableToConfigure(f"El SAP va de 1 a {SAP_MAX}.")
    if not data.access.strip():
        raise UnableToConfigure("Escriba el perfil de acceso.")
    logs = data.event_logs.strip()
    logs = logs if logs in ("", NO_LOGS) else kept_logs(logs.split())
    now = business_now()
    if data.wanted_since is not None and not now - WANTED_SINCE_MAX <= data.wanted_since <= now:
        raise UnableToConfigure(f"Se puede leer desde hace {WANTED_SINCE_MAX.days} días hasta hoy.")
    with write_transaction():
        kept: MeterAccess = MeterAccess.objects.select_for_update().get(pk=access.pk)
        kept.sap, kept.access, kept.key_name = data.sap, data.access.strip(), data.key_name.strip()
        kept.event_logs, kept.rests_until, kept.failures = logs, None, 0
        kept.wanted_since = data.wanted_since or kept.wanted_since
        kept.save()
        audit.record(
            Operation.MANAGE_FIELD.value,
            user=user,
            subject=f"device:{access.device_id}",
            detail={"sap": kept.sap, "access": kept.access, "logs": logs},
        )
        make_channels_due([kept.channel_id], now)
    return kept
