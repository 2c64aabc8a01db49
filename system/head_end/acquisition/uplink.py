"""Uplink of a concentrator: the session over its management port, and the rows, events and lists taken there.

Rows are acknowledged only once they are kept; what is not taken here (a meter that is not confirmed, a column
of unknown scaler) is left to the meter itself, whose memory the gaps are filled from.

Source: requirements R3-02, R4.1-06; plc.md 4
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from links.aio import AsyncLink
from protocols.field.errors import UplinkError
from protocols.field.lines import LINE_BYTES_MAX
from protocols.field.uplink import Answer, Message
from protocols.field.uplink_messages import PULL_MAX
from protocols.field.uplink_peer import Answered, Asked, Closed, UplinkEvent, UplinkHeadEnd
from system.head_end.acquisition.leased_store import LeasedStore
from system.head_end.acquisition.profile_reading import NewId, number
from system.head_end.acquisition.session_limits import GuardedLink, SessionLimits
from system.head_end.store_port import Column, EventRow, FoundMeter, Gap, MeterTarget, Row, RowBatch, Visit
from system.head_end.vocabulary import Source

NONCE_OCTETS = 16
#: Of one session: a concentrator that comes back after an outage has much to deliver.
_MESSAGES_MAX = 20_000
#: What comes unasked is kept at most so long as one question is under way.
_PUSHED_MAX = 500


class UplinkSession:
    """Session with a concentrator over its management port; one question at a time.

    Args:
        link: to the management port; the caller closes it.
        secret: shared with the concentrator; never shown.
        nonce: `NONCE_OCTETS` fresh random octets.
        name: what the head-end calls itself.
        patience_s: device time to wait for an answer.
        limits: of a session with a device; those of octets and requests are wider here.

    Attributes:
        pushed: messages that came unasked, in order; `take` one when it is kept.
    """

    def __init__(
        self,
        link: AsyncLink,
        secret: bytes,
        nonce: bytes,
        *,
        name: str,
        patience_s: float,
        limits: SessionLimits,
    ) -> None:
        wide = replace(limits, octets_max=_MESSAGES_MAX * LINE_BYTES_MAX // 10, requests_max=_MESSAGES_MAX)
        self._link = GuardedLink(link, wide)
        self._end = UplinkHeadEnd(secret, name, nonce)
        self._patience_s = patience_s
        self._asked = 0
        self.pushed: list[Message] = []

    @property
    def serial(self) -> str:
        """Serial of the concentrator, once it answered."""
        return self._end.serial

    async def open(self) -> None:
        """Greet; when this returns both ends have proved themselves.

        Raises:
            UplinkError: the other end does not know the secret, or does not answer.
            HostileDevice: it sends more than a session may cost.
            LinkClosedError: it is gone.
        """
        self._end.greet()
        await self._flush()
        deadline_s = self._link.now_s() + self._patience_s
        while not self._end.is_open:
            await self._listen(deadline_s, "hello")

    async def ask(self, type_name: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask, and give the body of the answer.

        Raises:
            UplinkError: it is refused, or not answered.
            HostileDevice: the other end sends more than a session may cost.
            LinkClosedError: it is gone.
        """
        self._asked += 1
        message_id = f"h-{self._asked}"
        self._end.ask(message_id, type_name, body)
        await self._flush()
        deadline_s = self._link.now_s() + self._patience_s
        while True:
            for event in await self._listen(deadline_s, type_name):
                if isinstance(event, Answered) and event.message.id == message_id:
                    return _body(event.answer)

    async def take(self, message: Message) -> None:
        """Answer a message that came unasked: it is kept, the concentrator need not say it again.

        Raises:
            LinkClosedError: the concentrator is gone.
        """
        self._end.answer(message.id)
        await self._flush()

    async def _listen(self, deadline_s: float, what: str) -> list[UplinkEvent]:
        left_s = deadline_s - self._link.now_s()
        data = await self._link.receive(left_s) if left_s > 0 else b""
        if not data:
            raise UplinkError("failed", f"{what} was not answered within {self._patience_s:g} s")
        events = self._end.receive_data(data)
        await self._flush()
        for event in events:
            if isinstance(event, Closed):
                raise UplinkError("forbidden", event.reason)
            if isinstance(event, Asked) and len(self.pushed) < _PUSHED_MAX:
                self.pushed.append(event.message)
        return events

    async def _flush(self) -> None:
        data = self._end.data_to_send()
        if data:
            await self._link.send(data)


def _body(answer: Answer) -> dict[str, Any]:
    return answer.unwrap()


def rest_of_gap(
    after: datetime, to: datetime, instants: Collection[datetime], period_s: int
) -> tuple[datetime, datetime] | None:
    """From behind which instant to which one rows are still missing; None where none are.

    Args:
        after: where the gap begins; its rows lie behind.
        to: up to where they lie.
        instants: of the rows that came.
        period_s: of the profile; 0: nobody knows how many rows there should be, so all stays open.
    """
    if period_s <= 0:
        return after, to
    period = timedelta(seconds=period_s)
    within = sorted(instant for instant in instants if after < instant <= to)
    holes: list[tuple[datetime, datetime]] = []
    last = after
    for instant in (*within, to):
        # behind the last row only a whole period is a hole: the rest of one has no row yet
        if instant - last > period or (instant == to and instant not in within and instant - last >= period):
            holes.append((last, instant))
        last = instant
    return (holes[0][0], holes[-1][1]) if holes else None


_METERS_A_PAGE, _EVENTS_A_PAGE = 100, 100
#: Pages of a list of meters: as many as there are addresses behind a concentrator.
_PAGES_MAX = 100
UPLINK_LOG = "uplink"
_STATUS_PREFIX = "0.0.96.10."


@dataclass(slots=True)
class PulledRows:
    """Instants of the rows that came over the uplink, by device and profile, with the period they came at."""

    rows: dict[tuple[int, str], set[datetime]] = field(default_factory=dict)
    periods: dict[tuple[int, str], int] = field(default_factory=dict)

    def add(self, batch: RowBatch) -> None:
        """Rows that are kept."""
        key = batch.device_id, batch.profile
        self.rows.setdefault(key, set()).update(row.ends_at for row in batch.rows)
        self.periods[key] = batch.period_s

    def left_of(self, gap: Gap) -> Gap | None:
        """Rest of a gap, which the meter must still be asked for; None: nothing."""
        key = gap.meter.device_id, gap.profile
        if key not in self.rows:
            return gap
        found = rest_of_gap(gap.after, gap.to, self.rows[key], self.periods[key])
        return None if found is None else Gap(gap.meter, gap.profile, *found)


@dataclass(frozen=True, slots=True)
class UplinkWork:
    """The work of one visit at its concentrator.

    Args:
        uplink: open.
        visit: what is due.
        store: of the visit.
        new_id: makes ids of batches.
        pulls_max: pages of rows at most.
    """

    uplink: UplinkSession
    visit: Visit
    store: LeasedStore
    new_id: NewId
    pulls_max: int

    async def discover(self) -> int:
        """Hand the meters that the concentrator lists to the store; their number."""
        found: list[FoundMeter] = []
        after_sap, more = 0, True
        while more and len(found) < _PAGES_MAX * _METERS_A_PAGE:
            page = await self.uplink.ask("meters.list", {"after_sap": after_sap, "limit": _METERS_A_PAGE})
            found += [_found_meter(line) for line in page["meters"]]
            more = page["more"] and bool(page["meters"])
            after_sap = found[-1].sap if found else 0
        await self.store.keep_found(found)
        return len(found)

    async def set_clock(self) -> float:
        """Set the concentrator's clock; its deviation before, s, positive where it was ahead."""
        answer = await self.uplink.ask("clock.sync", {"utc": self.store.now().isoformat()})
        return float(answer["deviation_s"])

    async def take_rows(self) -> PulledRows:
        """Pull, keep and acknowledge all rows that the concentrator holds."""
        pulled, cursor = PulledRows(), self.visit.reading_cursor
        meters = {meter.serial: meter for meter in self.visit.meters}
        for _ in range(self.pulls_max):
            page = await self.uplink.ask("readings.pull", {"after": cursor, "limit": PULL_MAX})
            batches = [
                row_batch(batch, *found, self.new_id(), self.store.now())
                for batch in page["batches"]
                if (found := resolve_columns(batch, meters, self.visit.series)) is not None
            ]
            if batches:
                await self.store.keep_rows(batches)
            for batch in batches:
                pulled.add(batch)
            if page["next"] > cursor:
                cursor = page["next"]
                await self.uplink.ask("readings.acknowledge", {"through": cursor})
                await self.store.keep_reading_cursor(cursor)
            elif page["more"]:
                break  # it says that there is more, and does not move on
            if not page["more"]:
                break
        return pulled

    async def take_events(self) -> int:
        """Pull, keep and acknowledge all events that the concentrator holds; how many were new."""
        cursor, new = self.visit.event_cursor, 0
        for _ in range(self.pulls_max):
            page = await self.uplink.ask("events.pull", {"after": cursor, "limit": _EVENTS_A_PAGE})
            if page["next"] <= cursor:
                break
            cursor = page["next"]
            new += await self.store.keep_events(self._events(page["events"]), cursor)
            await self.uplink.ask("events.acknowledge", {"through": cursor})
            if not page["more"]:
                break
        return new

    async def take_pushes(self) -> None:
        """Keep pushed messages, and acknowledge them."""
        while self.uplink.pushed:
            message = self.uplink.pushed.pop(0)
            if message.type_name == "events.push":
                await self.store.keep_events(self._events(message.body["events"]))
            await self.uplink.take(message)

    # ------------------------------------------------------------ as the store takes it

    def _events(self, events: Iterable[Mapping[str, Any]]) -> list[EventRow]:
        devices = {meter.serial: meter.device_id for meter in self.visit.meters}
        return [
            EventRow(
                devices.get(event["serial"]),
                event["serial"],
                UPLINK_LOG,
                event["group"],
                event["name"],
                datetime.fromtimestamp(event["utc_s"], UTC),
                sequence=event["number"],
                alarm=event["alarm"],
                detail=event["detail"],
            )
            for event in events
        ]


def resolve_columns(
    batch: Mapping[str, Any],
    meters: Mapping[str, MeterTarget],
    series: Mapping[int, tuple[Column, ...]],
) -> tuple[int, list[Column | None]] | None:
    """Meter of these rows, and their columns with scaler and unit, None in place of the status word.

    Returns:
        None where the meter, or the scaler of a column, is not known.
    """
    meter = meters.get(batch["serial"])
    if meter is None:
        return None
    known = {(item.obis, item.attribute): item for item in series.get(meter.device_id, ())}
    columns: list[Column | None] = []
    for text in batch["columns"]:
        obis, _, attribute = text.partition("/")
        if obis.startswith(_STATUS_PREFIX):
            columns.append(None)
            continue
        column = known.get((obis, int(attribute) if attribute.isdecimal() else 2))
        if column is None:
            return None
        columns.append(column)
    return meter.device_id, columns


def _found_meter(line: Mapping[str, Any]) -> FoundMeter:
    return FoundMeter(
        serial=line["serial"],
        ldn=line["ldn"],
        drn=line["drn"],
        eui48=line["eui48"],
        sap=line["sap"],
        state=line["state"],
        reason=line["reason"],
        reachable=line["reachable"],
    )


def row_batch(
    batch: Mapping[str, Any],
    device_id: int,
    columns: list[Column | None],
    batch_id: uuid.UUID,
    received_at: datetime,
) -> RowBatch:
    """A batch of the uplink as the store takes it, its meter and columns found by `resolve_columns`."""
    places = [place for place, column in enumerate(columns) if column is not None]
    status = next((place for place, column in enumerate(columns) if column is None), None)
    return RowBatch(
        id=batch_id,
        device_id=device_id,
        profile=batch["profile"],
        source=Source.CONCENTRATOR,
        columns=tuple(column for column in columns if column is not None),
        rows=tuple(
            Row(
                datetime.fromtimestamp(at_s, UTC),
                tuple(number(values[place]) for place in places),
                0 if status is None else number(values[status]) or 0,
            )
            for _, at_s, *values in batch["rows"]
            if len(values) == len(columns)
        ),
        period_s=batch["period_s"],
        received_at=received_at,
    )
