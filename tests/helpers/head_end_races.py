"""Collectors that race over one database, in a process of its own: several threads, real transactions.

    python head_end_races.py DIRECTORY

Prints one JSON line. ``DATABASE_URL`` names another database than a file in the directory; it must be empty.
"""

import json
import os
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CHANNELS, COLLECTORS, ORDERS = 12, 4, 6


def main(directory: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "system.config.settings.test"
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{directory / 'field.db'}")
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "helpers")]
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, skip_checks=True)
    from field_store import Field
    from vending_world import make_village

    from system.head_end.django_store import DjangoStore

    field = Field(make_village(), DjangoStore())
    said = {
        "vendor": connection.vendor,
        "leases": _leases(field),
        "fence": _fence(field),
        "orders": _orders(field),
        "counters": _counters(field),
        "requests": _requests(field),
    }
    print(json.dumps(said), flush=True)


def _together(many: int, work: Callable[[int], Any]) -> list[Any]:
    """The same work on many threads, begun at once; each with its own connection."""
    from django.db import connections

    barrier, out, faults = threading.Barrier(many), [None] * many, []

    def run(number: int) -> None:
        try:
            barrier.wait(30)
            out[number] = work(number)
        except BaseException as fault:
            faults.append(repr(fault))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if faults:
        raise RuntimeError(faults[0])
    return out


def _leases(field: Any) -> dict[str, Any]:
    """Who got which channel, where all ask at once until nothing is left."""
    from field_store import MIDNIGHT

    for number in range(CHANNELS):
        field.meter(number + 1, field.channel(f"carrera {number}"))
    now = MIDNIGHT + timedelta(hours=1)

    def ask(number: int) -> list[int]:
        got: list[int] = []
        for _ in range(CHANNELS):
            got += [visit.channel.id for visit in field.store.lease(f"recolector {number}", 2, now)]
        return got

    everybody = _together(COLLECTORS, ask)
    count = Counter(channel for got in everybody for channel in got)
    return {"channels": len(count), "twice": [key for key, n in count.items() if n > 1]}


def _fence(field: Any) -> dict[str, Any]:
    """One keeps rows while another takes the lease that ended: kept under the old number, or not at all."""
    from field_store import MIDNIGHT, batch, rows

    from system.head_end.models import Channel, ReadingBatch
    from system.head_end.services.channel_leases import LEASE

    Channel.objects.update(leased_by="", leased_until=None, enabled=False)
    access = field.meter(100)
    now, wrong = MIDNIGHT + timedelta(hours=1), 0
    (visit,) = field.store.lease("tarde", 1, now)
    for turn in range(10):
        now += LEASE
        lease = visit.lease
        given = batch(access.device_id, rows(now, [[turn]] * 50))
        taken: list[Any] = []

        race = partial(_keep_or_take, field, lease, given, taken, now)
        outcome, _ = _together(2, race)
        if not taken:  # PostgreSQL passed over the row that was just being written
            taken = list(field.store.lease("pronto", 1, now))
        there = ReadingBatch.objects.filter(pk=given.id).exists()
        wrong += (outcome == "kept") != there or len(taken) != 1
        visit = taken[0]
    return {"wrong": wrong, "lease": visit.lease.number}


def _keep_or_take(field: Any, lease: Any, given: Any, taken: list[Any], now: Any, number: int) -> str:
    from system.head_end.store_port import LeaseLost

    if number:
        taken.extend(field.store.lease("pronto", 1, now))
        return ""
    try:
        field.store.keep_rows(lease, [given])
    except LeaseLost:
        return "lost"
    return "kept"


def _orders(field: Any) -> dict[str, Any]:
    """Two reports begin the same orders at once, while somebody cancels them: each begins or is cancelled."""
    from field_store import MIDNIGHT

    from system.head_end import api
    from system.head_end.models import MeterAccess, OrderStep
    from system.head_end.services.channel_leases import LEASE
    from system.head_end.store_port import OrderReport
    from system.head_end.vocabulary import OrderState

    user, device = field.operator(), MeterAccess.objects.latest("pk").device
    orders = [
        api.request_order(user, uuid.uuid4(), device, api.OrderKind.CUT, valid_for=timedelta(days=30)).id
        for _ in range(ORDERS)
    ]
    now = MIDNIGHT + timedelta(hours=2) + LEASE
    (visit,) = field.store.lease("uno", 1, now)

    def race(number: int) -> list[bool]:
        if number < 2:
            reports = [OrderReport(order, OrderState.RUNNING, now) for order in orders]
            return [field.store.may_begin(visit.lease, report) for report in reports]
        return [_cancels(user, order) for order in orders]

    first, second, cancelled = _together(3, race)
    acts = [sum(outcome) for outcome in zip(first, second, cancelled, strict=True)]
    steps = Counter(OrderStep.objects.filter(order_id__in=orders).values_list("order_id", flat=True))
    return {"acts": acts, "steps": sorted(steps.values())}


def _cancels(user: Any, order: uuid.UUID) -> bool:
    from system.head_end import api

    try:
        api.cancel_order(user, order)
    except api.UnableToOrder:
        return False
    return True


def _counters(field: Any) -> dict[str, Any]:
    from field_store import MIDNIGHT

    from system.head_end.models import Channel, MeterAccess

    Channel.objects.update(leased_by="", leased_until=None, enabled=False)
    access = field.meter(200)
    (visit,) = field.store.lease("uno", 1, MIDNIGHT + timedelta(hours=1))
    given = _together(
        COLLECTORS,
        lambda _: [field.store.reserve_counters(visit.lease, access.device_id, 3) for _ in range(10)],
    )
    taken = [first + place for one in given for first in one for place in range(3)]
    return {
        "taken": len(taken),
        "different": len(set(taken)),
        "next": MeterAccess.objects.get(pk=access.pk).next_counter,
    }


def _requests(field: Any) -> dict[str, Any]:
    """The same sale is delivered by several at once: one order for each token."""
    from system.head_end import api
    from system.head_end.models import MeterAccess, Order

    user, sale = field.operator("cashier"), uuid.uuid4()
    device = MeterAccess.objects.latest("pk").device
    tokens = ["1" * 20, "2" * 20]
    states = _together(COLLECTORS, lambda _: api.deliver_tokens(user, device, sale, tokens).state.value)
    return {"states": sorted(set(states)), "orders": Order.objects.filter(sale_id=sale).count()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
