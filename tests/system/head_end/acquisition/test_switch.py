"""Cut and reconnection, with the states before and after."""

from typing import Any

import pytest

from protocols.dlms.cosem.disconnect import ControlMode
from system.head_end.vocabulary import OrderKind, OrderState, Reason


def _bench(make: Any, *, credit: bool = True, access: str = "hls-gmac") -> Any:
    bench = make(0.5, access=access, profiles={})
    if credit:
        bench.world.control.call("keypad.enter", {"digits": bench.mint(100)})
    return bench


def _order(bench: Any, *kinds: OrderKind) -> list[Any]:
    orders = [bench.store.add_order(kind, bench.target, bench.soon()) for kind in kinds]
    bench.collect()
    return [bench.store.orders[order] for order in orders]


@pytest.mark.requirement("R4-02")
@pytest.mark.parametrize("access", ["hls-gmac", "low"])
def test_cut_and_reconnection_act_once_and_are_read_back(make_meter_bench, access: str) -> None:
    bench = _bench(make_meter_bench, access=access)
    lines = _order(bench, OrderKind.CUT, OrderKind.CUT, OrderKind.RECONNECT, OrderKind.RECONNECT)
    said = [
        (line.result["control_state"], line.result["output_state"], line.result["already"]) for line in lines
    ]
    assert said == [
        ("disconnected", False, False),
        ("disconnected", False, True),
        ("connected", True, False),
        ("connected", True, True),
    ]
    assert lines[0].work.evidence["before"]["control_state"] == "connected"
    assert bench.world.meter.parts.switch.output_state


def test_a_meter_without_credit_waits_for_its_customer(make_meter_bench) -> None:
    bench = _bench(make_meter_bench, credit=False)
    cut, back = _order(bench, OrderKind.CUT, OrderKind.RECONNECT)
    assert cut.state is back.state is OrderState.DONE
    assert (back.result["control_state"], back.result["note"]) == ("ready-for-reconnection", "needs-button")


def test_a_switch_that_does_not_move_is_told_of(make_meter_bench) -> None:
    bench = _bench(make_meter_bench)
    bench.world.meter.parts.switch.set_mode(ControlMode.MODE_0)  # nothing from afar
    (line,) = _order(bench, OrderKind.CUT)
    assert (line.state, line.reason) == (OrderState.REFUSED, Reason.STATE_NOT_REACHED)
    assert line.result["control_state"] == "connected"


def test_a_client_without_the_right_is_refused(make_meter_bench) -> None:
    bench = _bench(make_meter_bench, access="public")
    (line,) = _order(bench, OrderKind.CUT)
    assert line.state in (OrderState.REFUSED, OrderState.WAITING)
    assert bench.world.meter.parts.switch.output_state
