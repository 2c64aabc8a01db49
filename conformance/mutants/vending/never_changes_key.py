"""A vendor that goes on selling under the old key."""

from typing import Any

from conformance.text import Text
from conformance.vending.own_module import OwnModule

CLAUSE = "sts531-1/CTSA19"
DESCRIPTION = Text(
    "vende bajo la clave vieja en vez de cambiarla", "sells under the old key in place of changing it"
)


class VENDOR(OwnModule):
    """Believes the card, whatever the registry says."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Without the aim of a change."""
        if operation == "mint":
            meter = {name: value for name, value in args["meter"].items() if name != "ken"}
            args = {name: value for name, value in args.items() if name not in ("target", "approval")}
            args["meter"] = meter
        return super().carry(operation, args)
