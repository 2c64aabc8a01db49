"""Scripts: lists of writes and method calls on the meter's own objects, run by calendar, schedule or client.

A script acts on COSEM objects by their logical names: it can do whatever a client could, and knows no part.

Source: IEC 62056-6-2, Script table
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from protocols.dlms import axdr
from protocols.dlms.cosem.objects import AccessError, CosemObject
from protocols.dlms.obis import Obis

#: A script that runs a script that runs …: no deeper than this.
_DEEPEST = 4


class ScriptService(IntEnum):
    """What one action does. 0 is a place without an action."""

    NOTHING = 0
    WRITE = 1
    EXECUTE = 2


@dataclass(frozen=True, slots=True)
class ScriptAction:
    """One action.

    Args:
        service: write or execute.
        class_id: class of the object.
        logical_name: six octets.
        index: of the attribute or method.
        parameter: A-XDR octets of the value or parameter.
    """

    service: ScriptService
    class_id: int
    logical_name: bytes
    index: int
    parameter: bytes


#: Script identifier -> its actions.
Scripts = Mapping[int, tuple[ScriptAction, ...]]


class ScriptRunner:
    """Runs the scripts of one meter.

    Args:
        tables: logical name of a table -> its scripts.
        find: the object with a logical name, None where there is none.
    """

    __slots__ = ("_depth", "_find", "_tables")

    def __init__(self, tables: Mapping[bytes, Scripts], find: Callable[[Obis], CosemObject | None]) -> None:
        self._tables = tables
        self._find = find
        self._depth = 0

    def run(self, table: bytes, script: int) -> bool:
        """Run every action of one script, whatever becomes of the others.

        Returns:
            True where all of them could be done.

        Raises:
            LookupError: there is no such table or script.
        """
        actions = self._tables[table][script]
        if self._depth >= _DEEPEST:
            return False
        self._depth += 1
        try:
            done = [self._act(action) for action in actions]  # all of them, also after one that fails
            return all(done)
        finally:
            self._depth -= 1

    def _act(self, action: ScriptAction) -> bool:
        found = self._find(Obis.from_bytes(action.logical_name))
        if found is None or found.class_id != action.class_id:
            return False
        parameter = axdr.decode(action.parameter)
        try:
            if action.service is ScriptService.WRITE:
                found.write(action.index, parameter)
            elif action.service is ScriptService.EXECUTE:
                found.invoke(action.index, parameter)
        except AccessError:
            return False
        return True
