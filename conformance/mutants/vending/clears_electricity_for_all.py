"""A vendor for which all registers are the first one."""

from typing import Any

from conformance.text import Text
from conformance.vending.own_module import OwnModule

CLAUSE = "sts531-1/CTSA04"
DESCRIPTION = Text(
    "borra solo electricidad cuando se piden todos los registros",
    "clears electricity alone where all registers are asked for",
)


class VENDOR(OwnModule):
    """Has never heard of FFFF."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Register 0 in place of all."""
        if operation == "management" and (args["subclass"], args["value"]) == (1, 0xFFFF):
            args = {**args, "value": 0}
        return super().carry(operation, args)
