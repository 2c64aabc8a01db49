"""Ports and networks as objects, the payment logs, and the full meter's object list."""

import pytest

from protocols.dlms.cosem import CLASSES
from sim.meter import load_profile

FULL = "ppkw-full"
NETWORK = {
    19: "0.0.20.0.0",
    42: "0.0.25.1.0",
    43: "0.0.25.2.0",
    44: "0.0.25.3.0",
    45: "0.0.25.4.0",
    47: "0.0.25.6.0",
    100: "0.0.25.10.0",
}


@pytest.mark.parametrize(("class_id", "obis"), NETWORK.items())
def test_every_attribute_of_a_network_object_has_the_type_that_its_class_declares(bench_of, class_id, obis):
    session = bench_of(FULL).session()
    for index, declared in CLASSES[class_id].attributes.items():
        value = session.get(class_id, obis, index)
        assert not declared.types or value.tag in declared.types, index


def test_addresses_are_those_of_the_row(bench_of):
    session = bench_of(FULL).session()
    assert session.get(42, NETWORK[42], 3).value == int.from_bytes(bytes((192, 0, 2, 10)), "big")
    assert session.get(43, NETWORK[43], 2).value.hex() == "020000000001"
    assert session.get(45, NETWORK[45], 2).value == b"meters.example"
    assert session.get(47, NETWORK[47], 6).value[2].value == 20


def test_what_the_full_meter_adds_does_not_change_the_plain_one():
    plain, full = load_profile("ppkw"), load_profile(FULL)
    assert not plain.credit.plan.sources
    assert len(plain.credit.plan.charges) == 1
    assert not plain.credit.plan.friendly.windows
    assert {row.obis for row in plain.objects} <= {row.obis for row in full.objects}


def test_tokens_and_credits_are_logged_in_order_and_survive_the_power(bench):
    bench.recharge(3)
    used = bench.credit_token(5)
    bench.enter(used)
    bench.enter(used)
    bench.meter.power_cut()
    bench.meter.power_up()
    session = bench.session()
    tokens = [[cell.value for cell in row.value] for row in session.get(7, "0.0.99.17.0", 2).value]
    credits_wh = [row.value[1].value for row in session.get(7, "0.0.99.15.0", 2).value]
    assert [row[1:] for row in tokens] == [[1, 2, 300], [1, 2, 500], [10, 2, 0]]
    assert credits_wh == [300, 500]
    assert session.get(7, "0.0.99.17.0", 7).value == 3
    assert session.get(7, "0.0.99.17.0", 8).value == 100
