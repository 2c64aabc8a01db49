"""What of the parts is kept in which record, and when: the parts' side of `sim.meter.storage`.

A record is one thing that changes together. What one token can change is one set, so that its credit, its
TID and its event count all or not at all; the registers and the credit that they use up are another.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from sim.meter.components import Components
from sim.meter.nvm import Memory, PowerLostError
from sim.meter.storage import Storage

#: Record -> the part whose snapshot it holds.
_WHOLE_PARTS: dict[str, str] = {
    "credit": "prepayment",
    "registers": "metrology",
    "limiter": "limiter",
    "switch": "switch",
    "tamper": "tamper",
    "units": "units",
}
#: Record -> what of the token desk's snapshot it holds. The key register is one record: old or new.
_OF_THE_DESK: dict[str, str] = {
    "key-register": "register",
    "key-change": "pending",
    "tid-store": "tids",
    "lock-out": "lock_out",
    "last-token": "last",
}
EVENT_COUNTS = "event-counts"
#: Prefix of the cells of a ring -> the part.
_RINGS: dict[str, str] = {"events/": "events", "load-profile/": "load_profile"}

_ENERGY = ("credit", "registers")
_EVENT = ("switch", "tamper", "limiter")
_TOKEN = ("credit", "registers", "limiter", "tamper", "units", *_OF_THE_DESK)


class Persistence:
    """Keeps the parts of one meter through power cuts.

    Args:
        parts: fresh from the factory.
        memory: where.
        storage: how.
    """

    __slots__ = ("_memory", "_parts", "_storage")

    def __init__(self, parts: Components, memory: Memory, storage: Storage) -> None:
        self._parts = parts
        self._memory = memory
        self._storage = storage
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

    def checkpoint(self) -> None:
        """Keep the registers and the credit as they are now, and new events and captures.

        Raises:
            PowerLostError: the power ended.
        """
        self._keep(_ENERGY)

    def keep_everything(self) -> None:
        """Program the memory afresh from the parts, as the factory does."""
        self._memory.supply(True)
        self._storage.erase()
        self._keep((*_WHOLE_PARTS, *_OF_THE_DESK))

    def on_battery(self) -> None:
        """Keep what the sensors noticed while the meter is dead: they and the memory live on a battery."""
        self._memory.supply(True)
        self.keep_event()
        self._memory.supply(False)

    def lose_power(self, last_words: Callable[[], None]) -> None:
        """The mains failed: `last_words` may write while the hold-up lasts; then all else is forgotten."""
        if self._memory.supplied:
            self._memory.mains_failed()
            with suppress(PowerLostError):  # where the hold-up is too short for all of it
                last_words()
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
        desk = self._parts.tokens.snapshot() if set(names) & set(_OF_THE_DESK) else {}
        records: dict[str, Any] = {
            name: desk[_OF_THE_DESK[name]]
            if name in _OF_THE_DESK
            else getattr(self._parts, _WHOLE_PARTS[name]).snapshot()
            for name in names
        }
        records[EVENT_COUNTS] = self._parts.events.counts
        for prefix, part in _RINGS.items():
            for place, cell in getattr(self._parts, part).take_unsaved().items():
                records[f"{prefix}{place}"] = cell
        self._storage.keep(records)

    def _take_up(self) -> None:
        records = self._storage.load()
        kept: dict[str, Any] = {part: records[name] for name, part in _WHOLE_PARTS.items()}
        kept["tokens"] = {key: records[name] for name, key in _OF_THE_DESK.items()}
        cells = {
            part: [cell for name, cell in records.items() if name.startswith(prefix)]
            for prefix, part in _RINGS.items()
        }
        kept["events"] = {"entries": cells["events"], "counts": records[EVENT_COUNTS]}
        kept["load_profile"] = {"rows": cells["load_profile"]}
        self._parts.restore(kept)
        for part in _RINGS.values():
            getattr(self._parts, part).take_unsaved()  # what comes from the memory is in it already
