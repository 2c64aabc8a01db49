"""APPL_IDLE: nothing is served without association."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.exchange import check_not_served, check_still_works
from conformance.text import Text


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
