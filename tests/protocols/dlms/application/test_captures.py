"""APDUs of real sessions decode, and encode to the same bytes."""

import json

import pytest

from conformance.vectors import path
from protocols.dlms.acse import Aare, Aarq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.events import AssociationRefused, GetResult
from protocols.dlms.codes import AssociationResult, SourceDiagnostic
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.errors import DecodeError
from protocols.dlms.obis import Obis
from protocols.dlms.reader import Trace
from protocols.dlms.xdlms.ciphered import Ciphered
from protocols.dlms.xdlms.notification import TAGGED_DATE_TIME, DataNotification

CAPTURES = {item["id"]: item for item in json.loads(path("dlms_captures.json").read_text())["captures"]}


def _apdus(capture: dict) -> list[str]:
    exchanged = [
        item.get("apdu") or ("" if item["hex"].startswith("7e") else item["hex"])
        for item in capture.get("exchange", [])
    ]
    bare = capture.get("hex", []) if capture["layer"] == "apdu" else []
    return [
        apdu
        for apdu in [*capture.get("apdus_hex", []), *exchanged, *([bare] if isinstance(bare, str) else bare)]
        if apdu
    ]


ALL = [
    pytest.param(apdu, id=f"{name}-{number}")
    for name, capture in CAPTURES.items()
    if capture["kind"] != "push-nonstandard"
    for number, apdu in enumerate(_apdus(capture))
]


@pytest.mark.parametrize("apdu", ALL)
def test_decodes_and_encodes_to_the_same_bytes(apdu: str) -> None:
    decoded = decode_apdu(bytes.fromhex(apdu))
    if isinstance(decoded, DataNotification) and decoded.tolerated:
        assert decoded.tolerated == (TAGGED_DATE_TIME,)
        assert decoded.to_bytes().hex() == apdu.replace("090c", "0c", 1)
    else:
        assert decoded.to_bytes().hex() == apdu


@pytest.mark.parametrize("apdu", ALL)
def test_trace_covers_every_byte(apdu: str) -> None:
    trace = Trace()
    decoded = decode_apdu(bytes.fromhex(apdu), trace)
    (node,) = trace.nodes
    assert (node.name, node.start, node.end) == (decoded.name, 0, len(apdu) // 2)
    assert _leaves(trace.tree()) == apdu


def _leaves(nodes: list[dict]) -> str:
    return "".join(_leaves(node["children"]) if node["children"] else node["hex"] for node in nodes)


def test_there_is_something_to_test() -> None:
    assert len(ALL) > 40


def test_body_without_tags_is_refused() -> None:
    (apdu,) = CAPTURES["dlms_parser/raw_sagecom_xt211"]["hex"]
    with pytest.raises(DecodeError, match="tag 96"):
        decode_apdu(bytes.fromhex(apdu))


def _session(name: str) -> list[bytes]:
    return [bytes.fromhex(item["apdu"]) for item in CAPTURES[name]["exchange"] if "apdu" in item]


def test_client_sends_the_bytes_of_the_gosem_session() -> None:
    aarq, aare, get, answer = _session("session/circutor-gosem")
    client = ClientConnection(
        client_sap=2, authentication=Lls(b"00000001"), max_pdu=0x0200, conformance=Conformance(0x181F)
    )
    assert client.associate() == aarq
    client.receive_apdu(aare)
    assert client.get(1, Obis.from_string("1.0.0.2.0"), 2) == get
    (result,) = client.receive_apdu(answer)
    assert isinstance(result, GetResult)
    assert result.data is not None
    assert result.data.value == b"V0411"


def test_client_sends_the_bytes_of_the_public_session() -> None:
    aarq, aare = _session("session/dlms-cosem-hdlc")
    client = ClientConnection(client_sap=16)
    assert client.associate() == aarq
    client.receive_apdu(aare)
    assert int(client.granted) == 0x1E1D


def test_rejections_of_a_wrong_password() -> None:
    request, full, bare = (
        decode_apdu(bytes.fromhex(item["hex"])) for item in CAPTURES["apdu/reject-wrong-password"]["exchange"]
    )
    assert isinstance(request, Aarq)
    assert request.authentication_value == b"00000001"
    for answer in (full, bare):
        assert isinstance(answer, Aare)
        assert answer.result is AssociationResult.REJECTED_PERMANENT
        assert answer.diagnostic is SourceDiagnostic.USER_AUTHENTICATION_FAILURE
        client = ClientConnection(authentication=Lls(b"x"))
        client.associate()
        assert client.receive_apdu(answer.to_bytes()) == [AssociationRefused(answer)]


def test_ciphered_apdus_stay_closed_and_name_their_header() -> None:
    item = CAPTURES["apdu/green-book-glo-get"]
    trace = Trace()
    decoded = decode_apdu(bytes.fromhex(item["hex"]), trace)
    assert isinstance(decoded, Ciphered)
    assert decoded.name == "glo-get-request"
    assert decoded.system_title is None
    assert decoded.security_header.invocation_counter == 0x01234567
    assert decoded.security_header.summary == "suite 0, authenticated, encrypted"
    assert "invocation-counter" in str(trace.tree())


def test_general_glo_names_its_originator() -> None:
    (apdu,) = _apdus(CAPTURES["smartmeter-datacollector/lg_e570/encrypted_valid_data"])
    decoded = decode_apdu(bytes.fromhex(apdu))
    assert isinstance(decoded, Ciphered)
    assert decoded.name == "general-glo-ciphering"
    assert decoded.system_title is not None
    assert decoded.system_title[:3] == b"LGZ"
