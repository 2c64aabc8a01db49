"""Classes 1, 3, 4 and 5: data, registers, extended and demand registers, each one value by its name."""

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.objects import AccessError, constant
from protocols.field.events import EventCode, LogKind
from sim.meter.components import Components
from sim.meter.cosem.binding import (
    MODULUS,
    TEXTS,
    TYPES,
    Bound,
    NumberGetter,
    getter,
    number,
    scaled,
    scaling,
    time_octets,
)
from sim.meter.cosem.requests import LiveParts
from sim.meter.events.tamper_protections import Protection, TamperKind
from sim.meter.metering.demand import Demand
from sim.meter.metering.load_profile import IntervalStatus
from sim.meter.metering.metrology import THOUSANDTHS, WHOLE, Reading, readings
from sim.meter.metering.tariff import RateRegisters
from sim.meter.object_list import RATE
from sim.meter.profile import ObjectTerms
from sim.meter.supply.power_quality import Watch
from sim.meter.units import MILLI, NJ_PER_WH, US_PER_S

# ------------------------------------------------------------ classes 1 and 3

Value = Callable[[], int | str | bytes]

_US_PER_H = 3_600 * US_PER_S
_CLOCK_INVALID, _DAYLIGHT_SAVING = int(IntervalStatus.CLOCK_INVALID), int(IntervalStatus.DAYLIGHT_SAVING)


def plain_values(live: LiveParts) -> dict[str, Value]:
    """Every value of class 1: identification, event code and counters, tamper."""
    profile, events = live.profile, live.parts.events
    values: dict[str, Value] = {
        "serial": lambda: profile.serial,
        "drn": lambda: profile.drn,
        "firmware": lambda: live.parts.image.firmware,
        "pulses-per-kwh": lambda: live.parts.metrology.constants.pulses_per_kwh,
        "pulses-per-kvarh": lambda: live.parts.metrology.constants.pulses_per_kvarh,
        "event-count": lambda: events.total,
        "wrong-passwords": lambda: events.count(EventCode.WRONG_PASSWORD),
        "module": lambda: live.slot.kind.value,
        "memory-faults": live.memory_faults,
        "availability.days": lambda: live.parts.availability.days,
        "availability.short-days": lambda: live.parts.availability.short_days,
        "protections-active": lambda: _set_bits(live.parts.protections.active),
        "protections-holding": lambda: _set_bits(live.parts.protections.held),
    }
    for log in LogKind:
        values[f"event-code.{log.value}"] = _event_code(live, log)
        values[f"event-count.{log.value}"] = _event_count(live, log)
    values |= _interruptions(live) | _states(live)
    names = {kind: f"{kind.value}-cover" for kind in (TamperKind.METER_COVER, TamperKind.TERMINAL_COVER)}
    for kind, name in (names | {TamperKind.MAGNET: "magnet"}).items():
        values[f"tamper-count.{name}"] = _tamper_count(live, kind)
        values[f"tamper-time.{name}"] = _tamper_time(live, kind)
    return values


def _set_bits(kinds: Iterable[Protection]) -> int:
    """One bit for each protection, in the order of the table, from the lowest."""
    places = {kind: place for place, kind in enumerate(Protection)}
    return sum(1 << places[kind] for kind in kinds)


def _event_code(live: LiveParts, log: LogKind) -> Value:
    return lambda: int(live.parts.events.last_code(log))


def _event_count(live: LiveParts, log: LogKind) -> Value:
    return lambda: live.parts.events.count_of(log)


def _interruptions(live: LiveParts) -> dict[str, Value]:
    """Outages, and how often voltage and current were out of their limits."""
    outages, zone = live.parts.outages, live.parts.zone
    values: dict[str, Value] = {
        "power-failures": lambda: outages.count,
        "long-failures": lambda: outages.long_count,
        "failure-time": lambda: zone.octets(outages.began_us),
        "failure-seconds": lambda: outages.last_s,
        "long-failure-seconds": lambda: outages.last_long_s,
        "all-failures-seconds": lambda: outages.total_s,
    }
    return values | {f"count.{name}": _watch_count(live, name) for name in live.parts.quality.watches}


def _watch_count(live: LiveParts, name: str) -> Value:
    return lambda: live.parts.quality.watches[name].count


def _states(live: LiveParts) -> dict[str, Value]:
    """Status of the interval that runs of each profile; the battery, of which only its age is known."""
    captured = live.parts.captured

    def status(name: str) -> Value:
        return lambda: int(captured.status(name)) | _saving(live)

    return {f"interval-status.{name}": status(name) for name in captured.profiles} | {
        "battery-use-h": lambda: _battery_use_h(live),
    }


def _battery_use_h(live: LiveParts) -> int:
    """The battery is as old as the meter: it was put in at the factory, and never changed."""
    begun_us, now_us = live.parts.scheduler_state.begun_us, live.parts.clock.epoch_us
    return 0 if begun_us is None else max(0, now_us - begun_us) // _US_PER_H


def _saving(live: LiveParts) -> int:
    zone = live.parts.zone
    lost = _CLOCK_INVALID if zone.time_lost else 0
    if not zone.terms.enabled:
        return lost
    return lost | (_DAYLIGHT_SAVING if zone.saving(live.parts.clock.epoch_us) else 0)


def bind_nominal(live: LiveParts, row: ObjectTerms) -> Bound:
    """A class 3 object over a value of the type plate."""
    value: int = getattr(live.profile.nominal, row.options["of"])
    return bind_register(Reading(lambda: value, WHOLE), row)


def bind_outage_limit(live: LiveParts, row: ObjectTerms) -> Bound:
    """From how many seconds on an interruption is a long one; it can be set."""
    outages = live.parts.outages

    def set_limit(value: axdr.Data) -> None:
        outages.long_s = _at_least(number(value), 1)
        live.requests.changed()

    bound = bind_register(Reading(lambda: outages.long_s, WHOLE), row)
    return Bound(bound.getters, {2: set_limit})


def bind_limit(live: LiveParts, name: str, row: ObjectTerms) -> Bound:
    """Value or time threshold of one watch, as a register that can be set."""
    watch, scaler = live.parts.quality.watches[name], row.options["scaler"]

    def read() -> int:
        return round(watch.after_s * MILLI) if row.options.get("time") else watch.limit

    def set_limit(value: axdr.Data) -> None:
        thousandths = scaled(_at_least(number(value), 0), scaler, THOUSANDTHS)
        if row.options.get("time"):
            watch.after_s = thousandths / MILLI
        else:
            watch.limit = thousandths
        live.requests.changed()

    bound = bind_register(Reading(read, THOUSANDTHS), row)
    return Bound(bound.getters, {2: set_limit})


def _at_least(value: int, least: int) -> int:
    if value < least:
        raise AccessError(DataAccessResult.OTHER_REASON)
    return value


def _tamper_count(live: LiveParts, kind: TamperKind) -> Value:
    return lambda: live.parts.tamper.count(kind)


def _tamper_time(live: LiveParts, kind: TamperKind) -> Value:
    return lambda: time_octets(live.parts.tamper.last_epoch_us(kind), live.profile.deviation_minutes)


def plant_readings(live: LiveParts) -> dict[str, Reading]:
    """Readings of an individual PV system: battery, panels, seconds of service."""
    plant, availability = live.plant, live.parts.availability
    return {
        "plant.charge": Reading(lambda: plant.charge_milli, THOUSANDTHS),
        "plant.panel-power": Reading(lambda: plant.panel_power_mw, THOUSANDTHS),
        "plant.harvested": Reading(lambda: plant.harvested_nj // NJ_PER_WH, WHOLE),
        "availability.today": Reading(lambda: availability.today_us // US_PER_S, WHOLE),
        "availability.last-day": Reading(lambda: availability.last_day_us // US_PER_S, WHOLE),
        "availability.total": Reading(lambda: availability.total_us // US_PER_S, WHOLE),
    }


def bind_plain(value: Value, row: ObjectTerms) -> Bound:
    """A class 1 object over `value`; the row says its type."""
    type_name: str = row.options["type"]
    if type_name in TEXTS:
        return Bound({2: getter(lambda: TYPES[type_name](value()))})
    return Bound({2: NumberGetter(type_name, _wrapped(cast(Callable[[], int], value), type_name))})


def bind_register(reading: Reading, row: ObjectTerms) -> Bound:
    """A class 3 object over `reading`; the row says type, scaler and unit."""
    options: Mapping[str, int] = row.options
    type_name, scaler, unit = row.options["type"], options["scaler"], options["unit"]
    scale, read, modulus = scaling(reading.exponent, scaler), reading.read, MODULUS.get(type_name)
    number = (lambda: scale(read()) % modulus) if modulus else (lambda: scale(read()))
    scaler_unit = axdr.structure(axdr.integer(scaler), axdr.enum(unit))
    return Bound({2: NumberGetter(type_name, number), 3: getter(lambda: scaler_unit)})


def _wrapped(number: Callable[[], int], type_name: str) -> Callable[[], int]:
    """The number as its type holds it."""
    modulus = MODULUS.get(type_name)
    return (lambda: number() % modulus) if modulus else number


# ------------------------------------------------------------ classes 4 and 5


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


# ------------------------------------------------------------ values of registers by name


def register_values(parts: Components) -> dict[str, Reading]:
    """Name -> how to read it, and the power of ten that it counts in."""
    found = readings(parts.metrology)
    account = parts.prepayment
    found["energy.postpaid"] = Reading(lambda: account.unpaid_nj // NJ_PER_WH, WHOLE)
    found |= {f"{RATE}{name}": Reading(_energy(parts.rates, name), WHOLE) for name in parts.rates.names}
    found |= {
        f"last-demand.{name}": Reading(_last(register), THOUSANDTHS)
        for name, register in parts.demands.registers.items()
    }
    for name, watch in parts.quality.watches.items():
        found |= _watched(name, watch)
    return found


def _energy(rates: RateRegisters, name: str) -> Callable[[], int]:
    return lambda: rates.energy_nj(name) // NJ_PER_WH


def _last(register: Demand) -> Callable[[], int]:
    return lambda: register.last_mw


def _watched(name: str, watch: Watch) -> dict[str, Reading]:
    return {
        f"duration.{name}": Reading(lambda: watch.last_us * MILLI // US_PER_S, THOUSANDTHS),
        f"magnitude.{name}": Reading(lambda: watch.last_magnitude, THOUSANDTHS),
    }
