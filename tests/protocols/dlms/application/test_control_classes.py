"""Declarations of control, communication and payment classes: numbers, versions, and no gaps."""

import pytest

from protocols.dlms.cosem import CLASSES
from protocols.dlms.cosem.access import PUSH_VERSIONS
from protocols.dlms.cosem.measurement import PARAMETER_MONITOR_VERSIONS
from protocols.dlms.cosem.plc import G3_CLASSES, PRIME_CLASSES

#: class-id -> (version, attributes with the logical name, methods).
DUE = {
    18: (0, 7, 4),
    19: (1, 9, 0),
    23: (1, 9, 0),
    40: (1, 10, 1),
    41: (0, 6, 0),
    42: (0, 10, 3),
    43: (0, 2, 0),
    44: (0, 5, 0),
    45: (0, 4, 0),
    47: (1, 8, 0),
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
}


@pytest.mark.parametrize(("class_id", "due"), DUE.items())
def test_a_class_has_what_the_blue_book_counts(class_id: int, due: tuple[int, int, int]) -> None:
    declared = CLASSES[class_id]
    assert (declared.version, len(declared.attributes), len(declared.methods)) == due


@pytest.mark.parametrize("declared", [*CLASSES.values(), *PUSH_VERSIONS.values()])
def test_indices_leave_no_gap_and_names_are_unique(declared) -> None:  # type: ignore[no-untyped-def]
    assert sorted(declared.attributes) == list(range(1, len(declared.attributes) + 1))
    names = [item.name for item in (*declared.attributes.values(), *declared.methods.values())]
    assert len(names) == len(set(names))
    assert declared.source
    assert declared.__doc__


@pytest.mark.parametrize("versions", [PUSH_VERSIONS, PARAMETER_MONITOR_VERSIONS])
def test_versions_are_of_one_class_and_one_of_them_is_bound(versions) -> None:  # type: ignore[no-untyped-def]
    class_ids = {declared.class_id for declared in versions.values()}
    assert len(class_ids) == 1
    assert all(declared.version == version for version, declared in versions.items())
    assert CLASSES[class_ids.pop()] in versions.values()


def test_power_line_modems_are_declared() -> None:
    assert [declared.class_id for declared in PRIME_CLASSES] == list(range(80, 87))
    assert [declared.class_id for declared in G3_CLASSES] == [90, 91, 92]
