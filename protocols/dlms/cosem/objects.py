"""COSEM objects: an interface class bound to the live parts of a device by functions.

>>> from protocols.dlms import axdr
>>> from protocols.dlms.cosem.measurement import Register
>>> value = axdr.double_long_unsigned(1362)
>>> energy = CosemObject(Register, Obis.from_string("1.0.1.8.0"), getters={2: constant(value)})
>>> energy.read(2).value
1362
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from protocols.dlms import axdr
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.codes import ActionResult, Code, DataAccessResult
from protocols.dlms.cosem.declaration import InterfaceClass
from protocols.dlms.cosem.selection import Selection
from protocols.dlms.errors import DlmsError, DlmsValueError
from protocols.dlms.obis import Obis

C = TypeVar("C", bound=Code)

Getter = Callable[[Selection | None], Data]
Setter = Callable[[Data], None]
Invoker = Callable[[Data | None], Data | None]
PartSetter = Callable[[Selection, Data], None]


# What a binding raises when it cannot make sense of a value that a client sent: answered other-reason, since
# no bytes may bring a server down. Anything else is a mistake of the device and comes through.
BINDING_FAULTS = (DlmsError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)


class AccessError(DlmsError):
    """An attribute or a method refuses; raised by getters, setters and methods, answered with `result`.

    Args:
        result: what the client is told; a method's refusal may be an `ActionResult`.
    """

    def __init__(self, result: DataAccessResult | ActionResult) -> None:
        super().__init__(result.label)
        self.result = result

    @property
    def data_access_result(self) -> DataAccessResult:
        """The result as an attribute's answer."""
        return _as(DataAccessResult, self.result)

    @property
    def action_result(self) -> ActionResult:
        """The result as a method's answer."""
        return _as(ActionResult, self.result)


def _as(kind: type[C], result: Code) -> C:
    """The same number in another enumeration, other-reason where it has no meaning there."""
    try:
        return kind(result)
    except ValueError:
        return kind(DataAccessResult.OTHER_REASON)


def constant(data: Data) -> Getter:
    """A getter that always answers `data`."""
    return lambda _selection: data


@dataclass(frozen=True, slots=True)
class CosemObject:
    """One object of a logical device.

    Args:
        interface: declaration of its class.
        logical_name: its OBIS code; answers attribute 1.
        getters: attribute index -> function from the selection (None = whole value) to the value.
        setters: attribute index -> function that takes the new value; raises `AccessError` to refuse.
        methods: method index -> function from the parameter (None = absent) to its return value or None.
        part_setters: attribute index -> function that writes a selected part; `setters` has the index, too.

    Raises:
        DlmsValueError: an index is not declared by the class.
    """

    interface: type[InterfaceClass]
    logical_name: Obis
    getters: Mapping[int, Getter] = field(default_factory=dict)
    setters: Mapping[int, Setter] = field(default_factory=dict)
    methods: Mapping[int, Invoker] = field(default_factory=dict)
    part_setters: Mapping[int, PartSetter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = self.interface.attributes.keys()
        strangers = (self.getters.keys() | self.setters.keys()) - known | (
            self.methods.keys() - self.interface.methods.keys()
        )
        if strangers:
            raise DlmsValueError(f"{self.interface.__name__} does not declare {sorted(strangers)}")

    @property
    def class_id(self) -> int:
        """Number of its interface class."""
        return self.interface.class_id

    def read(self, index: int, selection: Selection | None = None) -> Data:
        """Value of attribute `index`.

        Raises:
            AccessError: the attribute cannot be read, or its getter refuses.
        """
        getter = self.getters.get(index)
        if getter is None:
            if index == 1:
                return axdr.octet_string(self.logical_name.to_bytes())
            raise AccessError(DataAccessResult.READ_WRITE_DENIED)
        if selection is None:
            return getter(None)
        try:
            return getter(selection)
        except AccessError:
            raise
        except BINDING_FAULTS as error:
            raise AccessError(DataAccessResult.OTHER_REASON) from error

    def write(self, index: int, value: Data, selection: Selection | None = None) -> None:
        """Set attribute `index`, or the part of it that is selected.

        Raises:
            AccessError: the attribute cannot be written, the type does not match, or its setter refuses.
        """
        setter = self.setters.get(index)
        if setter is None:
            raise AccessError(DataAccessResult.READ_WRITE_DENIED)
        if selection is not None:
            self._write_part(index, value, selection)
            return
        types = self.interface.attributes[index].types
        if types and value.tag not in types:
            raise AccessError(DataAccessResult.TYPE_UNMATCHED)
        try:
            setter(value)
        except AccessError:
            raise
        except BINDING_FAULTS as error:
            raise AccessError(DataAccessResult.OTHER_REASON) from error

    def _write_part(self, index: int, value: Data, selection: Selection) -> None:
        setter = self.part_setters.get(index)
        if setter is None:
            raise AccessError(DataAccessResult.SCOPE_OF_ACCESS_VIOLATED)
        try:
            setter(selection, value)
        except AccessError:
            raise
        except BINDING_FAULTS as error:
            raise AccessError(DataAccessResult.OTHER_REASON) from error

    def invoke(self, index: int, parameter: Data | None) -> Data | None:
        """Invoke method `index`; returns what it returns.

        Raises:
            AccessError: there is no such method, the type does not match, or the method refuses.
        """
        invoker = self.methods.get(index)
        if invoker is None:
            raise AccessError(ActionResult.READ_WRITE_DENIED)
        types = self.interface.methods[index].types
        tag = DataTag.NULL if parameter is None else parameter.tag
        if types and tag not in types:
            raise AccessError(ActionResult.TYPE_UNMATCHED)
        try:
            return invoker(parameter)
        except AccessError:
            raise
        except BINDING_FAULTS as error:
            raise AccessError(ActionResult.OTHER_REASON) from error
