"""``python -m amibench.commands.benchmark.vending.books SECONDS ROUNDS``: the books and their sales.

Two lines of JSON: how to sell over HTTP, and what was measured.
"""

import json
import os
import random
import sys
import uuid
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from amibench.commands.benchmark.vending.timing import syncs, timed
from protocols.sts.identity import luhn_digit

CASHIERS, METERS = 4, 300
AMOUNT_C = 200_000


def main(seconds: float, rounds: int) -> int:
    """Make the books in the empty database of the settings, and measure; the exit code."""
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    if connection.introspection.table_names():
        print("the database is not empty: a benchmark leaves sales in it", file=sys.stderr)
        return 1
    call_command("migrate", interactive=False, verbosity=0)
    drns = [_drn(number) for number in range(1, METERS + 1)]
    cashiers = _registry_rows(drns)
    _say({"sessions": [_session_of(user) for user in cashiers], "drns": drns})
    sale = _seller(cashiers[0], drns)
    for _ in range(10):  # queries are compiled, connections made
        sale()
    measured = []
    for _ in range(rounds):
        laps = {
            "syncs": syncs(Path(os.environ["AMIBENCH_DATA_DIR"]), seconds / 3),
            "inserts": timed(seconds / 3, _inserting(cashiers[0].provider)),
            "sales": timed(seconds, sale),
        }
        measured.append({name: asdict(one) for name, one in laps.items()})
    _say({"vendor": connection.vendor, "rounds": measured})
    return 0


def _say(message: object) -> None:
    print(json.dumps(message), flush=True)


def _drn(number: int) -> str:
    payload = f"{number:010d}"
    return payload + luhn_digit(payload)


def _registry_rows(drns: list[str]) -> list[Any]:
    """Rows of a community, its shop without a limit; the cashiers, each with an open shift."""
    import secrets

    from django.db import transaction

    from system.accounts.models import User
    from system.demo.seed import seed_village
    from system.demo.village import DemoUser, Village, WorldMeter
    from system.vending.models import AccountBalance, PointOfSale
    from system.vending.services.shifts import open_shift

    keying: dict[str, str | int] = {"sgc": "201457", "krn": 1, "ti": 1}
    meters = tuple(WorldMeter(drn, drn, f"B{drn}", "", "", dict(keying)) for drn in drns)
    names = [f"caja-{number}" for number in range(1, CASHIERS + 1)]
    users = tuple(DemoUser(name, "cashier", secrets.token_urlsafe(16)) for name in names)
    seed_village(Village(meters, users, meters[0].name))
    cashiers = list(User.objects.filter(username__in=names).order_by("username"))
    with transaction.atomic():
        AccountBalance.objects.update(limit_c=None)
        User.objects.update(must_change_password=False)
        first = PointOfSale.objects.get()
        for user in cashiers:
            counter = PointOfSale.objects.create(
                provider=first.provider, merchant=first.merchant, name=f"Mostrador {user.username}"
            )
            open_shift(user, counter, 0, uuid.uuid4())
    return cashiers


def _session_of(user: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _seller(user: Any, drns: list[str]) -> Callable[[], object]:
    from system.vending.selectors.shifts import open_shift_of
    from system.vending.services.sell_energy import SaleRequest, sell_energy

    shift, dice = open_shift_of(user), random.Random(0)  # noqa: S311 - which meter is no secret
    assert shift is not None  # noqa: S101 - it was opened a moment ago
    return lambda: sell_energy(user, shift, SaleRequest(uuid.uuid4(), dice.choice(drns), AMOUNT_C))


def _inserting(provider: Any) -> Callable[[], object]:
    from system.config.clock import business_day, business_now
    from system.vending.models import Movement

    now = business_now()
    day = business_day(now)

    def one() -> None:
        Movement(
            id=uuid.uuid4(),
            provider=provider,
            kind="other",
            business_at=now,
            business_day=day,
            wall_at=now,
        ).save()

    return one


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2])))
