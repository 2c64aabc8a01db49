"""A nursery for collectors: Django and the meters are loaded once, then forked, killed and forked again.

    python collector_processes.py DIRECTORY

The meters are served over TCP from the start;
``collect`` is the command ``amibench system collect`` in a process of its own, ``request`` writes a round's
orders, ``advance`` lets time pass for meters and business, ``books`` and ``meters`` say what each side holds.
"""

import asyncio
import importlib
import json
import os
import socket
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nursery import ForkingNursery, configure

METERS = 3
EPOCH = datetime(2026, 11, 24, 5, tzinfo=UTC)
PERIOD_S = 900
FIRST_TID = 6_400_000
LOAD, ENERGY = "1.0.99.1.0", "1.0.1.8.0"
#: Credit that opens the relays, in tenths of a kilowatt-hour; taken from orders' own.
FIRST_TENTHS = 10
NAMES = uuid.UUID("5d0e8f46-6d3b-4c0a-9f39-0c8f3b6c7a55")


class BusinessTime:
    """The instant of the world when the process was forked, and what has passed since."""

    def __init__(self, instant: datetime) -> None:
        self._instant, self._begun_s = instant, time.monotonic()

    def now(self) -> datetime:
        return self._instant + timedelta(seconds=time.monotonic() - self._begun_s)


class CollectorNursery(ForkingNursery):
    """The meters, the books and the collectors of a campaign."""

    def prepare(self) -> dict[str, Any]:
        """Tables, meters that have measured for an hour, and their channels; from now on they are served."""
        import django

        django.setup()
        from django.core.management import call_command

        from sim.meter import control_handlers
        from sim.scenarios.world import World

        call_command("migrate", verbosity=0)
        self.world = World(epoch=EPOCH, meters=METERS, shared=False)
        for meter in self.world.meters:
            control_handlers(meter)["keypad.enter"](
                {"digits": self._mint(meter, FIRST_TID - 1, FIRST_TENTHS)}
            )
        self.world.run(3600.0)
        self.instant = self.world.clock.utc()
        self.asked = 0
        served = self.fork(self._serve_field)
        self.control_port = served["control"]
        self.keys = _key_file(self.directory)
        self.run(lambda: self._register(served["ports"]))
        _warm()
        return {}

    def collect(self, name: str) -> dict[str, Any]:
        return self.fork(lambda say: self._be_collector(name, say))

    def collect_once(self) -> bool:
        """A collector until nothing is due."""
        return bool(self.run(lambda: self._collect("last", "--once")))

    def request(self, number: int, again: bool) -> dict[str, Any]:
        """The orders of a round; `again`: twice, as a caller does whose answer was lost."""
        return self.run(lambda: self._request(number, again))

    def advance(self, seconds: float) -> bool:
        self.instant = datetime.fromisoformat(self._field({"do": "wait", "seconds": seconds})["utc"])
        return True

    def meters(self) -> Any:
        return self._field({"do": "tell"})["meters"]

    def books(self) -> dict[str, Any]:
        return self.run(_books)

    # ------------------------------------------------------------ collectors

    def _be_collector(self, name: str, say: Callable[[Any], None]) -> None:
        say({})
        self._collect(name)

    def _collect(self, name: str, *more: str) -> dict[str, Any]:
        from amibench.commands.system.app import app
        from amibench.commands.system.collect import register

        log = os.open(self.directory / "collectors.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        self._tell_time()
        if not any(command.name == "collect" for command in app.registered_commands):
            register(app)
        app(["collect", "--keys", str(self.keys), "--name", name, *more], standalone_mode=False)
        return {"ended": True}

    def _tell_time(self) -> None:
        from system.config import clock

        clock.use_clock(BusinessTime(self.instant))

    # ------------------------------------------------------------ books

    def _register(self, ports: list[int]) -> dict[str, Any]:
        from vending_world import make_village

        from system.accounts.models import User
        from system.head_end.models import CollectionPlan, FieldRules, MeterAccess
        from system.head_end.services.configuration import ChannelData, set_channel
        from system.head_end.vocabulary import ChannelKind
        from system.registry.models import Device

        self._tell_time()
        village = make_village()
        provider = village.provider
        user = User.objects.create_user("campo", provider=provider, role="administrator")
        User.objects.create_user("caja", provider=provider, role="cashier")
        for number, (meter, port) in enumerate(zip(self.world.meters, ports, strict=True), 1):
            village.customer(number)
            device = Device.objects.latest("pk")
            device.serial = meter.profile.serial
            device.save()
            url = f"tcp://127.0.0.1:{port}"
            set_channel(user, ChannelData(device.serial, url, ChannelKind.DIRECT, meter=device))
        CollectionPlan.objects.all().delete()
        CollectionPlan.objects.create(
            provider=provider, name="curva", profile=LOAD, period_s=PERIOD_S, at_s=0, every_s=2 * PERIOD_S
        )
        FieldRules.objects.update_or_create(provider=provider)
        MeterAccess.objects.update(wanted_since=EPOCH)
        return {}

    def _request(self, number: int, again: bool) -> dict[str, Any]:
        self._tell_time()
        for _ in range(2 if again else 1):
            for place, meter in enumerate(self.world.meters):
                self._request_of(meter, place, number)
        return {}

    def _request_of(self, meter: Any, place: int, number: int) -> None:
        """A token, a movement of the relay behind the one before, and a reading."""
        from system.accounts.models import User
        from system.head_end import api
        from system.head_end.services.order_requests import OrderRequest, request_orders
        from system.head_end.vocabulary import OrderKind
        from system.registry.models import Device

        device = Device.objects.get(serial=meter.profile.serial)
        cashier, user = User.objects.get(username="caja"), User.objects.get(username="campo")
        sale_id = uuid.uuid5(NAMES, f"sale {place} {number}")
        api.deliver_tokens(cashier, device, sale_id, [self._mint(meter, FIRST_TID + number, 1 + number)])
        kind = OrderKind.RECONNECT if number % 2 else OrderKind.CUT
        month = timedelta(days=7)
        moves = [uuid.uuid5(NAMES, f"move {place} {turn}") for turn in (number - 1, number)]
        wishes = [
            OrderRequest(moves[1], device, kind, {}, month, after=moves[0] if number else None),
            OrderRequest(
                uuid.uuid5(NAMES, f"read {place} {number}"), device, OrderKind.READ, {"obis": [ENERGY]}, month
            ),
        ]
        request_orders(user, wishes)

    @staticmethod
    def _mint(meter: Any, tid: int, tenths_kwh: int) -> str:
        from protocols.sts.token import TransferCredit, encode_token

        return encode_token(TransferCredit(0, 5, tid, tenths_kwh), meter.parts.tokens.register.decoder_key)

    # ------------------------------------------------------------ meters

    def _serve_field(self, say: Callable[[Any], None]) -> None:
        asyncio.run(_serve(self.world, say))

    def _field(self, wanted: dict[str, Any]) -> Any:
        """Ask the process of the meters."""
        with (
            socket.create_connection(("127.0.0.1", self.control_port), 60) as link,
            link.makefile("rw") as file,
        ):
            file.write(json.dumps(wanted) + "\n")
            file.flush()
            return json.loads(file.readline())


async def _serve(world: Any, say: Callable[[Any], None]) -> None:
    """Serve every meter on a port of its own, and beside them a port that tells and waits."""
    from links.server import serve_tcp
    from sim.kernel.served import Gateway

    heard = _listen_in(world)
    served = world.serve()
    owner = asyncio.ensure_future(served.run())

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wanted = json.loads(await reader.readline())
        if wanted["do"] == "wait":
            await served.finished(lambda: world.env.timeout(wanted["seconds"]))
        told = {
            "utc": world.clock.utc().isoformat(),
            "meters": [_told(meter, heard) for meter in world.meters],
        }
        writer.write((json.dumps(told) + "\n").encode())
        await writer.drain()
        writer.close()

    control = await asyncio.start_server(answer, "127.0.0.1", 0)
    servers = [
        await serve_tcp("127.0.0.1", 0, Gateway(served, world.port(f"meter-{number}", "wrapper")).serve)
        for number in range(1, METERS + 1)
    ]
    say({"control": control.sockets[0].getsockname()[1], "ports": [server.port for server in servers]})
    await owner


def _listen_in(world: Any) -> dict[int, Counter[str]]:
    """Result -> how often, of every token that a meter is handed from now on."""
    from sim.meter.payment.tokens import TokenProcessor

    heard: dict[int, Counter[str]] = {id(meter.parts.tokens): Counter() for meter in world.meters}
    enter = TokenProcessor.enter

    def counted(desk: Any, *args: Any, **more: Any) -> Any:
        record = enter(desk, *args, **more)
        heard[id(desk)][record.outcome.name] += 1
        return record

    setattr(TokenProcessor, "enter", counted)  # noqa: B010 - for this process alone
    return heard


def _told(meter: Any, heard: dict[int, Counter[str]]) -> dict[str, Any]:
    return {
        "serial": meter.profile.serial,
        "tokens": dict(heard[id(meter.parts.tokens)]),
        "credit_nj": int(meter.parts.prepayment.credits.available_nj),
        "moves": meter.hardware.contacts.operations,
        "closed": bool(meter.parts.switch.output_state),
    }


def _key_file(directory: Path) -> Path:
    from sim.meter.credentials import TEST_KEYS

    file = directory / "keys.toml"
    file.touch(0o600)
    file.write_text(
        f'[keys.hls-gmac]\nencryption_key = "{TEST_KEYS.guek.hex()}"\n'
        f'authentication_key = "{TEST_KEYS.gak.hex()}"\n'
    )
    return file


def _warm() -> None:
    """Load what a collector loads, once instead of in every child."""
    from django.db import connections

    for name in ("amibench.commands.system.collect", "links.aio", "system.head_end.acquisition"):
        importlib.import_module(name)
    connections.close_all()


def _books() -> dict[str, Any]:
    """What the store holds of orders and readings."""
    from django.db.models import Sum

    from system.head_end.models import Order, OrderProgress, OrderStep, QuarantinedValue, ReadingBatch
    from system.head_end.vocabulary import ENDED

    states: Counter[str] = Counter(OrderProgress.objects.values_list("state", flat=True))
    ends = Counter(
        OrderStep.objects.filter(after__in=[state.value for state in ENDED]).values_list(
            "order_id", flat=True
        )
    )
    return {
        "orders": Order.objects.count(),
        "states": dict(states),
        "open": sum(many for state, many in states.items() if state not in [s.value for s in ENDED]),
        "ended_twice": [str(order) for order, many in ends.items() if many > 1],
        "not_done": [
            {"kind": row.order.kind, "state": row.state, "reason": row.reason, "result": row.result}
            for row in OrderProgress.objects.exclude(state="done").select_related("order")
        ],
        "begun": OrderStep.objects.filter(event="begin").count(),
        "unsure": OrderStep.objects.filter(after="unsure").count(),
        "moved": _moved(),
        "contradicted": ReadingBatch.objects.aggregate(sum=Sum("contradicted"))["sum"] or 0,
        "quarantined": QuarantinedValue.objects.count(),
        "values": _values(),
        "delivered": dict(_delivered()),
    }


def _moved() -> int:
    """Movements of relays as the orders tell them: those that did not find the relay there already."""
    from system.head_end.models import OrderProgress

    found = OrderProgress.objects.filter(order__kind__in=["cut", "reconnect"], state="done")
    return sum(not row.result.get("already") for row in found)


def _values() -> dict[str, list[int]]:
    """Serial -> ends of the intervals whose energy is kept, as often as it is."""
    from system.head_end.models import ReadingValue, Series

    return {
        series.device.serial: list(
            ReadingValue.objects.filter(series=series)
            .order_by("ends_at_s")
            .values_list("ends_at_s", flat=True)
        )
        for series in Series.objects.filter(profile=LOAD, obis=ENERGY).select_related("device")
    }


def _delivered() -> Counter[str]:
    from system.head_end import api
    from system.head_end.models import Order

    said: Counter[str] = Counter()
    for sale_id in Order.objects.filter(sale_id__isnull=False).values_list("sale_id", flat=True):
        delivery = api.delivery_of(sale_id)
        said["" if delivery is None else delivery.answer] += 1
    return said


if __name__ == "__main__":
    configure(Path(sys.argv[1]))
    CollectorNursery(Path(sys.argv[1])).live()
