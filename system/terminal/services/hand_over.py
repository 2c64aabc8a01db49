"""Write the batch: all that the office has not said it has; handed over twice it is no news there."""

from uuid import uuid4

from protocols.offline.messages import Batch, CounterReading
from protocols.offline.schema import ENTRIES_MAX
from system.terminal.desk import Desk
from system.terminal.services.recover import recover, writing


def make_batch(desk: Desk) -> bytes:
    """The signed batch of all entries that are not settled; at most 20 000, the rest after the next pack.

    Raises:
        TerminalRefused: ``disk``.
    """
    with desk.turn, writing(desk):
        recover(desk)
        loaded, status = desk.loaded, desk.counter.status()
        settled = 0 if loaded is None else loaded.pack.settled.number
        batch = Batch(
            batch_id=uuid4(),
            terminal_id=desk.book.terminal_id,
            made_at=desk.now(),
            pack_number=0 if loaded is None else loaded.pack.number,
            entries=desk.book.entries_after(settled, ENTRIES_MAX),
            counter=CounterReading(status.sequence, status.spent_c),
        )
        return batch.seal(desk.counter.signing_public, desk.counter.sign)
