"""A vendor that sells at 00:01 with the TID of 00:01."""

from conformance.text import Text
from conformance.vending.retouch import RetouchingModule, with_fields
from protocols.sts.token import Token

_DAY_MIN = 1440
_AFTER_RESERVED = 2
CLAUSE = "sts531-1/CTSA09"
DESCRIPTION = Text("usa el minuto reservado 00:01", "uses the reserved minute 00:01")


class VENDOR(RetouchingModule):
    """Knows of no reserved minute."""

    def change(self, token: Token) -> Token:
        """00:02 made at 00:01 goes back to 00:01."""
        tid = getattr(token, "tid", 0)
        at_00_01 = self.now is not None and (self.now.hour, self.now.minute) == (0, 1)
        return with_fields(token, tid=tid - 1) if at_00_01 and tid % _DAY_MIN == _AFTER_RESERVED else token
