"""A vendor that loses the TokenIndex of the extended set."""

from conformance.text import Text
from conformance.vending.retouch import RetouchingModule, with_fields
from protocols.sts.token import Token

CLAUSE = "sts531-1/CTSA24"
DESCRIPTION = Text("pierde el TokenIndex del conjunto extendido", "loses the TokenIndex of the extended set")


class VENDOR(RetouchingModule):
    """Every value goes under index 0."""

    def change(self, token: Token) -> Token:
        """TokenIndex 0."""
        return with_fields(token, token_index=0)
