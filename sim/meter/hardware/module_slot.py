"""The slot of the communication module: plug and play, also in the middle of a session (R6.1-02).

A module carries some of the meter's ports. Where it is pulled out, the sessions on them are closed and
whatever was under way is lost, as on a wire that is cut; the meter's own ports, and all that it keeps, stay.
"""

from collections.abc import Callable
from enum import StrEnum


class ModuleKind(StrEnum):
    """What can be fitted. A bench's adapter carries every framing at once; no field meter has one."""

    NONE = "none"
    PLC = "plc"
    CELLULAR = "3g"
    RF = "rf"
    BENCH = "bench"


#: Kind -> ports that it carries. What stands nowhere here (HDLC, the optical port) is the meter's own.
CARRIED: dict[ModuleKind, tuple[str, ...]] = {
    ModuleKind.NONE: (),
    ModuleKind.PLC: ("plc",),
    ModuleKind.CELLULAR: ("wrapper",),
    ModuleKind.RF: ("rf",),
    ModuleKind.BENCH: ("wrapper", "plc", "rf"),
}
_CARRIED_BY_SOME = frozenset(CARRIED[ModuleKind.BENCH])


class ModuleSlot:
    """The slot and what is in it.

    Attributes:
        on_change: called with the old and the new kind, after a module was pulled out or fitted.

    Args:
        kind: what is fitted at the factory.
    """

    __slots__ = ("kind", "on_change")

    def __init__(self, kind: ModuleKind = ModuleKind.BENCH) -> None:
        self.kind = kind
        self.on_change: list[Callable[[ModuleKind, ModuleKind], None]] = []

    def carries(self, port: str) -> bool:
        """Whether bytes can come and go at that port."""
        return port not in _CARRIED_BY_SOME or port in CARRIED[self.kind]

    def pull(self) -> ModuleKind:
        """Pull out what is fitted, and return it; nothing where the slot is empty."""
        pulled = self.kind
        self._change(ModuleKind.NONE)
        return pulled

    def fit(self, kind: ModuleKind) -> None:
        """Fit a module; whatever was fitted is pulled out before."""
        self._change(ModuleKind.NONE)
        self._change(kind)

    def _change(self, kind: ModuleKind) -> None:
        before, self.kind = self.kind, kind
        if before is not kind:
            for listener in tuple(self.on_change):
                listener(before, kind)
