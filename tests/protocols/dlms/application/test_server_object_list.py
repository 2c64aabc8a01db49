"""The current association and its object list, as a server shows them to each of its clients."""

from collections.abc import Callable

import pytest
from dlms_small_device import (
    ENERGY,
    MESSAGE,
    PROFILE,
    PUBLIC_SAP,
    RELAY,
    SECRET,
    Pair,
)

from protocols.dlms.apdu import decode_apdu
from protocols.dlms.client.connection import DEFAULT_CONFORMANCE
from protocols.dlms.client.events import GetResult
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.obis import Obis

MakePair = Callable[..., Pair]


def test_object_list_tells_the_rights(pair: MakePair) -> None:
    made = pair()
    event = made.call(made.client.get(15, Obis.from_string("0.0.40.0.0"), 2))
    assert isinstance(event, GetResult)
    assert event.data is not None
    listed = {Obis.from_bytes(item[2]): item for item in event.data.python()}  # type: ignore[attr-defined]
    assert set(listed) >= {
        ENERGY,
        MESSAGE,
        PROFILE,
        RELAY,
        Obis.from_string("0.0.40.0.0"),
        Obis.from_string("0.0.41.0.0"),
    }
    class_id, version, _, (attributes, methods) = listed[MESSAGE]
    assert (class_id, version, attributes, methods) == (1, 0, [[1, 1, None], [2, 3, None]], [])
    assert listed[RELAY][3][1] == [[1, 1], [2, 0]]


def test_the_object_list_of_the_public_client_hides_what_it_does_not_see(pair: MakePair) -> None:
    made = pair(PUBLIC_SAP)
    event = made.call(made.client.get(15, Obis.from_string("0.0.40.0.0"), 2))
    assert isinstance(event, GetResult)
    assert event.data is not None
    assert SECRET.to_bytes() not in [item[2] for item in event.data.python()]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (1, bytes.fromhex("0000280000ff")),
        (3, [1, 1]),
        (4, bytes.fromhex("60857405080101")),
        (5, [f"{int(DEFAULT_CONFORMANCE):024b}", 1024, 0xFFFF, 6, 0, b""]),
        (6, bytes.fromhex("60857405080201")),
        (8, 2),
    ],
)
def test_the_current_association_tells_the_truth(pair: MakePair, attribute: int, value: object) -> None:
    made = pair()
    event = made.call(made.client.get(15, Obis.from_string("0.0.40.0.0"), attribute))
    assert isinstance(event, GetResult)
    assert event.data is not None
    assert event.data.python() == value


def test_the_secret_cannot_be_read(pair: MakePair) -> None:
    made = pair()
    event = made.call(made.client.get(15, Obis.from_string("0.0.40.0.0"), 7))
    assert event == GetResult(DataAccessResult.READ_WRITE_DENIED)


def test_every_answer_decodes(pair: MakePair) -> None:
    made = pair()
    for attribute in range(1, 9):
        answer = made.exchange(made.client.get(15, Obis.from_string("0.0.40.0.0"), attribute))
        assert answer is not None
        decode_apdu(answer)
        made.client.abandon()
