"""Readings carried on a stick: the same rows as over the wire, kept once, let go only once they are kept."""

from datetime import timedelta
from typing import Any

import pytest
from collecting import SECRET
from field_store import LOAD, Field
from lent_connection import LentConnection
from vending_world import make_village

from protocols.field.bundle import acknowledgement_name, make_bundle, read_bundle
from system.config import clock
from system.head_end.acquisition import UnableToImport, import_reading_file, parse_key_file
from system.head_end.django_store import DjangoStore
from system.head_end.models import Channel, MeterAccess, ReadingValue
from system.registry.models import Device

HOUR_S = 3600
SERIAL = "90000001"


class _WorldTime:
    def __init__(self, world_clock: Any) -> None:
        self._clock = world_clock

    def now(self) -> Any:
        return self._clock.utc()


@pytest.fixture
def site(make_field_bench: Any, db: Any) -> Any:
    """A nano-grid of two homes whose meters were read once, at commissioning, over a wire."""
    bench = make_field_bench(2, 3.0)
    clock.use_clock(_WorldTime(bench.world.clock))
    bench.field = Field(make_village(), DjangoStore())
    (bench.concentrator,) = bench.world.sites[0].wire.concentrators.values()
    bench.field.plan(LOAD, 900, at_s=0, every_s=900)
    bench.channel = _channel(bench, bench.concentrator.terms.serial)
    for number, target in enumerate(bench.targets, 1):
        _meter(bench, number, target)
    _collect(bench)
    yield bench
    clock.use_clock(None)


def _channel(bench: Any, serial: str, name: str = "north") -> Channel:
    device = bench.field.device(9, "concentrator")
    Device.objects.filter(pk=device.pk).update(serial=serial)
    made: Channel = bench.field.channel(
        name,
        concentrator=True,
        device=device,
        url="sim:north",
        uplink_url="sim:uplink",
        secret_name="north",
        due_at=bench.since,
        patience_s=0,
    )
    return made


def _meter(bench: Any, number: int, target: Any) -> None:
    device = bench.field.device(number)
    Device.objects.filter(pk=device.pk).update(serial=target.serial)
    MeterAccess.objects.create(
        provider=bench.field.village.provider,
        device=device,
        channel=bench.channel,
        sap=target.sap,
        access="hls-gmac",
        state_since=bench.since,
        wanted_since=bench.since,
    )


def _collect(bench: Any) -> None:
    bench.collect("one", store=DjangoStore(), runner=LentConnection())


def _stick(bench: Any, **files: bytes) -> bytes:
    """What the concentrator writes onto a stick."""
    stick = {_NAMES[name](bench.concentrator.terms.serial): content for name, content in files.items()}
    bench.concentrator.usb.insert(stick)
    bench.concentrator.usb.remove()
    (data,) = (content for name, content in stick.items() if name.startswith(bench.concentrator.terms.serial))
    return data


#: What a stick may bear -> how the concentrator finds it.
_NAMES = {"acknowledgement": acknowledgement_name}


def _take(bench: Any, data: bytes, channel: str = "") -> Any:
    return import_reading_file(DjangoStore(), parse_key_file(bench.keys), data, bench.utc(), channel)


def _values() -> set[tuple[Any, ...]]:
    return set(
        ReadingValue.objects.values_list("series__device__serial", "series__obis", "ends_at_s", "value")
    )


@pytest.mark.requirement("R3-01", "R3-02")
def test_a_file_brings_the_rows_that_the_uplink_and_the_meters_bring(site: Any) -> None:
    bench = site
    bench.world.run(bench.clock.now_s() + 6 * HOUR_S)
    carried = _take(bench, _stick(bench))
    assert (carried.contradicted, carried.left) == (0, ())
    assert carried.new > 2 * 20
    assert carried.through == bench.concentrator.storage.newest
    by_file = _values()
    Channel.objects.update(reading_cursor=0)
    _collect(bench)  # the uplink gives them all again, and its concentrator lets them go
    assert not bench.told
    assert by_file <= _values()
    assert not bench.field.store.reading_file_targets("nobody")
    Channel.objects.update(uplink_url="")
    _read_all_from_the_meters(bench)
    assert by_file <= _values()


def _read_all_from_the_meters(bench: Any) -> None:
    """As if nothing had been read: whatever a meter says differently would be a contradiction."""
    from system.head_end.models import Coverage, QuarantinedValue, ReadingBatch

    Coverage.objects.all().delete()
    Channel.objects.update(due_at=bench.utc() - timedelta(hours=1))
    before = set(ReadingBatch.objects.values_list("pk", flat=True))
    _collect(bench)
    again = ReadingBatch.objects.exclude(pk__in=before)
    assert sum(row.known for row in again) > 2 * 20
    assert not QuarantinedValue.objects.exists()


@pytest.mark.requirement("R3-02")
def test_the_same_file_is_no_news_and_the_stick_takes_the_receipt_back(site: Any) -> None:
    bench = site
    bench.world.run(bench.clock.now_s() + 6 * HOUR_S)
    data = _stick(bench)
    first, again = _take(bench, data), _take(bench, data)
    assert (again.new, again.known) == (0, first.new + first.known)
    receipt = read_bundle(first.acknowledgement, "acknowledgement", SECRET.encode())
    assert receipt.content == {"through": first.through}
    held = bench.concentrator.storage.undelivered
    _stick(bench, acknowledgement=first.acknowledgement)
    assert bench.concentrator.storage.undelivered == 0 < held
    assert Channel.objects.get(pk=bench.channel.pk).reading_cursor == first.through


def test_rows_that_cannot_be_kept_yet_stay_on_the_concentrator(site: Any) -> None:
    bench = site
    stranger = MeterAccess.objects.order_by("sap").last()
    assert stranger is not None
    stranger.state = "quarantined"
    stranger.save()
    bench.world.run(bench.clock.now_s() + 6 * HOUR_S)
    carried = _take(bench, _stick(bench))
    assert carried.left == (stranger.device.serial,)
    assert carried.new > 0
    assert carried.through < bench.concentrator.storage.newest
    stranger.state = "confirmed"
    stranger.save()
    later = _take(bench, _stick(bench, acknowledgement=carried.acknowledgement))
    assert later.new > 0
    assert later.through == bench.concentrator.storage.newest


def test_a_file_that_misses_the_one_before_is_kept_and_not_acknowledged(site: Any) -> None:
    bench = site
    bench.world.run(bench.clock.now_s() + 6 * HOUR_S)
    cursor = Channel.objects.get(pk=bench.channel.pk).reading_cursor
    bench.concentrator.storage.acknowledge(cursor + 4)  # a stick that never arrived
    carried = _take(bench, _stick(bench))
    assert carried.new > 0
    assert carried.through == cursor


@pytest.mark.parametrize(
    ("numbers", "through"),
    [
        ([[1, 2, 3], [4]], 4),
        ([[1, 3], [2]], 3),
        ([[1, 4], [2]], 2),
        ([[3, 1]], 1),
        ([[], [1]], 1),
        ([], 0),
    ],
)
def test_what_is_let_go_has_no_hole(site: Any, numbers: list[list[int]], through: int) -> None:
    Channel.objects.update(reading_cursor=0)
    Device.objects.filter(pk=site.channel.device_id).update(serial=SERIAL)
    at_s = int(site.utc().timestamp()) - HOUR_S
    content = [_batch(site, [[number, at_s] for number in rows]) for rows in numbers]
    carried = _take(site, _bundle(content))
    assert carried.through == through


def _bundle(batches: list[Any], *lost: tuple[int, int]) -> bytes:
    given = [{"first": first, "last": last, "reason": "full"} for first, last in lost]
    return make_bundle("readings", SERIAL, 0, {"batches": batches, "lost": given}, SECRET.encode())


def test_rows_that_had_to_make_room_are_no_hole(site: Any) -> None:
    Channel.objects.update(reading_cursor=0)
    Device.objects.filter(pk=site.channel.device_id).update(serial=SERIAL)
    at_s = int(site.utc().timestamp()) - HOUR_S
    rows = [[number, at_s] for number in (5, 6, 9)]
    assert _take(site, _bundle([_batch(site, rows)], (1, 3))).through == 3
    assert _take(site, _bundle([_batch(site, rows)], (1, 4))).through == 6
    assert _take(site, _bundle([_batch(site, rows)], (1, 4), (7, 8))).through == 9


def _batch(bench: Any, rows: list[Any]) -> dict[str, Any]:
    """Rows without a value of a meter that is known."""
    serial = bench.targets[0].serial
    return {"serial": serial, "profile": LOAD, "columns": [], "period_s": 900, "rows": rows}


@pytest.mark.parametrize("row", [[], [1], [1, None], ["1", 0], [1, 10**18], [-1, 0], [1, 0, 7]])
def test_a_row_that_cannot_be_kept_whole_is_refused(site: Any, row: list[Any]) -> None:
    Device.objects.filter(pk=site.channel.device_id).update(serial=SERIAL)
    content = [_batch(site, [row])]
    with pytest.raises(UnableToImport, match="batch 1: a row is its number"):
        _take(site, _bundle(content))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00", "not JSON"),
        (b"[]", "is no amibench-concentrator-bundle"),
        (make_bundle("readings", "nobody", 0, [], SECRET.encode()), "no channel"),
        (make_bundle("readings", SERIAL, 0, [], b"another"), "whoever knows the secret"),
        (make_bundle("plans", SERIAL, 0, [], SECRET.encode()), "does not hold readings"),
        (make_bundle("readings", SERIAL, 0, [], SECRET.encode()), "an object was expected"),
        (make_bundle("readings", SERIAL, 0, {}, SECRET.encode()), "batches is missing"),
        (make_bundle("readings", SERIAL, 0, {"batches": 3, "lost": []}, SECRET.encode()), "batches must be"),
        (make_bundle("readings", SERIAL, 0, {"batches": [], "lost": [1]}, SECRET.encode()), "lost must be"),
        (
            make_bundle("readings", SERIAL, 0, {"batches": [{"serial": 1}], "lost": []}, SECRET.encode()),
            "batch 1",
        ),
        (
            make_bundle("readings", SERIAL, 0, {"batches": [[]], "lost": []}, SECRET.encode()),
            "batch 1: an object",
        ),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(site: Any, content: bytes, said: str) -> None:
    Device.objects.filter(pk=site.channel.device_id).update(serial=SERIAL)
    before = _values()
    with pytest.raises(UnableToImport, match=said):
        _take(site, content)
    assert _values() == before


def test_two_concentrators_of_one_number_are_told_apart_by_the_channel(site: Any) -> None:
    site.world.run(site.clock.now_s() + HOUR_S)
    serial, data = site.concentrator.terms.serial, _stick(site)
    other = site.field.device(10, "concentrator")
    Device.objects.filter(pk=other.pk).update(serial=serial, maker="otro")
    site.field.channel("south", concentrator=True, device=other, secret_name="north")
    with pytest.raises(UnableToImport, match="several concentrators"):
        _take(site, data)
    assert _take(site, data, "north").channel == "north"
    Channel.objects.filter(name="north").update(secret_name="away")
    with pytest.raises(UnableToImport, match=r"secrets\.away"):
        _take(site, data, "north")
