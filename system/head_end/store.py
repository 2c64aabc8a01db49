"""The desk on the database: what a collector asks for and hands in, each call one transaction.

Whoever bears an outdated lease is refused before anything is written, and nothing of that call is kept.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from system.config.compiled import update
from system.config.writer import writing
from system.head_end import desk
from system.head_end.models import Channel
from system.head_end.selectors.accesses import locked_access
from system.head_end.selectors.carried import carried_to
from system.head_end.selectors.pushers import pusher_of
from system.head_end.services.keep_contacts import keep_contacts
from system.head_end.services.keep_events import keep_events
from system.head_end.services.keep_found import keep_found
from system.head_end.services.keep_rows import keep_rows
from system.head_end.services.lease_channels import held, lease_channels, release_lease, renew_lease
from system.head_end.services.report_order import may_begin, report_order
from system.head_end.services.take_carried import take_carried
from system.head_end.services.take_push import keep_strangers, take_push
from system.head_end.vocabulary import Reason

_T = TypeVar("_T")


class DatabaseDesk:
    """What the collector is given where the rows are Django's. It has no state: any thread may use it."""

    def lease(self, collector: str, most: int, now: datetime) -> Sequence[desk.Visit]:
        """Up to `most` channels where something is due and nobody works, each with its work."""
        with writing():
            return lease_channels(collector, most, now)

    def renew(self, lease: desk.Lease, now: datetime) -> desk.Lease:
        """Hold it longer. Raises LeaseLost."""
        with writing():
            return renew_lease(lease, now)

    def release(self, lease: desk.Lease, now: datetime, reason: Reason | None = None) -> None:
        """Give it back; with a reason it is left alone for a growing while. Raises LeaseLost."""
        with writing():
            release_lease(lease, now, reason)

    def reserve_counters(self, lease: desk.Lease, device_id: int, many: int, at_least: int = 0) -> int:
        """First of `many` invocation counters that nobody ever used for that meter. Raises LeaseLost."""

        def reserve(channel: Channel) -> int:
            access = locked_access(channel.pk, device_id)
            if access is None:
                raise desk.LeaseLost(f"meter {device_id} is not behind channel {channel.pk}")
            first = max(access.next_counter, at_least)
            access.next_counter = first + many
            update(access, fields=["next_counter"])
            return first

        return self._holding(lease, reserve)

    def keep_rows(self, lease: desk.Lease, batches: Sequence[desk.RowBatch]) -> Sequence[desk.Kept]:
        """Keep readings, once. Raises LeaseLost."""
        return self._holding(lease, lambda channel: keep_rows(channel, batches))

    def keep_events(self, lease: desk.Lease, rows: Sequence[desk.EventRow], cursor: int | None = None) -> int:
        """Keep events, once; how many were new. Raises LeaseLost."""
        return self._holding(lease, lambda channel: keep_events(channel, rows, cursor))

    def keep_reading_cursor(self, lease: desk.Lease, cursor: int) -> None:
        """The concentrator's rows up to `cursor` are kept and acknowledged. Raises LeaseLost."""

        def keep(channel: Channel) -> None:
            if cursor > channel.reading_cursor:
                channel.reading_cursor = cursor
                update(channel, fields=["reading_cursor"])

        self._holding(lease, keep)

    def keep_found(self, lease: desk.Lease, found: Sequence[desk.FoundMeter], now: datetime) -> None:
        """Remember what was found behind the channel. Raises LeaseLost."""
        self._holding(lease, lambda channel: keep_found(channel, found, now))

    def keep_contacts(self, lease: desk.Lease, contacts: Sequence[desk.Contact]) -> None:
        """Remember who was spoken with. Raises LeaseLost."""
        self._holding(lease, lambda channel: keep_contacts(channel, contacts))

    def may_begin(self, lease: desk.Lease, order: desk.OrderReport) -> bool:
        """RUNNING, atomically: False where it was cancelled, is over or too late. Raises LeaseLost."""
        return self._holding(lease, lambda channel: may_begin(channel, order))

    def report(self, lease: desk.Lease, order: desk.OrderReport) -> None:
        """Keep how it went. Raises LeaseLost."""
        self._holding(lease, lambda channel: report_order(channel, order))

    def pusher(self, title: str, names: Sequence[str] = ()) -> desk.Pusher | None:
        """The confirmed meter of a system title, else of one of `names`."""
        return pusher_of(title, names)

    def keep_push(self, push: desk.PushReport) -> bool:
        """Keep what came unasked, without a lease; False: its counter was used, or the meter is gone."""
        with writing():
            return take_push(push)

    def keep_strangers(self, rows: Sequence[desk.EventRow]) -> int:
        """Keep what was refused of what came unasked, as nobody's; how many were new."""
        with writing():
            return keep_strangers(rows)

    def carried_to(self, serial: str) -> Sequence[desk.CarriedTo]:
        """The channels of the concentrator with this serial number."""
        return carried_to(serial)

    def keep_carried(
        self, channel_id: int, batches: Sequence[desk.RowBatch], cursor: int
    ) -> Sequence[desk.Kept]:
        """Keep readings of a file, once, and that the concentrator's rows up to `cursor` are kept."""
        with writing():
            return take_carried(channel_id, batches, cursor)

    @staticmethod
    def _holding(lease: desk.Lease, work: Callable[[Channel], _T]) -> _T:
        with writing():
            return work(held(lease))
