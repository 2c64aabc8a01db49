"""The surface in process: handlers that answer at once or take device time, and how each may fail."""

import pytest
from simpy import Environment

from sim.kernel.control import ControlError, ControlSurface


@pytest.fixture
def surface(env: Environment) -> ControlSurface:
    return ControlSurface(env)


def test_an_operation_at_once_costs_no_time(env: Environment, surface: ControlSurface):
    surface.register("clock.speed", lambda args: {"factor": args["factor"]})
    assert surface.call("clock.speed", {"factor": 2}) == {"factor": 2}
    assert env.now == 0


def test_a_handler_may_answer_nothing(surface: ControlSurface):
    surface.register("supply.off", lambda args: None)
    assert surface.call("supply.off") == {}
    assert surface.operations == ("supply.off",)


def test_an_operation_may_take_device_time(env: Environment, surface: ControlSurface):
    def wait(args):
        yield env.timeout(args["seconds"])
        return {"device_time_s": env.now}

    surface.register("clock.wait", wait)
    assert surface.call("clock.wait", {"seconds": 86_400}) == {"device_time_s": 86_400}
    first, second = (surface.start("clock.wait", {"seconds": seconds}) for seconds in (5, 3))
    env.run(until=second)
    assert not first.processed


@pytest.mark.parametrize(
    ("op", "args", "code"),
    [
        ("reboot", {}, "unknown-op"),
        ("supply.on", {}, "unknown-op"),
        ("cover.open", {}, "bad-args"),
        ("cover.open", {"which": "meter"}, "forbidden"),
        ("cover.close", {"which": "meter"}, "failed"),
        ("load.read", {}, "failed"),
        ("magnet.apply", {}, "failed"),
    ],
)
def test_how_an_operation_fails(env: Environment, surface: ControlSurface, op: str, args: dict, code: str):
    def forbid(_):
        raise ControlError("forbidden", "not this one")

    def break_later(_):
        yield env.timeout(1)
        raise KeyError("magnet")

    surface.register("cover.open", forbid)
    surface.register("cover.close", lambda _: 1 / 0)
    surface.register("load.read", lambda _: {"current_a": 1.0})
    surface.register("magnet.apply", break_later)
    with pytest.raises(ControlError) as raised:
        surface.call(op, args)
    assert raised.value.code == code
    if op == "cover.close":
        assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_an_operation_that_waits_for_nothing_is_told(env: Environment, surface: ControlSurface):
    def wait(_):
        yield env.event()

    surface.register("supply.on", wait)
    with pytest.raises(ControlError, match="never happen"):
        surface.call("supply.on")


def test_only_operations_of_the_table_can_be_offered(surface: ControlSurface):
    with pytest.raises(ControlError, match="no operation"):
        surface.register("meter.explode", lambda _: {})
