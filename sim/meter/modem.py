"""The modem of a meter on the power line: between the wire and the meter's port for it.

It comes and goes with the communication module, and lives while the meter does. A module that is fitted again
is a new node on the wire, which must register anew.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from sim.kernel.ports import Attachment
from sim.meter.hardware.module_slot import CARRIED, ModuleKind
from sim.meter.ports import PLC
from sim.meter.profile import MeterProfile

if TYPE_CHECKING:
    from sim.meter.meter import Meter

#: First octet of a locally administered address.
_LOCAL = 0x02
_NUMBER_OCTETS = 5
_MS_PER_S = 1_000


class WireNode(Protocol):
    """A modem on the wire, as `sim.plc_channel.medium.Node`."""

    def send(self, lpdu: bytes) -> None:
        """Towards the base node."""

    def power(self, on: bool) -> None:
        """It has its supply, or not."""

    def detach(self) -> None:
        """It is gone for good."""


class WireMedium(Protocol):
    """A shared wire, as `sim.plc_channel.medium.Medium`."""

    def node(self, eui48: bytes, on_lpdu: Callable[[bytes], None], *, place: int = 0) -> WireNode:
        """A new modem, switched on."""


def meter_eui48(profile: MeterProfile) -> bytes:
    """The address of a meter's modem: six octets, locally administered, with the DRN as a number."""
    return bytes((_LOCAL,)) + int(profile.drn).to_bytes(_NUMBER_OCTETS, "big")


class PlcModem:
    """The modem of one meter, as long as a module with one is fitted.

    Attributes:
        node: its node on the wire; None while there is none.

    Args:
        meter: whose port it serves.
        medium: the wire.
        place: its point on the feeder.
        eui48: its address; None: `meter_eui48`.
    """

    __slots__ = ("_attachment", "_eui48", "_medium", "_meter", "_place", "node")

    def __init__(
        self, meter: "Meter", medium: WireMedium, *, place: int = 0, eui48: bytes | None = None
    ) -> None:
        self._meter = meter
        self._medium = medium
        self._place = place
        self._eui48 = meter_eui48(meter.profile) if eui48 is None else eui48
        self._attachment: Attachment | None = None
        self.node: WireNode | None = None
        meter.modules.on_change.append(self._module_changed)
        meter.on_power.append(self._power)
        self._module_changed(ModuleKind.NONE, meter.modules.kind)

    def _module_changed(self, _before: ModuleKind, after: ModuleKind) -> None:
        fits = PLC in CARRIED[after]
        if fits and self.node is None:
            self.node = self._medium.node(self._eui48, self._hear, place=self._place)
            self._attachment = self._meter.ports[PLC].attach(self.node.send)
            if not self._meter.powered:
                self.node.power(False)
        elif not fits and self.node is not None and self._attachment is not None:
            self._attachment.detach()
            self.node.detach()
            self.node = self._attachment = None

    def _hear(self, lpdu: bytes) -> None:
        if self._attachment is not None:
            self._attachment.hand_over(lpdu)

    def _power(self, powered: bool) -> None:
        if powered:
            self._follow()
            return
        hold_up_s = self._meter.profile.storage.hold_up_ms / _MS_PER_S
        callbacks = self._meter.env.timeout(hold_up_s).callbacks
        if callbacks is not None:
            callbacks.append(lambda _: self._follow())

    def _follow(self) -> None:
        """Live or die as the meter does; it dies a moment later, so that a last gasp gets out."""
        if self.node is not None:
            self.node.power(self._meter.powered)
