"""Measuring of a bank: from the terminals of every row to what the elements show, all rows at once.

It agrees with `sim.meter.metering.metrology.measure` to the bit: same operators in the same order. Cosines
come from Python's own library, because those of NumPy may differ in the last bit from one processor to the
next.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.meter.metering.error_model import (
    REFERENCE_C,
    SPREAD_NAMES,
    ElementErrors,
    Influences,
    Rated,
    gain_ppm,
    offset_a,
    phase_shift_deg,
    radians,
    reactive_offset_a,
)
from sim.meter.metering.metrology import MetrologyConstants, Sample
from sim.meter.units import MILLI, PPM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

# ------------------------------------------------------------ terminals

#: What a local change may hold; the frequency only together with the voltage.
VOLTAGE, CURRENT, PHASE, FREQUENCY = range(4)


class Terminals:
    """Voltage, current, phase and frequency of `count` rows, behind the switch of each.

    A row may have a source, a load or a cut of its own, laid over what the grid offers until that is undone.

    Attributes:
        closed: whether a current can flow through the meter's switch, as the meter said last.
        energised: whether there is a voltage.
        values: voltage (V), current (A), phase (degrees) and frequency (Hz), by row.
    """

    __slots__ = ("_cut", "_offered", "_offered_energised", "_own", "_owned", "closed", "energised", "values")

    def __init__(self, count: int) -> None:
        self.values: Floats = np.zeros((4, count))
        self.energised: Booleans = np.zeros(count, dtype=bool)
        self.closed: Booleans = np.ones(count, dtype=bool)
        self._offered: Floats = np.zeros((4, count))
        self._offered_energised: Booleans = np.zeros(count, dtype=bool)
        self._own: Floats = np.full((4, count), np.nan)  # NaN: as the grid offers
        self._cut: Booleans = np.zeros(count, dtype=bool)
        self._owned = False

    def offer(
        self, voltage_v: Any, current_a: Any, phase_deg: Any, frequency_hz: Any, energised: Any
    ) -> None:
        """The grid offers this from now on; one number stands for all rows."""
        offered = self._offered
        offered[VOLTAGE], offered[CURRENT] = voltage_v, current_a
        offered[PHASE], offered[FREQUENCY] = phase_deg, frequency_hz
        self._offered_energised[:] = energised
        self.look(slice(None))

    def look(self, rows: slice) -> None:
        """Work out what is at these terminals."""
        values, offered = self.values[:, rows], self._offered[:, rows]
        live = self._offered_energised[rows]
        if self._owned:
            own = self._own[:, rows]
            given = ~np.isnan(own)
            offered = np.where(given, own, offered)
            live = (live | given[VOLTAGE]) & ~self._cut[rows]
        live = live & (offered[VOLTAGE] > 0.0)
        flows = live & self.closed[rows]
        # Adding 0.0 turns a zero below zero into plain zero.
        np.multiply(offered[VOLTAGE], live, out=values[VOLTAGE])
        np.multiply(offered[CURRENT], flows, out=values[CURRENT])
        np.multiply(offered[PHASE], values[CURRENT] != 0.0, out=values[PHASE])
        np.multiply(offered[FREQUENCY], live, out=values[FREQUENCY])
        self.energised[rows] = live

    def set_own(self, row: int, place: int, value: float) -> None:
        """Lay a value over what the grid offers to one row; NaN takes it away again."""
        self._owned = True
        self._own[place, row] = value

    def cut(self, row: int, *, cut: bool) -> None:
        """Cut the line of one row, or mend it."""
        self._owned = True
        self._cut[row] = cut


# ------------------------------------------------------------ elements

#: The rows of `Measuring.readings`, in the order of the fields of a `Sample`.
VOLTAGE_MV, CURRENT_MA, ACTIVE_MW, REACTIVE_MVAR, APPARENT_MVA, FREQUENCY_MHZ = range(6)
_RATED = ("voltage_v", "frequency_hz", "current_max_a")
_IDEAL = ElementErrors()


@dataclass(slots=True)
class _RatedArrays:
    voltage_v: "Floats"
    frequency_hz: "Floats"
    current_max_a: "Floats"


class _ErrorArrays:
    """The constants of every element, by the names of `ElementErrors`, one number for each row."""

    def __init__(self, count: int) -> None:
        for name in (*SPREAD_NAMES, "start_a"):
            setattr(self, name, np.zeros(count))
        self.rated = _RatedArrays(*(np.full(count, getattr(Rated(), name)) for name in _RATED))

    def put(self, row: int, errors: ElementErrors) -> None:
        for name in (*SPREAD_NAMES, "start_a"):
            getattr(self, name)[row] = getattr(errors, name)
        for name in _RATED:
            getattr(self.rated, name)[row] = getattr(errors.rated, name)


class Measuring:
    """The elements of `count` rows.

    Attributes:
        readings: what each shows now, thousandths of the SI unit; by field of a `Sample` and row.
        ambient_c: temperature around each, °C.
        distortion_percent: harmonics in the current of each.
    """

    __slots__ = (
        "_added_ppm",
        "_errors",
        "_flawed",
        "_scale_ppm",
        "ambient_c",
        "distortion_percent",
        "readings",
    )

    def __init__(self, count: int) -> None:
        self.readings: Integers = np.zeros((6, count), dtype=np.int64)
        self.ambient_c: Floats = np.full(count, REFERENCE_C)
        self.distortion_percent: Floats = np.zeros(count)
        self._errors = _ErrorArrays(count)
        self._flawed = False
        # by row: the element's own fixed error, what a magnet does, what a bench adds
        self._added_ppm: Integers = np.zeros((3, count), dtype=np.int64)
        self._scale_ppm: Integers = np.full(count, PPM, dtype=np.int64)

    def put(self, row: int, constants: MetrologyConstants) -> None:
        """An element takes its place."""
        self._flawed |= constants.errors is not None
        self._errors.put(row, constants.errors or _IDEAL)
        self._added_ppm[0, row] = constants.error_ppm
        self._scale_ppm[row] = PPM + int(self._added_ppm[:, row].sum())

    def disturb(self, row: int, influences: Influences) -> None:
        """Something else acts on an element from the next look on."""
        self.ambient_c[row] = influences.ambient_c
        self.distortion_percent[row] = influences.distortion_percent
        self._added_ppm[1:, row] = influences.magnet_ppm, influences.injected_ppm
        self._scale_ppm[row] = PPM + int(self._added_ppm[:, row].sum())

    def influences(self, row: int) -> Influences:
        """Influences on an element."""
        _, magnet_ppm, injected_ppm = self._added_ppm[:, row].tolist()
        return Influences(
            float(self.ambient_c[row]), float(self.distortion_percent[row]), magnet_ppm, injected_ppm
        )

    def look(self, values: "Floats") -> "Integers":
        """Measure what is at the terminals; the readings, in new memory."""
        voltage_v, current_a, frequency_hz = values[VOLTAGE], values[CURRENT], values[FREQUENCY]
        apparent_va = voltage_v * current_a
        scale_ppm = reactive_ppm = self._scale_ppm
        if self._flawed:
            active_w, reactive_var, apparent_va = self._powers(values, apparent_va)
            common_ppm = gain_ppm(
                self._errors, voltage_v, current_a, frequency_hz, self.ambient_c, self.distortion_percent
            )
            reactive_ppm = scale_ppm + _whole(common_ppm + self._reactive_gain_ppm)
            scale_ppm = scale_ppm + _whole(common_ppm)
        else:
            cosine, sine = _turned(radians(values[PHASE]))
            active_w, reactive_var = apparent_va * cosine, apparent_va * sine
        self.readings = readings = np.empty_like(self.readings)
        readings[VOLTAGE_MV] = _whole(voltage_v * MILLI)
        readings[CURRENT_MA] = _whole(current_a * MILLI)
        readings[ACTIVE_MW] = _whole(active_w * MILLI) * scale_ppm // PPM
        readings[REACTIVE_MVAR] = _whole(reactive_var * MILLI) * reactive_ppm // PPM
        readings[APPARENT_MVA] = _whole(apparent_va * MILLI) * scale_ppm // PPM
        readings[FREQUENCY_MHZ] = _whole(frequency_hz * MILLI)
        return readings

    def show(self, row: int, sample: Sample) -> None:
        """One element shows this."""
        self.readings[:, row] = (
            sample.voltage_mv,
            sample.current_ma,
            sample.active_mw,
            sample.reactive_mvar,
            sample.apparent_mva,
            sample.frequency_mhz,
        )

    def sample(self, row: int) -> Sample:
        """Sample that one element shows."""
        return Sample(*self.readings[:, row].tolist())

    @property
    def _reactive_gain_ppm(self) -> "Floats":
        gain: Floats = self._errors.reactive_gain_ppm  # type: ignore[attr-defined]
        return gain

    def _powers(self, values: "Floats", apparent_va: "Floats") -> tuple["Floats", "Floats", "Floats"]:
        errors, voltage_v = self._errors, values[VOLTAGE]
        counts = values[CURRENT] >= errors.start_a  # type: ignore[attr-defined]
        cosine, sine = _turned(radians(values[PHASE] + phase_shift_deg(errors, values[FREQUENCY])))
        active_w = apparent_va * cosine + voltage_v * offset_a(errors)
        reactive_var = apparent_va * sine + voltage_v * reactive_offset_a(errors)
        return active_w * counts, reactive_var * counts, apparent_va * counts


def _turned(angles: "Floats") -> tuple["Floats", "Floats"]:
    numbers = angles.tolist()
    return np.array(list(map(math.cos, numbers))), np.array(list(map(math.sin, numbers)))


def _whole(values: "Floats") -> "Integers":
    whole: Integers = np.rint(values).astype(np.int64)
    return whole
