"""COSEM objects 7.3.11 to 7.3.13: several references at once, mandatory objects, reported attributes."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from collections.abc import Callable
from itertools import islice
from math import ceil

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import Dialogue, items
from conformance.bench.object_list import (
    ASSOCIATION,
    ListedObject,
    current_association,
    judge,
    listed,
    of_class,
    read_plainly,
)
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem import CLASSES
from protocols.dlms.obis import Obis

READER = pytest.mark.needs("association:reader")
PUBLIC = pytest.mark.needs("association:public")

_LDN, _SAP_LIST = "0.0.42.0.0", "0.0.41.0.0"
#: The logical device that lists the others.
_MANAGEMENT_SAP = 1
_CLOCK = 8
_PROFILE, _BUFFER, _PERIOD, _IN_USE = 7, 2, 4, 7
#: The bench waits for rows where they come this often at least; more rows than a few are not read whole.
_PATIENCE_S, _FEW_ROWS = 3600, 60
_VALUES = 10
_SHORT_OCTETS, _LONG_OCTETS = range(1, 11), range(500, 1001)
_AIM_OCTETS = 700

Reference = tuple[int, Obis, int]
Chooser = Callable[[Dialogue, tuple[ListedObject, ...]], list[Reference]]


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/7.3.11/values",
    title=Message("Ten values in one request"),
    stimulus=Message("Read ten static value attributes one by one, and together."),
    requirement=Message("The results are the same."),
)
@clause("7.3.11")
@READER
def test_values(bench: Bench) -> None:
    _compare(bench, lambda _dialogue, objects: list(islice(_static(objects), _VALUES)))


@case(
    id="dlms/7.3.11/short-and-long",
    title=Message("A short and a long value"),
    stimulus=Message("Read a value of 1 to 10 octets beside one of 500 to 1000."),
    requirement=Message("The results are those of the single reads."),
)
@clause("7.3.11")
@READER
def test_short_and_long(bench: Bench) -> None:
    def chosen(dialogue: Dialogue, objects: tuple[ListedObject, ...]) -> list[Reference]:
        buffers = [(_PROFILE, item.obis, _BUFFER) for item in _short_profiles(dialogue, objects)]
        sized = [(reference, _octets(dialogue, reference)) for reference in [*_static(objects), *buffers]]
        short = next((reference for reference, size in sized if size in _SHORT_OCTETS), None)
        long = next((reference for reference, size in sized if size in _LONG_OCTETS), None)
        if short is None or long is None:
            raise bench.not_applicable(Message("no value of 500 to 1000 octets"))
        return [short, long]

    _wait_for_a_long_buffer(bench)
    _compare(bench, chosen)


@case(
    id="dlms/7.3.11/one-object",
    title=Message("Several attributes of one object"),
    stimulus=Message("Read together the first four static attributes of one object."),
    requirement=Message("The results are those of the single reads."),
)
@clause("7.3.11")
@READER
def test_one_object(bench: Bench) -> None:
    def chosen(_dialogue: Dialogue, objects: tuple[ListedObject, ...]) -> list[Reference]:
        by_object: dict[tuple[int, Obis], list[Reference]] = {}
        for reference in _static(objects, all_attributes=True):
            by_object.setdefault(reference[:2], []).append(reference)
        return max(by_object.values(), key=len, default=[])[:4]

    _compare(bench, chosen)


def _compare(bench: Bench, choose: Chooser) -> None:
    with listed(bench, "reader") as (dialogue, objects):
        if not dialogue.session.client.granted & Conformance.MULTIPLE_REFERENCES:
            raise bench.not_applicable(Message("multiple-references is not granted"))
        references = choose(dialogue, objects)
        single = [dialogue.session.get(*reference) for reference in references]
        together = list(dialogue.session.get_list(list(references)))
        after = [dialogue.session.get(*reference) for reference in references]  # a row may have come
    bench.measure("references", len(references), "")
    differing = [
        f"{class_id}/{obis}:{index}"
        for (class_id, obis, index), before, other, later in zip(
            references, single, together, after, strict=True
        )
        if other not in (before, later)
    ]
    judge(bench, differing, Message("together they are as alone"))


def _static(objects: tuple[ListedObject, ...], *, all_attributes: bool = False) -> list[Reference]:
    """Attributes that do not change by themselves; the clock never."""
    found = []
    for item in objects:
        declared = CLASSES.get(item.class_id)
        if item.class_id == _CLOCK or declared is None:
            continue
        for index in read_plainly(item):
            attribute = declared.attributes.get(index)
            wanted = index == 2 or all_attributes
            if wanted and attribute is not None and not attribute.dynamic:
                found.append((item.class_id, item.obis, index))
    return found


def _short_profiles(dialogue: Dialogue, objects: tuple[ListedObject, ...]) -> list[ListedObject]:
    """The profiles whose buffers may be read whole, that fill by themselves and hold few rows."""
    return [
        item
        for item in of_class(objects, _PROFILE)
        if all(item.readable(index) for index in (_BUFFER, _PERIOD, _IN_USE))
        and 0 < dialogue.integer(_PROFILE, str(item.obis), _PERIOD) <= _PATIENCE_S
        and dialogue.integer(_PROFILE, str(item.obis), _IN_USE) <= _FEW_ROWS
    ]


def _wait_for_a_long_buffer(bench: Bench) -> None:
    """Let a profile grow to a long value, where the clock can be moved; its first row shows how fast."""
    for _ in range(2):
        with listed(bench, "reader") as (dialogue, objects):
            missing_s = (_missing_s(dialogue, item) for item in _short_profiles(dialogue, objects))
            wait_s = next(missing_s, 0)
        if wait_s and bench.has("clock"):
            bench.clock.wait(float(wait_s))


def _missing_s(dialogue: Dialogue, item: ListedObject) -> int:
    """Until the buffer of a profile is a long value, in seconds."""
    period_s, used = (dialogue.integer(_PROFILE, str(item.obis), index) for index in (_PERIOD, _IN_USE))
    if not used:
        return period_s
    octets = _octets(dialogue, (_PROFILE, item.obis, _BUFFER))
    if octets >= _LONG_OCTETS.start:
        return 0
    return ceil((_AIM_OCTETS - octets) * used / octets) * period_s


def _octets(dialogue: Dialogue, reference: Reference) -> int:
    value: Data = dialogue.session.get(*reference)
    return len(axdr.encode(value))


@case(
    id="dlms/7.3.12/mandatory",
    title=Message("Mandatory objects"),
    stimulus=Message(
        "In each association, look for the current association, the SAP list and the logical device name."
    ),
    requirement=Message("They are there and read; the SAP list names this logical device and repeats none."),
)
@clause("7.3.12")
@PUBLIC
def test_mandatory(bench: Bench) -> None:
    needed = {(15, ASSOCIATION), (1, _LDN)}
    if bench.statement.link.server_sap == _MANAGEMENT_SAP:
        needed.add((17, _SAP_LIST))
    for name in bench.statement.associations:
        with listed(bench, name) as (dialogue, objects):
            there = {(item.class_id, str(item.obis).removesuffix(".255")) for item in objects}
            missing = sorted(needed - there)
            judge(
                bench,
                [f"{class_id}/{obis}" for class_id, obis in missing],
                Message("{name}: the mandatory ones are there", name=name),
            )
            device = dialogue.octets(1, _LDN, 2)
            rows = [items(row) for row in items(dialogue.get(17, _SAP_LIST, 2))]
        saps = [row[0].value for row in rows]
        bench.check(len(set(saps)) == len(saps), Message("{name}: no SAP is repeated", name=name))
        bench.check(
            any(row[1].value == device for row in rows),
            Message("{name}: the list names this device", name=name),
        )


@case(
    id="dlms/7.3.13/reported",
    title=Message("Reported attributes"),
    stimulus=Message("Read the SAP list, the logical device name and the contexts of each association."),
    requirement=Message(
        "The name begins with the maker's FLAG identifier; the rest is noted for the reader."
    ),
)
@clause("7.3.13")
@PUBLIC
def test_reported(bench: Bench) -> None:
    for name in bench.statement.associations:
        with listed(bench, name) as (dialogue, objects):
            device = dialogue.octets(1, _LDN, 2)
            own = current_association(bench, objects)
            for index in (index for index in (4, 5, 6) if own.readable(index)):
                shown = axdr.encode(dialogue.get(15, ASSOCIATION, index)).hex()
                attribute = CLASSES[15].attributes[index].name
                bench.measure(f"{name}: {attribute}", shown, "")
        flag = device[:3].decode("ascii", "replace")
        bench.measure(f"{name}: logical device name", device.decode("ascii", "replace"), "")
        bench.check(
            flag.isascii() and flag.isalpha() and flag.isupper(),
            Message("{name}: it begins with {flag}", name=name, flag=flag),
        )
