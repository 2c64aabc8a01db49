"""The modem of a meter on the power line: between the wire and the meter's port for it.

It comes and goes with the communication module, and lives while the meter does. A module that is fitted again
is a new node on the wire, which must register anew.
"""

from sim.kernel.medium import Medium, Node
from sim.kernel.ports import Attachment
from sim.meter.communication.ports import PLC
from sim.meter.hardware import CARRIED, ModuleKind
from sim.meter.meter import Meter
from sim.meter.profile import MeterProfile

#: First octet of a locally administered address.
_LOCAL = 0x02
_NUMBER_OCTETS = 5
#: How long a modem lives on its capacitor: long enough for one message on a slow wire [A].
HOLD_UP_S = 2.0


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
        hold_up_s: so long its capacitor feeds it without the mains, for a last gasp, s [A].
    """

    __slots__ = ("_attachment", "_eui48", "_hold_up_s", "_medium", "_meter", "_place", "node")

    def __init__(
        self,
        meter: Meter,
        medium: Medium,
        *,
        place: int = 0,
        eui48: bytes | None = None,
        hold_up_s: float = HOLD_UP_S,
    ) -> None:
        self._hold_up_s = hold_up_s
        self._meter = meter
        self._medium = medium
        self._place = place
        self._eui48 = meter_eui48(meter.profile) if eui48 is None else eui48
        self._attachment: Attachment | None = None
        self.node: Node | None = None
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
        callbacks = self._meter.env.timeout(self._hold_up_s).callbacks
        if callbacks is not None:
            callbacks.append(lambda _: self._follow())

    def _follow(self) -> None:
        """Live or die as the meter does; it dies a moment later, so that a last gasp gets out."""
        if self.node is not None:
            self.node.power(self._meter.powered)
