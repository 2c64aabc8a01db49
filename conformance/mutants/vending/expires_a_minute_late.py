"""A vendor that still sells in the first minute after a key expired."""

from datetime import timedelta
from typing import Any

from conformance.text import Text
from conformance.vending.own_module import OwnModule

CLAUSE = "sts531-1/CTSA16"
DESCRIPTION = Text("vende un minuto después de expirar la clave", "sells a minute after the key expired")


class VENDOR(OwnModule):
    """Compares with the minute before."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """A minute late by its own clock."""
        if operation == "mint" and self.now is not None:
            self.service.clock.fix(self.now - timedelta(minutes=1))
        return super().carry(operation, args)
