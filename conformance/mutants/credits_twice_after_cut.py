"""A meter that keeps its records one by one: cut after the credit, it has forgotten the token."""

import dataclasses

from conformance.text import Text
from sim.meter import DEFAULT_PARTS
from sim.meter.storage import Storage

CLAUSE = "pay/PAY-08"
DESCRIPTION = Text("acredita dos veces tras un corte", "credits twice after a cut")


class OneByOne(Storage):
    """Writes without a journal."""

    __slots__ = ()

    def _write(self, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            self._memory.write(name, text)


PARTS = dataclasses.replace(DEFAULT_PARTS, storage=OneByOne)
