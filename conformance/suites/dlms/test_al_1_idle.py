"""APPL_IDLE: nothing is served without association."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.exchange import (
    HARMLESS_ACTION,
    ask,
    check_alive,
    check_not_served,
    check_refused,
    check_still_works,
    harmless_set,
)
from conformance.text import Text

_REQUESTS = (
    ("ACTION", HARMLESS_ACTION),
    ("Read (SN)", bytes.fromhex("050102fa00")),
    ("RLRQ", bytes.fromhex("6203800100")),
)


@case(
    id="dlms/APPL_IDLE_N1/get",
    title=Text("GET sin asociación", "GET without association"),
    stimulus=Text("Pedir un atributo antes de asociarse.", "Ask for an attribute before associating."),
    requirement=Text(
        "Se contesta con una excepción o con silencio, nunca con datos; después se puede asociar.",
        "The answer is an exception or silence, never data; afterwards association works.",
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_IDLE_N1", level="shall")
@pytest.mark.needs("association:public")
def test_get_without_association(bench: Bench) -> None:
    with bench.session("public") as session:
        check_not_served(bench, session)
    check_still_works(bench)


@case(
    id="dlms/APPL_IDLE_N1/other-client",
    title=Text("GET mientras otro cliente está asociado", "GET while another client is associated"),
    stimulus=Text(
        "Asociarse como lector y, por el mismo enlace, leer como cliente público sin asociarse.",
        "Associate as the reader and, on the same link, read as the public client without associating.",
    ),
    requirement=Text(
        "La lectura del cliente sin asociación no se atiende.",
        "The read of the client without association is not served.",
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_IDLE_N1", level="shall")
@pytest.mark.needs("association:public", "association:reader")
def test_other_client(bench: Bench) -> None:
    with bench.session("reader") as reader:
        reader.associate()
        check_alive(bench, reader)
        with bench.session("public") as session:
            check_not_served(bench, session)
    check_still_works(bench)


@case(
    id="dlms/APPL_IDLE_N1/other-services",
    title=Text("Otros servicios sin asociación", "Other services without association"),
    stimulus=Text(
        "Escribir, invocar un método, leer por nombre corto y liberar antes de asociarse.",
        "Write, invoke a method, read by short name and release before associating.",
    ),
    requirement=Text(
        "Nada se atiende; después se puede asociar.", "Nothing is served; afterwards association works."
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_IDLE_N1", level="shall")
@pytest.mark.needs("association:public")
def test_other_services_without_association(bench: Bench) -> None:
    requests = (("SET", harmless_set(bench)), *_REQUESTS)
    with bench.session("public") as session:
        for name, request in requests:
            answer = ask(bench, session, request, name, name)
            if name != "RLRQ":  # a release may be confirmed: there was nothing to release
                check_refused(bench, answer)
        check_not_served(bench, session)
    check_still_works(bench)
