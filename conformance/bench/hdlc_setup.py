"""What the device says of its HDLC port (class 23), where a client of the target file may read it."""

from dataclasses import dataclass

from conformance.bench.bench import Bench
from protocols.dlms.errors import DlmsError
from protocols.dlms.session_errors import LinkLost, NoAnswer

IEC_HDLC_SETUP, LOGICAL_NAME = 23, "0.0.22.0.0"


@dataclass(frozen=True, slots=True)
class SetupAttribute:
    """An attribute of class 23: its index, the default of the class, and its unit."""

    index: int
    default: int
    unit: str


INTER_OCTET = SetupAttribute(7, 25, "ms")
INACTIVITY = SetupAttribute(8, 120, "s")

_CLIENTS = ("reader", "public")


def setup_value(bench: Bench, attribute: SetupAttribute) -> int:
    """The value that the device gives, or the default of the class where it gives none.

    Raises:
        CaseInconclusive: it gives something that is no number.
    """
    for client in _CLIENTS:
        if client not in bench.statement.associations:
            continue
        try:
            with bench.associated(client) as dialogue:
                value = dialogue.integer(IEC_HDLC_SETUP, LOGICAL_NAME, attribute.index)
        except (NoAnswer, LinkLost):
            raise
        except DlmsError:
            continue  # refused: another client may have the right
        bench.measure(f"23/{attribute.index}", value, attribute.unit)
        return value
    bench.note(
        f"la clase 23 no se puede leer; vale {attribute.default} {attribute.unit}",
        f"class 23 cannot be read; {attribute.default} {attribute.unit} is assumed",
    )
    return attribute.default
