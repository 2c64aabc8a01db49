"""SYMSEC: an association that ciphers is not released by whoever sends a plain RLRQ."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.secured import ASSOCIATION, secured
from conformance.text import Text
from protocols.dlms.acse import Rlrq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.codes import ReleaseRequestReason
from protocols.dlms.xdlms.initiate import InitiateRequest

_PLAIN = bytes.fromhex("6203800100")
_EMPTY = bytes.fromhex("6200")


@case(
    id="dlms/SYMSEC_REL_N1/less-protection",
    title=Text("Liberar con menos protección", "Release with less protection"),
    stimulus=Text(
        "En una asociación abierta con autenticación y cifrado, enviar un RLRQ vacío, uno sin protección y "
        "uno solo autenticado.",
        "In an association opened authenticated and encrypted, send an empty RLRQ, one without protection "
        "and one authenticated only.",
    ),
    requirement=Text(
        "Se rechazan o se ignoran: la asociación sigue viva.",
        "They are refused or ignored: the association lives on.",
    ),
)
@pytest.mark.clause("dlms-yb", "SYMSEC_REL_N1", level="shall")
@pytest.mark.needs(f"association:{ASSOCIATION}")
def test_less_protection(bench: Bench) -> None:
    with secured(bench) as open_one:
        initiate = InitiateRequest(open_one.session.client.conformance, 0xFFFF).to_bytes()
        information = decode_apdu(open_one.sealer.seal(initiate, control=0x10))
        authenticated = Rlrq(ReleaseRequestReason.NORMAL, information)  # type: ignore[arg-type]
        for raw, es, en in (
            (_EMPTY, "RLRQ vacío", "empty RLRQ"),
            (_PLAIN, "RLRQ sin protección", "RLRQ without protection"),
            (authenticated.to_bytes(), "RLRQ solo autenticado", "RLRQ authenticated only"),
        ):
            open_one.ask(raw, es, en)
            open_one.check_alive()
