"""Receiver of pushes: an APDU deciphered, its sender proven, its content read and kept.

Source: IEC 62056-5-3, general-glo-ciphering, general-ciphering
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from protocols.dlms.apdu import decode_apdu
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.cosem.control import Clock
from protocols.dlms.cosem.declaration import class_id_of
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecipheringError, DecodeError, DlmsError, DlmsValueError
from protocols.dlms.explain.readings import readings
from protocols.dlms.obis import Obis
from protocols.dlms.security import PROTECTED_TAGS, KeySet
from protocols.dlms.session.push import Push, PushKeys, PushListener, PushOpener
from protocols.dlms.xdlms.ciphered import Ciphered
from protocols.dlms.xdlms.notification import EventNotification
from protocols.field.events import event_name, is_alarm
from system.head_end.acquisition.cosem_reads import SCALED
from system.head_end.acquisition.key_file import (
    DEFAULT_LAYOUTS,
    CosemAttribute,
    KeyFile,
    MissingKey,
    PushLayouts,
)
from system.head_end.acquisition.leased_store import StoreRunner, UtcNow
from system.head_end.acquisition.pushes.rate_limits import Cooldown
from system.head_end.acquisition.pushes.refusals import PushRefusal, PushRefused
from system.head_end.acquisition.settings import PushSettings
from system.head_end.store_port import Column, PushReport, PushSender, Row, RowBatch, StorePort
from system.head_end.vocabulary import Source

_TITLE_OCTETS = 8


def is_protected(apdu: bytes) -> bool:
    """True where keys are needed to read it."""
    return bool(apdu) and apdu[0] in PROTECTED_TAGS


def title_of(apdu: bytes) -> bytes:
    """The system title that a protected APDU bears; only `decipher_push` proves that it is the sender's.

    Raises:
        Refused: it bears none, or is no such APDU.
    """
    try:
        found = decode_apdu(apdu)
    except DlmsError as error:
        raise PushRefused(PushRefusal.NOT_UNDERSTOOD, detail=str(error)) from error
    title = found.system_title if isinstance(found, Ciphered) else None
    if title is None or len(title) != _TITLE_OCTETS:
        raise PushRefused(PushRefusal.UNDECIPHERED, detail="it bears no system title")
    return title


def decipher_push(apdu: bytes, keys: KeySet, title: bytes) -> Push:
    """The notification in a protected APDU, proven to be of whoever has these keys.

    Raises:
        Refused: these keys do not open it, or nothing proves who sealed it.
    """
    claimed = title.hex().upper()
    try:
        push = PushListener(PushOpener([PushKeys(keys, (title,))])).receive_apdu(apdu)
    except DecipheringError as error:
        raise PushRefused(PushRefusal.UNDECIPHERED, claimed, str(error)) from error
    except DlmsError as error:
        raise PushRefused(PushRefusal.NOT_UNDERSTOOD, claimed, str(error)) from error
    protection = None if push is None else push.protection
    if push is None or protection is None or not protection.authenticated:
        raise PushRefused(PushRefusal.UNPROVED, claimed, "it is not authenticated")
    if protection.system_title != title:
        raise PushRefused(PushRefusal.OF_ANOTHER, claimed, "it bears two system titles")
    return push


def plain_push(apdu: bytes) -> Push:
    """The notification in an APDU in the plain.

    Raises:
        Refused: it is none.
    """
    try:
        push = PushListener().receive_apdu(apdu)
    except DlmsError as error:
        raise PushRefused(PushRefusal.NOT_UNDERSTOOD, detail=str(error)) from error
    if push is None:
        raise PushRefused(PushRefusal.NOT_UNDERSTOOD, detail="a block within blocks")
    return push


_CLOCK = class_id_of(Clock)
_VALUE = 2
#: Beginnings of the codes under which meters tell their names, and the code of the last event of a log.
_NAME_CODES = ("0.0.96.1.", "0.0.42.0.")
_EVENT_CODE = "0.0.96.11."
_SEQUENCES = (DataTag.ARRAY, DataTag.STRUCTURE)
_TEXT_MAX, _VALUES_MAX = 40, 200
_CODE_OCTETS = 6


@dataclass(frozen=True, slots=True)
class PushContent:
    """Content of a notification.

    Args:
        names: by which its sender calls itself.
        at: by its clock, UTC; None: it does not say.
        code: of an event; 0: none.
        log: of that event, such as ``0.0.99.98.1``; empty: none.
        values: of registers whose scaler and unit came along or are known, each once.
        left_out: values of registers that nobody can scale.
    """

    names: frozenset[str] = frozenset()
    at: datetime | None = None
    code: int = 0
    log: str = ""
    values: tuple[tuple[Column, int], ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Item:
    place: CosemAttribute
    data: Data
    scaled: tuple[int, int | None] | None = None


def push_content(
    push: Push, layouts: PushLayouts, columns: Sequence[Column] = (), deviation_minutes: int = 300
) -> PushContent:
    """Content of a notification; what else it holds is left out.

    Args:
        push: the notification.
        layouts: of bodies without codes.
        columns: what is known of the meter's registers.
        deviation_minutes: from local time to UTC where the meter does not say it.
    """
    items = list(_items(push, layouts))[:_VALUES_MAX]
    event = next((item for item in items if _is_event(item)), None)
    known = {(column.obis, column.attribute): column for column in columns}
    values: dict[Column, int] = {}
    left_out = 0
    for item in items:
        if item.place.class_id not in SCALED or type(item.data.value) is not int:
            continue
        column = _value_column(item, known)
        if column is None:
            left_out += 1
        else:
            values.setdefault(column, item.data.value)
    return PushContent(
        frozenset(
            filter(None, (_text(item.data) for item in items if item.place.obis.startswith(_NAME_CODES)))
        ),
        _clock(push, items, deviation_minutes),
        0 if event is None else int(event.data.value),  # type: ignore[arg-type]  # `_is_event` looked
        "" if event is None else "0.0.99.98." + event.place.obis.removeprefix(_EVENT_CODE),
        tuple(values.items()),
        left_out,
    )


def _items(push: Push, layouts: PushLayouts) -> Iterator[_Item]:
    apdu = push.apdu
    if isinstance(apdu, EventNotification):
        named = apdu.attribute
        yield _Item(CosemAttribute(named.class_id, _short(named.instance), named.attribute), apdu.value)
        return
    body = apdu.body
    parts = body.value if body.tag in _SEQUENCES and isinstance(body.value, tuple) else ()
    layout = layouts.get(_first_code(parts), ())
    if len(layout) == len(parts):
        yield from map(_Item, layout, parts)
        return
    for reading in readings(body):
        if reading.obis is not None:
            scaled = None if reading.scaler is None else (reading.scaler, reading.unit)
            class_id = reading.class_id or _class_of(reading.obis)
            yield _Item(
                CosemAttribute(class_id, _short(reading.obis), reading.attribute or _VALUE),
                reading.data,
                scaled,
            )


def _first_code(parts: Sequence[Data]) -> str:
    value = parts[0].value if parts else None
    named = isinstance(value, bytes) and len(value) == _CODE_OCTETS
    return _short(Obis.from_bytes(value)) if named and isinstance(value, bytes) else ""


def _short(code: Obis) -> str:
    return str(code).removesuffix(".255")


def _class_of(code: Obis) -> int:
    """Of a value that came with nothing but its code: registers are what electricity is told in."""
    text = _short(code)
    return _CLOCK if text.startswith("0.0.1.0.") else 1 if text.startswith("0.") else 3


def _is_event(item: _Item) -> bool:
    value = item.data.value
    return item.place.obis.startswith(_EVENT_CODE) and type(value) is int and 0 < value <= 0xFFFF


def _value_column(item: _Item, known: Mapping[tuple[str, int], Column]) -> Column | None:
    place = item.place
    if item.scaled is not None:
        return Column(place.class_id, place.obis, place.attribute, item.scaled[0], item.scaled[1])
    return known.get((place.obis, place.attribute))


def _text(data: Data) -> str:
    value = data.value
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    text = value.strip("\x00 ") if isinstance(value, str) else ""
    return text if text.isascii() and text.isprintable() and len(text) <= _TEXT_MAX else ""


def _clock(push: Push, items: Sequence[_Item], deviation_minutes: int) -> datetime | None:
    """The clock that was pushed, else the time of the notification."""
    apdu = push.apdu
    dated = apdu.time if isinstance(apdu, EventNotification) else apdu.date_time
    clocks = [item.data.value for item in items if item.place.class_id == _CLOCK]
    for octets in (*clocks, dated):
        if not isinstance(octets, bytes):
            continue
        try:
            return CosemDateTime.from_bytes(octets).to_utc(deviation_minutes)
        except (DecodeError, DlmsValueError):
            continue
    return None


#: What values that came unasked are kept under.
PROFILE = "push"
_BATCHES = uuid.UUID("0a3c7c2e-6f3e-4f1d-8a0b-5b8f3f3f6f10")
_NAMES_MAX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverParts:
    """Parts of a receiver.

    Args:
        store: knows meters, and keeps what comes.
        runner: makes the store's blocking calls.
        key_file: keys, and layouts of bodies.
        utc: the present instant of business.
        now_s: seconds of whatever clock everything waits in.
        visit: called when a meter should be visited now.
        settings: how often.
    """

    store: StorePort
    runner: StoreRunner
    key_file: KeyFile
    utc: UtcNow
    now_s: Callable[[], float]
    visit: Callable[[], None] = lambda: None
    settings: PushSettings = field(default_factory=PushSettings)


class Receiver:
    """Takes the notifications of every peer.

    Args:
        parts: what it is made of.

    Attributes:
        kept: pushes that were kept as a meter's.
    """

    def __init__(self, parts: ReceiverParts) -> None:
        self._parts = parts
        self._layouts = {**DEFAULT_LAYOUTS, **parts.key_file.pushes}
        self._visits, self._hints = Cooldown(), Cooldown()
        self.kept = 0

    async def take(self, apdu: bytes) -> None:
        """Take one APDU.

        Raises:
            Refused: it is not kept as a meter's.
            Exception: an error of the store.
        """
        if not is_protected(apdu):
            await self._hint(plain_push(apdu))
            return
        title = title_of(apdu)
        pusher = await self._pusher(title.hex().upper())
        push = decipher_push(apdu, self._keys(pusher, title), title)
        await self._keep(pusher, push, title)

    async def _pusher(self, title: str, names: frozenset[str] = frozenset()) -> PushSender:
        asked = sorted(names)[:_NAMES_MAX]
        found = await self._parts.runner.call(lambda: self._parts.store.push_sender(title, asked))
        if found is None:
            raise PushRefused(PushRefusal.UNKNOWN, title or " ".join(asked), "nobody registered it")
        return found

    def _keys(self, pusher: PushSender, title: bytes) -> KeySet:
        meter = pusher.meter
        try:
            keys = self._parts.key_file.keys_of(meter.access, meter.key_name).keys
        except MissingKey as error:
            raise PushRefused(PushRefusal.NO_KEY, title.hex().upper(), str(error)) from error
        if keys is None:
            raise PushRefused(PushRefusal.NO_KEY, title.hex().upper(), f"access {meter.access} has no keys")
        return keys

    def _told(self, push: Push, pusher: PushSender | None = None) -> PushContent:
        columns = () if pusher is None else pusher.columns
        return push_content(push, self._layouts, columns, self._parts.settings.deviation_minutes)

    # ------------------------------------------------------------ proven

    async def _keep(self, pusher: PushSender, push: Push, title: bytes) -> None:
        found, claimed = self._told(push, pusher), title.hex().upper()
        if found.names and not found.names & pusher.names:
            # keys that several meters share prove the maker, not the meter
            raise PushRefused(
                PushRefusal.OF_ANOTHER, claimed, f"it calls itself {' '.join(sorted(found.names))}"
            )
        report = self._report(pusher, push, found, title)
        if not await self._parts.runner.call(lambda: self._parts.store.keep_push(report)):
            if report.visit:  # a replay does not use up the visit of the next true alarm
                self._visits.forget(pusher.meter.device_id)
            raise PushRefused(
                PushRefusal.REPLAYED, claimed, f"invocation counter {report.counter} was used before"
            )
        self.kept += 1
        if report.visit:
            self._parts.visit()

    def _report(self, pusher: PushSender, push: Push, found: PushContent, title: bytes) -> PushReport:
        settings, now = self._parts.settings, self._parts.utc()
        counter = 0 if push.protection is None else push.protection.counter
        off_s = None if found.at is None else (found.at - now).total_seconds()
        dated = off_s is not None and abs(off_s) <= settings.clock_off_max_s
        device_id = pusher.meter.device_id
        alarm = bool(found.code) and is_alarm(found.code)
        batch_id = uuid.uuid5(_BATCHES, f"{title.hex()} {counter}")
        return PushReport(
            device_id,
            now,
            counter,
            name=event_name(found.code) if found.code else "",
            code=found.code,
            told_at=found.at if dated else None,
            alarm=alarm,
            detail=_detail(found, off_s),
            batches=tuple(_batches(found, batch_id, device_id, now, off_s)),
            visit=alarm and self._visits.may(device_id, self._parts.now_s(), every_s=settings.visit_every_s),
        )

    # ------------------------------------------------------------ proves nothing

    async def _hint(self, push: Push) -> None:
        """Nothing of it is kept; but who it names may have something to tell, and is asked."""
        found = self._told(push)
        names = " ".join(sorted(found.names))
        if not found.names:
            raise PushRefused(PushRefusal.UNKNOWN, detail=f"{push.apdu.name} in the plain, without a name")
        pusher = await self._pusher("", found.names)
        device_id, settings, now = pusher.meter.device_id, self._parts.settings, self._parts.utc()
        if self._hints.may(device_id, self._parts.now_s(), every_s=settings.hint_every_s):
            report = PushReport(device_id, now, visit=True)
            await self._parts.runner.call(lambda: self._parts.store.keep_push(report))
            self._parts.visit()
        # it is heard, so it need not be sent again
        raise PushRefused(PushRefusal.UNPROVED, names, f"{push.apdu.name} in the plain", push.confirmation)


def _batches(
    found: PushContent, batch_id: uuid.UUID, device_id: int, now: datetime, off_s: float | None
) -> list[RowBatch]:
    if not found.values:
        return []
    columns, values = zip(*found.values, strict=True)
    return [
        RowBatch(
            id=batch_id,
            device_id=device_id,
            profile=PROFILE,
            source=Source.PUSH,
            columns=columns,
            rows=(Row(found.at or now, values),),
            period_s=0,
            received_at=now,
            clock_off_s=off_s,
        )
    ]


def _detail(found: PushContent, off_s: float | None) -> str:
    parts = (
        f"log {found.log}" if found.log else "",
        f"{len(found.values)} values" if found.values else "",
        f"{found.left_out} values without scaler" if found.left_out else "",
        f"clock {off_s:+.0f} s" if off_s is not None and abs(off_s) >= 1 else "",
    )
    return ", ".join(part for part in parts if part)
