"""Store port of the collector: the work that it is given, and the results that it hands in.

Plain, without Django. The collector (`system.head_end.acquisition`) leases channels, does what is due behind
them, and hands in what it found; the store (`system.head_end.django_store`) decides what is due and keeps
what comes. Every report bears the lease: a collector that lost it, because it was too slow or was thought
dead, is refused with `LeaseLost` and nothing is kept.
All methods block and are atomic; the collector calls them off its loop.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from system.head_end.vocabulary import ChannelKind, OrderKind, OrderState, Reason, Source


class LeaseLost(Exception):
    """The lease belongs to somebody else by now; what was reported is not kept."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work behind a channel, for a time.

    Args:
        channel_id: which channel.
        number: counts up with every lease of that channel: the fence against who comes late.
        until: UTC; renewed while the work goes on.
    """

    channel_id: int
    number: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Channel:
    """A way into the field.

    Args:
        id: of the store.
        kind: through a concentrator, or a meter of its own.
        name: for people.
        url: of the DLMS port, as `links` reads it.
        framing: ``wrapper`` or ``hdlc``.
        uplink_url: of the concentrator's management port; empty where it has none.
        secret_name: which secret of the collector's key file opens the uplink.
        sessions_max: so many meters may be spoken with at once behind it.
    """

    id: int
    kind: ChannelKind
    name: str
    url: str
    framing: str = "wrapper"
    uplink_url: str = ""
    secret_name: str = ""
    sessions_max: int = 1


@dataclass(frozen=True, slots=True)
class MeterTarget:
    """A meter behind a channel.

    Args:
        device_id: of the registry.
        serial, ldn: what it must say it is; an empty one is not checked.
        sap: its server address behind the channel.
        access: entry of the collector's table of security profiles (``public``, ``low``, ``hls-gmac`` …).
        key_name: entry of the collector's key file; empty: the profile's default entry.
    """

    device_id: int
    serial: str
    ldn: str
    sap: int
    access: str
    key_name: str = ""


@dataclass(frozen=True, slots=True)
class DueOrder:
    """An order that is due.

    Args:
        id: the caller's.
        parameters: of its kind: ``digits`` of a token, ``obis`` of a reading, ``mode``.
        deadline: UTC; later it must not be begun.
        attempt: 1 for the first.
        unsure: an earlier attempt was sent and its answer lost: look first, then act.
        evidence: what earlier attempts wrote down (such as the state that was read before).
    """

    id: uuid.UUID
    kind: OrderKind
    meter: MeterTarget
    parameters: Mapping[str, Any]
    deadline: datetime
    attempt: int = 1
    unsure: bool = False
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """Rows of a profile that are wanted: from after `after` up to and including `to`, UTC."""

    meter: MeterTarget
    profile: str
    after: datetime
    to: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything that is due behind one channel now; orders first, then gaps, then clocks and events.

    Args:
        lease, channel: whose, and where.
        orders, gaps, clocks, events: the work; a gap of `events` names a log.
        discover: ask the concentrator whom it sees.
        reading_cursor, event_cursor: number of the last row and event that was kept.
        meters: every confirmed meter behind the channel, whether or not something is due there: whose rows
            and events are taken from the concentrator.
        series: device id -> columns whose scaler and unit the store knows; rows of a concentrator bear none,
            and those of a column that is not here are left for the meter itself to tell.
        clock_set_max_s: a clock that is further off is not set by itself; None: as in the settings.
    """

    lease: Lease
    channel: Channel
    orders: tuple[DueOrder, ...] = ()
    gaps: tuple[Gap, ...] = ()
    clocks: tuple[MeterTarget, ...] = ()
    events: tuple[Gap, ...] = ()
    discover: bool = False
    reading_cursor: int = 0
    event_cursor: int = 0
    meters: tuple[MeterTarget, ...] = ()
    series: Mapping[int, tuple["Column", ...]] = field(default_factory=dict)
    clock_set_max_s: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """Column of a profile: COSEM class, OBIS code, attribute, scaler and unit.

    Args:
        scaler: power of ten by which the raw value counts.
        unit: DLMS unit number (30 Wh, 32 varh …); None where it has none.
    """

    class_id: int
    obis: str
    attribute: int
    scaler: int = 0
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a profile: the end of its interval in UTC, its status word, and a value for each column."""

    ends_at: datetime
    values: tuple[int | None, ...]
    status: int = 0


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Rows that came together.

    Args:
        id: made by the collector; the same batch again is kept once.
        period_s: of the profile; 0 where rows come without one.
        covered: the part of the gap that the meter answered for, whether or not it had rows there.
        clock_off_s: how far the meter's clock was ahead when it was read; None where nobody looked.
        raw: what was received, for whoever wants to see it; may be empty.
    """

    id: uuid.UUID
    device_id: int
    profile: str
    source: Source
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    period_s: int
    received_at: datetime
    covered: tuple[datetime, datetime] | None = None
    clock_off_s: float | None = None
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class StoreResult:
    """Result of storing a batch: rows that are new, known with the same values, or known with others."""

    new: int
    known: int
    contradicted: int = 0
    quarantined: Reason | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """Event of a device.

    Args:
        log: OBIS of its log, or ``uplink``.
        code: number in that log.
        at: by the device's clock, UTC.
        sequence: where the device numbers them; 0 where it does not.
    """

    device_id: int | None
    serial: str
    log: str
    code: int
    name: str
    at: datetime
    sequence: int = 0
    alarm: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FoundMeter:
    """A meter that a concentrator lists, or that answered at an address."""

    serial: str
    ldn: str
    drn: str
    eui48: str
    sap: int
    state: str
    reason: str = ""
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class Contact:
    """Contact with a device, or the reason for which there was none.

    Args:
        device_id: None: the channel's own device.
        reason: None: all went well.
        took_s: in the collector's time.
        clock_off_s: how far its clock was ahead; None where nobody looked.
        clock_set: whether it was set right.
        detail: technical, for whoever looks closer; never a secret.
    """

    device_id: int | None
    at: datetime
    reason: Reason | None
    took_s: float
    clock_off_s: float | None = None
    clock_set: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OrderReport:
    """Report about an attempt of an order.

    Args:
        state: RUNNING right before bytes are sent (so that a collector that dies leaves UNSURE behind), then
            DONE, REFUSED, FAILED, UNSURE, or WAITING (it may be tried again later).
        reason: where it did not go well.
        result: what the meter said: status names, read-back states, values.
        evidence: kept for later attempts.
    """

    order_id: uuid.UUID
    state: OrderState
    at: datetime
    reason: Reason | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PushSender:
    """A confirmed meter whose name a push bears.

    Args:
        meter: who it is, and which keys prove it.
        names: all by which it may call itself in what it pushes: serial, LDN, DRN.
        columns: what is known of its registers; what is pushed often bears no scaler.
    """

    meter: MeterTarget
    names: frozenset[str] = frozenset()
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class PushReport:
    """Push of a meter.

    Args:
        device_id: whose.
        at: when it came, by the collector's clock, UTC.
        counter: its invocation counter; None: nothing proves who sent it, so nothing of it is kept.
        name: of what it tells; ``push`` where it names no event.
        code: number of the event it tells; 0: none.
        told_at: by the meter's clock, UTC.
        alarm: somebody must look at it.
        detail: technical, for whoever looks closer.
        batches: values that came along.
        visit: let the meter be visited at once, and its logs be read.
    """

    device_id: int
    at: datetime
    counter: int | None = None
    name: str = ""
    code: int = 0
    told_at: datetime | None = None
    alarm: bool = False
    detail: str = ""
    batches: tuple[RowBatch, ...] = ()
    visit: bool = False


class StorePort(Protocol):
    """Store of the collector."""

    def lease(self, collector: str, most: int, now: datetime) -> Sequence[Visit]:
        """Up to `most` channels where something is due and nobody works, each with its work."""

    def renew(self, lease: Lease, now: datetime) -> Lease:
        """Hold it longer. Raises LeaseLost."""

    def release(self, lease: Lease, now: datetime, reason: Reason | None = None) -> None:
        """Give it back; with a reason it is left alone for a growing while. Raises LeaseLost."""

    def reserve_counters(self, lease: Lease, device_id: int, many: int, at_least: int = 0) -> int:
        """First of `many` invocation counters that nobody ever used for that meter. Raises LeaseLost."""

    def keep_rows(self, lease: Lease, batches: Sequence[RowBatch]) -> Sequence[StoreResult]:
        """Keep readings, once. Raises LeaseLost."""

    def keep_events(self, lease: Lease, rows: Sequence[EventRow], cursor: int | None = None) -> int:
        """Keep events, once; how many were new. Raises LeaseLost."""

    def keep_reading_cursor(self, lease: Lease, cursor: int) -> None:
        """The concentrator's rows up to `cursor` are kept and acknowledged. Raises LeaseLost."""

    def keep_found(self, lease: Lease, found: Sequence[FoundMeter], now: datetime) -> None:
        """Remember what was found behind the channel. Raises LeaseLost."""

    def keep_contacts(self, lease: Lease, contacts: Sequence[Contact]) -> None:
        """Remember who was spoken with. Raises LeaseLost."""

    def may_begin(self, lease: Lease, order: OrderReport) -> bool:
        """RUNNING, atomically: False where it was cancelled, is over or too late. Raises LeaseLost."""

    def report(self, lease: Lease, order: OrderReport) -> None:
        """Keep how it went. Raises LeaseLost."""

    def push_sender(self, title: str, names: Sequence[str] = ()) -> PushSender | None:
        """The confirmed meter of a system title (16 hexadecimal digits), else of one of `names`."""

    def keep_push(self, push: PushReport) -> bool:
        """Keep what came unasked, without a lease; False: its counter was used, or the meter is gone."""

    def keep_refused_pushes(self, rows: Sequence[EventRow]) -> int:
        """Keep what was refused of what came unasked, as nobody's; how many were new."""


@dataclass(frozen=True, slots=True)
class ReadingFileTarget:
    """The channel of a concentrator whose readings come as a file.

    Args:
        channel_id, name: which.
        secret_name: which secret of the collector's key file proves the file.
        reading_cursor: number of the last row that was kept.
        meters, series: as for `Visit`.
    """

    channel_id: int
    name: str
    secret_name: str
    reading_cursor: int
    meters: tuple[MeterTarget, ...] = ()
    series: Mapping[int, tuple[Column, ...]] = field(default_factory=dict)


class ReadingFileStore(Protocol):
    """Store of imported reading files; there is no lease, each call locks the channel."""

    def reading_file_targets(self, serial: str) -> Sequence[ReadingFileTarget]:
        """The channels of the concentrator with this serial number."""

    def keep_file_readings(
        self, channel_id: int, batches: Sequence[RowBatch], cursor: int
    ) -> Sequence[StoreResult]:
        """Keep readings, once, and that the concentrator's rows up to `cursor` are kept."""
