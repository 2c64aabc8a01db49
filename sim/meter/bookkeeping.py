"""The books of a meter: what is noted of tokens, charges and the end of the power, and kept as one set."""

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from sim.meter.captured import IntervalStatus
from sim.meter.components import Components
from sim.meter.events import EventCode
from sim.meter.persistence import Persistence
from sim.meter.token_events import token_events
from sim.meter.tokens import TokenRecord


class Bookkeeping:
    """Writes into logs and accounts, and has what belongs together kept together.

    Args:
        parts: the meter's parts.
        persistence: keeps them.
    """

    __slots__ = ("_parts", "_persistence")

    def __init__(self, parts: Components, persistence: Persistence) -> None:
        self._parts = parts
        self._persistence = persistence

    def take_token(self, digits: str, delivery: TokenDeliveryMethod) -> TokenRecord:
        """Take a token in; all that comes of it is kept when this returns.

        Raises:
            PowerLostError: the power ended; all of it counts or none.
        """
        parts, desk, epoch_us = self._parts, self._parts.tokens, self._parts.clock.epoch_us
        register, was_locked = desk.register, desk.locked_s > 0
        record = desk.enter(digits, delivery, epoch_us=epoch_us)
        parts.payments.token(record)
        parts.payments.record(parts.prepayment.take_records())
        key_changed, locks = desk.register != register, desk.locked_s > 0 and not was_locked
        for code in token_events(record, key_changed=key_changed, locks=locks):
            parts.events.record(code, epoch_us)
        self._persistence.keep_token()
        return record

    def keep(self) -> None:
        """Keep credit and registers, and log the charges that were collected.

        Raises:
            PowerLostError: the power ended.
        """
        self._parts.payments.record(self._parts.prepayment.take_records())
        self._persistence.checkpoint()

    def last_words(self) -> None:
        """What the hold-up is for, once the registers are closed.

        Raises:
            PowerLostError: the capacitor is empty.
        """
        parts, epoch_us = self._parts, self._parts.clock.epoch_us
        parts.events.record(EventCode.POWER_DOWN, epoch_us)
        parts.security.settle_marks()
        parts.outages.begin(epoch_us)
        parts.captured.mark(IntervalStatus.POWER_DOWN)
        parts.diary.last_us = epoch_us
        self._persistence.keep_last_words()
