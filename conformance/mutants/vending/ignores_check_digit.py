"""A vendor that corrects check digits by itself."""

from typing import Any

from conformance.text import Text
from conformance.vending.own_module import OwnModule
from protocols.sts.luhn import luhn_digit

CLAUSE = "sts531-1/CTSA17"
DESCRIPTION = Text(
    "acepta un DRN con un dígito de verificación errado", "takes a DRN with a wrong check digit"
)


class VENDOR(OwnModule):
    """Puts the digit right and sells, for whichever meter that is."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """With another check digit."""
        if "meter" in args and len(args["meter"]["drn"]) < 18:
            payload = args["meter"]["drn"][:-1]
            args = {**args, "meter": {**args["meter"], "drn": payload + luhn_digit(payload)}}
        return super().carry(operation, args)
