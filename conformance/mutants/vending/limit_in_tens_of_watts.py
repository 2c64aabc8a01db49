"""A vendor that counts power limits in tens of watts."""

from typing import Any

from conformance.text import Text
from conformance.vending.own_module import OwnModule

CLAUSE = "sts531-1/CTSA03"
DESCRIPTION = Text(
    "cuenta el límite de potencia en decenas de vatios", "counts the power limit in tens of watts"
)


class VENDOR(OwnModule):
    """Passes on a hundredth of a kilowatt as if it were a watt."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """A tenth of the limit."""
        if operation == "management" and args["subclass"] == 0:
            args = {**args, "value": args["value"] // 10}
        return super().carry(operation, args)
