"""Change how a meter is spoken with. Keys are only named: they lie in the collector's key file."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.config.writer import writing
from system.head_end.errors import UnableToConfigure
from system.head_end.logs import NONE, kept_logs
from system.head_end.models import MeterAccess
from system.head_end.services.accesses import look_again

SAP_MAX = 16_383
#: So far back readings can be wanted.
LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class MeterTerms:
    """How a meter is spoken with.

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


def set_meter(user: User, access: MeterAccess, terms: MeterTerms) -> MeterAccess:
    """Write it; the meter is looked at with the next lease.

    Raises:
        UnableToConfigure: the user may not, or an address, a name or a code makes no sense.
    """
    if access.provider_id != user.provider_id or not user.may(Operation.MANAGE_FIELD):
        raise UnableToConfigure("Su rol no permite configurar el campo.")
    if not 1 <= terms.sap <= SAP_MAX:
        raise UnableToConfigure(f"El SAP va de 1 a {SAP_MAX}.")
    if not terms.access.strip():
        raise UnableToConfigure("Escriba el perfil de acceso.")
    logs = terms.event_logs.strip()
    logs = logs if logs in ("", NONE) else kept_logs(logs.split())
    now = business_now()
    if terms.wanted_since is not None and not now - LONGEST <= terms.wanted_since <= now:
        raise UnableToConfigure(f"Se puede leer desde hace {LONGEST.days} días hasta hoy.")
    with writing():
        kept: MeterAccess = MeterAccess.objects.select_for_update().get(pk=access.pk)
        kept.sap, kept.access, kept.key_name = terms.sap, terms.access.strip(), terms.key_name.strip()
        kept.event_logs, kept.rests_until, kept.failures = logs, None, 0
        kept.wanted_since = terms.wanted_since or kept.wanted_since
        kept.save()
        audit.record(
            Operation.MANAGE_FIELD.value,
            user=user,
            subject=f"device:{access.device_id}",
            detail={"sap": kept.sap, "access": kept.access, "logs": logs},
        )
        look_again([kept.channel_id], now)
    return kept
