"""A person says that a register really changed: its scaler, or that it began anew. What waited then counts.

The energy between the last value before and the first one after is in no sum: nobody knows it.
"""

from datetime import datetime

from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.config.writer import writing
from system.head_end.errors import UnableToConfigure
from system.head_end.models import MeterAccess, QuarantinedValue, Series
from system.head_end.plausible import is_cumulative, went_back
from system.head_end.selectors.changes import ACCEPTABLE, ColumnKey, last_believed_s
from system.head_end.storing.values import store_values


def accept_change(user: User, access: MeterAccess, reason: str) -> int:
    """End the series that waiting values contradict, begin others, and believe what fits; how many values.

    The waited values stay where they are, as they came; sums take them from now on.

    Raises:
        UnableToConfigure: the user may not, or nothing waits for that reason.
    """
    if access.provider_id != user.provider_id or not user.may(Operation.CONFIRM_REGISTRATION):
        raise UnableToConfigure("Su rol no permite aceptar cambios de un medidor.")
    if reason not in ACCEPTABLE:
        raise UnableToConfigure("Ese motivo no se puede aceptar.")
    now = business_now()
    with writing():
        access = MeterAccess.objects.select_for_update().get(pk=access.pk)
        waiting = _waiting(access, reason)
        if not waiting:
            raise UnableToConfigure("No hay lecturas en espera por ese motivo.")
        believed = sum(_begin_anew(access, values, now) for values in waiting.values())
        if access.doubt == reason:
            access.doubt, access.doubt_since = "", None
            access.save(update_fields=["doubt", "doubt_since"])
        audit.record(
            Operation.CONFIRM_REGISTRATION.value,
            user=user,
            subject=f"device:{access.device_id}",
            detail={"accepted": reason, "values": believed},
        )
    return believed


def _waiting(access: MeterAccess, reason: str) -> dict[ColumnKey, list[QuarantinedValue]]:
    """What waits by column; only what is newer than the last value that was believed."""
    out: dict[ColumnKey, list[QuarantinedValue]] = {}
    rows = QuarantinedValue.objects.filter(device_id=access.device_id, reason=reason)
    for row in rows.order_by("ends_at_s", "pk"):
        out.setdefault((row.profile, row.obis, row.attribute), []).append(row)
    for key in list(out):
        last = last_believed_s(access, key)
        out[key] = [row for row in out[key] if row.ends_at_s > last]
        if not out[key]:
            del out[key]
    return out


def _begin_anew(access: MeterAccess, values: list[QuarantinedValue], now: datetime) -> int:
    newest = values[-1]
    key = {"profile": newest.profile, "obis": newest.obis, "attribute": newest.attribute}
    former = Series.objects.filter(device_id=access.device_id, retired_at__isnull=True, **key)
    period_s = former.values_list("period_s", flat=True).first() or 0
    former.update(retired_at=now)
    series = Series.objects.create(
        device_id=access.device_id,
        class_id=newest.class_id,
        scaler=newest.scaler,
        unit=newest.unit,
        period_s=period_s,
        created_at=now,
        **key,
    )
    same = [row for row in values if (row.scaler, row.unit) == (newest.scaler, newest.unit)]
    away = (
        went_back([row.value for row in same], None)
        if is_cumulative(newest.obis, newest.class_id)
        else frozenset[int]()
    )
    kept = [row for place, row in enumerate(same) if place not in away]
    store_values([(series.pk, row.ends_at_s, row.value, row.quality) for row in kept])
    return len(kept)
