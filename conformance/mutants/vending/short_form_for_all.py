"""A vendor that puts every manufacturer into the short form."""

from typing import Any

from conformance.text import Text
from conformance.vending.own_module import OwnModule

CLAUSE = "sts531-1/CTSA11"
DESCRIPTION = Text(
    "usa siempre la forma corta del código de fabricante",
    "always takes the short form of the manufacturer code",
)


class VENDOR(OwnModule):
    """Knows subclass 0 only."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Class 1 always with subclass 0."""
        if operation == "meter_test" and args["subclass"] == 1:
            args = {**args, "subclass": 0, "mfr_code": args["mfr_code"] % 100}
        return super().carry(operation, args)
