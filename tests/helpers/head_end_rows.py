"""Readings of a home's meter as the head-end keeps them, for rooms that only ask its API."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from system.head_end.models import ReadingValue, Series

ENERGY = "1.0.1.8.0"
REGISTER, WH = 3, 30


def registers(
    home: Any, begin: datetime, days: float, wh_a_day: int, period_s: int = 900, without: Collection[int] = ()
) -> Series:
    """A register that counts evenly, at every end of an interval from `begin` on.

    Args:
        home: the installation; its meter has the register.
        begin: of the first interval; set back to midnight in Bogota.
        days: so long.
        wh_a_day: how fast, a multiple of the intervals of a day.
        period_s: of the profile.
        without: numbers of the intervals whose ends were never read.
    """
    from django.utils import timezone

    from system.config.clock import BOGOTA

    midnight = begin.astimezone(BOGOTA).replace(hour=0, minute=0, second=0, microsecond=0)
    series = Series.objects.create(
        device=home.devices.get().device,
        profile=f"{period_s}",
        class_id=REGISTER,
        obis=ENERGY,
        attribute=2,
        unit=WH,
        period_s=period_s,
        created_at=timezone.now(),
    )
    count = int(timedelta(days=days).total_seconds()) // period_s
    ReadingValue.objects.bulk_create(
        ReadingValue(
            series=series,
            ends_at_s=int(midnight.timestamp()) + number * period_s,
            value=wh_a_day * number * period_s // 86_400,
        )
        for number in range(count + 1)
        if number not in without
    )
    return series
