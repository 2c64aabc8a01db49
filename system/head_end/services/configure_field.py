"""Ways into the field, meters of their own, plans and rules: what an operator sets up."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError

from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.config.writer import writing
from system.head_end.errors import UnableToConfigure
from system.head_end.models import Channel, CollectionPlan, FieldRules, MeterAccess
from system.head_end.periods import DAY_S, obis_of
from system.head_end.services.accesses import give_access
from system.head_end.vocabulary import ChannelKind
from system.registry.models import Device, Group, Site

#: What every provider wants to begin with: the curve of 15 minutes and the register of midnight, each night.
FIRST_PLANS = (("Curva de carga", "1.0.99.1.0", 900), ("Registro diario", "1.0.99.2.0", DAY_S))
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
_FRAMINGS = ("wrapper", "hdlc")
_SCHEMES = ("tcp://", "udp://", "serial://", "sim:", "memory://", "plc://")


@dataclass(frozen=True, slots=True)
class ChannelData:
    """A way into the field; see `system.head_end.models.Channel`."""

    kind: ChannelKind
    name: str
    url: str
    framing: str = "wrapper"
    uplink_url: str = ""
    secret_name: str = ""
    sessions_max: int = 1
    access: str = "hls-gmac"
    key_name: str = ""
    poll_s: int = 300
    patience_s: int = 6 * 3600
    enabled: bool = True


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


def add_channel(
    user: User, data: ChannelData, device: Device | None = None, site: Site | None = None
) -> Channel:
    """Make a channel; the provider's first one brings the first plans.

    Raises:
        UnableToConfigure: the user may not, or the data make no sense.
    """
    _may(user, *[row for row in (device, site) if row is not None])
    _check_channel(data)
    if Channel.objects.of(user).filter(name=data.name.strip()).exists():
        raise UnableToConfigure(f"Ya hay una vía llamada {data.name.strip()}.")
    with writing():
        channel = Channel(
            provider_id=user.provider_pk, device=device, site=site, due_at=business_now(), **_fields(data)
        )
        _save(channel)
        if not CollectionPlan.objects.of(user).exists():
            for name, profile, period_s in FIRST_PLANS:
                CollectionPlan.objects.create(
                    provider_id=user.provider_pk, name=name, profile=profile, period_s=period_s
                )
        _audit(user, f"channel:{channel.pk}", {"name": channel.name})
    return channel


def change_channel(user: User, channel: Channel, data: ChannelData) -> Channel:
    """Write other data of a channel; whoever works behind it ends with the old ones.

    Raises:
        UnableToConfigure: the user may not, or the data make no sense.
    """
    _may(user, channel)
    _check_channel(data)
    with writing():
        fresh: Channel = Channel.objects.select_for_update().get(pk=channel.pk)
        for name, value in _fields(data).items():
            setattr(fresh, name, value)
        fresh.rests_until, fresh.failures, fresh.due_at = None, 0, business_now()
        _save(fresh)
        _audit(user, f"channel:{fresh.pk}", {"name": fresh.name})
    return fresh


def add_direct_meter(
    user: User, device: Device, data: ChannelData, sap: int = 1, site: Site | None = None
) -> MeterAccess:
    """A meter with a connection of its own: a channel, and the meter behind it, confirmed by who says so.

    Raises:
        UnableToConfigure: the user may not, the data make no sense, or the meter is in the field already.
    """
    _may(user, device)
    if data.kind is not ChannelKind.DIRECT:
        raise UnableToConfigure("Un medidor directo tiene una vía propia.")
    if MeterAccess.objects.filter(device=device).exists():
        raise UnableToConfigure(f"El medidor {device.serial} ya está en campo.")
    with writing():
        channel = add_channel(user, data, site=site)
        access = give_access(channel, device, sap, business_now())
        _audit(user, f"device:{device.pk}", {"channel": channel.pk})
    return access


def save_plan(user: User, data: PlanData, plan: CollectionPlan | None = None) -> CollectionPlan:
    """Make a plan, or change one.

    Raises:
        UnableToConfigure: the user may not, or the data make no sense.
    """
    _may(user, *[row for row in (plan, data.group) if row is not None])
    if DAY_S % data.period_s or data.every_s < data.period_s:
        raise UnableToConfigure("El periodo debe dividir el día, y no se lee más seguido que cada periodo.")
    with writing():
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
    with writing():
        row, _ = FieldRules.objects.get_or_create(provider_id=user.provider_pk)
        for name, value in changes.items():
            setattr(row, name, value)
        _save(row)
        _audit(user, f"rules:{row.pk}", {name: str(value) for name, value in changes.items()})
    found: FieldRules = row
    return found


def _check_channel(data: ChannelData) -> None:
    if not data.name.strip():
        raise UnableToConfigure("Escriba un nombre.")
    if data.framing not in _FRAMINGS:
        raise UnableToConfigure("Las tramas son wrapper o hdlc.")
    for url in filter(None, (data.url, data.uplink_url)):
        if not url.startswith(_SCHEMES):
            raise UnableToConfigure(f"La dirección {url} no se entiende: por ejemplo tcp://10.0.0.5:4059.")
    if not data.url or (data.uplink_url and data.kind is not ChannelKind.CONCENTRATOR):
        raise UnableToConfigure("Falta la dirección, o un medidor directo tiene canal de gestión.")
    if not 1 <= data.sessions_max <= 200:
        raise UnableToConfigure("Las sesiones a la vez van de 1 a 200.")


def _fields(data: ChannelData) -> dict[str, Any]:
    return {**asdict(data), "kind": data.kind.value, "name": data.name.strip()}


def _save(row: Any) -> None:
    try:
        row.full_clean(exclude=["provider"])
    except ValidationError as error:
        raise UnableToConfigure(" ".join(error.messages)) from error
    row.save()


def _may(user: User, *rows: Any) -> None:
    if not user.may(Operation.MANAGE_FIELD):
        raise UnableToConfigure("Su rol no permite configurar el campo.")
    if any(row.provider_id != user.provider_id for row in rows):
        raise UnableToConfigure("Eso no existe.")


def _audit(user: User, subject: str, detail: Mapping[str, Any]) -> None:
    audit.record(Operation.MANAGE_FIELD.value, user=user, subject=subject, detail=detail)
