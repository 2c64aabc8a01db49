"""Interface classes, objects, rights, devices and selections."""

import pytest

from protocols.dlms import axdr
from protocols.dlms.axdr import DataTag
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem import (
    CLASSES,
    AccessError,
    AccessMode,
    AccessRights,
    AssociationProfile,
    CaptureObject,
    Clock,
    CosemObject,
    DataObject,
    DisconnectControl,
    EntrySelection,
    LogicalDevice,
    LogicalDevices,
    RangeSelection,
    Register,
    class_id_of,
    constant,
    full_access,
    read_only,
    rights_table,
)
from protocols.dlms.cosem.selection import selection_from
from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.obis import Obis

NAME = Obis.from_string("0.0.96.1.0")
ONE = axdr.unsigned(1)

# class-id -> (version, attributes, methods), as the tables of the reference count them
TABLE = {
    1: (0, 2, 0),
    3: (0, 3, 1),
    4: (0, 5, 1),
    5: (0, 9, 2),
    6: (0, 4, 3),
    7: (1, 8, 2),
    8: (0, 9, 6),
    9: (0, 2, 1),
    10: (0, 2, 3),
    11: (0, 2, 2),
    15: (2, 11, 6),
    17: (0, 2, 1),
    18: (0, 7, 4),
    19: (1, 9, 0),
    20: (0, 10, 1),
    21: (0, 4, 0),
    22: (0, 4, 0),
    23: (1, 9, 0),
    40: (1, 10, 1),
    41: (0, 6, 0),
    42: (0, 10, 3),
    43: (0, 2, 0),
    44: (0, 5, 0),
    45: (0, 4, 0),
    47: (1, 8, 0),
    64: (0, 5, 2),
    65: (0, 4, 2),
    70: (0, 4, 2),
    71: (0, 11, 0),
    80: (0, 3, 1),
    81: (0, 5, 1),
    82: (0, 8, 0),
    83: (0, 14, 0),
    84: (0, 7, 1),
    85: (0, 6, 1),
    86: (0, 4, 0),
    90: (1, 10, 1),
    91: (3, 26, 2),
    92: (3, 23, 0),
    100: (0, 7, 3),
    111: (0, 19, 3),
    112: (0, 11, 3),
    113: (0, 13, 5),
    115: (0, 6, 1),
    116: (0, 12, 0),
}


@pytest.mark.parametrize("class_id", sorted(TABLE))
def test_declarations(class_id: int) -> None:
    declared = CLASSES[class_id]
    version, attributes, methods = TABLE[class_id]
    assert (declared.class_id, declared.version) == (class_id, version)
    assert list(declared.attributes) == list(range(1, attributes + 1))
    assert list(declared.methods) == list(range(1, methods + 1))
    assert declared.source.startswith("IEC 62056-6-2")
    assert declared.attributes[1].name == "logical_name"
    assert all(item.name for item in (*declared.attributes.values(), *declared.methods.values()))


def test_all_classes_are_in_the_table() -> None:
    assert set(CLASSES) == set(TABLE)


def test_a_class_is_named_by_number_or_declaration() -> None:
    assert class_id_of(Register) == class_id_of(3) == 3


def test_objects_bind_only_what_is_declared() -> None:
    for bindings in ({"getters": {4: constant(ONE)}}, {"setters": {9: print}}, {"methods": {2: print}}):
        with pytest.raises(DlmsValueError, match="Register does not declare"):
            CosemObject(Register, NAME, **bindings)  # type: ignore[arg-type]


def test_reading() -> None:
    item = CosemObject(DataObject, NAME, getters={2: constant(ONE)})
    assert item.read(1) == axdr.octet_string(NAME.to_bytes())
    assert item.read(2) == ONE
    assert item.class_id == 1
    with pytest.raises(AccessError) as caught:
        CosemObject(DataObject, NAME).read(2)
    assert caught.value.data_access_result is DataAccessResult.READ_WRITE_DENIED


def test_a_setter_that_cannot_understand_is_no_crash() -> None:
    item = CosemObject(DataObject, NAME, setters={2: lambda value: value.value[0].value["x"]})  # type: ignore[index,union-attr]
    for value in (ONE, axdr.structure(), axdr.structure(ONE)):
        with pytest.raises(AccessError) as caught:
            item.write(2, value)
        assert caught.value.result is DataAccessResult.OTHER_REASON


def test_a_getter_that_fails_without_a_selection_is_a_mistake_of_the_device() -> None:
    item = CosemObject(DataObject, NAME, getters={2: lambda selection: {}[selection]})
    with pytest.raises(KeyError):
        item.read(2)
    with pytest.raises(AccessError):
        item.read(2, EntrySelection(1))


def test_types_of_setters_and_methods() -> None:
    clock = CosemObject(Clock, NAME, setters={3: lambda value: None})
    clock.write(3, axdr.long(300))
    with pytest.raises(AccessError) as caught:
        clock.write(3, axdr.long_unsigned(300))
    assert caught.value.result is DataAccessResult.TYPE_UNMATCHED
    relay = CosemObject(DisconnectControl, NAME, methods={1: lambda parameter: None})
    with pytest.raises(AccessError) as caught:
        relay.invoke(1, None)
    assert caught.value.result is ActionResult.TYPE_UNMATCHED
    assert DisconnectControl.methods[1].types == (DataTag.INTEGER,)


def test_results_change_enumeration_by_number() -> None:
    assert AccessError(DataAccessResult.TYPE_UNMATCHED).action_result is ActionResult.TYPE_UNMATCHED
    assert AccessError(DataAccessResult.LONG_SET_ABORTED).action_result is ActionResult.OTHER_REASON
    assert (
        AccessError(ActionResult.TEMPORARY_FAILURE).data_access_result is DataAccessResult.TEMPORARY_FAILURE
    )


def test_rights() -> None:
    item = CosemObject(
        DisconnectControl,
        NAME,
        getters={2: constant(ONE), 4: constant(ONE)},
        setters={3: print, 4: print},
        methods={1: print},
    )
    full = full_access(item)
    assert full.attributes == {
        1: AccessMode.READ_ONLY,
        2: AccessMode.READ_ONLY,
        3: AccessMode.WRITE_ONLY,
        4: AccessMode.READ_AND_WRITE,
    }
    assert (full.may_read(3), full.may_write(3), full.may_invoke(1), full.may_invoke(2)) == (
        False,
        True,
        True,
        False,
    )
    reader = read_only(item)
    assert not any(reader.may_write(index) for index in range(5))
    assert not AccessRights({2: AccessMode.AUTHENTICATED_READ_ONLY}).may_read(2)


def test_rights_by_table() -> None:
    listed, other = CosemObject(DataObject, NAME), CosemObject(DataObject, Obis.from_string("0.0.96.1.1"))
    rights = AccessRights({1: AccessMode.READ_ONLY})
    assert rights_table({NAME: rights})(listed) is rights
    assert rights_table({NAME: rights})(other) is None
    assert rights_table({}, read_only)(other) == read_only(other)


def test_profiles_and_devices_are_checked() -> None:
    with pytest.raises(DlmsValueError, match="password"):
        AssociationProfile(2, "lls")  # type: ignore[arg-type]
    with pytest.raises(DlmsValueError, match="twice"):
        LogicalDevice(1, b"x", [CosemObject(DataObject, NAME)] * 2)
    with pytest.raises(DlmsValueError, match="twice"):
        LogicalDevice(1, b"x", associations=[AssociationProfile(16)] * 2)
    with pytest.raises(DlmsValueError, match="twice"):
        LogicalDevices([LogicalDevice(1, b"x")] * 2)
    assert "secreto" not in repr(AssociationProfile(2, "lls", b"secreto"))  # type: ignore[arg-type]


def test_a_device_may_bring_its_own_name_object() -> None:
    own = CosemObject(DataObject, Obis.from_string("0.0.42.0.0"), getters={2: constant(ONE)})
    device = LogicalDevice(1, b"x", [own])
    made = LogicalDevices([device]).mandatory_objects(device)
    assert [str(item.logical_name) for item in made] == ["0.0.41.0.0.255"]


COLUMN = CaptureObject(8, Obis.from_string("0.0.1.0.0"), 2)


@pytest.mark.parametrize(
    "selection",
    [
        EntrySelection(1),
        EntrySelection(3, 9, 2, 2),
        RangeSelection(COLUMN, ONE, axdr.unsigned(9)),
        RangeSelection(COLUMN, axdr.octet_string(bytes(12)), axdr.octet_string(bytes(12)), (COLUMN, COLUMN)),
    ],
)
def test_selections_travel(selection: RangeSelection | EntrySelection) -> None:
    assert selection_from(selection.selector, selection.to_data()) == selection


@pytest.mark.parametrize(
    ("selector", "parameters"),
    [
        (0, axdr.null()),
        (3, axdr.null()),
        (1, axdr.null()),
        (1, axdr.structure(COLUMN.to_data(), ONE, ONE, ONE)),
        (1, axdr.structure(ONE, ONE, ONE, axdr.array())),
        (1, axdr.structure(axdr.structure(ONE, ONE, ONE, ONE), ONE, ONE, axdr.array())),
        (1, axdr.structure(axdr.structure(ONE, axdr.octet_string(b"x"), ONE, ONE), ONE, ONE, axdr.array())),
        (2, axdr.structure(ONE, ONE, ONE)),
        (2, axdr.structure(axdr.boolean(True), ONE, ONE, ONE)),
    ],
)
def test_bad_selections(selector: int, parameters: axdr.Data) -> None:
    with pytest.raises(DecodeError):
        selection_from(selector, parameters)
