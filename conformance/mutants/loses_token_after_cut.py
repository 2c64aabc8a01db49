"""A meter that crosses a token out before it keeps the credit: cut in between, the customer has lost it."""

import dataclasses

from conformance.text import Text
from sim.meter import DEFAULT_PARTS
from sim.meter.storage import Storage

CLAUSE = "pay/PAY-08"
DESCRIPTION = Text("pierde el código tras un corte", "loses the token after a cut")


class TokenFirst(Storage):
    """Writes without a journal, the last record first."""

    __slots__ = ()

    def _write(self, texts: dict[str, str]) -> None:
        for name in reversed(texts):
            self._memory.write(name, texts[name])


PARTS = dataclasses.replace(DEFAULT_PARTS, storage=TokenFirst)
