"""Reading whatever an object list grants, and judging each value by its class, its name and its type.

Source: DLMS UA 1001-6, 7.2 and 7.3: for each attribute X.Y, readable, not readable, writable
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from conformance.bench.bench import Bench
from conformance.bench.dialogue import Dialogue
from conformance.bench.object_list import ASSOCIATION, ListedObject, read_object_list
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.cosem import CLASSES
from protocols.dlms.session_errors import AccessRefused, ExceptionAnswered

LOGICAL_NAME = 1
_PROFILE_GENERIC, _BUFFER = 7, 2
_MAX_SHOWN = 12


@contextmanager
def listed(bench: Bench, association: str) -> Iterator[tuple[Dialogue, tuple[ListedObject, ...]]]:
    """An open association with its object list."""
    with bench.associated(association) as dialogue:
        yield dialogue, read_object_list(dialogue)


def of_class(objects: tuple[ListedObject, ...], *class_ids: int) -> list[ListedObject]:
    """The objects of these classes."""
    return [item for item in objects if item.class_id in class_ids]


def current_association(bench: Bench, objects: tuple[ListedObject, ...]) -> ListedObject:
    """The row of the current association, which every object list owes.

    Raises:
        CaseFails: the list does not name it.
    """
    found = next((item for item in objects if str(item.obis).startswith(ASSOCIATION)), None)
    bench.check(
        found is not None, "la lista nombra la asociación actual", "the list names the current association"
    )
    return cast(ListedObject, found)


def read_plainly(item: ListedObject) -> tuple[int, ...]:
    """The attributes granted for reading, without profile buffers: those have cases of their own."""
    return tuple(
        index
        for index in item.readable_attributes
        if (item.class_id, index) != (_PROFILE_GENERIC, _BUFFER) and index > 0
    )


def read_all(dialogue: Dialogue, item: ListedObject) -> tuple[dict[int, Data], list[str]]:
    """The values of an object's readable attributes, and what was wrong, in words that need no language."""
    values: dict[int, Data] = {}
    problems: list[str] = []
    for index in read_plainly(item):
        try:
            values[index] = dialogue.session.get(item.class_id, item.obis, index)
        except (AccessRefused, ExceptionAnswered) as refusal:
            problems.append(f"{item.short}:{index} {refusal}")
            continue
        fault = type_fault(item, index, values[index])
        if fault is not None:
            problems.append(f"{item.short}:{index} {fault}")
    return values, problems


def type_fault(item: ListedObject, index: int, data: Data) -> str | None:
    """What is wrong with the type of a value; None where it is what the class declares, if it does."""
    if index == LOGICAL_NAME:
        named = data.tag is DataTag.OCTET_STRING and data.value == item.obis.to_bytes()
        return None if named else f"{data.tag.name} {data.value!r} ≠ {item.obis}"
    declared = CLASSES.get(item.class_id)
    if declared is None or declared.version != item.version or index not in declared.attributes:
        return None
    types = declared.attributes[index].types
    if not types or data.tag in types:
        return None
    return f"{data.tag.name} ≠ {'/'.join(tag.name for tag in types)}"


def judge(bench: Bench, problems: list[str], es: str, en: str) -> None:
    """One check over many values: each problem is shown, up to a dozen.

    Raises:
        CaseFails: there is a problem.
    """
    for problem in problems[:_MAX_SHOWN]:
        bench.observe(problem, problem)
    left = len(problems) - _MAX_SHOWN
    if left > 0:
        bench.observe(f"y {left} más", f"and {left} more")
    bench.check(not problems, es, en)
