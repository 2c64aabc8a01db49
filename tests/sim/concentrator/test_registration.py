"""Registration: by itself, and into quarantine where something does not fit (R6.2-03)."""

import pytest

from protocols.dlms.session.errors import AssociationRefused
from sim.concentrator import MeterKeys
from sim.concentrator.errors import OrderError
from sim.concentrator.registry import TRANSITIONS, Identity, MeterState, Reason, Registry
from sim.plc_channel.generic import GenericTerms

SERIAL = "0.0.96.1.0"
REGISTERED, QUARANTINED, REJECTED = MeterState.REGISTERED, MeterState.QUARANTINED, MeterState.REJECTED


def states(street):
    return {
        (record.serial, record.eui48[-1]): (record.state, record.reason)
        for record in street.concentrator.registry
    }


@pytest.mark.requirement("R6.2-03")
def test_a_new_meter_appears_without_anybody(street):
    street.add(3)
    street.run(60.0)
    record = street.concentrator.registry.by_serial("00000003")
    assert record.is_registered
    assert record.sap == 18
    assert record.identity.ldn == "AMB0000000000003"
    assert len(record.identity.drn) == 11


@pytest.mark.requirement("R6.2-03")
def test_a_second_meter_with_the_same_serial_waits(street):
    street.add(9, serial="00000001")
    street.run(60.0)
    assert states(street)["00000001", 9] == (QUARANTINED, Reason.DUPLICATE_SERIAL)
    assert states(street)["00000001", 1] == (REGISTERED, Reason.NONE)
    assert street.told("meter-quarantined") == ["00000001"]


def test_two_meters_behind_one_modem_address_wait(street):
    street.add(9, eui=1)
    street.run(120.0)
    found = [record for record in street.concentrator.registry if record.eui48[-1] == 1]
    assert {record.reason for record in found if not record.is_registered} == {Reason.DUPLICATE_EUI48}


@pytest.mark.requirement("R6.2-03")
def test_a_serial_that_nobody_expects_waits(make_street):
    street = make_street(2, whitelist=["00000001"])
    assert states(street)["00000002", 2] == (QUARANTINED, Reason.ROGUE_SERIAL)
    assert states(street)["00000001", 1] == (REGISTERED, Reason.NONE)


def test_a_meter_without_keys_and_one_with_others_wait(make_street):
    street = make_street(0)
    street.keys.by_serial = {"00000001": None, "00000002": MeterKeys(password=b"87654321")}
    for number in (1, 2, 3):
        street.add(number)
    street.run(120.0)
    assert states(street) == {
        ("00000001", 1): (QUARANTINED, Reason.NO_KEYS),
        ("00000002", 2): (QUARANTINED, Reason.WRONG_KEYS),
        ("00000003", 3): (REGISTERED, Reason.NONE),
    }


def test_a_meter_in_quarantine_is_not_read_and_takes_no_pass_through(street):
    street.add(9, serial="00000001")
    street.run(2 * 3600.0)
    (record,) = [item for item in street.concentrator.registry if not item.is_registered]
    session = street.session(record.sap)
    session.connect()
    with pytest.raises(AssociationRefused):
        session.associate()
    assert all(batch.serial != "00000009" for batch in street.concentrator.storage)
    assert street.concentrator.statistics.of("00000001").attempts > 0


def test_an_operator_confirms_and_the_rival_goes(street):
    street.add(9, serial="00000001")
    street.run(60.0)
    head_end = street.head_end()
    newcomer = bytes.fromhex("020000000009").hex()
    body = head_end.ask("meters.decide", {"meter": newcomer, "trusted": True})
    assert (body["state"], body["eui48"]) == ("registered", newcomer)
    assert states(street)["00000001", 1][0] is REJECTED
    with street.session(body["sap"]) as session:
        assert session.get(1, SERIAL, 2).value == "00000001"
    assert street.told("meter-confirmed") == ["00000001"]


def test_an_operator_rejects(street):
    head_end = street.head_end()
    assert head_end.ask("meters.decide", {"meter": "00000002", "trusted": False})["state"] == "rejected"
    assert street.concentrator.summary()["rejected"] == 1
    with pytest.raises(Exception, match="no meter"):
        head_end.ask("meters.decide", {"meter": "77", "trusted": True})


def test_addresses_are_kept_over_power_cuts_and_meters_that_come_back(street):
    before = {record.serial: record.sap for record in street.concentrator.registry}
    street.houses[0].supply.set_energised(False)
    street.run(600.0)
    assert street.told("meter-lost") == [street.houses[0].serial]
    assert street.concentrator.summary()["unreachable"] == 1
    street.concentrator.power(False)
    street.run(60.0)
    street.concentrator.power(True)
    street.houses[0].supply.set_energised(True)
    street.run(120.0)
    assert {record.serial: record.sap for record in street.concentrator.registry} == before
    assert street.concentrator.summary()["unreachable"] == 0


def test_a_newcomer_on_a_bad_wire_is_asked_until_it_answers(make_street):
    street = make_street(1, wire=GenericTerms(registration_s=10.0), settle_s=1.0)
    street.medium.disturb(0.9)
    street.run(200.0)
    street.medium.disturb(None)
    street.run(600.0)
    assert street.concentrator.registry.by_serial("00000001").is_registered


# ---------------------------------------------------------------- the register alone


def _registry(memory=None, **terms):
    from sim.concentrator.nvm import Nvm

    registry = Registry(memory or Nvm(), **terms)
    registry.load()
    return registry


def _identity(number, serial=None):
    return Identity(number.to_bytes(6, "big"), serial or f"{number:08d}", f"AMB{number:013d}")


def test_no_meter_gets_the_all_station_address():
    registry = _registry(first_sap=125)
    saps = [registry.enter(_identity(number), Reason.NONE, 0).sap for number in range(1, 5)]
    assert saps == [125, 126, 128, 129]


def test_what_is_in_quarantine_stays_there_when_it_comes_again():
    registry = _registry()
    record = registry.enter(_identity(1), Reason.ROGUE_SERIAL, 7)
    again = registry.enter(_identity(1), Reason.NONE, 9)
    assert again == record
    assert registry.decide("00000001", trusted=True).is_registered
    assert registry.enter(_identity(1), Reason.NONE, 9).is_registered


def test_the_register_is_kept():
    from sim.concentrator.nvm import Nvm

    memory = Nvm()
    registry = _registry(memory)
    registry.enter(_identity(1), Reason.NONE, 7)
    registry.enter(_identity(2), Reason.NO_KEYS, 8)
    again = _registry(memory)
    assert list(again) == list(registry)
    assert again.enter(_identity(3), Reason.NONE, 9).sap == 18


def test_nobody_is_found_by_a_name_that_nobody_has():
    with pytest.raises(OrderError, match="no meter 'x'"):
        _registry().find("x")


def test_the_table_of_states_is_closed():
    assert {state for state, _ in TRANSITIONS} == {None, *MeterState}
    assert set(TRANSITIONS.values()) == set(MeterState)
