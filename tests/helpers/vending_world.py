"""A provider with a shop and as many customers as a test likes, and a security module of test keys."""

import asyncio
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from Crypto.PublicKey import ECC

from protocols.sts.identity import luhn_digit
from protocols.sts.testkeys import TEST_REGISTERS
from system.security_module import approval, key_file, store
from system.security_module.clock import ModuleClock
from system.security_module.committer import Committer
from system.security_module.key_stores import KeyStores
from system.security_module.sealed_contents import Client, Contents
from system.security_module.server import ModuleServer
from system.security_module.service import Service

OPERATORS = {name: ECC.generate(curve="Ed25519") for name in ("ana", "beto")}
PASSPHRASE = "solo para pruebas"
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
KEY_FILE = """format = "amibench-vending-key/1"
register = 1
sgc = "201457"
krn = 1
base_date = 2014
ken = 255
dkga = "04"
test_key = "{key}"
"""


def signatures(store_name: str, operation: str, args: dict[str, Any]) -> dict[str, Any]:
    """The ``approval`` of two operators for a request of the security module."""
    until = (NOW + timedelta(days=1)).isoformat()
    signed = approval.Signable(store_name, operation, {**args, "approval": {"until": until}})
    return {
        "until": until,
        "signatures": [
            {"operator": name, "signature": approval.sign(key, signed)} for name, key in OPERATORS.items()
        ],
    }


def make_module(directory: Path) -> Path:
    """A store of test keys: register 1 of the published plan, and this user as its client."""
    path = directory / "module"
    store.create(path, PASSPHRASE, test_keys=True, now=NOW, cost=10)
    opened = store.open_store(path, PASSPHRASE, NOW)
    vending_key = TEST_REGISTERS[1].vending_key
    name = next(name for name, value in key_file.TEST_KEYS.items() if value == vending_key)
    contents = Contents(opened.contents.store, test_keys=True)
    contents = key_file.admit(contents, key_file.read_key_file(KEY_FILE.format(key=name).encode()))
    for operator, key in OPERATORS.items():
        contents = contents.with_operator(operator, approval.public_key_bytes(key))
    contents = contents.with_client(Client("venta", f"uid:{os.geteuid()}", "operations"))
    opened.save(contents, {"what": "test"}, NOW)
    opened.close()
    return path


@contextmanager
def served_module(path: Path, now: Callable[[], datetime] = lambda: NOW) -> Iterator[str]:
    """Serve a store on a thread of this process; its URL."""
    opened = store.open_store(path, PASSPHRASE, now())
    ready, url = threading.Event(), []
    stop: list[Callable[[], None]] = []

    async def serve() -> None:
        clock = ModuleClock(now)
        service = Service(opened.contents, opened.state, clock, KeyStores())
        server = ModuleServer(service, Committer(opened, clock.now))
        event, loop = asyncio.Event(), asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(event.set))
        url.append(await server.listen_unix(path / "socket"))
        ready.set()
        await server.run(event)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield url[0]
    finally:
        stop[0]()
        thread.join()
        opened.close()


@dataclass
class Village:
    """Rows of one provider."""

    provider: Any
    site: Any
    cashier: Any
    supervisor: Any
    merchant: Any
    point_of_sale: Any
    shift: Any

    def customer(self, number: int, tariff: str = "ZNI-E1", estrato: int = 1) -> Any:
        """The installation of a further customer; its meter's DRN is `drn(number)`."""
        from system.registry import models as registry

        since = {"provider": self.provider, "valid_from": datetime(2026, 1, 1, tzinfo=UTC)}
        installation = registry.Installation.objects.create(
            provider=self.provider, niu=f"NIU-{number:04d}", site=self.site, estrato=estrato
        )
        person = registry.Customer.objects.create(
            provider=self.provider, name=f"Persona {number}", document=f"{1000 + number}"
        )
        device = registry.Device.objects.create(
            provider=self.provider,
            kind="meter",
            maker="AMB",
            serial=f"{self.provider.pk}-{number:08d}",
        )
        registry.DeviceIdentifier.objects.create(**since, device=device, kind="drn", value=drn(number))
        registry.DeviceInstallation.objects.create(
            **since, device=device, installation=installation, role="meter"
        )
        registry.MeterKeying.objects.create(**since, device=device, sgc="201457", krn=1, ti=1)
        registry.Agreement.objects.create(
            **since, installation=installation, customer=person, mode="prepaid", tariff_code=tariff
        )
        return installation


def drn(number: int) -> str:
    """A well-formed DRN of 11 digits."""
    body = f"{number:010d}"
    return body + luhn_digit(body)


def make_village(name: str = "Energía de Teorama", limit_c: int | None = 100_000_000) -> Village:
    """A provider that can sell: site, tariff, cashier with an open shift, supervisor, shop with a limit."""
    from system.accounts.models import User
    from system.registry import models as registry
    from system.vending import models as vending
    from system.vending.ledger import account_of

    provider = registry.Provider.objects.create(name=name, nit=f"900-{name}"[:20])
    community = registry.Community.objects.create(
        provider=provider, name="San Juan", municipality="Teorama", altitude_m=1150
    )
    site = registry.Site.objects.create(
        provider=provider, community=community, name="Microrred San Juan", kind="micro"
    )
    users = {
        role: User.objects.create_user(
            f"{role}-{provider.pk}", password="una clave larga 1", provider=provider, role=role
        )
        for role in ("cashier", "supervisor")
    }
    vending.TariffVersion(
        provider=provider,
        code="ZNI-E1",
        version=1,
        name="Residencial estrato 1",
        valid_from=date(2026, 1, 1),
        steps=[
            {"name": "subsistencia", "price_e4": 3_462_100, "upto_units": 1300},
            {"name": "complementario", "price_e4": 8_553_200, "upto_units": 8000},
            {"name": "pleno", "price_e4": 11_009_500, "upto_units": None},
        ],
        unit_cost_e4=11_009_500,
        published_at=NOW,
    ).save()
    merchant = vending.Merchant.objects.create(provider=provider, name="Tienda Doña Rosa")
    balance = account_of(provider.pk, vending.AccountKind.MERCHANT, merchant).balance
    balance.limit_c = limit_c
    balance.save()
    point_of_sale = vending.PointOfSale.objects.create(provider=provider, merchant=merchant, name="Caja 1")
    shift = vending.Shift(
        id=uuid.uuid4(),
        provider=provider,
        point_of_sale=point_of_sale,
        cashier=users["cashier"],
        opened_at=NOW,
        opening_cash_c=0,
    )
    shift.save()
    return Village(provider, site, users["cashier"], users["supervisor"], merchant, point_of_sale, shift)
