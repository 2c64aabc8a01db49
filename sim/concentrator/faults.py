"""Faults of a concentrator by name: for tests, the bench and `amibench sim inject`."""

from typing import Protocol

from simpy import Environment

from sim.concentrator.clock import ConcentratorClock
from sim.concentrator.storage import Storage
from sim.concentrator.usb import UsbPort
from sim.kernel.faults import FaultInjector
from sim.kernel.ports import Port


class FaultTarget(Protocol):
    """A concentrator as its faults see it."""

    clock: ConcentratorClock
    storage: Storage
    usb: UsbPort
    ports: dict[str, Port]

    def power(self, on: bool) -> None:
        """Mains on or off."""

    def uplink(self, name: str, up: bool) -> None:
        """A way to the head-end comes or goes."""

    def pause(self, paused: bool) -> None:
        """It hangs: hears and says nothing."""


def fault_injector(env: Environment, device: FaultTarget, drift_s_per_day: float) -> FaultInjector:
    """The board of one concentrator.

    Args:
        env: the world's environment.
        device: the concentrator.
        drift_s_per_day: of its clock when nothing is wrong.
    """
    board = FaultInjector(env)
    usual_s_per_day = drift_s_per_day

    def drift(value: float | None) -> None:
        device.clock.set_drift(50.0 if value is None else value)

    board.add("power", lambda _: device.power(False), lambda: device.power(True), "Its mains fail.")
    for name in ("lan", "4g"):
        board.add(
            f"uplink-{name}",
            lambda _, name=name: device.uplink(name, False),  # type: ignore[misc]
            lambda name=name: device.uplink(name, True),  # type: ignore[misc]
            f"Its {name} uplink is down.",
        )
    board.add("pause", lambda _: device.pause(True), lambda: device.pause(False), "It hangs.")
    board.add(
        "clock-drift",
        drift,
        lambda: device.clock.set_drift(usual_s_per_day),
        "Its clock gains so many seconds a day (50 unless told).",
    )
    board.add(
        "storage-full",
        lambda _: _block(device, True),
        lambda: _block(device, False),
        "Its storage takes nothing more.",
    )
    board.add("usb-stick", lambda _: device.usb.insert({}), device.usb.remove, "A stick is in its USB port.")
    return board


def _block(device: FaultTarget, blocked: bool) -> None:
    device.storage.blocked = blocked
