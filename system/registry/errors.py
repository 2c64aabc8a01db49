"""Refusals of the registry, and errors of a file's cells; each is one Spanish sentence."""

from dataclasses import dataclass


class UnableToRegister(ValueError):
    """A change of the registry is refused.

    Args:
        sentence: Spanish, for who asked.
        field: the field of the form, or the column of the file, that is wrong; empty: none of its own.
    """

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class UnableToReadFile(ValueError):
    """The file as a whole cannot be taken; one Spanish sentence with the mend."""


@dataclass(frozen=True, slots=True)
class CellError:
    """Something that is wrong in a row.

    Args:
        row: as the office program counts it, from 1; the headings are row 1.
        column: its heading; empty: the row as a whole.
        sentence: Spanish.
    """

    row: int
    column: str
    sentence: str
