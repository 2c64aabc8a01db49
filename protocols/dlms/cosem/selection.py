"""Selective access to the buffer of a profile: by range of values (selector 1) or by entry (selector 2).

Source: IEC 62056-6-2, Profile generic, selective access to buffer
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from protocols.dlms import axdr
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.errors import DecodeError
from protocols.dlms.obis import Obis


@dataclass(frozen=True, slots=True)
class CaptureObject:
    """One column of a profile: an attribute of an object, or element `data_index` (from 1; 0 = all) of it."""

    class_id: int
    logical_name: Obis
    attribute: int
    data_index: int = 0

    def to_data(self) -> Data:
        """The capture object definition as it travels."""
        return axdr.structure(
            axdr.long_unsigned(self.class_id),
            axdr.octet_string(self.logical_name.to_bytes()),
            axdr.integer(self.attribute),
            axdr.long_unsigned(self.data_index),
        )

    @classmethod
    def from_data(cls, data: Data) -> "CaptureObject":
        """Read a capture object definition.

        Raises:
            DecodeError: not a structure of these four elements.
        """
        class_id, name, attribute, index = _elements(data, "capture-object-definition", 4)
        return cls(
            _integer(class_id, "class-id"),
            Obis.from_bytes(_octets(name, "logical-name")),
            _integer(attribute, "attribute-index"),
            _integer(index, "data-index"),
        )


@dataclass(frozen=True, slots=True)
class RangeSelection:
    """Rows whose restricting column lies between two values, both included; `columns` empty means all."""

    selector: ClassVar[int] = 1
    restricting_object: CaptureObject
    from_value: Data
    to_value: Data
    columns: tuple[CaptureObject, ...] = ()

    def to_data(self) -> Data:
        """The range descriptor as it travels."""
        return axdr.structure(
            self.restricting_object.to_data(),
            self.from_value,
            self.to_value,
            axdr.array(*(column.to_data() for column in self.columns)),
        )


@dataclass(frozen=True, slots=True)
class EntrySelection:
    """Rows and columns by number, counted from 1; 0 as an end means the highest there is."""

    selector: ClassVar[int] = 2
    from_entry: int
    to_entry: int = 0
    from_column: int = 1
    to_column: int = 0

    def to_data(self) -> Data:
        """The entry descriptor as it travels."""
        return axdr.structure(
            axdr.double_long_unsigned(self.from_entry),
            axdr.double_long_unsigned(self.to_entry),
            axdr.long_unsigned(self.from_column),
            axdr.long_unsigned(self.to_column),
        )


Selection = RangeSelection | EntrySelection


def _range_from(data: Data) -> RangeSelection:
    restricting, low, high, columns = _elements(data, "range-descriptor", 4)
    if columns.tag is not DataTag.ARRAY or not isinstance(columns.value, tuple):
        raise DecodeError("selected-values: an array is expected")
    return RangeSelection(
        CaptureObject.from_data(restricting),
        low,
        high,
        tuple(CaptureObject.from_data(item) for item in columns.value),
    )


def _entry_from(data: Data) -> EntrySelection:
    names = ("from-entry", "to-entry", "from-selected-value", "to-selected-value")
    numbers = [
        _integer(item, name) for item, name in zip(_elements(data, "entry-descriptor", 4), names, strict=True)
    ]
    return EntrySelection(*numbers)


_READERS: dict[int, Callable[[Data], Selection]] = {
    RangeSelection.selector: _range_from,
    EntrySelection.selector: _entry_from,
}


def selection_from(selector: int, parameters: Data) -> Selection:
    """The typed selection of a request.

    Raises:
        DecodeError: unknown selector, or parameters that do not fit it.
    """
    reader = _READERS.get(selector)
    if reader is None:
        raise DecodeError(f"access-selector: {selector} is not known for a profile buffer")
    return reader(parameters)


def _elements(data: Data, name: str, count: int) -> tuple[Data, ...]:
    if data.tag is not DataTag.STRUCTURE or not isinstance(data.value, tuple) or len(data.value) != count:
        raise DecodeError(f"{name}: a structure of {count} elements is expected")
    return data.value


def _integer(data: Data, name: str) -> int:
    if not isinstance(data.value, int) or isinstance(data.value, bool):
        raise DecodeError(f"{name}: a number is expected")
    return data.value


def _octets(data: Data, name: str) -> bytes:
    if not isinstance(data.value, bytes):
        raise DecodeError(f"{name}: an octet-string is expected")
    return data.value
