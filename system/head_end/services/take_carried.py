"""Keep readings that came as a file of a concentrator, without a lease."""

from collections.abc import Sequence

from system.config.writer import locked
from system.head_end import desk
from system.head_end.models import Channel
from system.head_end.services.keep_rows import keep_rows


def take_carried(channel_id: int, batches: Sequence[desk.RowBatch], cursor: int) -> list[desk.Kept]:
    """Keep batches, within the caller's transaction; the channel is locked meanwhile.

    Args:
        channel_id: of the concentrator.
        batches: of its file, or a part of them.
        cursor: the concentrator's rows up to this number are kept; a smaller one than before is no news.
    """
    channel: Channel = locked(Channel.objects.filter(pk=channel_id)).get()
    kept = keep_rows(channel, batches)
    if cursor > channel.reading_cursor:
        channel.reading_cursor = cursor
        channel.save(update_fields=["reading_cursor"])
    return kept
