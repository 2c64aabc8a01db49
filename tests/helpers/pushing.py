"""Pushes made by hand, and a caller who sends octets to a listener without a socket."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from memory_store import MemoryStore

from links.clock import WallClock
from protocols.dlms import axdr
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis
from protocols.dlms.security import Cipher
from protocols.dlms.security.forms import Form, enclose
from protocols.dlms.wrapper import encode_wpdu
from protocols.dlms.xdlms.notification import DataNotification
from sim.meter.credentials import TEST_KEYS
from system.head_end.acquisition import BlockingRunner, Listener, ListenerParts, PushSettings, parse_key_file
from system.head_end.acquisition.pushes.refusals import PushRefusal

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TITLE, OTHER = b"AMB\x00\x00\x00\x00\x01", b"AMB\x00\x00\x00\x00\x02"
DRN = "12345678903"
ALARM, STATE = "0.0.25.9.0", "0.1.25.9.0"
ADDRESS = "10.0.0.7"
AUTHENTICATED_AND_ENCRYPTED, ENCRYPTED = 0x30, 0x20


def body(last: axdr.Data, *, setup: str = ALARM, name: str = DRN, at: datetime = NOW) -> axdr.Data:
    """What this house's meters push: name of the setup, clock, DRN, and one value more."""
    return axdr.structure(
        axdr.octet_string(Obis.from_string(setup).to_bytes()),
        axdr.octet_string(CosemDateTime.from_utc(at, 300).to_bytes()),
        axdr.visible_string(name),
        last,
    )


def alarm(code: int = 42, **more: Any) -> bytes:
    """A notification of an event."""
    return DataNotification(1, None, body(axdr.unsigned(code), **more)).to_bytes()


def sealed(
    plain: bytes,
    counter: int,
    *,
    title: bytes = TITLE,
    keys: tuple[bytes, bytes] = (TEST_KEYS.guek, TEST_KEYS.gak),
    control: int = AUTHENTICATED_AND_ENCRYPTED,
) -> bytes:
    """A notification as a meter protects it."""
    return enclose(Form.GENERAL_GLO, plain[0], title, Cipher(*keys).seal(control, title, counter, plain))


def wrapped(*apdus: bytes) -> bytes:
    return b"".join(encode_wpdu(apdu, source=1, destination=16) for apdu in apdus)


class Caller:
    """A connection from which these octets come, and then nothing: it hangs up, or is silent."""

    def __init__(self, chunks: Iterable[bytes], *, peer: str = ADDRESS, silent: bool = False) -> None:
        self._chunks = iter(chunks)
        self._silent = silent
        self.peer = peer
        self.taken = 0
        self.heard = b""

    async def receive(self) -> bytes:
        data = next(self._chunks, b"")
        self.taken += len(data)
        if not data and self._silent:
            await asyncio.Event().wait()
        return data

    async def deliver(self, on_bytes: Any) -> None:
        raise NotImplementedError

    def send(self, data: bytes) -> None:
        self.heard += data

    def close(self) -> None:
        """There is no socket."""


class Ear:
    """A listener on a store in memory that knows one meter."""

    def __init__(self, store: MemoryStore, keys: Any, **terms: Any) -> None:
        self.store = store
        self.visits = 0
        self.told: list[str] = []
        self.runner = BlockingRunner()
        self.listener = Listener(
            ListenerParts(
                store=store,
                key_file=parse_key_file(keys),
                clock=WallClock(),
                utc=lambda: NOW,
                runner=self.runner,
                visit=self._visit,
                report=lambda _place, claimed, failure: self.told.append(f"{claimed}: {failure.detail}"),
                settings=PushSettings(**terms),
            )
        )

    def _visit(self) -> None:
        self.visits += 1

    def hear(self, *chunks: bytes, **more: Any) -> Caller:
        """One caller who sends these octets and hangs up."""
        return self.callers(Caller(chunks, **more))[0]

    def callers(self, *callers: Caller) -> Sequence[Caller]:
        """Several at once."""

        async def all_of_them() -> None:
            await asyncio.gather(*map(self.listener.serve, callers))

        asyncio.run(all_of_them())
        return callers

    @property
    def refused(self) -> dict[PushRefusal, int]:
        return dict(self.listener.refused_pushes.counts)
