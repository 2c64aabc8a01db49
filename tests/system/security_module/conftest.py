"""A module of test keys in a temporary directory: bare, on a thread, and as a process of its own."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from Crypto.PublicKey import ECC

from protocols.sts.testkeys import TEST_REGISTERS
from system.security_module import api, approval, key_file, store
from system.security_module.client import SecurityModuleClient
from system.security_module.clock import ModuleClock
from system.security_module.committer import Committer
from system.security_module.key_stores import KeyStores
from system.security_module.sealed_contents import Client, Contents
from system.security_module.server import ModuleServer
from system.security_module.service import Service
from system.security_module.store import Store

PASSPHRASE = "una frase que nadie debe leer"
COST = 10
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
METER = {"drn": "600727000000000009", "sgc": "201457", "krn": 1, "ti": 1}
OPERATORS = {name: ECC.generate(curve="Ed25519") for name in ("ana", "beto", "carla")}
ROOT = Path(__file__).resolve().parents[3]


class Wall:
    """A wall clock that the test moves."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def pass_minutes(self, minutes: float) -> None:
        self.moment += timedelta(minutes=minutes)


@pytest.fixture(autouse=True, scope="session")
def scrypt_once() -> Iterator[None]:
    """The same passphrase and salt make the same key: stores are opened thousands of times here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashlib, "scrypt", cache(hashlib.scrypt))
        yield


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture(scope="session")
def meter() -> dict[str, Any]:
    return METER


@pytest.fixture(scope="session")
def passphrase() -> str:
    return PASSPHRASE


def key_toml(number: int, sgc: str, krn: int, base: int, ken: int, key: str, dkga: str = "04") -> str:
    return (
        f'format = "amibench-vending-key/1"\nregister = {number}\nsgc = "{sgc}"\nkrn = {krn}\n'
        f'base_date = {base}\nken = {ken}\ndkga = "{dkga}"\ntest_key = "{key}"\n'
    )


def plan_registers() -> Iterator[str]:
    """The registers of the test plan as key files; 10 is 8 again."""
    for number, register in TEST_REGISTERS.items():
        if number != 10:
            key = next(name for name, value in key_file.TEST_KEYS.items() if value == register.vending_key)
            yield key_toml(number, register.sgc, register.krn, register.base_date, register.ken, key)
    yield key_toml(20, "123456", 1, 1993, 255, "VK_64", "02")


@pytest.fixture(scope="session")
def write_key() -> Callable[..., str]:
    return key_toml


def full_contents(name: str, client: Client) -> Contents:
    contents = Contents(name, test_keys=True)
    for text in plan_registers():
        contents = key_file.admit(contents, key_file.read_key_file(text.encode()))
    for operator, key in OPERATORS.items():
        contents = contents.with_operator(operator, approval.public_key_bytes(key))
    return contents.with_client(client)


@pytest.fixture
def own_uid() -> str:
    return f"uid:{os.geteuid()}"


@pytest.fixture
def directory(tmp_path: Path, own_uid: str) -> Path:
    """A store with every test register, three operators, and this user as a client that may do everything."""
    path = tmp_path / "module"
    store.create(path, PASSPHRASE, test_keys=True, now=START, cost=COST)
    opened = store.open_store(path, PASSPHRASE, START)
    client = Client("caja", own_uid, "operations")
    opened.save(full_contents(opened.contents.store, client), {"what": "test"}, START)
    opened.close()
    return path


@dataclass
class Bench:
    """An open store with its service, asked without a socket; what it makes is durable at once."""

    opened: Store
    wall: Wall
    service: Service = field(init=False)
    client: Client = field(init=False)
    numbers: int = 0

    def __post_init__(self) -> None:
        clock = ModuleClock(self.wall)
        self.service = Service(self.opened.contents, self.opened.state, clock, KeyStores())
        self.client = self.opened.contents.clients[0]

    def ask(self, operation: str, client: Client | None = None, **args: Any) -> Any:
        """The result, or the refusal."""
        line = api.request_line(1, operation, args)
        request = api.read_request(api.read_json_line(line))
        outcome = self.service.handle(client or self.client, request)
        if outcome.records:
            self.opened.journal.append(outcome.records)
        return outcome.result

    def mint(self, message_id: str | None = None, **args: Any) -> Any:
        self.numbers += 1
        given = {"meter": METER, "subclass": 0, "amount": 255, **args}
        return self.ask("mint", message_id=message_id or f"m{self.numbers}", **given)

    def code(self, operation: str, client: Client | None = None, **args: Any) -> str:
        """The code of a refusal."""
        return self.ask(operation, client, **args).code

    def approve(self, operation: str, signers: tuple[str, ...], **args: Any) -> dict[str, Any]:
        """The arguments with signatures on them."""
        until = (self.wall.moment + timedelta(days=1)).isoformat()
        args = {**args, "approval": {"until": until, "signatures": []}}
        signable = approval.Signable(self.opened.contents.store, operation, args)
        args["approval"]["signatures"] = [
            {"operator": name, "signature": approval.sign(OPERATORS[name], signable)} for name in signers
        ]
        return args


@pytest.fixture
def bench(directory: Path, wall: Wall) -> Iterator[Bench]:
    opened = store.open_store(directory, PASSPHRASE, wall())
    yield Bench(opened, wall)
    opened.close()


@pytest.fixture
def reopen(directory: Path, wall: Wall) -> Callable[[Bench], Bench]:
    """Close a bench's store as a kill would leave it, and open it again."""

    def reopen(bench: Bench) -> Bench:
        bench.opened.close()
        again = Bench(store.open_store(directory, PASSPHRASE, wall()), wall)
        bench.opened = again.opened
        return again

    return reopen


@pytest.fixture
def on_thread(directory: Path, wall: Wall) -> Callable[..., Any]:
    """Serve the store on a thread of this process; a context manager that gives the URL."""

    @contextmanager
    def served(**committing: Any) -> Iterator[str]:
        opened = store.open_store(directory, PASSPHRASE, wall())
        ready, url = threading.Event(), []
        stop: list[Callable[[], None]] = []

        async def serve() -> None:
            clock = ModuleClock(wall)
            service = Service(opened.contents, opened.state, clock, KeyStores())
            server = ModuleServer(service, Committer(opened, clock.now, **committing))
            event, loop = asyncio.Event(), asyncio.get_running_loop()
            stop.append(lambda: loop.call_soon_threadsafe(event.set))
            url.append(await server.listen_unix(directory / "socket"))
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

    return served


@dataclass
class Process:
    """``amibench security-module serve`` in a process of its own."""

    directory: Path
    popen: subprocess.Popen[str]
    ready: dict[str, Any]

    @property
    def url(self) -> str:
        return self.ready["urls"][0]

    def kill(self) -> None:
        self.popen.send_signal(signal.SIGKILL)
        self.popen.communicate()

    def terminate(self) -> tuple[str, str]:
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.communicate(timeout=30)


COMMAND = "from amibench.commands.security_module import app; app()"


@pytest.fixture
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run one command of ``amibench security-module`` as a process."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments],
            cwd=ROOT,
            env={**os.environ, "AMIBENCH_SECURITY_MODULE_PASSPHRASE": PASSPHRASE, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def spawn(directory: Path) -> Iterator[Callable[..., Process]]:
    """Serve the store in a process of its own, as often as the test likes."""
    running: list[Process] = []

    def spawn(*options: str) -> Process:
        popen = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "serve", str(directory), "--test-keys", *options],
            cwd=ROOT,
            env={**os.environ, "AMIBENCH_SECURITY_MODULE_PASSPHRASE": PASSPHRASE},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert popen.stdout is not None
        line = popen.stdout.readline()
        if not line:
            raise AssertionError(popen.communicate()[1])
        process = Process(directory, popen, json.loads(line))
        running.append(process)
        return process

    yield spawn
    for process in running:
        if process.popen.poll() is None:
            process.kill()


@pytest.fixture
def connect() -> Iterator[Callable[[str], SecurityModuleClient]]:
    """Clients that are closed after the test."""
    clients: list[SecurityModuleClient] = []

    def connect(url: str) -> SecurityModuleClient:
        clients.append(SecurityModuleClient(url))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()
