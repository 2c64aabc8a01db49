"""A vendor that changes the base date without saying so."""

from conformance.text import Text
from conformance.vending.retouch import RetouchingModule, with_fields
from protocols.sts.token import Token

CLAUSE = "sts531-1/CTSA15"
DESCRIPTION = Text("no pone RO al cambiar la fecha base", "does not set RO where the base date changes")


class VENDOR(RetouchingModule):
    """RO is always 0."""

    def change(self, token: Token) -> Token:
        """Without RO."""
        return with_fields(token, rollover=False)
