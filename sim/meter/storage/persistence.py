"""Persistence of the parts: what is kept in which record of the memory, and when.

A record is one thing that changes together. What one token can change is one set, so that its credit, its
TID and its event count all or not at all; the registers and the credit that they use up are another.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.field.events import EventCode
from sim.meter.components import Components
from sim.meter.metering.load_profile import IntervalStatus
from sim.meter.payment.tokens import TokenRecord, token_events
from sim.meter.storage.nvm import Memory, PowerLostError, Storage

# ------------------------------------------------------------ records of the parts

#: Record -> the part whose snapshot it holds.
_WHOLE_PARTS: dict[str, str] = {
    "credit": "prepayment",
    "registers": "metrology",
    "limiter": "limiter",
    "switch": "switch",
    "tamper": "tamper",
    "protections": "protections",
    "availability": "availability",
    "units": "units",
    "monitors": "monitors",
    "parameters": "parameters",
    "push-setups": "push_setups",
    "security": "security",
    "rates": "rates",
    "demands": "demands",
    "masks": "masks",
    "calendar": "calendar",
    "single-actions": "single_actions",
    "schedule": "schedule",
    "outages": "outages",
    "zone": "zone",
    "scheduler_state": "scheduler_state",
}
#: Record -> what of the token processor's snapshot it holds. The key register is one record: old or new.
_TOKEN_RECORDS: dict[str, str] = {
    "key-register": "register",
    "key-change": "pending",
    "tid-store": "tids",
    "lock-out": "lock_out",
    "last-token": "last",
}
EVENT_COUNTS = "event-counts"
#: Record -> (part, what of it): what a part of several rings keeps beside them.
_BESIDE_RINGS: dict[str, tuple[str, str]] = {
    EVENT_COUNTS: ("events", "counts"),
    "profile-shapes": ("captured", "shapes"),
    "quality-counters": ("quality", "counters"),
    "payment-counts": ("payments", "counts"),
    "image-header": ("image", "header"),
}

_ENERGY = ("credit", "registers", "rates", "demands", "scheduler_state", "security", "availability")
_EVENT = ("switch", "tamper", "protections", "limiter", "outages", "zone", "parameters")
_TARIFF = (
    "rates",
    "demands",
    "masks",
    "calendar",
    "single-actions",
    "schedule",
    "outages",
    "zone",
    "scheduler_state",
)
#: What a head-end may set.
_CONTROL = ("limiter", "switch", "protections", "monitors", "parameters", "push-setups")
_SETTINGS = (*_TARIFF, "credit", "registers", *_CONTROL)
_TOKEN = ("credit", "registers", "limiter", "tamper", "protections", "units", *_TOKEN_RECORDS)


class Persistence:
    """Persistence of the parts of one meter through power cuts.

    Args:
        parts: fresh from the factory.
        memory: where.
        storage: how.
    """

    __slots__ = ("_held", "_memory", "_parts", "_storage")

    def __init__(self, parts: Components, memory: Memory, storage: Storage) -> None:
        self._parts = parts
        self._memory = memory
        self._storage = storage
        self._held: dict[str, None] | None = None
        self.keep_everything()
        memory.supply(False)

    @property
    def memory(self) -> Memory:
        """The memory, for a bench that counts and cuts its writes."""
        return self._memory

    def keep_token(self) -> None:
        """Keep whatever a token may have changed.

        Raises:
            PowerLostError: the power ended; all of it counts or none.
        """
        self._keep(_TOKEN)

    def keep_event(self) -> None:
        """Keep new events and captures, and the position of what causes them.

        Raises:
            PowerLostError: the power ended.
        """
        self._keep(_EVENT)

    def keep_units(self) -> None:
        """Keep which customer units are bound.

        Raises:
            PowerLostError: the power ended.
        """
        self._keep(("units",))

    def keep_settings(self) -> None:
        """Keep whatever a head-end may have set.

        Raises:
            PowerLostError: the power ended; all of it counts or none.
        """
        self._keep(_SETTINGS)

    def keep_security(self) -> None:
        """Keep keys, policy and the marks of the invocation counters.

        Raises:
            PowerLostError: the power ended; nothing that was to be kept has been used yet.
        """
        self._keep(("security",))

    def checkpoint(self) -> None:
        """Keep the registers and the credit as they are now, and new events and captures.

        Raises:
            PowerLostError: the power ended.
        """
        self._keep(_ENERGY)

    def keep_power_fail(self) -> None:
        """Keep what the end of the power leaves: the books, and that it ended.

        Raises:
            PowerLostError: the capacitor is empty.
        """
        self._keep((*_ENERGY, "outages"))

    def keep_everything(self) -> None:
        """Program the memory afresh from the parts, as the factory does."""
        self._memory.supply(True)
        self._storage.erase()
        self._keep((*_WHOLE_PARTS, *_TOKEN_RECORDS))

    def hold(self) -> None:
        """Only note what is to be kept, until `release` or the end of the power."""
        self._held = {}

    def release(self) -> None:
        """Keep what was only noted, and all else at once from now on."""
        held, self._held = self._held, None
        if held:
            supplied = self._memory.supplied
            self._memory.supply(True)
            self._keep(held)
            self._memory.supply(supplied)

    def on_battery(self) -> None:
        """Keep what the sensors noticed while the meter is dead: they and the memory live on a battery."""
        self._memory.supply(True)
        self.keep_event()
        self._memory.supply(False)

    def lose_power(self, record_power_fail: Callable[[], None]) -> None:
        """Loss of the mains: `record_power_fail` may write while the hold-up lasts; all else is forgotten."""
        if self._memory.supplied:
            self.release()
            self._memory.mains_failed()
            with suppress(PowerLostError):  # where the hold-up is too short for all of it
                record_power_fail()
            self._memory.supply(False)
        self._take_up()

    def gain_power(self) -> None:
        """The power is back: end what it interrupted and take up what was kept.

        Raises:
            PowerLostError: it ended again.
        """
        self._memory.supply(True)
        self._storage.recover()
        self._take_up()

    def _keep(self, names: Iterable[str]) -> None:
        if self._held is not None:
            self._held |= dict.fromkeys(names)
            return
        processor = self._parts.tokens.snapshot() if set(names) & set(_TOKEN_RECORDS) else {}
        records: dict[str, Any] = {
            name: processor[_TOKEN_RECORDS[name]]
            if name in _TOKEN_RECORDS
            else getattr(self._parts, _WHOLE_PARTS[name]).snapshot()
            for name in names
        }
        for name, (part, what) in _BESIDE_RINGS.items():
            records[name] = getattr(getattr(self._parts, part), what)
            for ring_name, ring in getattr(self._parts, part).rings.items():
                for place, cell in ring.take_unsaved().items():
                    records[f"{part}.{ring_name}/{place}"] = cell
        self._storage.keep(records)

    def _take_up(self) -> None:
        records = self._storage.load()
        kept: dict[str, Any] = {part: records[name] for name, part in _WHOLE_PARTS.items()}
        kept["tokens"] = {key: records[name] for name, key in _TOKEN_RECORDS.items()}
        for name, (part, what) in _BESIDE_RINGS.items():
            rings = getattr(self._parts, part).rings
            rows = {ring: self._storage.load_cells(f"{part}.{ring}") for ring in rings}
            kept[part] = {what: records[name], "rows": rows}
        self._parts.restore(kept)
        for part, _ in _BESIDE_RINGS.values():
            for ring in getattr(self._parts, part).rings.values():
                ring.take_unsaved()  # what comes from the memory is in it already


# ------------------------------------------------------------ bookkeeping


class Bookkeeping:
    """Bookkeeping of tokens, charges and power cuts: logs, accounts, and what is kept together.

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
        parts, processor, epoch_us = self._parts, self._parts.tokens, self._parts.clock.epoch_us
        register, was_locked = processor.register, processor.locked_s > 0
        record = processor.enter(digits, delivery, epoch_us=epoch_us)
        parts.payments.token(record)
        parts.payments.record(parts.prepayment.take_records())
        key_changed, locks = processor.register != register, processor.locked_s > 0 and not was_locked
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

    def record_power_fail(self) -> None:
        """Record the end of the power within the hold-up, once the registers are closed.

        Raises:
            PowerLostError: the capacitor is empty.
        """
        parts, epoch_us = self._parts, self._parts.clock.epoch_us
        parts.events.record(EventCode.POWER_DOWN, epoch_us)
        parts.security.settle_marks()
        parts.outages.begin(epoch_us)
        parts.captured.mark(IntervalStatus.POWER_DOWN)
        parts.scheduler_state.last_us = epoch_us
        self._persistence.keep_power_fail()
