"""The table of operations: everything is documented, and every argument and result is checked."""

import pytest

from protocols.field.control_ops import COVERS, KEYS, OPERATIONS, checked_args, checked_result, find
from protocols.field.errors import StationControlError

NAMES = [
    "keypad.press",
    "keypad.enter",
    "keypad.display",
    "supply.off",
    "supply.on",
    "supply.cut_at_write",
    "source.set",
    "load.set",
    "load.read",
    "cover.open",
    "cover.close",
    "magnet.apply",
    "magnet.remove",
    "pulses.read",
    "carrier.enter",
    "clock.now",
    "clock.wait",
    "clock.speed",
    "link.pause",
    "link.resume",
    "fault.begin",
    "fault.end",
    "fault.list",
    "device.info",
    "device.list",
]


def test_the_names_are_fixed():
    assert sorted(OPERATIONS) == sorted(NAMES)
    assert all(operation.does.endswith(".") for operation in OPERATIONS.values())


def test_names_of_quantities_end_with_their_unit():
    # how much of a fault is told in the unit of that fault
    counts = {"active_pulses", "reactive_pulses", "factor", "seconds", "value"}
    for operation in OPERATIONS.values():
        for value in (*operation.args, *operation.results):
            if value.type_name == "number":
                assert value.name in counts or value.name.rsplit("_", 1)[-1] in {
                    "s",
                    "v",
                    "a",
                    "w",
                    "hz",
                    "deg",
                }


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("keypad.press", {"key": "ok"}),
        ("source.set", {"voltage_v": 120}),
        ("source.set", {"voltage_v": 120.5, "frequency_hz": 60}),
        ("clock.wait", {"seconds": 0}),
        ("supply.off", {}),
        *(("cover.open", {"which": which}) for which in COVERS),
        *(("keypad.press", {"key": key}) for key in KEYS),
    ],
)
def test_what_fits(op: str, args: dict[str, object]):
    assert checked_args(op, args) == args


@pytest.mark.parametrize(
    ("op", "args", "sentence"),
    [
        ("keypad.press", {}, "keypad.press: key is missing"),
        ("keypad.press", {"key": "#"}, "key must be one of 0, 1, 2"),
        ("keypad.press", {"key": 1}, "key must be a text"),
        ("keypad.press", [], "an object was expected"),
        ("clock.wait", {"seconds": -1}, "seconds must be from 0 to"),
        ("clock.wait", {"seconds": True}, "seconds must be a finite number"),
        ("clock.wait", {"seconds": float("nan")}, "seconds must be a finite number"),
        ("clock.wait", {"seconds": float("inf")}, "seconds must be a finite number"),
        ("supply.off", {"hard": True}, "hard is unknown; it takes nothing"),
        ("load.set", {"current": 1}, "current is unknown; it takes current_a, phase_deg"),
        ("load.set", {"current_a": 5, "phase_deg": 200}, "phase_deg must be from -180 to 180"),
    ],
)
def test_what_does_not_fit(op: str, args: object, sentence: str):
    with pytest.raises(StationControlError, match=sentence) as refused:
        checked_args(op, args)
    assert refused.value.code == "bad-args"


@pytest.mark.parametrize("name", ["reboot", "", None, 7, ["keypad.press"]])
def test_there_is_no_such_operation(name: object):
    with pytest.raises(StationControlError, match="there is no operation") as refused:
        find(name)
    assert refused.value.code == "unknown-op"


def test_a_result_that_breaks_the_promise_is_a_failure():
    good = {"lines": ["saldo", "12.3"], "leds": {"comms": True}, "sounder": False, "backlight": True}
    assert checked_result("keypad.display", good) == good
    for bad in ({**good, "leds": {"comms": 1}}, {**good, "lines": "saldo"}, {**good, "extra": 1}, None, {}):
        with pytest.raises(StationControlError, match="answered wrongly") as failed:
            checked_result("keypad.display", bad)
        assert failed.value.code == "failed"
