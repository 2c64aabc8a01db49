"""What comes unasked: proven and kept once; whatever else comes is refused, bounded and told."""

import random
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from collecting import KEY_TABLE
from hypothesis import given
from hypothesis import strategies as st
from memory_rows import MeterPlan
from memory_store import MemoryStore, direct
from pushing import (
    ADDRESS,
    ALARM,
    DRN,
    ENCRYPTED,
    NOW,
    OTHER,
    STATE,
    TITLE,
    Caller,
    Ear,
    alarm,
    body,
    sealed,
    wrapped,
)

from protocols.dlms import axdr
from protocols.dlms.gbt import stream
from protocols.dlms.obis import Obis
from protocols.dlms.wrapper import WrapperServer
from protocols.dlms.xdlms.descriptors import AttributeDescriptor
from protocols.dlms.xdlms.fields import LONG_CONFIRMED
from protocols.dlms.xdlms.notification import DataNotification, DataNotificationConfirm, EventNotification
from system.head_end.acquisition.pushes.refusals import PushRefusal
from system.head_end.store_port import Column, MeterTarget
from system.head_end.vocabulary import Source

pytestmark = pytest.mark.requirement("R4-02")
ENERGY = Column(3, "1.0.1.8.0", 2, 0, 30)


def _ear(access: str = "hls-gmac", keys: Any = KEY_TABLE, **terms: Any) -> Ear:
    store = MemoryStore()
    meter = MeterTarget(1, "S-1", "", 1, access)
    store.add_channel(direct(1, "sim:meter"), MeterPlan(meter, logs=("0.0.99.98.1",), logs_at=NOW))
    store.titles[TITLE.hex().upper()], store.names[1] = 1, frozenset({"S-1", DRN})
    return Ear(store, keys, **terms)


@pytest.fixture
def ear() -> Iterator[Ear]:
    made = _ear()
    yield made
    made.runner.close()


# ---------------------------------------------------------------- proven


def test_an_alarm_is_kept_and_its_meter_is_visited_at_once(ear: Ear) -> None:
    ear.hear(wrapped(sealed(alarm(42, at=NOW - timedelta(seconds=3)), 5)))
    (push,) = ear.store.pushes
    assert (push.device_id, push.counter, push.code, push.name) == (1, 5, 42, "strong-field")
    assert (push.alarm, push.visit, push.told_at) == (True, True, NOW - timedelta(seconds=3))
    assert "0.0.99.98.1" in push.detail
    assert (ear.visits, ear.refused, ear.store.refused_pushes) == (1, {}, [])
    (visit,) = ear.store.lease("one", 1, NOW)
    assert [gap.profile for gap in visit.events] == ["0.0.99.98.1"]


def test_what_is_no_alarm_sends_nobody_out(ear: Ear) -> None:
    ear.hear(wrapped(sealed(alarm(2), 5)))
    (push,) = ear.store.pushes
    assert (push.name, push.alarm, push.visit, ear.visits) == ("power-up", False, False, 0)


def test_a_storm_of_alarms_is_kept_and_sends_out_once(ear: Ear) -> None:
    ear.hear(wrapped(*(sealed(alarm(), counter) for counter in range(20))))
    assert len(ear.store.pushes) == 20
    assert ear.visits == 1


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_octets_may_come_in_pieces(ear: Ear, size: int) -> None:
    octets = wrapped(sealed(alarm(), 5), sealed(alarm(), 6))
    ear.hear(*(octets[start : start + size] for start in range(0, len(octets), size)))
    assert [push.counter for push in ear.store.pushes] == [5, 6]


def test_blocks_are_joined_before_they_are_opened(ear: Ear) -> None:
    blocks = list(stream(sealed(alarm(), 5), 20))
    assert len(blocks) > 2
    ear.hear(wrapped(*blocks))
    assert [push.counter for push in ear.store.pushes] == [5]


def test_a_value_is_kept_with_the_scaler_that_is_known(ear: Ear) -> None:
    state = DataNotification(1, None, body(axdr.double_long_unsigned(1_362), setup=STATE)).to_bytes()
    ear.hear(wrapped(sealed(state, 1)))
    assert ear.store.pushes[0].batches == ()
    assert "without scaler" in ear.store.pushes[0].detail
    ear.store._series[1] = {("1.0.1.8.0", 2): ENERGY}
    ear.hear(wrapped(sealed(state, 2)))
    (batch,) = ear.store.pushes[1].batches
    assert (batch.source, batch.profile, batch.columns, batch.period_s) == (
        Source.PUSH,
        "push",
        (ENERGY,),
        0,
    )
    assert [(row.ends_at, row.values) for row in batch.rows] == [(NOW, (1_362,))]
    assert ear.store.series(1, "push", "1.0.1.8.0") == [1_362]


def test_a_body_with_codes_and_units_needs_no_layout(ear: Ear) -> None:
    coded = axdr.structure(
        axdr.octet_string(Obis.from_string("1.0.1.8.0").to_bytes()),
        axdr.double_long_unsigned(77),
        axdr.structure(axdr.integer(3), axdr.enum(30)),
    )
    ear.hear(wrapped(sealed(DataNotification(1, None, coded).to_bytes(), 1)))
    (batch,) = ear.store.pushes[0].batches
    assert batch.columns == (Column(3, "1.0.1.8.0", 2, 3, 30),)
    assert batch.rows[0].values == (77,)


def test_an_event_notification_tells_its_event(ear: Ear) -> None:
    told = EventNotification(
        None, AttributeDescriptor(1, Obis.from_string("0.0.96.11.0"), 2), axdr.unsigned(44)
    )
    ear.hear(wrapped(sealed(told.to_bytes(), 1)))
    assert [(push.code, push.name, push.alarm) for push in ear.store.pushes] == [
        (44, "meter-cover-removed", True)
    ]


def test_layouts_of_other_makers_are_in_the_key_file() -> None:
    layout = {"0.5.25.9.0": {"objects": ["40/0.5.25.9.0/1", "1/0.0.96.11.2/2"]}}
    ear = _ear(keys={**KEY_TABLE, "pushes": layout})
    short = axdr.structure(axdr.octet_string(Obis.from_string("0.5.25.9.0").to_bytes()), axdr.unsigned(68))
    ear.hear(wrapped(sealed(DataNotification(1, None, short).to_bytes(), 1)))
    assert [push.name for push in ear.store.pushes] == ["disconnector-failure"]
    ear.runner.close()


def test_a_clock_that_is_days_off_dates_nothing(ear: Ear) -> None:
    ear.hear(wrapped(sealed(alarm(at=NOW - timedelta(days=400)), 5)))
    (push,) = ear.store.pushes
    assert push.told_at is None
    assert "clock -" in push.detail


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("apdu", "refusal"),
    [
        (sealed(alarm(), 9, title=OTHER), PushRefusal.UNKNOWN),
        (sealed(alarm(), 9, keys=(bytes(16), bytes(16))), PushRefusal.UNDECIPHERED),
        (sealed(alarm(), 9)[:-1] + b"\x00", PushRefusal.UNDECIPHERED),
        (sealed(alarm(), 9, control=ENCRYPTED), PushRefusal.UNPROVED),
        (sealed(alarm(name="99999999999"), 9), PushRefusal.OF_ANOTHER),
        (alarm(), PushRefusal.UNPROVED),
        (alarm(name="99999999999"), PushRefusal.UNKNOWN),
        (DataNotification(1, None, axdr.unsigned(1)).to_bytes(), PushRefusal.UNKNOWN),
        (bytes.fromhex("c401c10006000000ff"), PushRefusal.NOT_UNDERSTOOD),
        (b"\x0f", PushRefusal.NOT_UNDERSTOOD),
        (bytes.fromhex("0f00000001000184ffffffff"), PushRefusal.NOT_UNDERSTOOD),
        (b"\xdb\x08" + TITLE + b"\x84\xff\xff\xff\xff\x30", PushRefusal.NOT_UNDERSTOOD),
        (b"\xdb\x03abc\x06\x30\x00\x00\x00\x01\x00", PushRefusal.UNDECIPHERED),
    ],
)
def test_what_proves_nothing_is_told_and_never_kept_as_a_meters(
    ear: Ear, apdu: bytes, refusal: PushRefusal
) -> None:
    ear.hear(wrapped(apdu))
    assert ear.refused == {refusal: 1}
    assert (ear.store.pushes, ear.store.values, ear.store.events, ear.store.contacts) == ([], {}, {}, [])
    (row,) = ear.store.refused_pushes
    assert (row.device_id, row.log, row.name) == (None, "push-refused", refusal.value)
    assert row.detail.startswith(f"1 × {ADDRESS}: ")
    assert len(ear.told) == 1


@pytest.mark.parametrize("replayed", [5, 4, 0])
def test_a_counter_counts_once_over_all_connections(ear: Ear, replayed: int) -> None:
    first = wrapped(sealed(alarm(), 5))
    ear.hear(first)
    ear.hear(first if replayed == 5 else wrapped(sealed(alarm(), replayed)), peer="10.0.0.9")
    assert [push.counter for push in ear.store.pushes] == [5]
    assert ear.refused == {PushRefusal.REPLAYED: 1}
    assert ear.store.refused_pushes[0].alarm


def test_a_replay_does_not_use_up_the_visit_of_a_true_alarm() -> None:
    """As after a new start, when nobody remembers who was visited."""
    before, after = _ear(), _ear()
    after.store.pushes = before.store.pushes
    before.hear(wrapped(sealed(alarm(), 5)))
    after.hear(wrapped(sealed(alarm(), 5), sealed(alarm(), 6)))
    assert after.refused == {PushRefusal.REPLAYED: 1}
    assert [(push.counter, push.visit) for push in after.store.pushes] == [(5, True), (6, True)]
    assert after.visits == 1
    for ear in (before, after):
        ear.runner.close()


def test_a_meter_whose_keys_are_not_there_proves_nothing() -> None:
    for access, name in (("public", PushRefusal.NO_KEY), ("hls-gmac", PushRefusal.NO_KEY)):
        ear = _ear(access, keys={})
        ear.hear(wrapped(sealed(alarm(), 1)))
        assert ear.refused == {name: 1}
        ear.runner.close()


def test_what_is_plain_keeps_nothing_but_its_meter_is_asked(ear: Ear) -> None:
    wanting = DataNotification(LONG_CONFIRMED | 3, None, body(axdr.unsigned(42)))
    caller = ear.hear(wrapped(wanting.to_bytes(), wanting.to_bytes()))
    assert ear.store.pushes == []
    assert ear.visits == 1
    (visit,) = ear.store.lease("one", 1, NOW)
    assert visit.events
    first, second = WrapperServer().receive_data(caller.heard, 0.0)
    assert first.apdu == second.apdu == DataNotificationConfirm(LONG_CONFIRMED | 3).to_bytes()  # type: ignore[union-attr]


def test_names_of_strangers_are_harmless_on_a_terminal(ear: Ear) -> None:
    ear.hear(wrapped(alarm(name="a\x1b[31mred")))
    assert (
        "\x1b"
        not in "".join(ear.told) + ear.store.refused_pushes[0].serial + ear.store.refused_pushes[0].detail
    )


# ---------------------------------------------------------------- bounds


def test_refusals_are_told_together() -> None:
    ear = _ear(told_every_s=1e9, told_kinds=3)
    for number in range(50):
        ear.hear(wrapped(sealed(alarm(), 1, title=number.to_bytes(8, "big"))))
    assert len(ear.store.refused_pushes) == 1  # the first, at once
    rows, _ = ear.listener.refused_pushes.take(0.0, NOW)
    assert len(rows) == 4  # three kinds apart, the rest together
    assert sum(int(row.detail.split(" ")[0]) for row in rows) == 49
    ear.runner.close()


def test_garbage_ends_the_connection(ear: Ear) -> None:
    caller = ear.hear(random.Random(1).randbytes(5_000), wrapped(sealed(alarm(), 1)))
    assert caller.taken == 5_000
    assert ear.refused == {PushRefusal.NOT_UNDERSTOOD: 1}
    assert ear.store.pushes == []


def test_who_sends_without_end_is_hung_up_on_and_memory_stays(ear: Ear) -> None:
    block = bytes.fromhex("e000") + (1).to_bytes(2, "big") + bytes(2) + b"\x82\xff\x00" + bytes(0xFF00)

    def endless() -> Iterator[bytes]:
        while True:
            yield wrapped(block)

    tracemalloc.start()
    caller = ear.callers(Caller(endless()))[0]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caller.taken < 400_000
    assert peak < 4_000_000
    assert ear.refused == {PushRefusal.TOO_MUCH: 1}


def test_an_apdu_that_is_too_long_is_not_even_looked_at() -> None:
    ear = _ear(apdu_octets_max=100)
    ear.hear(wrapped(sealed(alarm(), 1) + bytes(100)))
    assert ear.refused == {PushRefusal.TOO_MUCH: 1}
    ear.runner.close()


def test_a_header_that_promises_more_than_comes_holds_nobody_up() -> None:
    ear = _ear(idle_s=0.05)
    mute = Caller([bytes.fromhex("000100010010ffff") + bytes(10)], silent=True)
    ear.callers(mute, Caller([wrapped(sealed(alarm(), 1))]))
    assert len(ear.store.pushes) == 1
    assert ear.listener._admission.connect(ADDRESS)
    ear.runner.close()


def test_one_address_may_send_so_much_and_others_notice_nothing() -> None:
    ear = _ear(burst=3, rate_per_s=0.0)
    ear.hear(wrapped(*(sealed(alarm(), counter) for counter in range(10))))
    assert len(ear.store.pushes) == 3
    ear.hear(wrapped(sealed(alarm(), 100)), peer="10.0.0.8")
    assert [push.counter for push in ear.store.pushes] == [0, 1, 2, 100]
    assert ear.refused == {PushRefusal.TOO_MUCH: 1}
    ear.runner.close()


def test_one_address_may_hold_so_many_connections() -> None:
    ear = _ear(connections_of_one=2, connections_max=3, idle_s=0.05)
    silent = [Caller([], silent=True) for _ in range(4)]
    ear.callers(*silent, Caller([], peer="b", silent=True), Caller([], peer="c"))
    assert ear.refused == {PushRefusal.TOO_MUCH: 3}
    ear.runner.close()


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_no_octets_break_it(chunks: list[bytes]) -> None:
    ear = _ear()
    ear.hear(*filter(None, chunks))
    assert ear.store.pushes == []
    assert ear.listener._fault is None
    ear.runner.close()


@given(st.binary(max_size=200), st.sampled_from(["plain", "sealed"]))
def test_no_apdu_breaks_it(content: bytes, how: str) -> None:
    ear = _ear()
    apdu = b"\x0f\x00\x00\x00\x01\x00" + content
    ear.hear(wrapped(apdu if how == "plain" else sealed(apdu, 1)))
    assert ear.listener._fault is None
    assert ear.store.pushes == [] or how == "sealed"
    ear.runner.close()


def test_an_error_of_the_desk_ends_the_listener(ear: Ear) -> None:
    def broken(name: str) -> None:
        raise RuntimeError(name)

    ear.store.before = broken
    ear.hear(wrapped(sealed(alarm(), 1)))
    assert isinstance(ear.listener._fault, RuntimeError)


@pytest.mark.parametrize("octets", [b"\x00" * 8, wrapped(alarm())])
@pytest.mark.parametrize("connections", [0, 1])
def test_an_error_while_a_refusal_is_told_ends_it_as_well(octets: bytes, connections: int) -> None:
    ear = _ear(connections_max=connections)

    def full(rows: Any) -> int:
        raise OSError("the disk is full")

    ear.store.keep_refused_pushes = full  # type: ignore[method-assign]
    ear.hear(octets)
    assert isinstance(ear.listener._fault, OSError)
    assert ear.listener._admission.connect(ADDRESS) is bool(connections)
    ear.runner.close()


def test_names_of_setups_are_as_meters_have_them() -> None:
    from system.head_end.acquisition.key_file import DEFAULT_LAYOUTS, attribute_of, layout_of

    assert set(DEFAULT_LAYOUTS) == {ALARM, STATE}
    for wrong in ([], "x", ["3/1.0.1.8.0"], ["3/x/2"], ["a/1.0.1.8.0/2"], [3]):
        with pytest.raises(ValueError, match=r"objects|class/code/attribute|OBIS|obis"):
            layout_of(wrong)
    assert attribute_of("7/1.0.99.1.0/2").class_id == 7
