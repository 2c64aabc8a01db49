"""Composition root: gives `links` the schemes, and the bench the virtual devices, that other rooms offer."""

import links
from conformance import virtual_devices
from conformance.virtual_devices import VirtualDevices
from links import Link, LinkUrl


def register_schemes() -> None:
    """Let ``sim://`` be opened like any other link, and tried by the bench; calling it again changes nothing.

    The simulator is imported when the first such link is opened, so a command that needs none starts quickly.
    """
    links.register("sim", _open_sim)
    virtual_devices.provide(_simulated_devices)


def _open_sim(url: LinkUrl) -> Link:
    from sim.scenarios.sim_scheme import open_sim

    return open_sim(url)


def _simulated_devices() -> VirtualDevices:
    from amibench.virtual_devices import SimulatedDevices

    return SimulatedDevices()
