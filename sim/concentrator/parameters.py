"""The parameters that an operator may see and set: by page, by buttons, from the head-end (R6.2-09).

Each is a row: its name, its words, how it is read and how it is set. What was set is kept without power.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim.concentrator.errors import OrderError, TermsError
from sim.concentrator.nvm import Nvm

_SLOT = "parameters"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Args:
        name: stable; the unit is its last part.
        es: for people, in Spanish.
        en: for people, in English.
        read: its present value, as text.
        kept: whether what was set is kept here; False where somebody else keeps it.
        choices: what it may be, where that is a closed list: the buttons go through it.
        write: sets it from a text; raises `TermsError` or ValueError to refuse. None: it is shown only.
    """

    name: str
    es: str
    en: str
    read: Callable[[], str]
    write: Callable[[str], None] | None = None
    choices: tuple[str, ...] = ()
    kept: bool = True


class Parameters:
    """All parameters of one concentrator.

    Args:
        memory: where what was set is kept.
        rows: the parameters.
        on_change: told of each name and new value that somebody set.
    """

    __slots__ = ("_memory", "_on_change", "_rows", "_set")

    def __init__(self, memory: Nvm, rows: list[Parameter], on_change: Callable[[str, str], object]) -> None:
        self._memory = memory
        self._rows = {row.name: row for row in rows}
        self._on_change = on_change
        self._set: dict[str, str] = {}

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._rows.values())

    def load(self) -> None:
        """Set again what was set before the power went; what does not fit any more is dropped."""
        self._set = json.loads(self._memory.get(_SLOT) or "{}")
        for name, value in list(self._set.items()):
            row = self._rows.get(name)
            try:
                if row is None or row.write is None:
                    raise ValueError(name)
                row.write(value)
            except (TermsError, ValueError):
                del self._set[name]

    def values(self) -> dict[str, str]:
        """Name -> present value."""
        return {row.name: row.read() for row in self}

    def write(self, name: str, value: str) -> str:
        """Set one; the value as it is from now on.

        Raises:
            OrderError: ``refused``: there is no such parameter, or it cannot be that.
        """
        row = self._rows.get(name)
        if row is None or row.write is None:
            raise OrderError("refused", f"no parameter {name[:40]!r} can be set")
        try:
            row.write(value)
        except (TermsError, ValueError) as error:
            raise OrderError("refused", f"{name}: {error}") from error
        if row.kept:
            self._set[name] = value
            self._memory.put(_SLOT, json.dumps(self._set))
        self._on_change(name, row.read())
        return row.read()
