"""Errors of off-line messages.

::

    OfflineError            a message that is refused; one sentence in Spanish and in English
    └── ChainBroken         entries that do not follow each other; `.number` says from where
"""


class OfflineError(ValueError):
    """A message is refused.

    Attributes:
        es, en: why, one sentence in each language.
    """

    def __init__(self, es: str, en: str) -> None:
        super().__init__(en)
        self.es = es
        self.en = en


class ChainBroken(OfflineError):  # noqa: N818 - what happened is its name (R15)
    """An entry does not follow the one before it.

    Attributes:
        number: of the first entry that does not.
        why: ``gap`` (a number is missing or stands twice), ``fork`` (it follows another entry) or ``overlap``
            (it comes before what is already known).
    """

    def __init__(self, number: int, why: str) -> None:
        es, en = _WHY[why]
        super().__init__(f"el asiento {number} {es}", f"entry {number} {en}")
        self.number = number
        self.why = why


_WHY = {
    "gap": ("no es el que sigue: falta alguno antes", "is not the next one: one before it is missing"),
    "fork": ("no sigue al que se conoce: hay otra historia", "does not follow the known one: a fork"),
    "overlap": ("viene antes de lo ya conocido", "comes before what is known"),
}
