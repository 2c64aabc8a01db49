"""What stands where in a body that bears no codes: the objects of push setups, by their logical names.

The first value of such a body is the logical name of its setup. Those of this house's meters are known; those
of others are entries of the key file::

    [pushes."0.0.25.9.0"]
    objects = ["40/0.0.25.9.0/1", "8/0.0.1.0.0/2", "1/0.0.96.1.1/2", "1/0.0.96.11.1/2"]

Source: IEC 62056-6-2, Push setup: push_object_list
"""

from collections.abc import Mapping
from dataclasses import dataclass

from protocols.dlms.errors import DlmsValueError
from protocols.dlms.obis import Obis

_OBJECTS_MAX = 100


@dataclass(frozen=True, slots=True)
class Place:
    """One value of a body: class, OBIS code of five groups, attribute."""

    class_id: int
    obis: str
    attribute: int


Layouts = Mapping[str, tuple[Place, ...]]


def place_of(text: str) -> Place:
    """What a text such as ``3/1.0.1.8.0/2`` names.

    >>> place_of("3/1.0.1.8.0/2")
    Place(class_id=3, obis='1.0.1.8.0', attribute=2)

    Raises:
        ValueError: it names nothing.
    """
    parts = text.split("/")
    if len(parts) != 3 or not (parts[0].isdecimal() and parts[2].isdecimal()):
        raise ValueError(f"{text[:40]!r} is not class/code/attribute")
    try:
        code = Obis.from_string(parts[1])
    except DlmsValueError as error:
        raise ValueError(str(error)) from error
    return Place(int(parts[0]), str(code).removesuffix(".255"), int(parts[2]))


def layout_of(texts: object) -> tuple[Place, ...]:
    """The places of a list of texts.

    Raises:
        ValueError: it is no such list.
    """
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError("objects must be a list of texts")
    if not 1 <= len(texts) <= _OBJECTS_MAX:
        raise ValueError(f"objects has 1 to {_OBJECTS_MAX} entries")
    return tuple(map(place_of, texts))


def _usual(name: str, last: str) -> tuple[Place, ...]:
    return tuple(map(place_of, (f"40/{name}/1", "8/0.0.1.0.0/2", "1/0.0.96.1.1/2", last)))


#: Of this house's meters: an alarm, and the state on demand.
USUAL_LAYOUTS: Layouts = {
    "0.0.25.9.0": _usual("0.0.25.9.0", "1/0.0.96.11.1/2"),
    "0.1.25.9.0": _usual("0.1.25.9.0", "3/1.0.1.8.0/2"),
}
