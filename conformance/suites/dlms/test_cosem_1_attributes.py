"""COSEM objects 7.3, every class: what the object list grants is true, attribute by attribute."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.attributes import judge, listed, read_all, read_plainly
from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dialogue import Dialogue
from conformance.bench.instances import classes_of
from conformance.bench.object_list import ListedObject
from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.cosem import CLASSES
from protocols.dlms.session_errors import AccessRefused, ExceptionAnswered

CLAUSE = pytest.mark.clause("dlms-yb", "7.3", level="shall")
PUBLIC = pytest.mark.needs("association:public")

#: Classes whose values are not written back: writing them means more than a value.
#: Associations, images, security setups, token gateways, clocks (a clock has a case of its own).
_NOT_WRITTEN_BACK = frozenset({8, 15, 18, 64, 115})


@case(
    id="dlms/7.3/readable",
    title=Text("Atributos legibles", "Readable attributes"),
    stimulus=Text(
        "En cada asociación declarada, leer cada atributo que la lista de objetos concede leer.",
        "In each declared association, read each attribute that the object list grants for reading.",
    ),
    requirement=Text(
        "Cada uno se lee con un tipo de su clase, y el nombre lógico es el de la lista.",
        "Each is read with a type of its class, and the logical name is that of the list.",
    ),
)
@CLAUSE
@PUBLIC
def test_readable(bench: Bench) -> None:
    for association in bench.statement.associations:
        with listed(bench, association) as (dialogue, objects):
            problems: list[str] = []
            read = 0
            for item in objects:
                values, wrong = read_all(dialogue, item)
                problems += wrong
                read += len(values)
        bench.measure(f"{association}: attributes read", read, "")
        judge(
            bench,
            problems,
            f"{association}: lo concedido se lee con su tipo",
            f"{association}: what is granted reads with its type",
        )


@case(
    id="dlms/7.3/not-readable",
    title=Text("Atributos no legibles", "Attributes that may not be read"),
    stimulus=Text(
        "En cada asociación declarada, leer los atributos de cada clase que la lista no concede leer.",
        "In each declared association, read the attributes of each class that the list does not grant.",
    ),
    requirement=Text(
        "Se rechazan con un resultado de acceso o una excepción.",
        "They are refused with an access result or an exception.",
    ),
)
@CLAUSE
@PUBLIC
def test_not_readable(bench: Bench) -> None:
    for association in bench.statement.associations:
        with listed(bench, association) as (dialogue, objects):
            given = [f"{item.short}:{index}" for item in objects for index in _given(dialogue, item)]
        judge(
            bench,
            given,
            f"{association}: lo no concedido se rechaza",
            f"{association}: what is not granted is refused",
        )


def _given(dialogue: Dialogue, item: ListedObject) -> list[int]:
    """The attributes that are given though the list does not grant them."""
    declared = CLASSES.get(item.class_id)
    indexes = () if declared is None else sorted(declared.attributes)
    given = []
    for index in indexes:
        if item.readable(index):
            continue
        try:
            dialogue.session.get(item.class_id, item.obis, index)
        except (AccessRefused, ExceptionAnswered):
            continue
        given.append(index)
    return given


@case(
    id="dlms/7.3/writable",
    title=Text("Atributos que se pueden escribir", "Writable attributes"),
    stimulus=Text(
        "En cada asociación declarada, escribir en cada atributo de lectura y escritura el valor leído.",
        "In each declared association, write to each attribute that is readable and writable the value read.",
    ),
    requirement=Text(
        "Se acepta y el valor no cambia. Sin atributos así no se puede juzgar.",
        "It is accepted and the value does not change. Without such attributes there is nothing to judge.",
    ),
)
@CLAUSE
@PUBLIC
def test_writable(bench: Bench) -> None:
    written = 0
    for association in bench.statement.associations:
        with listed(bench, association) as (dialogue, objects):
            problems: list[str] = []
            for item in objects:
                count, wrong = _write_back(dialogue, item)
                written += count
                problems += wrong
        judge(
            bench,
            problems,
            f"{association}: lo que se puede escribir se escribe",
            f"{association}: what is writable can be written",
        )
    bench.measure("attributes written", written, "")
    if not written:
        raise bench.not_applicable(
            "ningún atributo que se pueda leer y escribir", "no attribute that is readable and writable"
        )


def _write_back(dialogue: Dialogue, item: ListedObject) -> tuple[int, list[str]]:
    if item.class_id in _NOT_WRITTEN_BACK:
        return 0, []
    count, problems = 0, []
    for index in (index for index in read_plainly(item) if item.writable(index)):
        value: Data = dialogue.session.get(item.class_id, item.obis, index)
        try:
            dialogue.session.set(item.class_id, item.obis, index, value)
        except (AccessRefused, ExceptionAnswered) as refusal:
            problems.append(f"{item.short}:{index} {refusal}")
            continue
        count += 1
        after = dialogue.session.get(item.class_id, item.obis, index)
        if after != value:
            problems.append(f"{item.short}:{index} {value.value!r} → {after.value!r}")
    return count, problems


@case(
    id="dlms/7.3/not-writable",
    title=Text("Atributos de solo lectura", "Read-only attributes"),
    stimulus=Text(
        "En cada asociación declarada, escribir en cada atributo estático que se puede leer y no escribir el "
        "mismo valor que se leyó.",
        "In each declared association, write to each static attribute that is readable and not writable the "
        "very value that was read.",
    ),
    requirement=Text(
        "Se rechaza con un resultado de acceso o una excepción.",
        "It is refused with an access result or an exception.",
    ),
)
@CLAUSE
@PUBLIC
def test_not_writable(bench: Bench) -> None:
    for association in bench.statement.associations:
        with listed(bench, association) as (dialogue, objects):
            taken = [f"{item.short}:{index}" for item in objects for index in _taken(dialogue, item)]
        judge(
            bench,
            taken,
            f"{association}: lo que es de solo lectura no se escribe",
            f"{association}: what is read-only cannot be written",
        )


def _taken(dialogue: Dialogue, item: ListedObject) -> list[int]:
    """The attributes that take a value though the list does not grant it."""
    declared = CLASSES.get(item.class_id)
    if declared is None or item.class_id in _NOT_WRITTEN_BACK:
        return []
    taken = []
    for index in read_plainly(item):
        attribute = declared.attributes.get(index)
        if item.writable(index) or attribute is None or attribute.dynamic:
            continue
        try:
            value = dialogue.session.get(item.class_id, item.obis, index)
            dialogue.session.set(item.class_id, item.obis, index, value)
        except (AccessRefused, ExceptionAnswered):
            continue
        taken.append(index)
    return taken


@case(
    id="dlms/7.3/names",
    title=Text("Clase y nombre lógico van juntos", "Class and logical name belong together"),
    stimulus=Text(
        "Leer la lista de objetos de cada asociación.", "Read the object list of each association."
    ),
    requirement=Text(
        "Ningún nombre se repite en su clase; cada nombre conocido es de una clase que le corresponde.",
        "No name is repeated in its class; each known name is of a class that belongs to it.",
    ),
)
@CLAUSE
@PUBLIC
def test_names(bench: Bench) -> None:
    strange: set[str] = set()
    for association in bench.statement.associations:
        with listed(bench, association) as (_, objects):
            pairs = [(item.class_id, item.obis) for item in objects]
            expected = ((item, classes_of(item.obis)) for item in objects)
            strange |= {item.short for item, classes in expected if classes and item.class_id not in classes}
        repeated = sorted({item.short for item in objects if pairs.count((item.class_id, item.obis)) > 1})
        judge(
            bench,
            repeated,
            f"{association}: ningún objeto se repite ({len(pairs)})",
            f"{association}: no object is repeated ({len(pairs)})",
        )
    if strange:
        bench.not_strictly(
            f"clases inusuales para su nombre: {', '.join(sorted(strange))}",
            f"classes unusual for their name: {', '.join(sorted(strange))}",
        )
