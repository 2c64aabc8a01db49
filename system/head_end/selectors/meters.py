"""Meters and concentrators in the field, as people see them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, Count, Q, QuerySet

from system.config.clock import business_now
from system.config.compiled_queries import CompiledQuery
from system.head_end.models import Channel, FoundDevice, MeterAccess
from system.head_end.registration_rules import REGISTRATION_REASONS
from system.head_end.selectors.meter_access import rules_of
from system.head_end.vocabulary import REASON_SENTENCES, Reason, Registration
from system.registry.models import Device

#: States by which meters are looked for -> Spanish.
STATES: Mapping[str, str] = {
    "well": "En línea",
    "failing": "Con fallas",
    "silent": "En silencio",
    "never": "Nunca contactado",
    "doubtful": "Lecturas en duda",
    "quarantined": "En cuarentena",
}


def reachable(device: Device) -> bool:
    """True where an order could reach a meter: confirmed, and neither it nor its channel fails now."""
    access = _ACCESS.first(device_id=device.pk)
    return (
        access is not None
        and access.state == Registration.CONFIRMED.value
        and access.channel.enabled
        and access.failing_since is None
        and access.channel.failing_since is None
    )


def state_of(access: MeterAccess, now: datetime, silent_after_s: int) -> str:
    """A key of `STATES`."""
    if access.state != Registration.CONFIRMED.value:
        return "quarantined"
    if access.last_ok_at is None:
        return "never" if access.failing_since is None else "failing"
    if access.last_ok_at + timedelta(seconds=silent_after_s) < now:
        return "silent"
    if access.failing_since is not None:
        return "failing"
    return "doubtful" if access.doubt else "well"


def sentence_of(access: MeterAccess) -> str:
    """Sentence about what is wrong with a meter, in Spanish; empty: nothing is known to be."""
    if access.state != Registration.CONFIRMED.value:
        reason = access.state_reason
        return (
            REGISTRATION_REASONS.get(reason) or REASON_SENTENCES.get(Reason(reason), "")
            if reason
            else "En cuarentena."
        )
    for word in (access.last_reason, access.doubt):
        if word:
            return REASON_SENTENCES[Reason(word)]
    return ""


def find_accesses(
    user: Any, *, text: str = "", state: str = "", channel_id: int | None = None
) -> QuerySet[Any]:
    """Meters in the field, by serial, DRN, NIU and state (`STATES`)."""
    found = MeterAccess.objects.of(user).select_related("device", "channel")
    word = text.strip()
    if word:
        found = found.filter(
            Q(device__serial__icontains=word)
            | Q(device__identifiers__value__iexact=word, device__identifiers__valid_to__isnull=True)
            | Q(
                device__installations__installation__niu__iexact=word,
                device__installations__valid_to__isnull=True,
            )
        ).distinct()
    if channel_id is not None:
        found = found.filter(channel_id=channel_id)
    if state in STATES:
        found = found.filter(_condition(user, state))
    ordered: QuerySet[Any] = found.order_by("device__serial", "pk")
    return ordered


def _condition(user: Any, state: str) -> Q:
    confirmed = Q(state=Registration.CONFIRMED.value)
    silent_s = rules_of(user.provider_id).silent_after_s
    old = Q(last_ok_at__lt=business_now() - timedelta(seconds=silent_s))
    never = Q(last_ok_at__isnull=True)
    failing = Q(failing_since__isnull=False)
    return {
        "well": confirmed & ~never & ~old & ~failing & Q(doubt=""),
        "failing": confirmed & failing & (never | ~old),
        "silent": confirmed & ~never & old,
        "never": confirmed & never & ~failing,
        "doubtful": confirmed & ~never & ~old & ~failing & ~Q(doubt=""),
        "quarantined": ~confirmed,
    }[state]


def access_of(user: Any, device_id: int) -> MeterAccess | None:
    """Access to a meter of the user's provider."""
    found: MeterAccess | None = (
        MeterAccess.objects.of(user).select_related("device", "channel").filter(device_id=device_id).first()
    )
    return found


def find_channels(user: Any) -> QuerySet[Any]:
    """Ways into the field, with how many meters are behind each, and how many of them fail."""
    confirmed = Q(meters__state=Registration.CONFIRMED.value)
    found: QuerySet[Any] = (
        Channel.objects.of(user)
        .annotate(
            meter_count=Count("meters", filter=confirmed),
            failing_count=Count("meters", filter=confirmed & Q(meters__failing_since__isnull=False)),
        )
        .order_by("name", "pk")
    )
    return found


def find_found(user: Any, state: str = "") -> QuerySet[Any]:
    """Found meters; `state`: one of `Registration`, or ``open``: those that wait for a decision."""
    found = FoundDevice.objects.of(user).select_related("channel", "device")
    if state == "open":
        found = found.filter(state__in=[Registration.FOUND.value, Registration.QUARANTINED.value])
    elif state:
        found = found.filter(state=state)
    ordered: QuerySet[Any] = found.order_by("state", "serial", "pk")
    return ordered


_ACCESS = CompiledQuery(
    lambda device_id: MeterAccess.objects.filter(device_id=device_id).select_related("channel"),
    device_id=BigIntegerField(),
)
