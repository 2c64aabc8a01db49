"""A vendor whose random bits are always even."""

from conformance.text import Text
from conformance.vending.retouch import RetouchingModule, with_fields
from protocols.sts.token import Token

CLAUSE = "sts531-1/CTSA01"
DESCRIPTION = Text("el bit menor de RND es siempre cero", "the lowest bit of RND is always zero")


class VENDOR(RetouchingModule):
    """Takes the lowest bit away."""

    def change(self, token: Token) -> Token:
        """RND without its lowest bit."""
        rnd = getattr(token, "rnd", None)
        return token if rnd is None else with_fields(token, rnd=rnd & ~1)
