"""COSEM objects 7.3.5 to 7.3.10: scripts, associations, monitors, push and security setups, schedules."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from collections.abc import Callable, Mapping

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import items
from conformance.bench.object_list import ASSOCIATION, current_association, judge, listed, of_class, read_all
from i18n import Message
from protocols.dlms.axdr import Data

PUBLIC = pytest.mark.needs("association:public")

_ASSOCIATION_LN = 15
_ASSOCIATED = 2
_SECRET = 7
_NAME_OCTETS = 6

Check = Callable[[Mapping[int, Data]], list[str]]


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/7.3.5/scripts",
    title=Message("Script tables"),
    stimulus=Message("Read the scripts of each object of class 9."),
    requirement=Message(
        "Each action is service 0, 1 or 2 on an object with a logical name of 6 octets; no "
        "identifier is repeated."
    ),
)
@clause("7.3.5")
@PUBLIC
def test_scripts(bench: Bench) -> None:
    _check_class(bench, {9: _script_faults})


def _script_faults(values: Mapping[int, Data]) -> list[str]:
    if 2 not in values:
        return []
    faults, seen = [], set()
    for script in items(values[2]):
        identifier, actions = items(script)
        if identifier.value in seen:
            faults.append(f"script {identifier.value!r} ×2")
        seen.add(identifier.value)
        for action in items(actions):
            service, _class, name, *_ = items(action)
            if service.value not in (0, 1, 2) or not _is_name(name):
                faults.append(f"script {identifier.value!r}: service {service.value!r}")
    return faults


@case(
    id="dlms/7.3.6/associations",
    title=Message("Association objects"),
    stimulus=Message("In each declared association, read the object of the current association."),
    requirement=Message(
        "It names the client and the server that speak, it is associated, and the secret cannot be read."
    ),
)
@clause("7.3.6")
@PUBLIC
def test_associations(bench: Bench) -> None:
    for name, section in bench.statement.associations.items():
        with listed(bench, name) as (dialogue, objects):
            own = current_association(bench, objects)
            client, server = (item.value for item in items(dialogue.get(_ASSOCIATION_LN, ASSOCIATION, 3)))
            status = dialogue.integer(_ASSOCIATION_LN, ASSOCIATION, 8)
        sap = bench.statement.link.server_sap
        bench.check(
            (client, server) == (section.client_sap, sap),
            Message(
                "{name}: {client_sap} and {sap} speak (it says {client!r} and {server!r})",
                name=name,
                client_sap=section.client_sap,
                sap=sap,
                client=client,
                server=server,
            ),
        )
        bench.check(status == _ASSOCIATED, Message("{name}: associated", name=name))
        bench.check(not own.readable(_SECRET), Message("{name}: the secret cannot be read", name=name))


@case(
    id="dlms/7.3.7/monitors",
    title=Message("Register monitors"),
    stimulus=Message("Read each object of class 21."),
    requirement=Message(
        "Thresholds are of one type, there is a pair of actions for each, and what is monitored is named."
    ),
)
@clause("7.3.7")
@PUBLIC
def test_monitors(bench: Bench) -> None:
    _check_class(bench, {21: _monitor_faults})


def _monitor_faults(values: Mapping[int, Data]) -> list[str]:
    faults = []
    thresholds = list(items(values[2])) if 2 in values else []
    if len({threshold.tag for threshold in thresholds}) > 1:
        faults.append("thresholds ≠")
    if 3 in values and not _is_name(items(values[3])[1]):
        faults.append("monitored_value?")
    if 4 in values and len(items(values[4])) not in (0, len(thresholds)):
        faults.append(f"actions {len(items(values[4]))} ≠ {len(thresholds)}")
    return faults


@case(
    id="dlms/7.3.9/security-setups",
    title=Message("Security setups"),
    stimulus=Message("Read each object of class 64."),
    requirement=Message("The suite is 0, 1 or 2; the server's title has 8 octets, the client's 8 or none."),
)
@clause("7.3.9")
@PUBLIC
def test_security_setups(bench: Bench) -> None:
    _check_class(bench, {64: _security_faults})


def _security_faults(values: Mapping[int, Data]) -> list[str]:
    lengths = {4: (0, 8), 5: (8,)}
    faults = [
        f":{index} {len(value)}"
        for index, allowed in lengths.items()
        if index in values and isinstance(value := values[index].value, bytes) and len(value) not in allowed
    ]
    if 3 in values and values[3].value not in (0, 1, 2):
        faults.append(f"suite {values[3].value!r}")
    return faults


@case(
    id="dlms/7.3.10/structures",
    title=Message("Structures of calendars and schedules"),
    stimulus=Message("Read each object of classes 6, 9, 11, 20, 21 and 22."),
    requirement=Message("Each structure has its shape; empty or all-zero ones are allowed."),
)
@clause("7.3.10")
@PUBLIC
def test_structures(bench: Bench) -> None:
    _check_class(bench, {class_id: _shape_of(shapes) for class_id, shapes in _SHAPES.items()})


#: class -> attribute -> elements of each member of an array (an int), or of the structure itself (a tuple).
_SHAPES: dict[int, dict[int, int | tuple[int]]] = {
    6: {2: 2, 3: 2},
    9: {2: 2},
    11: {2: 3},
    20: {3: 3, 4: 8, 5: 2, 7: 3, 8: 8, 9: 2},
    21: {3: (3,), 4: 2},
    22: {2: (2,), 4: 2},
}


def _shape_of(shapes: Mapping[int, int | tuple[int]]) -> Check:
    def faults(values: Mapping[int, Data]) -> list[str]:
        wrong = []
        for index, shape in shapes.items():
            if index not in values:
                continue
            members = [values[index]] if isinstance(shape, tuple) else items(values[index])
            length = shape[0] if isinstance(shape, tuple) else shape
            sizes = [len(items(member)) for member in members]
            wrong += [f":{index} {size} ≠ {length}" for size in sizes if size != length]
        return wrong

    return faults


def _check_class(bench: Bench, checks: Mapping[int, Check]) -> None:
    """Read every object of these classes in every association, and judge its values."""
    found, problems = 0, []
    for name in bench.statement.associations:
        with listed(bench, name) as (dialogue, objects):
            for item in of_class(objects, *checks):
                values, wrong = read_all(dialogue, item)
                found += 1
                problems += wrong + [f"{item.short} {fault}" for fault in checks[item.class_id](values)]
    if not found:
        raise bench.not_applicable(Message("no object of that class"))
    bench.measure("objects read", found, "")
    judge(bench, problems, Message("the objects are as due"))


def _is_name(data: Data) -> bool:
    return isinstance(data.value, bytes) and len(data.value) == _NAME_OCTETS
