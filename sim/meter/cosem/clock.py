"""Class 8: the meter's clock, in local time with the deviation of its place and daylight saving."""

from dataclasses import dataclass

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.enumerations import ClockBase
from protocols.dlms.cosem.objects import AccessError, Getter, Invoker, constant
from protocols.dlms.datetimes import CosemDateTime
from sim.meter.clock import from_epoch_us
from sim.meter.cosem.bound import Bound, getter
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.parsing import boolean, elements, instant_us, number, octets
from sim.meter.profile import ObjectTerms

QUARTER_S = 900
MINUTE_S = 60
LARGEST_SHIFT_S = 900


@dataclass(slots=True)
class _Preset:
    """A time that may be taken over while the clock shows one between two others."""

    to_us: int = 0
    from_us: int = 0
    until_us: int = -1


def bind_clock(live: LiveParts, _row: ObjectTerms) -> Bound:
    """Time and daylight saving, which can be set; the adjustments."""
    zone, requests = live.parts.zone, live.requests

    def set_time(value: Data) -> None:
        deviation = zone.deviation_minutes(live.parts.clock.epoch_us)
        requests.set_clock(CosemDateTime.from_bytes(octets(value)).to_utc(deviation))

    def shift(parameter: Data | None) -> None:
        if abs(number(parameter)) > LARGEST_SHIFT_S:
            raise AccessError(ActionResult.OTHER_REASON)
        requests.shift_clock(number(parameter))

    def change(**values: object) -> None:
        zone.change(**values)
        requests.tariff_changed()

    return Bound(
        _getters(live),
        setters={
            2: set_time,
            3: lambda value: change(deviation_minutes=number(value)),
            5: lambda value: change(begin=_date_time(value)),
            6: lambda value: change(end=_date_time(value)),
            7: lambda value: change(saving_minutes=number(value)),
            8: lambda value: change(enabled=boolean(value)),
        },
        methods={
            1: lambda _parameter: requests.adjust_clock(QUARTER_S),
            2: lambda _parameter: requests.adjust_clock(live.parts.load_profile.period_s or QUARTER_S),
            3: lambda _parameter: requests.adjust_clock(MINUTE_S),
            6: shift,
            **_preset_methods(live),
        },
    )


def _getters(live: LiveParts) -> dict[int, Getter]:
    clock, zone = live.parts.clock, live.parts.zone
    return {
        2: getter(lambda: axdr.octet_string(zone.octets(clock.epoch_us))),
        3: getter(lambda: axdr.long(zone.terms.deviation_minutes)),
        4: getter(lambda: axdr.unsigned(zone.status(clock.epoch_us))),
        5: getter(lambda: axdr.octet_string(bytes.fromhex(zone.terms.begin))),
        6: getter(lambda: axdr.octet_string(bytes.fromhex(zone.terms.end))),
        7: getter(lambda: axdr.integer(zone.terms.saving_minutes)),
        8: getter(lambda: axdr.boolean(zone.terms.enabled)),
        9: constant(axdr.enum(ClockBase.INTERNAL_CRYSTAL)),
    }


def _preset_methods(live: LiveParts) -> dict[int, Invoker]:
    """Methods 4 and 5; what was preset is forgotten with the power."""
    preset = _Preset()

    def take_over(_parameter: Data | None) -> None:
        if not preset.from_us <= live.parts.clock.epoch_us <= preset.until_us:
            raise AccessError(ActionResult.TEMPORARY_FAILURE)
        live.requests.set_clock(from_epoch_us(preset.to_us))
        preset.until_us = preset.from_us - 1

    def set_preset(parameter: Data | None) -> None:
        deviation = live.profile.deviation_minutes
        instants = [instant_us(item, deviation) for item in elements(parameter, 3)]
        to_us, from_us, until_us = instants
        if to_us is None or from_us is None or until_us is None:
            raise AccessError(ActionResult.OTHER_REASON)
        preset.to_us, preset.from_us, preset.until_us = to_us, from_us, until_us

    return {4: take_over, 5: set_preset}


def _date_time(value: Data) -> str:
    """Twelve octets, checked, as the zone keeps them."""
    raw = octets(value)
    try:
        return CosemDateTime.from_bytes(raw).to_bytes().hex()
    except ValueError as error:
        raise AccessError(DataAccessResult.TYPE_UNMATCHED) from error
