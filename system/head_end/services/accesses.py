"""The row by which a meter is spoken with."""

from datetime import datetime

from system.head_end.models import Channel, MeterAccess
from system.head_end.vocabulary import Registration
from system.registry.models import Device


def give_access(channel: Channel, device: Device, sap: int, now: datetime) -> MeterAccess:
    """Let a meter be spoken with behind a channel, within the caller's transaction.

    One that was put apart stays so: only a person lets it back (`confirm_found`).
    """
    access, made = MeterAccess.objects.get_or_create(
        device=device,
        defaults={
            "provider_id": channel.provider_id,
            "channel": channel,
            "sap": sap,
            "access": channel.access,
            "key_name": channel.key_name,
            "state": Registration.CONFIRMED.value,
            "state_since": now,
            "wanted_since": now,
        },
    )
    if not made and (access.channel_id, access.sap) != (channel.pk, sap):
        access.channel, access.sap = channel, sap
        access.save(update_fields=["channel", "sap"])
    found: MeterAccess = access
    return found


def look_again(channel_ids: list[int], now: datetime) -> None:
    """Something is due behind channels that was not before: they are looked at with the next lease."""
    Channel.objects.filter(pk__in=channel_ids, due_at__gt=now).update(due_at=now)
