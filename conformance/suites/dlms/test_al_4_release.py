"""APPL_REL: what is released is released."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.exchange import ask, check_not_served, check_served, check_still_works
from conformance.bench.raw import GET_LDN
from conformance.text import Text

_RLRQ = bytes.fromhex("6203800100")
_RLRE = 0x63


@case(
    id="dlms/APPL_REL_P1/get-after-release",
    title=Text("GET después de liberar", "GET after release"),
    stimulus=Text(
        "Asociarse, leer, liberar la asociación y volver a leer.",
        "Associate, read, release the association, read again.",
    ),
    requirement=Text(
        "La liberación se confirma y la segunda lectura no se atiende.",
        "The release is confirmed and the second read is not served.",
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_REL_P1", level="shall")
@pytest.mark.needs("association:public")
def test_get_after_release(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        answer = ask(bench, session, GET_LDN, "GET del nombre lógico", "GET of the logical device name")
        check_served(bench, answer, "asociado, la lectura se atiende", "associated, the read is served")
        answer = ask(bench, session, _RLRQ, "RLRQ", "RLRQ")
        if answer is None or answer[0] != _RLRE:
            raise bench.not_applicable(
                "el dispositivo no atiende RLRQ: su servicio es opcional",
                "the device does not serve RLRQ, which is optional",
            )
        check_not_served(bench, session)
    check_still_works(bench)
