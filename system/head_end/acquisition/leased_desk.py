"""The desk, awaited, for the work behind one leased channel."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from system.head_end.acquisition.reasons import Failure
from system.head_end.acquisition.seams import DeskRunner, Utc
from system.head_end.desk import (
    Contact,
    Desk,
    EventRow,
    FoundMeter,
    Kept,
    Lease,
    OrderReport,
    RowBatch,
)
from system.head_end.vocabulary import OrderState, Reason

P = ParamSpec("P")
T = TypeVar("T")
#: Contacts that are handed in together.
_CONTACTS_MAX = 50


class LeasedDesk:
    """What a visit asks of the desk. Every call raises `LeaseLost` once the channel is somebody else's.

    Args:
        desk: blocks.
        runner: makes its calls.
        lease: of the visit.
        utc: the present instant.

    Attributes:
        lease: as it was renewed last.
    """

    __slots__ = ("_contacts", "_desk", "_runner", "_utc", "lease")

    def __init__(self, desk: Desk, runner: DeskRunner, lease: Lease, utc: Utc) -> None:
        self._desk = desk
        self._runner = runner
        self._utc = utc
        self._contacts: list[Contact] = []
        self.lease = lease

    def now(self) -> datetime:
        """The present instant."""
        return self._utc()

    async def renew(self) -> None:
        """Hold the channel longer."""
        self.lease = await self._call(self._desk.renew, self._utc())

    async def release(self, reason: Reason | None) -> None:
        """Hand in what is left, and give the channel back."""
        desk, lease, contacts, now = self._desk, self.lease, self._contacts, self._utc()
        self._contacts = []

        def hand_in() -> None:
            if contacts:
                desk.keep_contacts(lease, contacts)
            desk.release(lease, now, reason)

        await self._runner.call(hand_in)

    async def reserve_counters(self, device_id: int, many: int, at_least: int = 0) -> int:
        """The first of `many` invocation counters that nobody ever used."""
        return await self._call(self._desk.reserve_counters, device_id, many, at_least)

    async def keep_rows(self, batches: Sequence[RowBatch]) -> Sequence[Kept]:
        """Keep readings, once."""
        return await self._call(self._desk.keep_rows, batches)

    async def keep_events(self, rows: Sequence[EventRow], cursor: int | None = None) -> int:
        """Keep events, once; how many were new."""
        return await self._call(self._desk.keep_events, rows, cursor)

    async def keep_reading_cursor(self, cursor: int) -> None:
        """The concentrator's rows up to `cursor` are kept."""
        await self._call(self._desk.keep_reading_cursor, cursor)

    async def keep_found(self, found: Sequence[FoundMeter]) -> None:
        """Remember whom the concentrator sees."""
        await self._call(self._desk.keep_found, found, self._utc())

    async def contact(self, contact: Contact) -> None:
        """Remember that a device was spoken with; handed in with others."""
        self._contacts.append(contact)
        if len(self._contacts) >= _CONTACTS_MAX:
            await self._hand_in()

    async def may_begin(self, order_id: uuid.UUID) -> bool:
        """Whether an order may be begun; from now on it counts as running."""
        report = OrderReport(order_id, OrderState.RUNNING, self._utc())
        return await self._call(self._desk.may_begin, report)

    async def report(
        self,
        order_id: uuid.UUID,
        state: OrderState,
        failure: Failure | None = None,
        result: Mapping[str, Any] | None = None,
        evidence: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep how an order went."""
        told = dict(result or {})
        if failure is not None and failure.detail:
            told.setdefault("detail", failure.detail)
        report = OrderReport(
            order_id,
            state,
            self._utc(),
            None if failure is None else failure.reason,
            told,
            dict(evidence or {}),
        )
        await self._call(self._desk.report, report)

    async def _hand_in(self) -> None:
        if self._contacts:
            contacts, self._contacts = self._contacts, []
            await self._call(self._desk.keep_contacts, contacts)

    async def _call(self, method: Callable[Concatenate[Lease, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        lease = self.lease
        return await self._runner.call(lambda: method(lease, *args, **kwargs))


def contact_of(device_id: int | None, at: datetime, took_s: float, failure: Failure | None = None) -> Contact:
    """A contact that went well, or did not."""
    if failure is None:
        return Contact(device_id, at, None, took_s)
    return replace(Contact(device_id, at, failure.reason, took_s), detail=failure.detail)
