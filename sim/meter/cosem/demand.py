"""Classes 4 and 5: maximum demands and demand registers."""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.objects import AccessError, constant
from sim.meter.cosem.bound import TYPES, Bound, getter, scaled
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.parsing import number
from sim.meter.profile import ObjectTerms
from sim.meter.readings import THOUSANDTHS


def _power(row: ObjectTerms, value_mw: int) -> Data:
    return TYPES[row.options["type"]](scaled(value_mw, THOUSANDTHS, row.options["scaler"]))


def _scaler_unit(row: ObjectTerms) -> Data:
    return axdr.structure(axdr.integer(row.options["scaler"]), axdr.enum(row.options["unit"]))


def bind_maximum(live: LiveParts, row: ObjectTerms) -> Bound:
    """Class 4: the largest demand since the last reset, and the end of its window."""
    maximum = live.parts.demands.maxima[row.binding.partition(".")[2]]
    octets = live.parts.zone.octets

    def reset(_parameter: Data | None) -> None:
        maximum.reset()
        live.requests.changed()

    return Bound(
        {
            2: getter(lambda: _power(row, maximum.value_mw)),
            3: constant(_scaler_unit(row)),
            4: constant(axdr.unsigned(0)),
            5: getter(lambda: axdr.octet_string(octets(maximum.captured_us))),
        },
        methods={1: reset},
    )


def bind_demand(live: LiveParts, row: ObjectTerms) -> Bound:
    """Class 5: the demand of the window that runs and of the last one; period and window can be set."""
    demand = live.parts.demands.registers[row.binding.partition(".")[2]]
    clock, octets = live.parts.clock, live.parts.zone.octets

    def set_time(period_s: int | None = None, periods: int | None = None) -> None:
        if 0 in (period_s, periods):
            raise AccessError(DataAccessResult.OTHER_REASON)
        demand.change(period_s=period_s, periods=periods, epoch_us=clock.epoch_us)
        live.requests.changed()

    def reset(_parameter: Data | None) -> None:
        demand.reset(clock.epoch_us)
        live.requests.changed()

    def next_period(_parameter: Data | None) -> None:
        live.parts.close_demand(row.binding.partition(".")[2], clock.epoch_us)
        live.requests.changed()

    return Bound(
        {
            2: getter(lambda: _power(row, demand.current_mw)),
            3: getter(lambda: _power(row, demand.last_mw)),
            4: constant(_scaler_unit(row)),
            5: constant(axdr.unsigned(0)),
            6: getter(lambda: axdr.octet_string(octets(demand.captured_us))),
            7: getter(lambda: axdr.octet_string(octets(demand.started_us))),
            8: getter(lambda: axdr.double_long_unsigned(demand.period_s)),
            9: getter(lambda: axdr.long_unsigned(demand.periods)),
        },
        {
            8: lambda value: set_time(period_s=number(value)),
            9: lambda value: set_time(periods=number(value)),
        },
        {1: reset, 2: next_period},
    )
