"""A head-end at the port "dlms": SAP 1, a SAP per meter, the gateway header, and what cannot be reached."""

import pytest

from protocols.dlms import axdr
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.codes import ServiceError
from protocols.dlms.cosem.access import SapAssignment
from protocols.dlms.gateway import GatewayMessage
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import AssociationRefused, ExceptionAnswered
from protocols.dlms.wrapper import WrapperClient, encode_wpdu
from sim.plc_channel.generic import GenericTerms

READER, PUBLIC = 2, 16
SERIAL, ENERGY, GATEWAY = "0.0.96.1.0", "1.0.1.8.0", "0.0.19.40.0"


def test_meters_register_by_themselves_and_get_addresses(street):
    records = list(street.concentrator.registry)
    assert sorted((record.sap, record.is_registered) for record in records) == [(16, True), (17, True)]
    assert sorted(street.told("meter-added")) == ["00000001", "00000002"]


def test_sap_1_is_the_concentrator_itself(street):
    with street.session(1, PUBLIC) as session:
        assert session.get(1, "0.0.42.0.0", 2).value == b"AMBDC00000000001"
        assert session.get(1, SERIAL, 2).value == "90000001"
        assigned = session.get(SapAssignment, "0.0.41.0.0", 2).python()
        events = session.get(7, "0.0.99.98.0", 2).python()
    names = {record.sap: record.identity.ldn.encode() for record in street.concentrator.registry}
    assert assigned == [[1, b"AMBDC00000000001"], *([sap, name] for sap, name in names.items())]
    assert len(events) == 3  # power-up, and two meters


def test_every_meter_is_read_at_its_own_sap(street):
    for record in street.concentrator.registry:
        with street.session(record.sap) as session:
            assert session.get(1, SERIAL, 2).value == record.serial
            assert session.get(3, ENERGY, 2).value == 0


@pytest.mark.parametrize("form", ["eui48", "serial", "ldn"])
def test_a_meter_is_read_by_the_gateway_header(street, form):
    for record in street.concentrator.registry:
        identity = record.identity
        forms = {"eui48": identity.eui48, "serial": identity.serial.encode(), "ldn": identity.ldn.encode()}
        with street.session(1, gateway=forms[form]) as session:
            assert session.get(1, SERIAL, 2).value == record.serial


def test_a_token_goes_through_to_the_meter(street):
    house = street.houses[0]
    token = street.mint(house, 5.0)
    record = street.concentrator.registry.by_serial(house.serial)
    with street.session(record.sap) as session:
        session.action(115, GATEWAY, 1, axdr.octet_string(token.encode()))
        assert session.get(115, GATEWAY, 6).python()[0] == 3  # executed
    house.meter.settle()
    assert house.meter.parts.prepayment.credit_nj > 0


def test_long_reads_and_a_second_client_share_the_wire(street):
    one, two = (street.session(sap) for sap in (16, 17))
    with one, two:
        assert len(one.get(15, "0.0.40.0.0", 2).python()) > 20  # the object list, in blocks
        assert two.get(1, SERIAL, 2).value


def test_a_client_that_takes_any_length_gets_blocks_that_fit_the_wire(street):
    client = ClientConnection(client_sap=READER, server_sap=16, authentication=Lls(b"12345678"))
    session = DlmsSession(street.link(), WrapperClient(READER, 16), client, response_timeout_s=90.0)
    with session:
        assert len(session.get(15, "0.0.40.0.0", 2).python()) > 20


def test_an_unreachable_meter_is_answered_for(street):
    house = street.houses[0]
    record = street.concentrator.registry.by_serial(house.serial)
    before = street.concentrator.statistics.of(house.serial).attempts
    with street.session(record.sap) as session:
        street.medium.cut([house.eui48])
        with pytest.raises(ExceptionAnswered) as caught:
            session.get(3, ENERGY, 2)
        assert caught.value.service is ServiceError.OPERATION_NOT_POSSIBLE
        street.medium.heal()
    counts = street.concentrator.statistics.of(house.serial)
    assert counts.attempts - before == 3  # association, the read that failed, release
    assert counts.successes == counts.attempts - 1


def test_nobody_at_an_address_is_answered_for(street):
    for session in (street.session(99), street.session(1, gateway=b"nobody")):
        session.connect()
        with pytest.raises(AssociationRefused):
            session.associate()


def test_an_association_is_kept_from_other_clients(street):
    with street.session(16) as session:
        other = street.session(16)
        other.connect()
        with pytest.raises(AssociationRefused):
            other.associate()
        assert session.get(1, SERIAL, 2).value
        with street.session(16, PUBLIC) as public:  # another address is another association
            assert public.get(1, SERIAL, 2).value
    with other:
        assert other.get(1, SERIAL, 2).value


def test_a_client_that_left_frees_its_association(street):
    session = street.session(16)
    session.connect()
    session.associate()
    session.pipe.close()
    with street.session(16) as other:
        assert other.get(1, SERIAL, 2).value


@pytest.mark.parametrize(
    ("apdu", "answer"),
    [
        (b"\xe6\x00", "d80103"),
        (GatewayMessage(True, 0, b"00000001", b"\xc0").to_bytes(), "d80103"),
        (GatewayMessage(False, 0, b"nobody", b"\xc0").to_bytes(), "e700066e6f626f6479d80201"),
        (GatewayMessage(False, 0, b"00000001", bytes(1022)).to_bytes(), "e700083030303030303031d80104"),
    ],
)
def test_what_the_gateway_refuses(street, apdu, answer):
    link = street.link()
    link.send(encode_wpdu(apdu, source=READER, destination=1))
    assert link.receive(10.0)[8:].hex() == answer


def test_a_client_address_that_the_wire_cannot_carry_is_refused(street):
    link = street.link()
    link.send(encode_wpdu(b"\xc0\x01", source=300, destination=16))
    assert link.receive(10.0)[8:].hex() == "d80104"


def test_a_concentrator_without_power_is_silent(street):
    link = street.link()
    street.concentrator.power(False)
    street.run(5.0)
    link.send(encode_wpdu(b"\xc0\x01", source=16, destination=1))
    assert link.receive(10.0) == b""
    street.concentrator.power(True)
    street.run(60.0)
    with street.session(17) as session:
        assert session.get(1, SERIAL, 2).value
    assert len(street.concentrator.registry) == 2


def test_it_works_with_losses_and_with_keys(make_street):
    street = make_street(keys="gmac", wire=GenericTerms(loss=0.3, retries=6, registration_s=10))
    assert all(record.is_registered for record in street.concentrator.registry)
    with street.session(16) as session:
        assert session.get(1, SERIAL, 2).value
