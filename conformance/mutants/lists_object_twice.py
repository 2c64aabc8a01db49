"""A meter whose object list names an object twice."""

import dataclasses

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/7.3"
DESCRIPTION = Text("la lista de objetos repite uno", "the object list repeats one")

_OBJECT_LIST = 2


def _repeated(found: Data) -> Data:
    rows = found.value if isinstance(found.value, tuple) else ()
    return Data(found.tag, rows + rows[:1])


class Repeating(ServerConnection):
    """Writes its first object down again."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self._associations.get((client_sap, server_sap))
        if association is not None:
            entries = association.view._entries  # noqa: SLF001 - a mutant, wrong on purpose
            item, rights = entries[CURRENT_ASSOCIATION]
            right = item.getters[_OBJECT_LIST]
            item = dataclasses.replace(
                item, getters={**item.getters, _OBJECT_LIST: lambda _: _repeated(right(None))}
            )
            entries[CURRENT_ASSOCIATION] = (item, rights)
        return answer


PARTS = with_server(Repeating)
