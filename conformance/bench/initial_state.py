"""Initial state of every case: stations as one case drives them, and the way back.

A station gets only what changes, so that an operator is not asked to do what is done already.
"""

from dataclasses import dataclass, field
from typing import Any

from conformance.bench.rig import Rig
from conformance.recorder import Recorder
from i18n import Message

_CUT_PREPARED = {
    "before": Message("a cut is prepared before write {write} of the memory"),
    "during": Message("a cut is prepared during write {write} of the memory"),
    "after": Message("a cut is prepared after write {write} of the memory"),
}


@dataclass(slots=True)
class StationState:
    """Last settings of the stations; None before the first one, whatever a run before may have left."""

    load: tuple[float, float] | None = None
    source: tuple[float, float] | None = None
    energised: bool | None = None
    paused: bool | None = None
    armed: bool = False
    covers: dict[str, bool] = field(default_factory=dict)


class CaseStations:
    """Supply, load and link of the device as one case drives them; changes are stimuli of the record."""

    def __init__(self, rig: Rig, recorder: Recorder) -> None:
        self._stations: dict[str, Any] = dict(rig.stations.stations)
        self._state: StationState = rig.memory.setdefault("stations", StationState())
        self._recorder = recorder
        plate = rig.target.statement.metrology
        self._nominal = (plate.nominal_voltage_v, float(plate.frequency_hz))

    def restore_initial_state(self) -> None:
        """Energise at nominal supply, without load, speaking. Nothing of this is part of a case's steps."""
        with self._recorder.paused():
            self.speak()
            self.disarm()
            self.energise()
            self.source(*self._nominal)
            self.load(0.0)

    def load(self, current_a: float, phase_deg: float = 0.0) -> None:
        """Draw this current, where there is a load."""
        if "load" in self._stations and self._state.load != (current_a, phase_deg):
            self._stations["load"].set(current_a, phase_deg)
            self._state.load = (current_a, phase_deg)
            self._stimulus(
                Message("load: {current_a:g} A at {phase_deg:g}°", current_a=current_a, phase_deg=phase_deg)
            )

    def source(self, voltage_v: float, frequency_hz: float) -> None:
        """Apply this supply, where there is a source."""
        if "source" in self._stations and self._state.source != (voltage_v, frequency_hz):
            self._stations["source"].set(voltage_v, frequency_hz)
            self._state.source = (voltage_v, frequency_hz)
            self._stimulus(
                Message(
                    "source: {voltage_v:g} V, {frequency_hz:g} Hz",
                    voltage_v=voltage_v,
                    frequency_hz=frequency_hz,
                ),
            )

    def energise(self) -> None:
        """Give the supply, where there is a switch."""
        if "supply" in self._stations and self._state.energised is not True:
            self._stations["supply"].on()
            self._state.energised = True
            self._stimulus(Message("the supply comes back"))

    def cut(self) -> None:
        """Take the supply away."""
        self._stations["supply"].off()
        self._state.energised = False
        self._stimulus(Message("the supply is cut"))

    def arm_cut(self, write: int, moment: str) -> None:
        """Have the supply cut at the `write`-th write of the device's memory from now, without warning."""
        self._stations["cut"].arm(write, moment)
        self._state.armed, self._state.energised = True, None  # from here on it may be dead
        self._stimulus(Message(_CUT_PREPARED[moment].text, write=write))

    def disarm(self) -> None:
        """Take back a cut that did not come."""
        if self._state.armed:
            self._stations["cut"].arm(0, "during")
            self._state.armed = False

    def writes(self) -> int:
        """Count of the writes that the device has begun in its memory; takes back a cut that is prepared."""
        self._state.armed = False
        return int(self._stations["cut"].arm(0, "during"))

    def speak(self) -> None:
        """Let the device speak, where it can be made silent."""
        if "pause" in self._stations and self._state.paused is not False:
            self._stations["pause"].resume()
            self._state.paused = False

    def silence(self) -> None:
        """Make the device fall silent."""
        self._stations["pause"].pause()
        self._state.paused = True
        self._stimulus(Message("the device is made silent"))

    def _stimulus(self, text: Message) -> None:
        self._recorder.step("stimulus", text)
