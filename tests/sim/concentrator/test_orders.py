"""Orders: each done once, whatever is repeated and whatever fails on the way."""

import pytest

from protocols.field.errors import UplinkError
from sim.concentrator.orders import FINAL
from sim.plc_channel.generic import GenericTerms


def place(head_end, order, kind, serial="00000001", **args):
    return head_end.ask("order.place", {"order": order, "kind": kind, "serial": serial, **args})


def end(street, head_end, order, within_s=900.0):
    """How an order ended."""
    for _ in range(int(within_s / 10)):
        body = head_end.ask("order.read", {"order": order})
        if body["state"] in FINAL:
            return body
        street.run(9.0)
    raise AssertionError(f"{order} did not end: {body}")


@pytest.fixture
def head_end(street):
    return street.head_end()


def house_of(street, serial="00000001"):
    return next(house for house in street.houses if house.serial == serial)


def test_a_token_is_delivered_once(street, head_end):
    house = house_of(street)
    token = street.mint(house, 5.0)
    assert place(head_end, "o1", "token", token=token)["state"] in ("queued", "running")
    body = end(street, head_end, "o1")
    assert (body["state"], body["result"], body["attempts"]) == ("done", "Accept", 1)
    house.meter.settle()
    credit_nj = house.meter.parts.prepayment.credit_nj
    assert credit_nj > 0
    again = place(head_end, "o1", "token", token=token)  # the same order: nothing happens
    assert again["state"] == "done"
    used = end(street, head_end, place(head_end, "o2", "token", token=token)["order"])  # another one: refused
    assert (used["state"], used["result"]) == ("failed", "UsedError")
    assert [m.type_name for m in head_end.pushed if m.type_name == "order.done"] == ["order.done"] * 2
    assert street.told("order-done") == ["00000001"]
    assert street.told("order-failed") == ["00000001"]


def test_a_token_whose_answer_was_lost_counts_once(make_street):
    street = make_street(1, wire=GenericTerms(registration_s=10.0, delay_s_min=0.5, delay_s_max=0.5))
    head_end, house = street.head_end(), street.houses[0]
    token = street.mint(house, 5.0)
    place(head_end, "o1", "token", token=token)
    # the wire breaks just when the meter has the token and answers
    while not house.meter.parts.tokens.last:
        street.run(0.1)
    street.medium.cut()
    street.run(40.0)
    street.medium.heal()
    body = end(street, head_end, "o1")
    assert body["state"] == "done"
    assert body["attempts"] >= 2
    house.meter.settle()
    assert house.meter.parts.prepayment.credit_nj == pytest.approx(5_000 * 3_600_000_000_000, rel=1e-3)


def test_the_relay_is_opened_and_closed(street, head_end):
    house = house_of(street)
    end(street, head_end, place(head_end, "o0", "token", token=street.mint(house, 5.0))["order"])
    assert end(street, head_end, place(head_end, "o1", "relay", switch="open")["order"])["result"] == "open"
    assert not house.meter.parts.switch.relay_closed
    body = end(street, head_end, place(head_end, "o2", "relay", switch="close")["order"])
    assert body["state"] in ("done", "failed")


def test_registers_are_read_now_and_profiles_fetched_now(street, head_end):
    street.run(1800.0)
    body = end(street, head_end, place(head_end, "o1", "read", obis=["1.0.1.8.0", "9.9.9.9.9"])["order"])
    assert body["state"] == "done"
    assert body["result"] == "not there: 9.9.9.9.9"
    (row,) = body["values"]
    assert row[:2] == ["1.0.1.8.0", 0]
    assert abs(row[2] - street.clock.utc().timestamp()) < 60
    profile = end(street, head_end, place(head_end, "o2", "read", obis=["1.0.99.1.0"])["order"])
    assert (profile["state"], profile["result"]) == ("done", "2 rows")
    assert end(street, head_end, place(head_end, "o3", "read")["order"])["state"] == "done"


def test_a_clock_is_set_at_once_beyond_the_limit(street, head_end):
    house_of(street).meter.parts.clock.shift(9000)
    body = end(street, head_end, place(head_end, "o1", "clock")["order"])
    assert body["result"].startswith("set +9000")
    assert abs(house_of(street).meter.parts.clock.epoch_us / 1e6 - street.clock.utc().timestamp()) < 2


def test_a_plan_is_changed_and_kept(street, head_end):
    plan = {"name": "load", "task": "profile", "obis": ["1.0.99.1.0"], "every_minutes": 15}
    assert end(street, head_end, place(head_end, "o1", "plan", "", plan=plan)["order"])["state"] == "done"
    bad = end(street, head_end, place(head_end, "o2", "plan", "", plan={"name": "x"})["order"])
    assert (bad["state"], bad["result"][:7]) == ("failed", "plan x:")
    street.concentrator.power_cut()
    street.run(60.0)
    found = {plan.name: plan.every_s for plan in street.concentrator.collector.plans}
    assert found["load"] == 900


def test_a_meter_that_cannot_be_reached_is_tried_again_and_then_given_up(street, head_end):
    street.medium.cut()
    place(head_end, "o1", "read", obis=["1.0.1.8.0"])
    street.run(60.0)
    street.medium.heal()
    body = end(street, head_end, "o1")
    assert body["state"] == "done"
    assert body["attempts"] > 1
    street.medium.cut()
    body = end(street, head_end, place(head_end, "o2", "read", obis=["1.0.1.8.0"])["order"])
    assert (body["state"], body["attempts"]) == ("failed", 6)


def test_an_order_that_is_too_late_is_not_done(street, head_end):
    late_s = int(street.clock.utc().timestamp()) - 10
    body = end(street, head_end, place(head_end, "o1", "read", expires_utc_s=late_s)["order"])
    assert (body["state"], body["attempts"]) == ("expired", 0)


def test_orders_survive_the_power(street, head_end):
    street.medium.cut()
    place(head_end, "o1", "read", obis=["1.0.1.8.0"])
    street.run(5.0)
    street.concentrator.power_cut()
    street.run(60.0)
    street.medium.heal()
    again = street.head_end()
    assert end(street, again, "o1")["state"] == "done"


@pytest.mark.parametrize(
    ("kind", "serial", "args", "code"),
    [
        ("read", "00000077", {}, "unknown-meter"),
        ("shout", "00000001", {}, "bad-body"),
        ("relay", "00000001", {"switch": "ajar"}, "bad-body"),
    ],
)
def test_orders_that_cannot_be_are_refused(head_end, kind, serial, args, code):
    with pytest.raises(UplinkError) as caught:
        place(head_end, "o1", kind, serial, **args)
    assert caught.value.code == code


def test_an_id_with_another_content_is_refused(street, head_end):
    place(head_end, "o1", "read", obis=["1.0.1.8.0"])
    with pytest.raises(UplinkError) as caught:
        place(head_end, "o1", "read", obis=["1.0.2.8.0"])
    assert caught.value.code == "id-reused"
    with pytest.raises(UplinkError) as caught:
        head_end.ask("order.read", {"order": "o9"})
    assert caught.value.code == "unknown-order"
    assert len(street.concentrator.orders) == 1


@pytest.mark.parametrize(("kind", "args"), [("token", {"token": "123"}), ("relay", {})])
def test_orders_that_lack_something_fail_with_words(street, head_end, kind, args):
    body = end(street, head_end, place(head_end, "o1", kind, **args)["order"])
    assert body["state"] == "failed"
    assert body["result"]


def test_keys_that_somebody_else_used_meanwhile_are_taken_up_again(make_street):
    street = make_street(1, keys="gmac")
    head_end, house = street.head_end(), street.houses[0]
    assert (
        end(street, head_end, place(head_end, "o1", "read", obis=["1.0.1.8.0"])["order"])["state"] == "done"
    )
    # the counter that the concentrator remembers has been used up by another client
    street.concentrator.parts.clients.set_counter(house.eui48, street.keys.keys, 0)
    assert (
        end(street, head_end, place(head_end, "o2", "read", obis=["1.0.1.8.0"])["order"])["state"] == "done"
    )
    assert end(street, head_end, place(head_end, "o3", "clock")["order"])["state"] == "done"
