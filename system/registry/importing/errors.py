"""What is wrong with a file, and with a cell of it."""

from dataclasses import dataclass


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
