"""A vendor with one list of TIDs for credit and another for management."""

from typing import Any

from conformance.text import Text
from conformance.vending.own_module import OwnModule
from system.security_module.state import State

CLAUSE = "sts531-1/CTSA09"
DESCRIPTION = Text(
    "lleva listas de TID separadas para crédito y gestión",
    "keeps separate lists of TIDs for credit and management",
)


class VENDOR(OwnModule):
    """Two modules under one roof."""

    def __init__(self) -> None:
        super().__init__()
        self._states = {"mint": self.service.state, "management": State()}

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Each kind with the memory of its own."""
        if operation == "reset_tids":
            self._states["management"] = State()
        other = OwnModule() if operation == "management" else None
        if other is None:
            return super().carry(operation, args)
        other.service.clock.fix(self.now)
        for record in self._states["management"].snapshot():
            other.service.state.apply(record)
        other.carry("force_rnd", {"rnd": 5})
        result = other.carry(operation, args)
        self._states["management"] = other.service.state
        return result
