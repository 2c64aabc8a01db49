"""The collector and the store together: a simulated meter is read, cut and credited, and the books say so."""

import uuid
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from collecting import Bench
from field_store import LOAD, Field
from lent_connection import LentConnection
from memory_store import MemoryStore
from vending_world import make_village

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.sts.acceptance import ValidationResult
from protocols.sts.token import TransferCredit, encode_token
from sim.kernel.timing import SimClock
from sim.meter.ciu.keypad_display import OK
from sim.scenarios.world import World
from system.config import clock
from system.head_end import api
from system.head_end.api_types import DeliveryState
from system.head_end.django_store import DjangoStore
from system.head_end.models import MeterAccess, ReadingValue
from system.head_end.store_port import ReadingFileStore, StorePort
from system.head_end.vocabulary import OrderKind, OrderState
from system.registry.models import Device


class WorldTime:
    """Business time that follows a world."""

    def __init__(self, world_clock: SimClock) -> None:
        self._clock = world_clock

    def now(self) -> Any:
        return self._clock.utc()


@pytest.fixture
def bench(db: Any) -> Any:
    """A meter that has measured for three hours, and a store that knows it."""
    world = World(seed=1)
    world.run(3 * 3600)
    clock.use_clock(WorldTime(world.clock))
    made = Bench(world, {"tcp://127.0.0.1:4059": world.port("meter", "wrapper")})
    made.field = Field(make_village(), DjangoStore())  # type: ignore[attr-defined]
    yield made
    clock.use_clock(None)


def _registered(bench: Any, access: str = "hls-gmac") -> Any:
    field, began = bench.field, bench.utc() - timedelta(hours=3)
    field.plan(LOAD, 900, at_s=0)
    device = field.device(1)
    Device.objects.filter(pk=device.pk).update(serial=bench.world.meter.profile.serial)
    channel = field.channel("directo", due_at=began)
    return MeterAccess.objects.create(
        provider=field.village.provider,
        device=Device.objects.get(pk=device.pk),
        channel=channel,
        sap=1,
        access=access,
        state_since=began,
        wanted_since=began,
    )


def _collect(bench: Any) -> None:
    bench.collect("one", store=DjangoStore(), runner=LentConnection())


@pytest.mark.requirement("R3-02")
def test_a_night_is_kept_once(bench: Any) -> None:
    access = _registered(bench)
    _collect(bench)
    assert bench.told == []
    energy = ReadingValue.objects.filter(series__device=access.device, series__obis="1.0.1.8.0")
    assert energy.count() == 0  # the plan reads at midnight
    bench.world.run(bench.clock.now_s() + 24 * 3600)
    for _ in range(2):
        _collect(bench)
        assert energy.count() == 96
    instants = list(energy.order_by("ends_at_s").values_list("ends_at_s", flat=True))
    assert {after - before for before, after in pairwise(instants)} == {900}
    access.refresh_from_db()
    assert access.next_counter > 1


@pytest.mark.requirement("R4-02")
def test_orders_end_with_the_meters_own_word(bench: Any) -> None:
    access = _registered(bench)
    user = bench.field.operator("administrator")
    digits = _credit(bench)
    asked = [
        api.request_order(user, uuid.uuid4(), access.device, kind, parameters)
        for kind, parameters in (
            (OrderKind.CUT, None),
            (OrderKind.READ, {"obis": ["1.0.1.8.0"]}),
        )
    ]
    sale_id = uuid.uuid4()
    api.deliver_tokens(bench.field.operator("cashier"), access.device, sale_id, [digits])
    for _ in range(3):
        _collect(bench)
        bench.world.run(bench.clock.now_s() + 600)
    found = [api.order_of(user, order.id) for order in asked]
    assert [order.state for order in found] == [OrderState.DONE] * 2
    assert found[0].result["control_state"] == "disconnected"
    delivered = api.delivery_of(sale_id)
    assert delivered is not None
    assert (delivered.state, delivered.answer) == (DeliveryState.ACCEPTED, "Accept")
    assert bench.world.meter.parts.prepayment.credits.available_nj == 12_500 * 3_600_000_000_000


def _credit(bench: Any) -> str:
    """12,5 kWh for its meter."""
    return encode_token(
        TransferCredit(0, 5, 6_400_000, 125), bench.world.meter.parts.tokens.register.decoder_key
    )


def _type(bench: Any, digits: str) -> None:
    for key in (*digits, OK):
        bench.world.meter.press(key)
    bench.world.run(bench.clock.now_s() + 60)


@pytest.mark.requirement("R5.3-05")
@pytest.mark.parametrize("typed_first", [True, False])
def test_what_is_typed_and_delivered_counts_once(bench: Any, typed_first: bool) -> None:
    access, digits, sale_id = _registered(bench), _credit(bench), uuid.uuid4()
    api.deliver_tokens(bench.field.operator("cashier"), access.device, sale_id, [digits])
    steps = [lambda: _type(bench, digits), lambda: _collect(bench)]
    for step in steps if typed_first else reversed(steps):
        step()
    delivered = api.delivery_of(sale_id)
    assert delivered is not None
    (token,) = delivered.tokens
    said = (token.state, token.answer, token.note, delivered.state)
    if typed_first:
        assert said == (OrderState.DONE, "UsedError", "already-used", DeliveryState.ALREADY_USED)
    else:
        assert said == (OrderState.DONE, "Accept", "", DeliveryState.ACCEPTED)
        last = bench.world.meter.parts.tokens.last
        assert last.delivery == TokenDeliveryMethod.MANUAL_ENTRY
        assert last.outcome.validation is ValidationResult.USED_ERROR
    register = bench.world.meter.parts.prepayment.credits
    assert register.available_nj == 12_500 * 3_600_000_000_000
    _collect(bench)  # nothing is owed to the meter any more
    assert register.available_nj == 12_500 * 3_600_000_000_000


def test_both_desks_have_the_same_calls() -> None:
    names = {name for name in vars(MemoryStore) if not name.startswith("_")}
    calls = {name for name in vars(StorePort) if not name.startswith("_")}
    more = {name for name in vars(ReadingFileStore) if not name.startswith("_")}
    assert calls <= names
    assert {name for name in vars(DjangoStore) if not name.startswith("_")} == calls | more
