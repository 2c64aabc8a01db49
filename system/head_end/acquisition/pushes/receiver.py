"""An APDU that came unasked: whose it is, whether that is proven, and what becomes of it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from protocols.dlms.security import KeySet
from protocols.dlms.session.push import Push
from system.head_end.acquisition.event_names import is_alarm, name_of
from system.head_end.acquisition.keys import KeyBook, NoKey
from system.head_end.acquisition.push_layouts import USUAL_LAYOUTS
from system.head_end.acquisition.pushes import opening
from system.head_end.acquisition.pushes.admission import Seldom
from system.head_end.acquisition.pushes.content import Told, told
from system.head_end.acquisition.pushes.strangers import Refusal, Refused
from system.head_end.acquisition.pushes.terms import PushTerms
from system.head_end.acquisition.seams import DeskRunner, Utc
from system.head_end.desk import Desk, Pusher, PushReport, Row, RowBatch
from system.head_end.vocabulary import Source

#: What values that came unasked are kept under.
PROFILE = "push"
_BATCHES = uuid.UUID("0a3c7c2e-6f3e-4f1d-8a0b-5b8f3f3f6f10")
_NAMES_MAX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverParts:
    """What takes pushes is made of.

    Args:
        desk: knows meters, and keeps what comes.
        runner: makes the desk's blocking calls.
        book: keys, and layouts of bodies.
        utc: the present instant of business.
        now_s: seconds of whatever clock everything waits in.
        visit: called when a meter should be visited now.
        terms: how often.
    """

    desk: Desk
    runner: DeskRunner
    book: KeyBook
    utc: Utc
    now_s: Callable[[], float]
    visit: Callable[[], None] = lambda: None
    terms: PushTerms = field(default_factory=PushTerms)


class Receiver:
    """Takes the notifications of every peer.

    Args:
        parts: what it is made of.

    Attributes:
        kept: pushes that were kept as a meter's.
    """

    def __init__(self, parts: ReceiverParts) -> None:
        self._parts = parts
        self._layouts = {**USUAL_LAYOUTS, **parts.book.pushes}
        self._visits, self._hints = Seldom(), Seldom()
        self.kept = 0

    async def take(self, apdu: bytes) -> None:
        """Take one APDU.

        Raises:
            Refused: it is not kept as a meter's.
            Exception: an error of the desk.
        """
        if not opening.is_protected(apdu):
            await self._hint(opening.plain(apdu))
            return
        title = opening.title_of(apdu)
        pusher = await self._pusher(title.hex().upper())
        push = opening.opened(apdu, self._keys(pusher, title), title)
        await self._keep(pusher, push, title)

    async def _pusher(self, title: str, names: frozenset[str] = frozenset()) -> Pusher:
        asked = sorted(names)[:_NAMES_MAX]
        found = await self._parts.runner.call(lambda: self._parts.desk.pusher(title, asked))
        if found is None:
            raise Refused(Refusal.UNKNOWN, title or " ".join(asked), "nobody registered it")
        return found

    def _keys(self, pusher: Pusher, title: bytes) -> KeySet:
        meter = pusher.meter
        try:
            keys = self._parts.book.keys_of(meter.access, meter.key_name).keys
        except NoKey as error:
            raise Refused(Refusal.NO_KEY, title.hex().upper(), str(error)) from error
        if keys is None:
            raise Refused(Refusal.NO_KEY, title.hex().upper(), f"access {meter.access} has no keys")
        return keys

    def _told(self, push: Push, pusher: Pusher | None = None) -> Told:
        columns = () if pusher is None else pusher.columns
        return told(push, self._layouts, columns, self._parts.terms.deviation_minutes)

    # ------------------------------------------------------------ proven

    async def _keep(self, pusher: Pusher, push: Push, title: bytes) -> None:
        found, claimed = self._told(push, pusher), title.hex().upper()
        if found.names and not found.names & pusher.names:
            # keys that several meters share prove the maker, not the meter
            raise Refused(Refusal.OF_ANOTHER, claimed, f"it calls itself {' '.join(sorted(found.names))}")
        report = self._report(pusher, push, found, title)
        if not await self._parts.runner.call(lambda: self._parts.desk.keep_push(report)):
            if report.visit:  # a replay does not use up the visit of the next true alarm
                self._visits.forget(pusher.meter.device_id)
            raise Refused(Refusal.REPLAYED, claimed, f"invocation counter {report.counter} was used before")
        self.kept += 1
        if report.visit:
            self._parts.visit()

    def _report(self, pusher: Pusher, push: Push, found: Told, title: bytes) -> PushReport:
        terms, now = self._parts.terms, self._parts.utc()
        counter = 0 if push.protection is None else push.protection.counter
        off_s = None if found.at is None else (found.at - now).total_seconds()
        dated = off_s is not None and abs(off_s) <= terms.clock_off_max_s
        device_id = pusher.meter.device_id
        alarm = bool(found.code) and is_alarm(found.code)
        batch_id = uuid.uuid5(_BATCHES, f"{title.hex()} {counter}")
        return PushReport(
            device_id,
            now,
            counter,
            name=name_of(found.code) if found.code else "",
            code=found.code,
            told_at=found.at if dated else None,
            alarm=alarm,
            detail=_detail(found, off_s),
            batches=tuple(_batches(found, batch_id, device_id, now, off_s)),
            visit=alarm and self._visits.may(device_id, self._parts.now_s(), every_s=terms.visit_every_s),
        )

    # ------------------------------------------------------------ proves nothing

    async def _hint(self, push: Push) -> None:
        """Nothing of it is kept; but who it names may have something to tell, and is asked."""
        found = self._told(push)
        names = " ".join(sorted(found.names))
        if not found.names:
            raise Refused(Refusal.UNKNOWN, detail=f"{push.apdu.name} in the plain, without a name")
        pusher = await self._pusher("", found.names)
        device_id, terms, now = pusher.meter.device_id, self._parts.terms, self._parts.utc()
        if self._hints.may(device_id, self._parts.now_s(), every_s=terms.hint_every_s):
            report = PushReport(device_id, now, visit=True)
            await self._parts.runner.call(lambda: self._parts.desk.keep_push(report))
            self._parts.visit()
        # it is heard, so it need not be sent again
        raise Refused(Refusal.UNPROVED, names, f"{push.apdu.name} in the plain", push.confirmation)


def _batches(
    found: Told, batch_id: uuid.UUID, device_id: int, now: datetime, off_s: float | None
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


def _detail(found: Told, off_s: float | None) -> str:
    parts = (
        f"log {found.log}" if found.log else "",
        f"{len(found.values)} values" if found.values else "",
        f"{found.left_out} values without scaler" if found.left_out else "",
        f"clock {off_s:+.0f} s" if off_s is not None and abs(off_s) >= 1 else "",
    )
    return ", ".join(part for part in parts if part)
