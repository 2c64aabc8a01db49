"""Octets that others published, outside the capture file: each decodes to what is said of it, and back."""

import pytest

from protocols.dlms import axdr
from protocols.dlms.acse import Aare
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.codes import AssociationResult, ServiceError, StateError
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.errors import DecodeError
from protocols.dlms.xdlms.errors_apdu import ExceptionResponse
from protocols.dlms.xdlms.initiate import InitiateResponse

# The AARE of a canned server that dlms-cosem 25.1.0 reads.
CANNED_AARE = "6129a109060760857405080101a203020100a305a103020100be10040e0800065f1f0400007e1f04000007"


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("0404a0", axdr.bit_string("1010")),
        ("0600000001", axdr.double_long_unsigned(1)),
        ("098180" + 128 * "00", axdr.octet_string(bytes(128))),
        ("0983010000" + 65_536 * "00", axdr.octet_string(bytes(65_536))),
    ],
    ids=["bit-string of 4", "u32", "length 128", "length 65 536"],
)
def test_golden_values(octets: str, value: axdr.Data) -> None:
    assert axdr.decode(bytes.fromhex(octets)) == value
    assert axdr.encode(value) == bytes.fromhex(octets)


def test_the_golden_compact_array() -> None:
    raw = bytes.fromhex("1302021112060101020203 04".replace(" ", ""))
    assert axdr.encode(axdr.decode(raw)) == raw


@pytest.mark.parametrize(
    ("octets", "state", "service", "counter"),
    [
        ("d8010600 00002a", StateError.SERVICE_NOT_ALLOWED, ServiceError.INVOCATION_COUNTER_ERROR, 42),
        ("d80103", StateError.SERVICE_NOT_ALLOWED, ServiceError.OTHER_REASON, None),
    ],
    ids=["golden, counter 42", "pydlms-client on a truncated GET"],
)
def test_exceptions(octets: str, state: StateError, service: ServiceError, counter: int | None) -> None:
    raw = bytes.fromhex(octets)
    assert decode_apdu(raw) == ExceptionResponse(state, service, counter)
    assert ExceptionResponse(state, service, counter).to_bytes() == raw


def test_the_refusal_of_an_action_on_nothing() -> None:
    assert decode_apdu(bytes.fromhex("c701c10b00")).tag == 0xC7


def test_the_answer_in_short_names_is_refused_by_name() -> None:
    with pytest.raises(DecodeError, match="short names"):
        decode_apdu(bytes.fromhex("0c01010b"))


def test_the_canned_aare() -> None:
    aare = decode_apdu(bytes.fromhex(CANNED_AARE))
    assert isinstance(aare, Aare)
    assert aare.result is AssociationResult.ACCEPTED
    assert isinstance(aare.user_information, InitiateResponse)
    assert aare.user_information.max_receive_pdu == 0x0400
    assert aare.user_information.conformance & Conformance.GET
    assert aare.to_bytes() == bytes.fromhex(CANNED_AARE)
