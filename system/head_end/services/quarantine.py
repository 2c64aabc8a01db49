"""A meter that is not spoken with any more, until somebody looked."""

from datetime import datetime

from system.accounts import audit
from system.accounts.operations import Operation
from system.head_end.models import MeterAccess
from system.head_end.vocabulary import Registration


def quarantine_access(access: MeterAccess, reason: str, at: datetime) -> None:
    """Put a meter apart; the caller saves the row."""
    access.state, access.state_reason, access.state_since = Registration.QUARANTINED.value, reason, at
    audit.record(
        Operation.CONFIRM_REGISTRATION.value,
        provider_id=access.provider_id,
        subject=f"device:{access.device_id}",
        detail={"state": access.state, "reason": reason, "by": "rule"},
    )
