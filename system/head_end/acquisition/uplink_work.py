"""What a visit does over the uplink: whom it sees, what time it is, the rows and events that it holds.

Rows are acknowledged only once they are kept; what is not taken here (a meter that is not confirmed, a column
of unknown scaler) is left to the meter itself, whose memory the gaps are filled from.

Source: requirements R3-02, R4.1-06; plc.md 4
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from protocols.field.uplink_messages import PULL_MAX
from system.head_end.acquisition.coverage import still_open
from system.head_end.acquisition.jobs.profile import NewId, number
from system.head_end.acquisition.leased_desk import LeasedDesk
from system.head_end.acquisition.uplink import Uplink
from system.head_end.desk import Column, EventRow, FoundMeter, Gap, MeterTarget, Row, RowBatch, Visit
from system.head_end.vocabulary import Source

_METERS_A_PAGE, _EVENTS_A_PAGE = 100, 100
#: Pages of a list of meters: as many as there are addresses behind a concentrator.
_PAGES_MAX = 100
LOG = "uplink"
_STATUS = "0.0.96.10."


@dataclass(slots=True)
class Pulled:
    """Instants of the rows that came over the uplink, by device and profile, with the period they came at."""

    rows: dict[tuple[int, str], set[datetime]] = field(default_factory=dict)
    periods: dict[tuple[int, str], int] = field(default_factory=dict)

    def add(self, batch: RowBatch) -> None:
        """Rows that are kept."""
        key = batch.device_id, batch.profile
        self.rows.setdefault(key, set()).update(row.ends_at for row in batch.rows)
        self.periods[key] = batch.period_s

    def left_of(self, gap: Gap) -> Gap | None:
        """What of a gap the meter must still be asked for; None: nothing."""
        key = gap.meter.device_id, gap.profile
        if key not in self.rows:
            return gap
        found = still_open(gap.after, gap.to, self.rows[key], self.periods[key])
        return None if found is None else Gap(gap.meter, gap.profile, *found)


@dataclass(frozen=True, slots=True)
class UplinkWork:
    """The work of one visit at its concentrator.

    Args:
        uplink: open.
        visit: what is due.
        desk: of the visit.
        new_id: makes ids of batches.
        pulls_max: pages of rows at most.
    """

    uplink: Uplink
    visit: Visit
    desk: LeasedDesk
    new_id: NewId
    pulls_max: int

    async def discover(self) -> int:
        """Tell the desk whom the concentrator sees; how many."""
        found: list[FoundMeter] = []
        after_sap, more = 0, True
        while more and len(found) < _PAGES_MAX * _METERS_A_PAGE:
            page = await self.uplink.ask("meters.list", {"after_sap": after_sap, "limit": _METERS_A_PAGE})
            found += [_found(line) for line in page["meters"]]
            more = page["more"] and bool(page["meters"])
            after_sap = found[-1].sap if found else 0
        await self.desk.keep_found(found)
        return len(found)

    async def tell_time(self) -> float:
        """Tell the concentrator what time it is; how far its clock was ahead, s."""
        answer = await self.uplink.ask("clock.sync", {"utc": self.desk.now().isoformat()})
        return float(answer["deviation_s"])

    async def take_rows(self) -> Pulled:
        """Pull, keep and acknowledge all rows that the concentrator holds."""
        pulled, cursor = Pulled(), self.visit.reading_cursor
        meters = {meter.serial: meter for meter in self.visit.meters}
        for _ in range(self.pulls_max):
            page = await self.uplink.ask("readings.pull", {"after": cursor, "limit": PULL_MAX})
            batches = [
                row_batch(batch, *found, self.new_id(), self.desk.now())
                for batch in page["batches"]
                if (found := place_of(batch, meters, self.visit.series)) is not None
            ]
            if batches:
                await self.desk.keep_rows(batches)
            for batch in batches:
                pulled.add(batch)
            if page["next"] > cursor:
                cursor = page["next"]
                await self.uplink.ask("readings.acknowledge", {"through": cursor})
                await self.desk.keep_reading_cursor(cursor)
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
            new += await self.desk.keep_events(self._events(page["events"]), cursor)
            await self.uplink.ask("events.acknowledge", {"through": cursor})
            if not page["more"]:
                break
        return new

    async def take_pushes(self) -> None:
        """Keep what came unasked, and say so."""
        while self.uplink.pushed:
            message = self.uplink.pushed.pop(0)
            if message.type_name == "events.push":
                await self.desk.keep_events(self._events(message.body["events"]))
            await self.uplink.take(message)

    # ------------------------------------------------------------ as the desk takes it

    def _events(self, events: Iterable[Mapping[str, Any]]) -> list[EventRow]:
        devices = {meter.serial: meter.device_id for meter in self.visit.meters}
        return [
            EventRow(
                devices.get(event["serial"]),
                event["serial"],
                LOG,
                event["group"],
                event["name"],
                datetime.fromtimestamp(event["utc_s"], UTC),
                sequence=event["number"],
                alarm=event["alarm"],
                detail=event["detail"],
            )
            for event in events
        ]


def place_of(
    batch: Mapping[str, Any],
    meters: Mapping[str, MeterTarget],
    series: Mapping[int, tuple[Column, ...]],
) -> tuple[int, list[Column | None]] | None:
    """Whose rows these are, and their columns with scaler and unit, None in place of the status word.

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
        if obis.startswith(_STATUS):
            columns.append(None)
            continue
        column = known.get((obis, int(attribute) if attribute.isdecimal() else 2))
        if column is None:
            return None
        columns.append(column)
    return meter.device_id, columns


def _found(line: Mapping[str, Any]) -> FoundMeter:
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
    """A batch of the uplink as the desk takes it, its meter and columns found by `place_of`."""
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
