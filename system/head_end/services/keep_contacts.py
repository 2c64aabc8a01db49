"""Remember who was spoken with, and who not, since when and why."""

from collections.abc import Sequence
from datetime import timedelta

from system.config.compiled import update
from system.head_end.desk import Contact
from system.head_end.models import Channel, MeterAccess
from system.head_end.selectors.accesses import accesses_behind
from system.head_end.services.quarantine import quarantine_access
from system.head_end.vocabulary import Reason, Registration

#: How long a meter rests after the first, second … failure in a row, s; its orders go by their own time.
REST_S = (60, 120, 300, 600, 1800, 3600)
#: Reasons after which a meter is not spoken with until somebody looked.
_QUARANTINE = frozenset({Reason.WRONG_SERIAL, Reason.SCALER_CHANGED})
_DETAIL = 200
#: What a contact writes down; whatever else of the rows somebody changes meanwhile stays as he wants it.
_OF_BOTH = ("last_contact_at", "last_ok_at", "last_reason", "last_detail", "failing_since", "clock_off_s")
_OF_METERS = (
    *_OF_BOTH,
    "failures",
    "rests_until",
    "events_seen_at",
    "clock_seen_at",
    "doubt",
    "doubt_since",
)


def keep_contacts(channel: Channel, contacts: Sequence[Contact]) -> None:
    """Write contacts on channel and meters, within the caller's transaction, which holds the lease."""
    spoken_with = [one.device_id for one in contacts if one.device_id is not None]
    accesses = accesses_behind(channel.pk, spoken_with) if spoken_with else {}
    for contact in sorted(contacts, key=lambda one: one.at):
        if contact.device_id is None:
            _note(channel, contact)
        elif contact.device_id in accesses:
            _note_meter(accesses[contact.device_id], contact)
    update(*accesses.values(), fields=_OF_METERS)
    if any(contact.device_id is None for contact in contacts):
        update(channel, fields=_OF_BOTH)


def _note_meter(access: MeterAccess, contact: Contact) -> None:
    if contact.reason is None:
        access.failures, access.rests_until = 0, None
        access.events_seen_at = contact.at
    elif contact.reason is not Reason.COLLECTOR_STOPPED:
        rest_s = REST_S[min(access.failures, len(REST_S) - 1)]
        access.failures += 1
        access.rests_until = contact.at + timedelta(seconds=rest_s)
    _note(access, contact)
    if contact.clock_off_s is not None:
        access.clock_seen_at = contact.at
        if contact.clock_set and access.doubt == Reason.CLOCK_OFF.value:
            access.doubt, access.doubt_since = "", None
    if contact.reason in _QUARANTINE and access.state == Registration.CONFIRMED.value:
        quarantine_access(access, contact.reason.value, contact.at)
        update(access, fields=["state", "state_reason", "state_since"])


def _note(row: Channel | MeterAccess, contact: Contact) -> None:
    """What channel and meter have in common."""
    row.last_contact_at = contact.at
    row.last_detail = contact.detail[:_DETAIL]
    if contact.clock_off_s is not None:
        row.clock_off_s = 0.0 if contact.clock_set else contact.clock_off_s
    if contact.reason is None:
        row.last_ok_at, row.last_reason, row.failing_since = contact.at, "", None
    else:
        row.last_reason = contact.reason.value
        row.failing_since = row.failing_since or contact.at
