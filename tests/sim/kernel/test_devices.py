"""Many devices behind one control channel: who answers, and what is refused."""

import pytest
from simpy import Environment

from sim.kernel.control import ControlError, ControlSurface, DeviceDirectory, outcome


def surface(env: Environment, drn: str) -> ControlSurface:
    made = ControlSurface(env)
    made.register("device.info", lambda _: {"drn": drn, "profile": "ppkw"})
    return made


@pytest.fixture
def directory(env: Environment) -> DeviceDirectory:
    devices = DeviceDirectory()
    for number in range(12):
        devices.add(f"m{number}", lambda number=number: surface(env, str(number)))
    return devices


def test_a_request_goes_to_the_device_that_it_names(directory: DeviceDirectory):
    assert directory.call("device.info", device="m7")["drn"] == "7"


def test_without_a_name_the_first_device_answers(directory: DeviceDirectory):
    assert directory.call("device.info")["drn"] == "0"


def test_an_operation_may_be_begun_and_asked_for_later(directory: DeviceDirectory, env: Environment):
    process = directory.start("device.info", {}, "m3")
    env.run()
    assert outcome(process)["drn"] == "3"


def test_a_surface_is_made_once_and_only_when_asked_for(env: Environment):
    made = []
    devices = DeviceDirectory()
    devices.add("m1", lambda: made.append("m1") or surface(env, "1"))
    devices.add("m2", lambda: made.append("m2") or surface(env, "2"))
    assert made == []
    assert devices.surface("m2") is devices.surface("m2")
    assert made == ["m2"]


def test_an_unknown_device_is_refused_with_some_that_there_are(directory: DeviceDirectory):
    with pytest.raises(ControlError, match=r"m99.*known: m0, m1.*…") as refused:
        directory.start("device.info", device="m99")
    assert refused.value.code == "unknown-device"


def test_a_single_device_has_no_name(env: Environment):
    devices = DeviceDirectory(surface(env, "5"))
    assert devices.call("device.info")["drn"] == "5"
    assert devices.names() == ()
    with pytest.raises(ControlError, match="one device") as refused:
        devices.call("device.info", device="m1")
    assert refused.value.code == "unknown-device"


def test_a_directory_without_devices_refuses_by_name():
    with pytest.raises(ControlError):
        DeviceDirectory().call("device.info")


def test_two_devices_of_one_name_are_a_mistake(directory: DeviceDirectory, env: Environment):
    with pytest.raises(ValueError, match="two devices"):
        directory.add("m1", lambda: surface(env, "x"))
