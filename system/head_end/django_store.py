"""Django store of the collector: each call of the port is one transaction.

A call under an outdated lease is refused before anything is written, and nothing of it is kept.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from system.config.compiled_queries import update
from system.config.transactions import lock_rows, write_transaction
from system.head_end import store_port
from system.head_end.models import Channel
from system.head_end.selectors.meter_access import locked_access, push_sender, reading_file_targets
from system.head_end.services.channel_leases import (
    lease_channels,
    lock_leased,
    release_lease,
    renew_lease,
    store_contacts,
)
from system.head_end.services.device_events import store_events, store_push, store_refused_pushes
from system.head_end.services.order_lifecycle import may_begin, report_order
from system.head_end.services.readings import store_readings
from system.head_end.services.registration import store_discovery
from system.head_end.vocabulary import Reason


def store_file_readings(
    channel_id: int, batches: Sequence[store_port.RowBatch], cursor: int
) -> list[store_port.StoreResult]:
    """Keep batches, within the caller's transaction; the channel is locked meanwhile.

    Args:
        channel_id: of the concentrator.
        batches: of its file, or a part of them.
        cursor: the concentrator's rows up to this number are kept; a smaller one than before is no news.
    """
    channel: Channel = lock_rows(Channel.objects.filter(pk=channel_id)).get()
    kept = store_readings(channel, batches)
    if cursor > channel.reading_cursor:
        channel.reading_cursor = cursor
        channel.save(update_fields=["reading_cursor"])
    return kept


_T = TypeVar("_T")


class DjangoStore:
    """Store of the collector on Django's rows. It has no state: any thread may use it."""

    def lease(self, collector: str, most: int, now: datetime) -> Sequence[store_port.Visit]:
        """Up to `most` channels where something is due and nobody works, each with its work."""
        with write_transaction():
            return lease_channels(collector, most, now)

    def renew(self, lease: store_port.Lease, now: datetime) -> store_port.Lease:
        """Hold it longer. Raises LeaseLost."""
        with write_transaction():
            return renew_lease(lease, now)

    def release(self, lease: store_port.Lease, now: datetime, reason: Reason | None = None) -> None:
        """Give it back; with a reason it is left alone for a growing while. Raises LeaseLost."""
        with write_transaction():
            release_lease(lease, now, reason)

    def reserve_counters(self, lease: store_port.Lease, device_id: int, many: int, at_least: int = 0) -> int:
        """First of `many` invocation counters that nobody ever used for that meter. Raises LeaseLost."""

        def reserve(channel: Channel) -> int:
            access = locked_access(channel.pk, device_id)
            if access is None:
                raise store_port.LeaseLost(f"meter {device_id} is not behind channel {channel.pk}")
            first = max(access.next_counter, at_least)
            access.next_counter = first + many
            update(access, fields=["next_counter"])
            return first

        return self._holding(lease, reserve)

    def keep_rows(
        self, lease: store_port.Lease, batches: Sequence[store_port.RowBatch]
    ) -> Sequence[store_port.StoreResult]:
        """Keep readings, once. Raises LeaseLost."""
        return self._holding(lease, lambda channel: store_readings(channel, batches))

    def keep_events(
        self, lease: store_port.Lease, rows: Sequence[store_port.EventRow], cursor: int | None = None
    ) -> int:
        """Keep events, once; how many were new. Raises LeaseLost."""
        return self._holding(lease, lambda channel: store_events(channel, rows, cursor))

    def keep_reading_cursor(self, lease: store_port.Lease, cursor: int) -> None:
        """The concentrator's rows up to `cursor` are kept and acknowledged. Raises LeaseLost."""

        def keep(channel: Channel) -> None:
            if cursor > channel.reading_cursor:
                channel.reading_cursor = cursor
                update(channel, fields=["reading_cursor"])

        self._holding(lease, keep)

    def keep_found(
        self, lease: store_port.Lease, found: Sequence[store_port.FoundMeter], now: datetime
    ) -> None:
        """Remember what was found behind the channel. Raises LeaseLost."""
        self._holding(lease, lambda channel: store_discovery(channel, found, now))

    def keep_contacts(self, lease: store_port.Lease, contacts: Sequence[store_port.Contact]) -> None:
        """Remember who was spoken with. Raises LeaseLost."""
        self._holding(lease, lambda channel: store_contacts(channel, contacts))

    def may_begin(self, lease: store_port.Lease, order: store_port.OrderReport) -> bool:
        """RUNNING, atomically: False where it was cancelled, is over or too late. Raises LeaseLost."""
        return self._holding(lease, lambda channel: may_begin(channel, order))

    def report(self, lease: store_port.Lease, order: store_port.OrderReport) -> None:
        """Keep how it went. Raises LeaseLost."""
        self._holding(lease, lambda channel: report_order(channel, order))

    def push_sender(self, title: str, names: Sequence[str] = ()) -> store_port.PushSender | None:
        """The confirmed meter of a system title, else of one of `names`."""
        return push_sender(title, names)

    def keep_push(self, push: store_port.PushReport) -> bool:
        """Keep what came unasked, without a lease; False: its counter was used, or the meter is gone."""
        with write_transaction():
            return store_push(push)

    def keep_refused_pushes(self, rows: Sequence[store_port.EventRow]) -> int:
        """Keep what was refused of what came unasked, as nobody's; how many were new."""
        with write_transaction():
            return store_refused_pushes(rows)

    def reading_file_targets(self, serial: str) -> Sequence[store_port.ReadingFileTarget]:
        """The channels of the concentrator with this serial number."""
        return reading_file_targets(serial)

    def keep_file_readings(
        self, channel_id: int, batches: Sequence[store_port.RowBatch], cursor: int
    ) -> Sequence[store_port.StoreResult]:
        """Keep readings of a file, once, and that the concentrator's rows up to `cursor` are kept."""
        with write_transaction():
            return store_file_readings(channel_id, batches, cursor)

    @staticmethod
    def _holding(lease: store_port.Lease, work: Callable[[Channel], _T]) -> _T:
        with write_transaction():
            return work(lock_leased(lease))
