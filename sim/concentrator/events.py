"""Event log.

Its table of events, numbered, kept without power, pulled and acknowledged like the readings (R6.2-06). The
names are ours, the groups those of STG-DC.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import IntEnum

from sim.concentrator.nvm import Nvm

# ---- What a concentrator tells about: a table of its events. The names are ours, the groups those of STG-D


class Group(IntEnum):
    """Groups of concentrator events; 6 and 7 are ours."""

    STANDARD = 1
    ACCESS = 2
    DEMAND = 3
    COMMUNICATIONS = 4
    METERS = 5
    BALANCE = 6
    OF_A_METER = 7


@dataclass(frozen=True, slots=True)
class EventKind:
    """One kind of event.

    Args:
        name: stable, as the uplink says it.
        group: see `Group`.
        number: within its group.
        alarm: whether it is pushed at once.
        es: for people, in Spanish.
        en: for people, in English.
    """

    name: str
    group: Group
    number: int
    alarm: bool
    es: str
    en: str

    @property
    def code(self) -> int:
        """One number for both, for a log over DLMS: group times 256 plus number."""
        return int(self.group) << 8 | self.number


_ROWS: tuple[tuple[str, Group, int, bool, str, str], ...] = (
    ("power-up", Group.STANDARD, 1, False, "Alimentación restablecida", "Supply is back"),
    ("last-gasp", Group.STANDARD, 2, True, "Último aliento: sin alimentación", "Last gasp: supply failed"),
    ("clock-synchronised", Group.STANDARD, 3, False, "Reloj sincronizado", "Clock synchronised"),
    ("clock-deviation", Group.STANDARD, 4, True, "Reloj muy desviado", "Clock was far off"),
    (
        "storage-evicted",
        Group.STANDARD,
        5,
        True,
        "Lecturas sin entregar descartadas",
        "Undelivered readings evicted",
    ),
    ("storage-full", Group.STANDARD, 6, True, "Almacenamiento lleno", "Storage is full"),
    ("usb-exported", Group.STANDARD, 7, False, "Exportado a USB", "Exported to USB"),
    ("usb-imported", Group.STANDARD, 8, False, "Importado de USB", "Imported from USB"),
    ("usb-refused", Group.STANDARD, 9, True, "Archivo USB rechazado", "USB file refused"),
    ("login", Group.ACCESS, 1, False, "Ingreso a la página local", "Log-in at the local page"),
    ("login-failed", Group.ACCESS, 2, True, "Ingreso fallido", "Log-in failed"),
    ("password-set", Group.ACCESS, 3, False, "Contraseña fijada", "Password set"),
    ("parameter-changed", Group.ACCESS, 4, False, "Parámetro cambiado", "Parameter changed"),
    ("plan-changed", Group.ACCESS, 5, False, "Plan de lectura cambiado", "Collection plan changed"),
    ("uplink-down", Group.COMMUNICATIONS, 1, False, "Enlace al centro caído", "Uplink down"),
    ("uplink-up", Group.COMMUNICATIONS, 2, False, "Enlace al centro arriba", "Uplink up"),
    ("uplink-switched", Group.COMMUNICATIONS, 3, False, "Conmutación de enlace", "Uplink switched over"),
    ("order-done", Group.COMMUNICATIONS, 4, False, "Orden cumplida", "Order done"),
    ("order-failed", Group.COMMUNICATIONS, 5, True, "Orden fallida", "Order failed"),
    ("meter-added", Group.METERS, 1, False, "Medidor registrado", "Meter registered"),
    ("meter-lost", Group.METERS, 2, False, "Medidor sin comunicación", "Meter lost"),
    ("meter-back", Group.METERS, 3, False, "Medidor comunica de nuevo", "Meter is back"),
    ("meter-quarantined", Group.METERS, 4, True, "Medidor en cuarentena", "Meter in quarantine"),
    (
        "meter-confirmed",
        Group.METERS,
        5,
        False,
        "Medidor confirmado por operador",
        "Meter confirmed by operator",
    ),
    (
        "meter-rejected",
        Group.METERS,
        6,
        False,
        "Medidor rechazado por operador",
        "Meter rejected by operator",
    ),
    ("meter-clock-set", Group.METERS, 7, False, "Reloj de medidor ajustado", "Meter's clock set"),
    (
        "meter-clock-far",
        Group.METERS,
        8,
        True,
        "Reloj de medidor fuera de límite",
        "Meter's clock beyond the limit",
    ),
    (
        "meter-silent",
        Group.METERS,
        9,
        True,
        "Medidor callado más del límite",
        "Meter silent beyond the limit",
    ),
    ("loss-warning", Group.BALANCE, 1, True, "Advertencia de pérdidas", "Loss warning"),
    ("loss-alarm", Group.BALANCE, 2, True, "Alarma de pérdidas", "Loss alarm"),
    ("loss-negative", Group.BALANCE, 3, True, "Balance negativo", "Negative balance"),
    ("meter-event", Group.OF_A_METER, 1, False, "Evento de medidor", "Event of a meter"),
    ("meter-alarm", Group.OF_A_METER, 2, True, "Alarma de medidor", "Alarm of a meter"),
)

#: Name -> kind.
KINDS: dict[str, EventKind] = {row[0]: EventKind(*row) for row in _ROWS}


# ---- The log of events: numbered, kept without power, pulled and acknowledged like the readings (R6.2-06).

_LOG, _SLOT = "events", "events"
#: Longest detail, so that many events fit one line of the uplink.
_DETAIL_MAX = 200


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Args:
        number: counts up by one, for ever.
        utc_s: when, by the concentrator's clock, s since 1970.
        name: a key of `event_codes.KINDS`.
        serial: of the meter that it is about; empty: the concentrator itself.
        detail: a few words.
    """

    number: int
    utc_s: int
    name: str
    serial: str = ""
    detail: str = ""

    @property
    def kind(self) -> EventKind:
        """What kind it is."""
        return KINDS[self.name]


class EventLog:
    """The log of one concentrator.

    Args:
        memory: where it is kept.
        capacity: how many are kept; the oldest go first.
        utc_s: time of the concentrator's clock.

    Attributes:
        on_event: told of each one, once it is kept.
        acknowledged: number of the newest that the head-end has.
        dropped_unread: how many went before the head-end had them.
    """

    __slots__ = (
        "_capacity",
        "_entries",
        "_memory",
        "_next",
        "_utc_s",
        "acknowledged",
        "dropped_unread",
        "on_event",
    )

    def __init__(self, memory: Nvm, capacity: int, utc_s: Callable[[], int]) -> None:
        self._memory = memory
        self._capacity = capacity
        self._utc_s = utc_s
        self._entries: deque[Event] = deque()
        self._next = 1
        self.acknowledged = 0
        self.dropped_unread = 0
        self.on_event: Callable[[Event], object] = lambda event: None

    def __iter__(self) -> Iterator[Event]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def newest(self) -> int:
        """Number of the newest event; 0 before the first."""
        return self._next - 1

    def load(self) -> None:
        """Take up what the memory holds."""
        self._entries = deque(Event(**json.loads(record)) for record in self._memory.records(_LOG))
        kept = json.loads(self._memory.get(_SLOT) or '{"acknowledged": 0, "next": 1, "dropped": 0}')
        self.acknowledged, self.dropped_unread = kept["acknowledged"], kept["dropped"]
        newest = self._entries[-1].number + 1 if self._entries else 1
        self._next = max(kept["next"], newest)

    def tell(self, name: str, serial: str = "", detail: str = "") -> Event:
        """Something happened.

        Raises:
            LookupError: there is no such kind.
            PowerLostError: the supply failed in the middle.
        """
        KINDS[name]
        text = detail[:_DETAIL_MAX].encode("ascii", "replace").decode()
        event = Event(self._next, self._utc_s(), name, serial, text)
        self._make_room()
        self._memory.append(_LOG, json.dumps(asdict(event), separators=(",", ":")).encode())
        self._next += 1
        self._entries.append(event)
        self.on_event(event)
        return event

    def after(self, number: int, limit: int) -> tuple[Event, ...]:
        """At most `limit` events behind `number`, oldest first."""
        if limit <= 0 or not self._entries:
            return ()
        first = max(0, number - self._entries[0].number + 1)
        return tuple(self._entries)[first : first + limit]

    def acknowledge(self, through: int) -> None:
        """The head-end has everything up to `through`."""
        wanted = min(through, self._next - 1)
        if wanted > self.acknowledged:
            self.acknowledged = wanted
            self._keep()

    def _make_room(self) -> None:
        if len(self._entries) < self._capacity:
            return
        count = max(1, self._capacity // 10)
        leaving = [self._entries[place] for place in range(count)]
        self.dropped_unread += sum(event.number > self.acknowledged for event in leaving)
        self._memory.drop(_LOG, count)
        for _ in leaving:
            self._entries.popleft()
        self._keep()

    def _keep(self) -> None:
        kept = {"acknowledged": self.acknowledged, "next": self._next, "dropped": self.dropped_unread}
        self._memory.put(_SLOT, json.dumps(kept))
