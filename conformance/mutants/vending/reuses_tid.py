"""A vendor that gives every token of a minute the same TID."""

from typing import Any

from conformance.text import Text
from conformance.vending.own_module import OwnModule

CLAUSE = "sts531-1/CTSA09"
DESCRIPTION = Text("da el mismo TID a dos tokens de un minuto", "gives two tokens of one minute the same TID")


class VENDOR(OwnModule):
    """Has no list of TIDs."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Forget before every token."""
        if operation in ("mint", "management"):
            super().carry("reset_tids", {})
        return super().carry(operation, args)
