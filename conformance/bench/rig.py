"""Test rig: a device within reach and its stations, in a simulated field of this process or behind a link."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any, NoReturn
from urllib.parse import urlsplit

from conformance.bench.control_client import ControlClient
from conformance.bench.outcome import BenchError
from conformance.stations import station_set
from conformance.stations.operator import Ask, Operator
from conformance.stations.scpi import ScpiError
from conformance.stations.station_set import StationSet
from conformance.stations.wall_clock import WallClock
from conformance.targets.load import Target
from conformance.vending.adapters import open_vendor
from conformance.vending.vending_system import VendingSystem, VendingUnreachable
from conformance.virtual_devices import NoVirtualDevices, virtual_devices
from links.base import Link, LinkError
from links.registry import open_link
from links.serial_line import SerialLink
from protocols.dlms.errors import DlmsError
from protocols.dlms.mode_e import ModeEClient, open_mode_e
from protocols.field.errors import FieldError

# ---------------------------------------------------------------- vending systems

_STILL_UTC = "2026-01-01T00:00:00+00:00"


class StillClock:
    """Device time of a vendor in this process: every answer comes at once, and no two runs differ."""

    def now_s(self) -> float:
        """Always the same instant."""
        return 0.0

    def utc(self) -> str:
        """The same instant."""
        return _STILL_UTC

    def wait(self, seconds: float) -> None:
        """Nothing goes by."""


def clock_of(target: Target) -> StillClock | WallClock:
    """The clock that times the record of a run."""
    return StillClock() if target.clock_kind == "virtual" else WallClock()


def reach(target: Target) -> VendingSystem:
    """Reach the vending system.

    Raises:
        BenchError: in one sentence.
    """
    section = target.statement.vending
    try:
        if section is None:
            return open_vendor(target.statement.link.url, {})
        return open_vendor(target.statement.link.url, section.operators, section.secret_file)
    except VendingUnreachable as error:
        raise BenchError(f"the vending system cannot be reached: {error}") from error


def no_link() -> NoReturn:
    """A vending system has no meter's link.

    Raises:
        BenchError: always.
    """
    raise BenchError("a vending system has no meter's link: choose the suite `vending`")


# ---------------------------------------------------------------- meters


@dataclass(frozen=True, slots=True)
class Rig:
    """A device within reach.

    Attributes:
        target: what it is.
        stations: what stands beside it.
        open_device_link: opens a link to it anew.
        lasting: one link serves the whole run (a serial port), rather than one for each case.
        close: lets everything go.
        vendor: the vending system, where the target is one.
        renew: reaches another device of the same kind, fresh from the factory; None where there is none.
        random_octets: octets for challenges and keys: the same in every run on a simulated device, else
            unforeseeable.
    """

    target: Target
    stations: StationSet
    open_device_link: Callable[[], Link]
    lasting: bool
    close: Callable[[], None]
    memory: dict[str, Any]
    vendor: VendingSystem | None = None
    renew: "Callable[[], Rig] | None" = None
    random_octets: Callable[[int], bytes] = token_bytes

    def now_s(self) -> float:
        """Device time in seconds."""
        return self.stations.clock.now_s()


def open_rig(target: Target, lang: str, ask: Ask = input) -> Rig:
    """Reach `target` and its stations.

    Args:
        target: the device under test.
        lang: of the questions an operator is asked.
        ask: how an operator is asked.

    Raises:
        BenchError: it cannot be reached; one sentence.
    """
    if target.vending:
        return _vendor(target)
    person = Operator(lang, ask)
    try:
        return _simulated(target, person) if target.simulated else _reached(target, person)
    except (LinkError, FieldError, ScpiError) as error:
        raise BenchError(f"the device or a station cannot be reached: {error}") from error


def _vendor(target: Target) -> Rig:
    vendor = reach(target)
    return Rig(
        target=target,
        stations=StationSet({}, clock_of(target)),
        open_device_link=no_link,
        lasting=False,
        close=vendor.close,
        memory={},
        vendor=vendor,
    )


def _simulated(target: Target, person: Operator) -> Rig:
    statement = target.statement
    try:
        device = virtual_devices().meter(target.device, target.seed, target.mutant)
    except NoVirtualDevices as error:
        raise BenchError(str(error)) from error
    stations = station_set.build(statement.stations, call=device.call, person=person, open_link=open_link)
    return Rig(
        target=target,
        stations=stations,
        open_device_link=lambda: device.link(statement.link.framing),
        lasting=False,
        close=stations.close,
        memory={},
        renew=lambda: _simulated(target, person),
        random_octets=device.random_octets,
    )


def _reached(target: Target, person: Operator) -> Rig:
    statement = target.statement
    url = statement.link.url
    open_link(url).close()
    control = None
    if statement.control is not None:
        control = ControlClient(open_link(statement.control.url), statement.control.secret)
        control.call("device.info", {})
    call: Callable[[str, dict[str, Any]], Mapping[str, Any]] | None = control.call if control else None
    stations = station_set.build(statement.stations, call=call, person=person, open_link=open_link)
    if control is not None:
        stations.links.append(control.link)
    return Rig(
        target=target,
        stations=stations,
        open_device_link=lambda: _open_device(url),
        lasting=urlsplit(url).scheme == "serial",
        close=stations.close,
        memory={},
    )


def _open_device(url: str) -> Link:
    """A link to the device; a serial line with ``mode=e`` is opened by IEC 62056-21 first.

    Raises:
        BenchError: the device does not open it.
    """
    link = open_link(url)
    if isinstance(link, SerialLink) and link.mode == "e":
        try:
            open_mode_e(link, ModeEClient(max_baud=link.url_baud))
        except DlmsError as error:
            link.close()
            raise BenchError(f"the device does not open {url} for HDLC: {error}") from error
    return link
