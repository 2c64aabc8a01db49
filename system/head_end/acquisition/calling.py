"""How a session with a meter begins and ends: link, association, identity; and counters that are refused."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from links.aio import AsyncLink
from links.errors import LinkError
from protocols.dlms.acse.names import MechanismName
from protocols.dlms.client import ClientConnection, Hls, Lls
from protocols.dlms.errors import DlmsError
from protocols.dlms.framing import Framing
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.security import ClientSecurity, SecuritySuite, SendCounter
from protocols.dlms.session import AsyncDlmsSession
from protocols.dlms.session_errors import AssociationRefused
from protocols.dlms.wrapper import WrapperClient
from system.head_end.acquisition.counters import ReservedCounter
from system.head_end.acquisition.keys import AccessProfile, KeyBook, MeterKeys
from system.head_end.acquisition.leased_desk import LeasedDesk
from system.head_end.acquisition.limits import GuardedLink, HostileDevice
from system.head_end.acquisition.lines import Line
from system.head_end.acquisition.reasons import DEVICE_FAULTS
from system.head_end.acquisition.seams import RandomOctets
from system.head_end.acquisition.shapes import ShapeCache
from system.head_end.acquisition.talk import COUNTERS, Talk, introduce
from system.head_end.acquisition.terms import CollectorTerms
from system.head_end.desk import MeterTarget

_CHALLENGE_OCTETS = 16


def _wrapper(access: AccessProfile, client_sap: int, sap: int) -> Framing:
    return WrapperClient(client_sap, sap)


def _hdlc(access: AccessProfile, client_sap: int, sap: int) -> Framing:
    return HdlcClient(client_sap, sap, access.physical_address, access.address_bytes)


#: Framing of a channel -> what makes the client side of it.
FRAMINGS: dict[str, Callable[[AccessProfile, int, int], Framing]] = {"wrapper": _wrapper, "hdlc": _hdlc}


@dataclass(frozen=True, slots=True)
class Caller:
    """Opens sessions with the meters behind one channel.

    Args:
        book: keys.
        terms: how the collector works.
        shapes: of profiles.
        random_octets: for challenges.
        desk: of the visit.
        framing: a key of `FRAMINGS`.
        octets_max: of an APDU, as the way to the meters carries it.
    """

    book: KeyBook
    terms: CollectorTerms
    shapes: ShapeCache
    random_octets: RandomOctets
    desk: LeasedDesk
    framing: str
    octets_max: int

    @asynccontextmanager
    async def talk(self, line: Line, target: MeterTarget, profiles: tuple[str, ...]) -> AsyncIterator[Talk]:
        """A session with `target`, released in the end; after a fault the line is dropped.

        Raises:
            Exception: one of `DEVICE_FAULTS`.
            LeaseLost: the channel is somebody else's.
        """
        try:
            opened = await self._open(line, target)
            await introduce(opened, profiles)
            yield opened
            if not await _leave(opened.session):
                await line.drop()
        except BaseException:
            await line.drop()
            raise

    async def _open(self, line: Line, target: MeterTarget) -> Talk:
        access = self.book.access(target.access)
        keys = self.book.keys_of(target.access, target.key_name)
        counter = ReservedCounter()
        if access.ciphered:
            counter.add(await self.desk.reserve_counters(target.device_id, COUNTERS), COUNTERS)
        used = counter.next_value
        try:
            session = await self._associate(await line.link(), target, access, keys, counter)
        except AssociationRefused:
            if not access.ciphered:
                raise
            # Wrong keys and a counter that was used before look alike: the counter's own object tells.
            await line.drop()
            last = await self._last_counter(line, target, access)
            if last is None or last < used:
                raise
            counter.forget()
            first = await self.desk.reserve_counters(target.device_id, COUNTERS, last + 1)
            counter.add(first, COUNTERS)
            session = await self._associate(await line.link(), target, access, keys, counter)
        return Talk(target, session, self.desk, self.terms, self.shapes, access, counter)

    async def _associate(
        self,
        link: AsyncLink,
        target: MeterTarget,
        access: AccessProfile,
        keys: MeterKeys,
        counter: SendCounter,
    ) -> AsyncDlmsSession:
        session = self._session(link, target, access, self._client(target, access, keys, counter))
        await session.connect()
        await session.associate()
        return session

    async def _last_counter(self, line: Line, target: MeterTarget, access: AccessProfile) -> int | None:
        """The counter that the meter took last, asked as the public client; None: it does not tell."""
        client = ClientConnection(
            client_sap=access.public_sap, server_sap=target.sap, max_pdu=self._max_pdu(access)
        )
        try:
            session = self._session(await line.link(), target, access, client)
            async with session:
                return await session.invocation_counter(access.counter_obis)
        except DEVICE_FAULTS:
            return None
        finally:
            await line.drop()  # a link of its own for each client, as HDLC wants it

    def _max_pdu(self, access: AccessProfile) -> int:
        return access.max_pdu or self.octets_max

    def _session(
        self, link: AsyncLink, target: MeterTarget, access: AccessProfile, client: ClientConnection
    ) -> AsyncDlmsSession:
        return AsyncDlmsSession(
            GuardedLink(link, self.terms.limits),
            FRAMINGS[self.framing](access, client.client_sap, target.sap),
            client,
            response_timeout_s=self.terms.response_timeout_s,
            retries=self.terms.retries,
        )

    def _client(
        self, target: MeterTarget, access: AccessProfile, keys: MeterKeys, counter: SendCounter
    ) -> ClientConnection:
        authentication: Lls | Hls | None = None if keys.password is None else Lls(keys.password)
        security = None
        if access.ciphered and keys.keys is not None:
            authentication = Hls(
                MechanismName.HLS_GMAC, challenge=lambda: self.random_octets(_CHALLENGE_OCTETS)
            )
            security = ClientSecurity(
                client_system_title=self.book.system_title,
                keys=keys.keys,
                counter=counter,
                suite=SecuritySuite(access.suite),
            )
        return ClientConnection(
            client_sap=access.client_sap,
            server_sap=target.sap,
            authentication=authentication,
            max_pdu=self._max_pdu(access),
            max_transfer_octets=self.terms.limits.transfer_octets_max,
            security=security,
        )


async def _leave(session: AsyncDlmsSession) -> bool:
    """Say farewell; whether it was answered. That it was not changes nothing of what was done."""
    try:
        await session.release()
        await session.disconnect()
    except (DlmsError, LinkError, HostileDevice):
        return False
    return True
