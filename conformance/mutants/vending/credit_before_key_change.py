"""A vendor that prints the credit before the key change."""

from typing import Any

from conformance.text import Text
from conformance.vending.own_module import OwnModule

CLAUSE = "sts531-1/CTSA19"
DESCRIPTION = Text("entrega el crédito antes del cambio de clave", "gives the credit before the key change")


class VENDOR(OwnModule):
    """The customer enters the credit first, and it is refused."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Tokens the other way round."""
        result = super().carry(operation, args)
        if operation == "mint":
            result["tokens"].reverse()
        return result
