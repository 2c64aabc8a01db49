"""A vendor that forgets the third section of an EA07 key change."""

from typing import Any

from conformance.text import Text
from conformance.vending.own_module import OwnModule

CLAUSE = "sts531-1/CTSA05"
DESCRIPTION = Text(
    "no entrega la tercera sección con el SGC", "does not give the third section with the supply group"
)


class VENDOR(OwnModule):
    """Announces three sections and gives two."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Without subclass 8 of an EA07 set."""
        result = super().carry(operation, args)
        if operation == "key_change" and args["meter"]["ea"] == "07":
            result["tokens"] = [token for token in result["tokens"] if token["subclass"] != 8]
        return result
