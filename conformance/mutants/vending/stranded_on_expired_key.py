"""A vendor that lets no meter leave an expired key."""

from typing import Any

from conformance.text import Text
from conformance.vending.own_module import OwnModule
from system.security_module.errors import RequestRefused

_EXPIRED_SGC = "201460"
CLAUSE = "sts531-1/CTSA16"
DESCRIPTION = Text(
    "no cambia la clave de un medidor cuya clave expiró",
    "does not change the key of a meter whose key expired",
)


class VENDOR(OwnModule):
    """Treats the present key as if credit were asked for."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """No change away from register 7."""
        if operation == "key_change" and args["meter"]["sgc"] == _EXPIRED_SGC:
            raise RequestRefused("key-expired", 41, "la clave expiró", "the key has expired")
        return super().carry(operation, args)
