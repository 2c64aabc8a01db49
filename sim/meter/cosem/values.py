"""Classes 1 and 3: one value each, by name."""

from collections.abc import Callable, Mapping

from protocols.dlms import axdr
from sim.meter.cosem.bound import MODULUS, TYPES, Bound, getter, scaled, time_octets
from sim.meter.cosem.live import LiveParts
from sim.meter.events import EventCode
from sim.meter.profile import ObjectTerms
from sim.meter.readings import Reading
from sim.meter.tamper import TamperKind

Value = Callable[[], int | str | bytes]


def plain_values(live: LiveParts) -> dict[str, Value]:
    """Every value of class 1: identification, event code and counters, tamper."""
    profile, events = live.profile, live.parts.events
    values: dict[str, Value] = {
        "serial": lambda: profile.serial,
        "drn": lambda: profile.drn,
        "firmware": lambda: profile.firmware,
        "pulses-per-kwh": lambda: live.parts.metrology.constants.pulses_per_kwh,
        "pulses-per-kvarh": lambda: live.parts.metrology.constants.pulses_per_kvarh,
        "event-code": lambda: int(events.last_code),
        "event-count": lambda: events.total,
        "power-failures": lambda: events.count(EventCode.POWER_DOWN),
        "wrong-passwords": lambda: events.count(EventCode.WRONG_PASSWORD),
    }
    names = {kind: f"{kind.value}-cover" for kind in (TamperKind.METER_COVER, TamperKind.TERMINAL_COVER)}
    for kind, name in (names | {TamperKind.MAGNET: "magnet"}).items():
        values[f"tamper-count.{name}"] = _tamper_count(live, kind)
        values[f"tamper-time.{name}"] = _tamper_time(live, kind)
    return values


def _tamper_count(live: LiveParts, kind: TamperKind) -> Value:
    return lambda: live.parts.tamper.count(kind)


def _tamper_time(live: LiveParts, kind: TamperKind) -> Value:
    return lambda: time_octets(live.parts.tamper.last_epoch_us(kind), live.profile.deviation_minutes)


def bind_plain(value: Value, row: ObjectTerms) -> Bound:
    """A class 1 object over `value`; the row says its type."""
    make, modulus = TYPES[row.options["type"]], MODULUS.get(row.options["type"])

    def read() -> axdr.Data:
        found = value()
        return make(found % modulus if isinstance(found, int) and modulus else found)

    return Bound({2: getter(read)})


def bind_register(reading: Reading, row: ObjectTerms) -> Bound:
    """A class 3 object over `reading`; the row says type, scaler and unit."""
    options: Mapping[str, int] = row.options
    type_name, scaler, unit = row.options["type"], options["scaler"], options["unit"]
    make, modulus = TYPES[type_name], MODULUS.get(type_name)

    def read() -> axdr.Data:
        value = scaled(reading.read(), reading.exponent, scaler)
        return make(value % modulus if modulus else value)

    scaler_unit = axdr.structure(axdr.integer(scaler), axdr.enum(unit))
    return Bound({2: getter(read), 3: getter(lambda: scaler_unit)})
