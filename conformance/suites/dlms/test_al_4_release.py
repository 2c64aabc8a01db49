"""APPL_REL: what is released is released."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.raw_apdu import ask, check_alive, check_not_served, check_still_works
from conformance.text import Text

_RLRQS = (("RLRQ", bytes.fromhex("6203800100")), ("RLRQ vacío / empty RLRQ", bytes.fromhex("6200")))
_RLRE = 0x63


@case(
    id="dlms/APPL_REL_P1/get-after-release",
    title=Text("GET después de liberar", "GET after release"),
    stimulus=Text(
        "Asociarse, leer, liberar la asociación y volver a leer; con RLRQ de motivo normal y con RLRQ vacío.",
        "Associate, read, release the association, read again; with a RLRQ of reason normal and an empty "
        "one.",
    ),
    requirement=Text(
        "La liberación se confirma y la segunda lectura no se atiende.",
        "The release is confirmed and the second read is not served.",
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_REL_P1", level="shall")
@pytest.mark.needs("association:public")
def test_get_after_release(bench: Bench) -> None:
    for name, request in _RLRQS:
        with bench.session("public") as session:
            session.associate()
            check_alive(bench, session)
            answer = ask(bench, session, request, name, name)
            if answer is None or answer[0] != _RLRE:
                raise bench.not_applicable(
                    "el dispositivo no atiende RLRQ: su servicio es opcional",
                    "the device does not serve RLRQ, which is optional",
                )
            check_not_served(bench, session)
    check_still_works(bench)


@case(
    id="dlms/APPL_REL_P1/disconnect",
    title=Text("Desconectar sin liberar", "Disconnect without release"),
    stimulus=Text(
        "Asociarse, soltar el enlace de datos sin RLRQ, volver a conectarlo y leer.",
        "Associate, let the data link go without RLRQ, connect it again and read.",
    ),
    requirement=Text(
        "La asociación cayó con el enlace: la lectura no se atiende.",
        "The association fell with the link: the read is not served.",
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_REL_P1", level="shall")
@pytest.mark.needs("association:public")
def test_disconnect(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        check_alive(bench, session)
        bench.stimulus("se suelta el enlace", "the link is let go")
        session.disconnect()
        if bench.statement.link.framing != "wrapper":
            session.connect()
            check_not_served(bench, session)
    bench.drop_link()  # the connection, which with the wrapper is the data link itself
    with bench.session("public") as session:
        check_not_served(bench, session)
    check_still_works(bench)
