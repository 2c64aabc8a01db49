"""Meter session: link, association, identity check and release, with reserved invocation counters.

One request reads serial, logical device name, clock and the capture objects of the profiles that will be
read: a session costs few round trips, and behind a slow wire each counts.
"""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from links.aio import AsyncLink
from links.base import LinkError
from protocols.dlms.acse import MechanismName
from protocols.dlms.axdr import Data
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.cosem.control import Clock
from protocols.dlms.cosem.measurement import DataObject, ProfileGeneric
from protocols.dlms.errors import DecodeError, DlmsError, DlmsValueError, LocalProtocolError
from protocols.dlms.framing import Framing
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.security import ClientSecurity, Hls, SecuritySuite, SendCounter
from protocols.dlms.session import AsyncDlmsSession
from protocols.dlms.session.clock import CLOCK, TIME, clock_reading
from protocols.dlms.session.engine import Target
from protocols.dlms.session.errors import AssociationRefused
from protocols.dlms.session.profiles import CAPTURE_OBJECTS, ProfileShape
from protocols.dlms.wrapper import WrapperClient
from protocols.dlms.xdlms.fields import Result
from system.head_end.acquisition.cosem_reads import ProfileShapeCache, read_attributes, read_profile_shape
from system.head_end.acquisition.failures import DEVICE_FAULTS, WrongMeter
from system.head_end.acquisition.key_file import AccessProfile, KeyFile, MeterKeys
from system.head_end.acquisition.leased_store import Dialer, LeasedStore, RandomOctets
from system.head_end.acquisition.session_limits import GuardedLink, HostileDevice
from system.head_end.acquisition.settings import CollectorSettings
from system.head_end.store_port import MeterTarget


class ReservedCounter(SendCounter):
    """A counter that gives what was reserved, and no more.

    >>> counter = ReservedCounter()
    >>> counter.add(100, 2)
    >>> counter.take(), counter.take(), counter.left
    (100, 101, 0)
    """

    __slots__ = ("_ranges",)

    def __init__(self) -> None:
        super().__init__()
        self._ranges: deque[range] = deque()

    @property
    def left(self) -> int:
        """Number of values that are reserved and unused."""
        return sum(len(values) for values in self._ranges)

    @property
    def next_value(self) -> int:
        """The value that `take` gives next; 0 where there is none."""
        return self._ranges[0].start if self._ranges else 0

    def add(self, first: int, many: int) -> None:
        """`many` values from `first` on are reserved, all above those before."""
        self._ranges.append(range(first, first + many))

    def forget(self) -> None:
        """Use none of what is reserved: the meter is beyond it."""
        self._ranges.clear()

    def take(self) -> int:
        """Next value, never used before.

        Raises:
            LocalProtocolError: all that was reserved is used.
        """
        if not self._ranges:
            raise LocalProtocolError("all reserved invocation counters are used")
        values = self._ranges.popleft()
        if len(values) > 1:
            self._ranges.appendleft(values[1:])
        return values[0]


class Connection:
    """One connection to a channel's port.

    Args:
        dialer: opens it.
        url: where to.

    Attributes:
        dead: no answer there when it was opened last.
    """

    __slots__ = ("_dialer", "_link", "_url", "dead")

    def __init__(self, dialer: Dialer, url: str) -> None:
        self._dialer = dialer
        self._url = url
        self._link: AsyncLink | None = None
        self.dead = False

    async def link(self) -> AsyncLink:
        """The open link.

        Raises:
            LinkOpenError: no answer there.
        """
        if self._link is None:
            self.dead = True
            self._link = await self._dialer(self._url)
            self.dead = False
        return self._link

    async def drop(self) -> None:
        """Close it; `link` opens another one."""
        link, self._link = self._link, None
        if link is not None:
            await _quietly(link.close)


async def _quietly(close: Callable[[], Awaitable[None]]) -> None:
    try:
        await close()
    except LinkError:
        return  # it is gone all the same


SERIAL, LOGICAL_DEVICE_NAME = "0.0.96.1.0", "0.0.42.0.0"
_VALUE = 2
#: Counters that are reserved at a time, and how few may be left when more work begins.
COUNTERS = 256
_COUNTERS_MIN = 200


@dataclass(slots=True)
class MeterSession:
    """Open session with a meter that proved to be the one expected.

    Args:
        target: who it is.
        dlms: the association.
        store: of the visit.
        settings: how the collector works.
        shapes: of profiles.
        access: how the meter let us in.
        counter: of our messages.
        captures: capture objects by profile, as they are now.
        clock_off_s: how far the meter's clock is ahead; None where it does not say.
        clock_doubt_s: how much of that may be the way there and back.
        clock_set: whether it was set in this session.
    """

    target: MeterTarget
    dlms: AsyncDlmsSession
    store: LeasedStore
    settings: CollectorSettings
    shapes: ProfileShapeCache
    access: AccessProfile
    counter: ReservedCounter
    captures: Mapping[str, Data] = field(default_factory=dict)
    clock_off_s: float | None = None
    clock_doubt_s: float = 0.0
    clock_set: bool = False

    async def enough_counters(self) -> None:
        """Reserve invocation counters for what comes next."""
        if self.access.ciphered and self.counter.left < _COUNTERS_MIN:
            first = await self.store.reserve_counters(self.target.device_id, COUNTERS)
            self.counter.add(first, COUNTERS)

    async def shape(self, profile: str) -> ProfileShape:
        """Capture objects of a profile, with scalers and units.

        Raises:
            DlmsError: the meter does not answer.
        """
        device_id, now_s = self.target.device_id, self.dlms.pipe.now_s()
        captures = self.captures.get(profile)
        known = self.shapes.find(device_id, profile, captures, now_s) if captures is not None else None
        if known is None:
            known = await read_profile_shape(self.dlms, profile, captures)
            self.shapes.keep(device_id, profile, captures, known, now_s)
        return known


async def identify(session: MeterSession, profiles: tuple[str, ...]) -> None:
    """Read identity, clock and the capture objects of `profiles`.

    Raises:
        WrongMeter: it is another.
        DlmsError: it does not answer as it should.
    """
    targets: list[Target] = [
        (DataObject, SERIAL, _VALUE),
        (DataObject, LOGICAL_DEVICE_NAME, _VALUE),
        (Clock, CLOCK, TIME),
    ]
    targets += [(ProfileGeneric, profile, CAPTURE_OBJECTS) for profile in profiles]
    asked = session.store.now()
    serial, ldn, time, *captures = await read_attributes(session.dlms, targets)
    answered = session.store.now()
    check_identity(session.target, _text(serial), _text(ldn))
    session.captures = {
        profile: found for profile, found in zip(profiles, captures, strict=True) if isinstance(found, Data)
    }
    note_clock(session, time, asked, answered)


def note_clock(session: MeterSession, time: Result, asked: datetime, answered: datetime) -> None:
    """Note the deviation of a clock that was read between `asked` and `answered`; None where it says none."""
    session.clock_off_s, session.clock_doubt_s = None, (answered - asked).total_seconds() / 2
    if isinstance(time, Data):
        with suppress(DecodeError, DlmsValueError):
            found = clock_reading(time, asked, answered, session.settings.deviation_minutes)
            session.clock_off_s = found.deviation_s


def check_identity(target: MeterTarget, serial: str, ldn: str) -> None:
    """Compare what a meter says with what is expected; what it does not say is not compared.

    Raises:
        WrongMeter: it is another.
    """
    pairs = (("serial", target.serial, serial), ("logical device name", target.ldn, ldn))
    compared = False
    for what, expected, said in pairs:
        if expected and said and expected != said:
            raise WrongMeter(f"{what} {said[:40]!r} instead of {expected!r}")
        compared = compared or bool(expected and said)
    if (target.serial or target.ldn) and not compared:
        raise WrongMeter("it does not say who it is")


def _text(found: Result) -> str:
    value = found.value if isinstance(found, Data) else None
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip("\x00 ") if isinstance(value, str) else ""


_CHALLENGE_OCTETS = 16


def _wrapper(access: AccessProfile, client_sap: int, sap: int) -> Framing:
    return WrapperClient(client_sap, sap)


def _hdlc(access: AccessProfile, client_sap: int, sap: int) -> Framing:
    return HdlcClient(client_sap, sap, access.physical_address, access.address_bytes)


#: Framing of a channel -> what makes the client side of it.
FRAMINGS: dict[str, Callable[[AccessProfile, int, int], Framing]] = {"wrapper": _wrapper, "hdlc": _hdlc}


@dataclass(frozen=True, slots=True)
class SessionOpener:
    """Opens sessions with the meters behind one channel.

    Args:
        key_file: keys.
        settings: how the collector works.
        shapes: of profiles.
        random_octets: for challenges.
        store: of the visit.
        framing: a key of `FRAMINGS`.
        octets_max: of an APDU, as the way to the meters carries it.
    """

    key_file: KeyFile
    settings: CollectorSettings
    shapes: ProfileShapeCache
    random_octets: RandomOctets
    store: LeasedStore
    framing: str
    octets_max: int

    @asynccontextmanager
    async def open(
        self, connection: Connection, target: MeterTarget, profiles: tuple[str, ...]
    ) -> AsyncIterator[MeterSession]:
        """Session with `target`, released in the end; after a fault the connection is dropped.

        Raises:
            Exception: one of `DEVICE_FAULTS`.
            LeaseLost: the channel has another lease.
        """
        try:
            opened = await self._connect(connection, target)
            await identify(opened, profiles)
            yield opened
            if not await _release(opened.dlms):
                await connection.drop()
        except BaseException:
            await connection.drop()
            raise

    async def _connect(self, connection: Connection, target: MeterTarget) -> MeterSession:
        access = self.key_file.access(target.access)
        keys = self.key_file.keys_of(target.access, target.key_name)
        counter = ReservedCounter()
        if access.ciphered:
            counter.add(await self.store.reserve_counters(target.device_id, COUNTERS), COUNTERS)
        used = counter.next_value
        try:
            session = await self._associate(await connection.link(), target, access, keys, counter)
        except AssociationRefused:
            if not access.ciphered:
                raise
            # Wrong keys and a counter that was used before look alike: the counter's own object tells.
            await connection.drop()
            last = await self._last_counter(connection, target, access)
            if last is None or last < used:
                raise
            counter.forget()
            first = await self.store.reserve_counters(target.device_id, COUNTERS, last + 1)
            counter.add(first, COUNTERS)
            session = await self._associate(await connection.link(), target, access, keys, counter)
        return MeterSession(target, session, self.store, self.settings, self.shapes, access, counter)

    async def _associate(
        self,
        link: AsyncLink,
        target: MeterTarget,
        access: AccessProfile,
        keys: MeterKeys,
        counter: SendCounter,
    ) -> AsyncDlmsSession:
        session = self._dlms_session(link, target, access, self._client(target, access, keys, counter))
        await session.connect()
        await session.associate()
        return session

    async def _last_counter(
        self, connection: Connection, target: MeterTarget, access: AccessProfile
    ) -> int | None:
        """Counter that the meter took last, read as the public client; None: it does not say."""
        client = ClientConnection(
            client_sap=access.public_sap, server_sap=target.sap, max_pdu=self._max_pdu(access)
        )
        try:
            session = self._dlms_session(await connection.link(), target, access, client)
            async with session:
                return await session.invocation_counter(access.counter_obis)
        except DEVICE_FAULTS:
            return None
        finally:
            await connection.drop()  # a link of its own for each client, as HDLC wants it

    def _max_pdu(self, access: AccessProfile) -> int:
        return access.max_pdu or self.octets_max

    def _dlms_session(
        self, link: AsyncLink, target: MeterTarget, access: AccessProfile, client: ClientConnection
    ) -> AsyncDlmsSession:
        return AsyncDlmsSession(
            GuardedLink(link, self.settings.limits),
            FRAMINGS[self.framing](access, client.client_sap, target.sap),
            client,
            response_timeout_s=self.settings.response_timeout_s,
            retries=self.settings.retries,
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
                client_system_title=self.key_file.system_title,
                keys=keys.keys,
                counter=counter,
                suite=SecuritySuite(access.suite),
            )
        return ClientConnection(
            client_sap=access.client_sap,
            server_sap=target.sap,
            authentication=authentication,
            max_pdu=self._max_pdu(access),
            max_transfer_octets=self.settings.limits.transfer_octets_max,
            security=security,
        )


async def _release(session: AsyncDlmsSession) -> bool:
    """Release the association; False where no answer came, which changes nothing of what was done."""
    try:
        await session.release()
        await session.disconnect()
    except (DlmsError, LinkError, HostileDevice):
        return False
    return True
