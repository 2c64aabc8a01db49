"""Class 8: the meter's clock, in local time with the deviation of its place."""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.objects import AccessError, constant
from protocols.dlms.datetimes import CosemDateTime
from sim.meter.cosem.bound import NEVER, Bound, getter, time_octets
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

QUARTER_S = 900
MINUTE_S = 60
INTERNAL_CRYSTAL = 1


def bind_clock(live: LiveParts, _row: ObjectTerms) -> Bound:
    """Time, zone, no daylight saving; set time, adjust to quarter or minute, shift."""
    zone = live.profile.deviation_minutes

    def set_time(value: Data) -> None:
        if not isinstance(value.value, bytes):
            raise AccessError(DataAccessResult.TYPE_UNMATCHED)
        live.requests.set_clock(CosemDateTime.from_bytes(value.value).to_utc(zone))

    def shift(parameter: Data | None) -> None:
        if parameter is not None and isinstance(parameter.value, int):
            live.requests.shift_clock(parameter.value)

    return Bound(
        getters={
            2: getter(lambda: axdr.octet_string(time_octets(live.parts.clock.epoch_us, zone))),
            3: constant(axdr.long(zone)),
            4: constant(axdr.unsigned(0)),
            5: constant(axdr.octet_string(NEVER)),
            6: constant(axdr.octet_string(NEVER)),
            7: constant(axdr.integer(0)),
            8: constant(axdr.boolean(False)),
            9: constant(axdr.enum(INTERNAL_CRYSTAL)),
        },
        setters={2: set_time},
        methods={
            1: lambda _parameter: live.requests.adjust_clock(QUARTER_S),
            3: lambda _parameter: live.requests.adjust_clock(MINUTE_S),
            6: shift,
        },
    )
