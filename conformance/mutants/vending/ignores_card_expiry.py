"""A vendor that does not read the date of expiry of a card."""

from typing import Any

from conformance.text import Text
from conformance.vending.own_module import OwnModule

CLAUSE = "sts531-1/CTSA18"
DESCRIPTION = Text("atiende una tarjeta vencida", "serves an expired card")


class VENDOR(OwnModule):
    """Passes over the date."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Without the date of expiry."""
        if "meter" in args:
            meter = {name: value for name, value in args["meter"].items() if name != "doe"}
            args = {**args, "meter": meter}
        return super().carry(operation, args)
