"""Listening: connections of whoever calls, each with its bounds, until it is told to stop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from links.clock import Clock
from links.server import Connection, NetworkConnection, serve_tcp
from protocols.dlms.errors import DlmsError
from protocols.dlms.framing import ApduReceived, FrameRejected, Framing
from protocols.dlms.gbt import GbtReassembly
from protocols.dlms.hdlc.station import HdlcListener
from protocols.dlms.wrapper import WrapperServer
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer
from system.head_end.acquisition.failures import Failure
from system.head_end.acquisition.key_file import KeyFile
from system.head_end.acquisition.leased_store import StoreRunner, UtcNow
from system.head_end.acquisition.pushes.rate_limits import AddressLimiter
from system.head_end.acquisition.pushes.receiver import Receiver, ReceiverParts
from system.head_end.acquisition.pushes.refusals import PushRefusal, PushRefused, RefusedPushes
from system.head_end.acquisition.settings import PushSettings
from system.head_end.store_port import StorePort

_FRAMINGS: dict[str, Callable[[], Framing | HdlcListener]] = {
    "wrapper": WrapperServer,
    "hdlc": HdlcListener,
}
FRAMINGS = tuple(_FRAMINGS)


def _report_nothing(channel: str, serial: str, failure: Failure) -> None:
    """Nobody is told."""


def _no_visit() -> None:
    """Nobody visits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerParts:
    """Parts of a listener.

    Args:
        store: knows meters, and keeps what comes.
        key_file: keys.
        clock: whose time everything waits in.
        utc: the present instant of business.
        runner: makes the store's blocking calls.
        visit: called when a meter should be visited now.
        report: called with refusals.
        settings: bounds.
        framing: ``wrapper`` or ``hdlc``.
    """

    store: StorePort
    key_file: KeyFile
    clock: Clock
    utc: UtcNow
    runner: StoreRunner
    visit: Callable[[], None] = _no_visit
    report: Callable[[str, str, Failure], None] = _report_nothing
    settings: PushSettings = field(default_factory=PushSettings)
    framing: str = "wrapper"


class Listener:
    """Takes what meters send unasked.

    Args:
        parts: what it is made of.

    Attributes:
        receiver: of every connection.
        strangers: what was refused.
    """

    def __init__(self, parts: ListenerParts) -> None:
        self._parts = parts
        self._admission = AddressLimiter(parts.settings)
        self._stop = asyncio.Event()
        self._fault: Exception | None = None
        self.refused_pushes = RefusedPushes(parts.settings)
        self.receiver = Receiver(
            ReceiverParts(
                store=parts.store,
                runner=parts.runner,
                key_file=parts.key_file,
                utc=parts.utc,
                now_s=parts.clock.now_s,
                visit=parts.visit,
                settings=parts.settings,
            )
        )

    def stop(self) -> None:
        """Hang up on everybody; `run` returns then."""
        self._stop.set()

    async def run(self, host: str, port: int, ready: Callable[[int], None]) -> None:
        """Listen until `stop`.

        Args:
            host: of this machine.
            port: 0 takes a free one.
            ready: called with the port once it is open.

        Raises:
            LinkOpenError: the port is taken.
            Exception: an error of the store.
        """
        server = await serve_tcp(host, port, self.serve)
        telling = asyncio.ensure_future(self._keep_telling())
        ready(server.port)
        try:
            await self._stop.wait()
        finally:
            telling.cancel()
            await server.close()
            if self._fault is None:
                await self._tell(last=True)
        if self._fault is not None:
            raise self._fault

    async def serve(self, connection: Connection) -> None:
        """One caller, until it is gone or has cost what it may."""
        address = connection.peer if isinstance(connection, NetworkConnection) else ""
        try:
            await self._serve(address, connection)
        except Exception as error:  # of the store, or ours: the listener is not to go on as if nothing were
            self._fault = error
            self.stop()

    async def _serve(self, address: str, connection: Connection) -> None:
        if not self._admission.connect(address):
            await self._refuse(address, PushRefused(PushRefusal.TOO_MUCH, detail="too many connections"))
            return
        try:
            await _PushConnection(self, address, connection, self._parts).run()
        except PushRefused as refused:
            await self._refuse(address, refused)
        finally:
            self._admission.leave(address)

    async def take(self, address: str, apdu: bytes) -> bytes | None:
        """Take one APDU; what its sender wants to hear.

        Raises:
            Refused: its address sends too much.
        """
        if not self._admission.allow(address, self._parts.clock.now_s()):
            raise PushRefused(PushRefusal.TOO_MUCH, detail="too many notifications")
        try:
            await self.receiver.take(apdu)
        except PushRefused as refused:
            await self._refuse(address, refused)
            return refused.answer
        return None

    async def _refuse(self, address: str, refused: PushRefused) -> None:
        self.refused_pushes.add(address, refused)
        await self._tell()

    async def _tell(self, *, last: bool = False) -> None:
        now_s = self._parts.clock.now_s()
        if not self.refused_pushes.due(now_s, last=last):
            return
        rows, failures = self.refused_pushes.take(now_s, self._parts.utc())
        for claimed, failure in failures:
            self._parts.report("push", claimed, failure)
        await self._parts.runner.call(lambda: self._parts.store.keep_refused_pushes(rows))

    async def _keep_telling(self) -> None:
        try:
            while True:
                await self._parts.clock.sleep(self._parts.settings.told_every_s)
                await self._tell()
        except Exception as error:
            self._fault = error
            self.stop()


class _PushConnection:
    """One connection: octets to frames, blocks to APDUs, within bounds."""

    def __init__(
        self, listener: Listener, address: str, connection: Connection, parts: ListenerParts
    ) -> None:
        self._listener = listener
        self._address = address
        self._connection = connection
        self._clock, self._settings = parts.clock, parts.settings
        self._framing = _FRAMINGS[parts.framing]()
        self._blocks = GbtReassembly(parts.settings.apdu_octets_max)
        self._until_s = parts.clock.now_s() + parts.settings.connection_s
        self._octets = self._faults = 0

    async def run(self) -> None:
        """Until it hangs up, or has cost what it may.

        Raises:
            Refused: it wants more.
        """
        while data := await self._next():
            self._octets += len(data)
            if self._octets > self._settings.octets_max:
                raise PushRefused(
                    PushRefusal.TOO_MUCH, detail=f"more than {self._settings.octets_max} octets"
                )
            for event in self._framing.receive_data(data, self._clock.now_s()):
                if isinstance(event, ApduReceived):
                    await self._take(event)
                elif isinstance(event, FrameRejected):
                    self._reject(event.reason)

    async def _next(self) -> bytes:
        """Next octets; empty after too long a silence, or at the end of the connection's time."""
        wait_s = min(self._settings.idle_s, self._until_s - self._clock.now_s())
        try:
            async with self._clock.deadline(max(0.0, wait_s)):
                return await self._connection.receive()
        except TimeoutError:
            return b""

    def _reject(self, reason: str) -> None:
        """Noise: over the wrapper nothing that follows can be trusted; HDLC finds the next frame."""
        self._faults += 1
        if isinstance(self._framing, WrapperServer) or self._faults > self._settings.faults_max:
            raise PushRefused(PushRefusal.NOT_UNDERSTOOD, detail=reason)

    async def _take(self, event: ApduReceived) -> None:
        apdu: bytes | None = event.apdu
        if event.apdu[:1] == bytes((GeneralBlockTransfer.tag,)):
            apdu = self._joined(event.apdu)
        if apdu is None:
            return
        if len(apdu) > self._settings.apdu_octets_max:
            raise PushRefused(PushRefusal.TOO_MUCH, detail=f"an APDU of {len(apdu)} octets")
        answer = await self._listener.take(self._address, apdu)
        if answer is not None and isinstance(self._framing, WrapperServer):
            now_s = self._clock.now_s()
            self._framing.send_apdu(
                answer, client_sap=event.client_sap, server_sap=event.server_sap, now_s=now_s
            )
            self._connection.send(self._framing.data_to_send())

    def _joined(self, apdu: bytes) -> bytes | None:
        try:
            return self._blocks.receive(apdu)
        except DlmsError as error:
            raise PushRefused(PushRefusal.NOT_UNDERSTOOD, detail=str(error)) from error
