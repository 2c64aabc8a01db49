"""pydlms-client's simulator (GPL-3.0, own process) is registered, read and kept like any meter."""

import asyncio
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lent_connection import LentConnection
from memory_rows import MeterPlan
from memory_store import MemoryStore, direct
from vending_world import Village, make_village

from links.aio import open_async_link
from links.clock import WallClock
from system.accounts.models import User
from system.config import clock as business
from system.head_end import api
from system.head_end.acquisition import (
    Collector,
    CollectorParts,
    CollectorSettings,
    ThreadRunner,
    parse_key_file,
)
from system.head_end.acquisition.leased_store import StoreRunner
from system.head_end.django_store import DjangoStore
from system.head_end.models import CollectionPlan, MeterAccess, ReadingValue
from system.head_end.services.configuration import ChannelData, set_channel
from system.head_end.store_port import MeterTarget
from system.head_end.vocabulary import ChannelKind, OrderKind, OrderState, Reason, Registration
from system.registry.models import Device

PYDLMS = Path(sys.executable).parent / "pydlms"

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(not PYDLMS.exists(), reason="pydlms-client: see tox -e oracles"),
]
LOAD = "1.0.99.1.0"
#: What its clock shows, for ever; its profile is the day around it.
NOON = datetime(2024, 5, 1, 10, tzinfo=UTC)
SERIAL, LDN = "PYD0000000001", "PYD1000000000001"
KEYS: dict[str, Any] = {
    "access": {
        "low": {"client_sap": 2, "mechanism": "lls", "address_bytes": 1},
        "high": {"client_sap": 1, "mechanism": "hls-gmac"},
    },
    "keys": {
        "low": {"password": "lectura1"},
        "wrong": {"password": "equivocada"},
        "high": {"encryption_key": "00" * 16, "authentication_key": "11" * 16},
    },
}


@contextmanager
def _simulator(*options: str) -> Iterator[str]:
    """The peer's own simulator, on a free port: our URL for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(PYDLMS), "simulate", "--port", str(port), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "listening" in process.stderr.readline()
        yield f"tcp://127.0.0.1:{port}"
        process.terminate()
        process.wait(10)


@pytest.fixture(params=["wrapper", "hdlc"])
def meter(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Framing and URL of a meter with a password."""
    framing = ["--hdlc"] if request.param == "hdlc" else []
    with _simulator("--client", "2:1:lectura1", *framing) as url:
        yield request.param, url


@pytest.fixture
def ciphered_meter() -> Iterator[tuple[str, str]]:
    """Framing and URL of a meter with keys."""
    with _simulator("--client", "1:5", "--key", "00" * 16, "--auth-key", "11" * 16) as url:
        yield "wrapper", url


def _collect(store: Any, runner: StoreRunner | None = None, now: datetime = NOON) -> list[Any]:
    clock, told = WallClock(), []
    begun_s = clock.now_s()
    runner = runner or ThreadRunner()
    parts = CollectorParts(
        store=store,
        key_file=parse_key_file(KEYS),
        clock=clock,
        utc=lambda: now + timedelta(seconds=clock.now_s() - begun_s),
        dialer=lambda url: open_async_link(url, clock),
        runner=runner,
        settings=CollectorSettings(response_timeout_s=10.0, idle_s=1.0),
        random_octets=os.urandom,
        new_id=uuid.uuid4,
        report=lambda *said: told.append(said),
    )
    asyncio.run(Collector("oracle", parts).run(once=True))
    runner.close()
    return told


def _registered(meter: tuple[str, str], **target: Any) -> tuple[MemoryStore, MeterTarget]:
    framing, url = meter
    known = {"serial": SERIAL, "ldn": LDN, "sap": 1, "access": "low", **target}
    found = MeterTarget(1, **known)
    store = MemoryStore()
    since = NOON - timedelta(hours=10)
    store.add_channel(
        direct(1, url, framing=framing),
        MeterPlan(found, {LOAD: 900}, since=since, clock=True, logs_at=NOON, clock_at=since, next_at=since),
    )
    store.channels[1].until = store.channels[1].next_at = since
    return store, found


def test_it_is_read_and_kept_once(meter: tuple[str, str]) -> None:
    store, target = _registered(meter)
    order = store.add_order(OrderKind.READ, target, NOON + timedelta(hours=1), obis=["1.0.1.8.0"])
    store.orders[order].next_at = NOON
    assert _collect(store) == []
    instants = store.instants(1, LOAD)
    assert len(instants) == 39  # behind midnight, to a quarter before ten
    assert instants[0] == datetime(2024, 5, 1, 0, 15, tzinfo=UTC)
    assert store.series(1, LOAD, "1.0.1.8.0")[:3] == [1007, 1014, 1021]
    line = store.orders[order]
    assert line.state is OrderState.DONE
    (value,) = line.result["values"]
    assert (value["value"], value["symbol"]) == (12_345_678, "Wh")
    assert store.contacts[0].clock_off_s == pytest.approx(0.0, abs=3.0)
    assert _collect(store) == []
    assert len(store.instants(1, LOAD)) == 39


def test_its_switch_takes_the_order_and_does_not_move_which_is_told(meter: tuple[str, str]) -> None:
    store, target = _registered(meter)
    order = store.add_order(OrderKind.CUT, target, NOON + timedelta(hours=1))
    store.orders[order].next_at = NOON
    _collect(store)
    line = store.orders[order]
    assert (line.state, line.reason) == (OrderState.REFUSED, Reason.STATE_NOT_REACHED)
    assert line.result["control_state"] == line.work.evidence["before"]["control_state"] == "connected"


@pytest.mark.parametrize(
    ("target", "reason"),
    [({"key_name": "wrong"}, Reason.WRONG_KEY), ({"serial": "PYD0000000002"}, Reason.WRONG_SERIAL)],
)
def test_what_is_wrong_with_it_is_told(
    meter: tuple[str, str], target: dict[str, str], reason: Reason
) -> None:
    store, _ = _registered(meter, **target)
    told = _collect(store)
    assert [failure.reason for _, _, failure in told] == [reason]
    assert store.values == {}


def test_it_is_read_with_gmac_and_ciphering(ciphered_meter: tuple[str, str]) -> None:
    store, _ = _registered(ciphered_meter, access="high")
    assert _collect(store) == []
    assert len(store.instants(1, LOAD)) == 39


# ------------------------------------------------------------ with the store and its pages


@pytest.fixture
def business_time() -> Iterator[business.FixedBusinessClock]:
    """It is midnight in Bogotá, a few hours before the meter's noon."""
    fixed = business.FixedBusinessClock(datetime(2024, 5, 1, 0, 0, tzinfo=UTC))
    business.use_clock(fixed)
    yield fixed
    business.use_clock(None)


@pytest.fixture
def village(db: Any, business_time: business.FixedBusinessClock) -> Village:
    return make_village()


def _in_the_field(village: Village, meter: tuple[str, str]) -> tuple[User, Device]:
    """The meter as an administrator enters it, and he."""
    framing, url = meter
    village.customer(1)
    device = Device.objects.get()
    device.serial = SERIAL
    device.save()
    user = User.objects.create_user("campo", provider=village.provider, role="administrator")
    terms = ChannelData("pydlms", url, ChannelKind.DIRECT, framing, access="low", meter=device)
    set_channel(user, terms)
    # it has one profile, and no log that our rules ask for
    CollectionPlan.objects.exclude(profile=LOAD).update(enabled=False)
    MeterAccess.objects.update(event_logs="-")
    return user, device


@pytest.mark.requirement("R3-01", "R3-02")
def test_it_is_registered_read_and_shown_like_any_meter(
    village: Village, business_time: business.FixedBusinessClock, meter: tuple[str, str]
) -> None:
    user, device = _in_the_field(village, meter)
    business_time.instant = NOON
    order = api.request_order(user, uuid.uuid4(), device, OrderKind.READ, {"obis": [api.ENERGY_IMPORT]})
    for _ in range(2):  # the second finds everything there
        assert _collect(DjangoStore(), LentConnection()) == []
    access = MeterAccess.objects.get(device=device)
    assert (access.state, access.last_reason) == (Registration.CONFIRMED.value, "")
    kept = ReadingValue.objects.filter(series__device=device, series__profile=LOAD, series__obis="1.0.1.8.0")
    # from its registration to the night's plan, at half past midnight in Bogotá
    assert list(kept.order_by("ends_at_s").values_list("value", flat=True)) == [
        1007 + 7 * n for n in range(22)
    ]
    found = api.order_of(user, order.id)
    assert found is not None
    assert (found.state, found.result["values"][0]["value"]) == (OrderState.DONE, 12_345_678)
    _is_shown(user, device, order.id)


def _is_shown(user: User, device: Device, order_id: uuid.UUID) -> None:
    """The pages of the meter, of its readings and of the order tell it as of any other."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    meter = client.get(f"/campo/medidores/{device.pk}/").content.decode()
    assert SERIAL in meter
    assert "En línea" in meter
    readings = client.get(f"/campo/lecturas/{device.pk}/", {"dia": "2024-04-30"})
    energies = [point.value for point, _ in readings.context["points"]]
    # registered at 19:00: from 19:30 to midnight both ends of an interval are known
    assert energies == [None] * 77 + [7.0] * 19
    order = client.get(f"/campo/ordenes/{order_id}/")
    assert "12345678" in "".join(char for char in order.content.decode() if char.isalnum())
