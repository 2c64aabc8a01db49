"""A vendor that leaves the low half of the KEN at F."""

from conformance.text import Text
from conformance.vending.retouch import RetouchingModule, with_fields
from protocols.sts.token import Token

CLAUSE = "sts531-1/CTSA15"
DESCRIPTION = Text("la mitad baja del KEN es siempre F", "the low half of the KEN is always F")


class VENDOR(RetouchingModule):
    """KENLO is always F."""

    def change(self, token: Token) -> Token:
        """Another low half."""
        return with_fields(token, ken_low=15)
