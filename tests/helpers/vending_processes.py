"""A nursery of webs and security modules.

    python vending_processes.py DIRECTORY

``web`` and ``module`` answer with a process id and where to reach it, ``check`` says what the books hold.
"""

import asyncio
import logging
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nursery import ForkingNursery, configure

CASHIERS, METERS = 4, int(os.environ.get("CAMPAIGN_METERS", "24"))


class VendingNursery(ForkingNursery):
    """Webs and security modules over one set of books."""

    def prepare(self) -> dict[str, Any]:
        """Tables, a village with several counters, sessions of their cashiers, and a module."""
        import django

        django.setup()
        logging.disable(logging.ERROR)  # refusals and lost answers are what is wanted here
        from django.core.management import call_command
        from django.core.signals import got_request_exception
        from django.core.wsgi import get_wsgi_application
        from vending_world import drn, make_module, make_village

        got_request_exception.connect(_say_what_broke, weak=False)
        call_command("migrate", verbosity=0)
        self.application = get_wsgi_application()
        village = make_village(limit_c=None)
        for number in range(1, METERS + 1):
            village.customer(number)
        make_module(self.directory)
        sessions = [_cashier(village, number) for number in range(CASHIERS)]
        _warm(sessions[0])
        _let_go()
        return {"sessions": sessions, "drns": [drn(number) for number in range(1, METERS + 1)]}

    def web(self, room_bytes: int = 0) -> dict[str, Any]:
        """A web process; with `room_bytes` no file may become larger than the books are, and so much more."""
        return self.fork(lambda say: self._serve_web(say, room_bytes))

    def module(self) -> dict[str, Any]:
        return self.fork(self._serve_module)

    def check(self) -> dict[str, Any]:
        return self.run(_books)

    def back_up(self, file: str) -> dict[str, Any]:
        return self.run(lambda: _backed_up(Path(file)))

    def restore(self, file: str, replace: bool) -> dict[str, Any]:
        return self.run(lambda: _restored(Path(file), replace))

    def log_in(self) -> dict[str, Any]:
        """New sessions of the cashiers."""
        return self.run(lambda: {"sessions": _sessions()})

    def reconcile(self) -> dict[str, Any]:
        return self.run(_reconciled)

    def _serve_web(self, say: Callable[[Any], None], room_bytes: int) -> None:
        import resource

        from waitress.server import create_server

        from system.vending.services.vend_transaction import recover_sales

        resolved = recover_sales()
        server = create_server(self.application, host="127.0.0.1", port=0, threads=8)
        if room_bytes:
            most = max(file.stat().st_size for file in self.directory.glob("books.db*")) + room_bytes
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        say({"port": server.effective_port, "resolved": resolved})
        server.run()

    def _serve_module(self, say: Callable[[Any], None]) -> None:
        from vending_world import PASSPHRASE

        from system.security_module import store
        from system.security_module.clock import ModuleClock
        from system.security_module.committer import Committer
        from system.security_module.key_stores import KeyStores
        from system.security_module.server import ModuleServer
        from system.security_module.service import Service

        path = self.directory / "module"
        opened = store.open_store(path, PASSPHRASE, _wall())

        async def serve() -> None:
            clock = ModuleClock(_wall)
            service = Service(opened.contents, opened.state, clock, KeyStores())
            server = ModuleServer(service, Committer(opened, clock.now))
            say({"url": await server.listen_unix(path / "socket")})
            await server.run(asyncio.Event())

        asyncio.run(serve())


def _say_what_broke(**_: Any) -> None:
    from django.db import OperationalError

    if not isinstance(sys.exc_info()[1], OperationalError):  # a full disk is what a test wants
        traceback.print_exc()


def _wall() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a process of its own, as in the village


def _cashier(village: Any, number: int) -> str:
    import uuid

    from vending_world import NOW

    from system.accounts.models import User
    from system.vending.models import PointOfSale, Shift

    user = User.objects.create_user(f"caja-{number}", provider=village.provider, role="cashier")
    counter = PointOfSale.objects.create(
        provider=village.provider, merchant=village.merchant, name=f"Mostrador {number}"
    )
    Shift(
        id=uuid.uuid4(),
        provider=village.provider,
        point_of_sale=counter,
        cashier=user,
        opened_at=NOW,
        opening_cash_c=0,
    ).save()
    return _session_of(user)


def _session_of(user: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


def _sessions() -> list[str]:
    from system.accounts.models import User

    return [_session_of(User.objects.get(username=f"caja-{number}")) for number in range(CASHIERS)]


def _warm(session: str) -> None:
    """Load what the first request loads, once instead of in every child."""
    from django.test import Client

    from system.vending.warming import warm_up

    client = Client()
    client.cookies["sessionid"] = session
    client.post("/venta/cobrar/", {"number": "0"})
    warm_up()  # as `amibench system serve` does


def _let_go() -> None:
    """A connection must not be shared with a child."""
    from django.db import connections

    connections.close_all()


def _books() -> dict[str, Any]:
    """What is in the books, beside what the module says of each sale."""
    from system.accounts import audit
    from system.vending import ledger
    from system.vending.models import AccountBalance, OpenSale, Sale, SaleOutcome, Token
    from system.vending.module_client import module_client
    from system.vending.services.vend_transaction import recover_sales

    recover_sales()
    tokens = list(Token.objects.select_related("sale"))
    kept: dict[str, list[str]] = {str(pk): [] for pk in Sale.objects.values_list("pk", flat=True)}
    for token in sorted(tokens, key=lambda one: one.position):
        kept[str(token.sale_id)].append(token.digits)
    outcomes = dict(SaleOutcome.objects.values_list("sale_id", "minted"))
    minted = {str(pk): value for pk, value in outcomes.items()}
    return {
        "sales": len(kept),
        "minted": [sale for sale, value in minted.items() if value],
        "cancelled": [sale for sale, value in minted.items() if not value],
        "open": OpenSale.objects.count(),
        "tokens": len(tokens),
        "not_one_token": [sale for sale, value in minted.items() if len(kept[sale]) != int(value)],
        "same_digits": len(tokens) - len({token.digits for token in tokens}),
        "same_tid": [key for key, n in Counter((t.sale.drn, t.tid) for t in tokens).items() if n > 1],
        "other_in_module": [sale for sale, digits in kept.items() if _module_says(sale) != digits],
        "issued_by_module": module_client().status()["issued_tokens"],
        "owed_c": sum(AccountBalance.objects.filter(posted_c__gt=0).values_list("posted_c", flat=True)),
        "pending_c": sum(map(abs, AccountBalance.objects.values_list("pending_c", flat=True))),
        "faults": ledger.ledger_faults(),
        "audit_broken_at": audit.first_broken_id(),
    }


def _backed_up(file: Path) -> dict[str, Any]:
    from system.config.backup import back_up

    return {"counts": dict(back_up(file, "0").counts)}


def _restored(file: Path, replace: bool) -> dict[str, Any]:
    from system.config.backup import UnableToRestore, restore

    try:
        kept = restore(file, replace=replace).kept
    except UnableToRestore as error:
        return {"refused": str(error)}
    return {"kept": None if kept is None else str(kept)}


def _reconciled() -> dict[str, Any]:
    """Write back, as a supervisor would, what the module alone knows; and look again."""
    from system.accounts.models import User
    from system.vending.models import Sale
    from system.vending.services.reconciliation import compare_with_module, recover_result
    from system.vending.services.vend_transaction import recover_sales

    resolved = recover_sales()
    found = compare_with_module()
    supervisor = User.objects.get(role="supervisor")
    done = [recover_result(supervisor, one) for one in found.unknown]
    return {
        "resolved": resolved,
        "unknown": [one.message_id for one in found.unknown],
        "written_back": sum(isinstance(one, Sale) for one in done),
        "only_in_book": len(found.only_in_book),
        "unknown_after": len(compare_with_module().unknown),
    }


def _module_says(sale: str) -> list[str]:
    from system.security_module.errors import RequestRefused
    from system.vending.module_client import module_client

    try:
        return [token["digits"] for token in module_client().fetch_result(sale)["tokens"]]
    except RequestRefused:
        return []


if __name__ == "__main__":
    configure(Path(sys.argv[1]))
    VendingNursery(Path(sys.argv[1])).live()
