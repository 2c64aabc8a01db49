"""A vendor that knows no key expiry."""

from dataclasses import replace

from conformance.text import Text
from conformance.vending.own_module import OwnModule
from system.security_module.contents import KeyRegister

CLAUSE = "sts531-1/CTSA16"
DESCRIPTION = Text("vende con una clave expirada", "sells under an expired key")


class VENDOR(OwnModule):
    """Its keys never expire."""

    def registers(self) -> tuple[KeyRegister, ...]:
        """Every KEN is 255."""
        return tuple(replace(register, ken=255) for register in super().registers())
