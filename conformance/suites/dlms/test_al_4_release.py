"""APPL_REL: what is released is released."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.raw_apdu import ask, check_alive, check_not_served, check_still_works
from i18n import Message, Verbatim

_RLRQS = (("RLRQ", bytes.fromhex("6203800100")), ("RLRQ vacío / empty RLRQ", bytes.fromhex("6200")))
_RLRE = 0x63


@case(
    id="dlms/APPL_REL_P1/get-after-release",
    title=Message("GET after release"),
    stimulus=Message(
        "Associate, read, release the association, read again; with a RLRQ of reason normal and an empty one."
    ),
    requirement=Message("The release is confirmed and the second read is not served."),
)
@pytest.mark.clause("dlms-yb", "APPL_REL_P1", level="shall")
@pytest.mark.needs("association:public")
def test_get_after_release(bench: Bench) -> None:
    for name, request in _RLRQS:
        with bench.session("public") as session:
            session.associate()
            check_alive(bench, session)
            answer = ask(bench, session, request, Verbatim(name))
            if answer is None or answer[0] != _RLRE:
                raise bench.not_applicable(
                    Message("the device does not serve RLRQ, which is optional"),
                )
            check_not_served(bench, session)
    check_still_works(bench)


@case(
    id="dlms/APPL_REL_P1/disconnect",
    title=Message("Disconnect without release"),
    stimulus=Message("Associate, let the data link go without RLRQ, connect it again and read."),
    requirement=Message("The association fell with the link: the read is not served."),
)
@pytest.mark.clause("dlms-yb", "APPL_REL_P1", level="shall")
@pytest.mark.needs("association:public")
def test_disconnect(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        check_alive(bench, session)
        bench.stimulus(Message("the link is let go"))
        session.disconnect()
        if bench.statement.link.framing != "wrapper":
            session.connect()
            check_not_served(bench, session)
    bench.drop_link()  # the connection, which with the wrapper is the data link itself
    with bench.session("public") as session:
        check_not_served(bench, session)
    check_still_works(bench)
