"""Secure counter: leases in, tokens and signatures out; what it is asked and what it answers."""

import fcntl
import os
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from protocols.offline.envelope import peek, signer_id
from protocols.offline.errors import OfflineError
from protocols.offline.messages import Lease, LeasedMeter
from protocols.offline.wrapping import KeyWrap
from protocols.sts.amounts import decode_amount, encode_amount
from protocols.sts.errors import StsValueError
from protocols.sts.identity import (
    PAN_DIGITS,
    TID_MAX,
    BaseDate,
    KeyExpiryNumber,
    MeterPrimaryAccountNumber,
    TokenIdentifier,
)
from protocols.sts.keys import DecoderKey
from protocols.sts.token import TransferCredit, encode_token
from system.security_module.errors import UnableToOpenStore
from system.security_module.refusals import Words
from system.security_module.sealed_file import DEFAULT_COST
from system.security_module.secure_counter.identity import (
    SEALED,
    Identity,
    Random,
    read_identity,
    write_identity,
)
from system.security_module.secure_counter.refusals import CounterRefused
from system.security_module.secure_counter.store import BOOK, CounterStore, MintedRow
from system.security_module.state import SLOT_LEAD_MINUTES
from system.security_module.store import check_private


def next_tid(now: TokenIdentifier, above: int, slot: int, slots: int) -> int | None:
    """The TID of a meter's next token, or None when its minutes are used up for the moment.

    It is the latest minute up to `now` that is of the slot, above `above` and not the reserved 00:01; failing
    that, the first such minute after `above`, at most `SLOT_LEAD_MINUTES` ahead of `now`.

    Args:
        now: the clock under the meter's base date.
        above: the last TID that the meter was given.
        slot: of the terminal, 1 to slots - 1.
        slots: how many there are.
    """
    latest = now.tid - (now.tid - slot) % slots
    while latest > max(above, -1) and TokenIdentifier(latest, now.base_date).is_reserved:
        latest -= slots
    if latest > max(above, -1):
        return latest
    tid = above + 1 + (slot - above - 1) % slots
    last = min(now.tid + SLOT_LEAD_MINUTES, TID_MAX)
    while tid <= last and TokenIdentifier(tid, now.base_date).is_reserved:
        tid += slots
    return tid if tid <= last else None


@dataclass(frozen=True, slots=True)
class MintRequest:
    """A sale that wants its token.

    Attributes:
        sale_id: made by the terminal and stored there before it asks: the same id has the same token.
        drn: of the meter, 11, 13 or 18 digits.
        units: of 0.1 kWh; coding rounds up above 1638.3 kWh, as everywhere.
        amount_c: of the sale, centavos: what the limit is counted in.
    """

    sale_id: UUID
    drn: str
    units: int
    amount_c: int


@dataclass(frozen=True, slots=True)
class Minted:
    """A token of the counter.

    Attributes:
        sale_id, drn, amount_c: of the request.
        digits: 20.
        tid: under the base date of the meter's key.
        units: as the token carries them.
        sequence: which token of the counter's life, from 1.
        spent_c: money sold in its life, with this.
        lease_id: under which.
        at: by the terminal's clock.
    """

    sale_id: UUID
    drn: str
    digits: str
    tid: int
    units: int
    amount_c: int
    sequence: int
    spent_c: int
    lease_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class CounterStatus:
    """Status of a counter.

    Attributes:
        sequence: tokens minted in its life.
        spent_c: money sold in its life, centavos.
        allowed_c: how much that may be.
        left_c: the difference, at least 0.
        until: when the last of its leases ends, or None without one.
        drns: of the meters that it has a lease for, ended or not.
        test: minted under published test keys.
    """

    sequence: int
    spent_c: int
    allowed_c: int
    left_c: int
    until: datetime | None
    drns: tuple[str, ...]
    test: bool


def minted_of(row: MintedRow) -> Minted:
    """The token of a row."""
    return Minted(
        sale_id=UUID(row.sale_id),
        drn=row.drn,
        digits=row.digits,
        tid=row.tid,
        units=row.units,
        amount_c=row.amount_c,
        sequence=row.sequence,
        spent_c=row.spent_c,
        lease_id=UUID(row.lease_id),
        at=datetime.fromisoformat(row.at),
    )


DIRECTORY_MODE = 0o700
LOCK = "counter.lock"
_ELECTRICITY = 0


@dataclass(frozen=True, slots=True)
class _Leased:
    """A meter with the lease that it is in."""

    lease: Lease
    place: int

    @property
    def meter(self) -> LeasedMeter:
        return self.lease.meters[self.place]


class SecureCounter:
    """A counter, open; one process at a time. Made by `create` or `open`.

    Attributes:
        terminal_id: of its terminal.
        signing_public: Ed25519, 32 octets.
        agreement_public: X25519, 32 octets.
    """

    def __init__(self, identity: Identity, book: CounterStore, lock: int, random: Random) -> None:
        self._identity = identity
        self._book = book
        self._lock = lock
        self._random = random
        self._turn = threading.RLock()
        self._meters: dict[str, _Leased] = {}
        self.terminal_id = identity.terminal_id
        self.signing_public = identity.signing_public
        self.agreement_public = identity.agreement_public
        for envelope in book.leases():
            self._hold(Lease.open(envelope, book.head.module_public))

    @classmethod
    def create(
        cls,
        path: Path,
        passphrase: str,
        terminal_id: UUID,
        random: Random = secrets.token_bytes,
        cost: int = DEFAULT_COST,
    ) -> Self:
        """Make a counter with new keys, in a directory that holds none.

        Args:
            path: the directory, made with mode 0700 if it is missing.
            passphrase: that seals its keys.
            terminal_id: of its terminal.
            random: where random octets come from.
            cost: log2 of scrypt's N.

        Raises:
            UnableToOpenStore: it holds a counter, or is open to others.
            ValueError: an empty passphrase, or a cost outside its range.
            OSError: it cannot be written.
        """
        path.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        check_private(path)
        lock = _locked(path)
        try:
            if (path / SEALED).exists():
                raise UnableToOpenStore(f"{path} holds a secure counter already")
            identity = Identity.make(terminal_id, random)
            # Without the sealed file there is no counter: what a kill left of one before is no loss.
            (path / BOOK).unlink(missing_ok=True)
            book = CounterStore.create(path / BOOK, identity.book)
            write_identity(path, identity, passphrase, cost)
            return cls(identity, book, lock, random)
        except BaseException:
            os.close(lock)
            raise

    @classmethod
    def open(cls, path: Path, passphrase: str, random: Random = secrets.token_bytes) -> Self:
        """Open a counter.

        Raises:
            UnableToOpenStore: none is there, another process has it, its book was edited, or it is open to
                others; as `WrongPassphrase`, when the passphrase does not fit.
        """
        if not (path / SEALED).exists():
            raise UnableToOpenStore(f"{path} holds no secure counter: make one")
        check_private(path)
        lock = _locked(path)
        try:
            identity = read_identity(path, passphrase)
            book = CounterStore(path / BOOK, identity.book)
            try:
                return cls(identity, book, lock, random)
            except OfflineError:
                book.close()
                raise UnableToOpenStore("a lease in the counter's book was edited by hand") from None
        except BaseException:
            os.close(lock)
            raise

    def close(self) -> None:
        """Close its book and let another process have it."""
        with self._turn:
            self._book.close()
            os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def load_lease(self, envelope: bytes, module_public: bytes) -> Lease:
        """Take a lease; the same again changes nothing, and an older one never takes the place of a newer.

        Args:
            envelope: as the pack brings it.
            module_public: the security module's key for leases; the first one is the only one ever taken.

        Raises:
            CounterRefused: ``wrong-signature``, ``other-terminal`` or ``bad-lease``.
        """
        with self._turn:
            lease = self._read_lease(envelope, module_public)
            if self._book.has_lease(lease.lease_id):
                return lease
            head = replace(self._book.head, module_public=module_public, test=lease.test)
            if lease.made_at.isoformat() >= head.allowed_at:
                head = replace(head, allowed_c=lease.allowed_c, allowed_at=lease.made_at.isoformat())
            self._book.keep_lease(lease.lease_id, lease.until, lease.made_at, envelope, head)
            self._hold(lease)
            return lease

    def check_lease(self, envelope: bytes, module_public: bytes) -> Lease:
        """Read a lease as `load_lease` would, and keep nothing: of several, all are good or none is taken.

        Raises:
            CounterRefused: see `load_lease`.
        """
        with self._turn:
            return self._read_lease(envelope, module_public)

    def status(self) -> CounterStatus:
        """Status of the counter."""
        with self._turn:
            head, spent_c = self._book.head, self._book.spent_c
            return CounterStatus(
                sequence=head.sequence,
                spent_c=spent_c,
                allowed_c=head.allowed_c,
                left_c=max(0, head.allowed_c - spent_c),
                until=max((held.lease.until for held in self._meters.values()), default=None),
                drns=tuple(sorted(held.meter.drn for held in self._meters.values())),
                test=head.test,
            )

    def mint(self, request: MintRequest, now: datetime) -> Minted:
        """The token of a sale: made once, durable when this returns; the same sale id has the same again.

        Args:
            request: the sale.
            now: the terminal's clock, with its zone.

        Raises:
            CounterRefused: with whatever stands against it; nothing was counted.
            sqlite3.Error: the book could not be written: open the counter again, and `fetch`.
        """
        with self._turn:
            known = self._book.find(request.sale_id)
            if known is not None:
                return _again(known, request)
            row = self._make(request, now.astimezone(UTC))
            self._book.add(row)
            return minted_of(row)

    def fetch(self, sale_id: UUID) -> Minted | None:
        """The token of a sale, or None when there is none."""
        with self._turn:
            row = self._book.find(sale_id)
        return None if row is None else minted_of(row)

    def minted_after(self, sequence: int) -> list[Minted]:
        """The tokens after a sequence number, in their order: what a terminal may have missed."""
        with self._turn:
            return [minted_of(row) for row in self._book.after(sequence)]

    def sign(self, data: bytes) -> bytes:
        """The counter's Ed25519 signature, 64 octets."""
        return self._identity.sign(data)

    def _read_lease(self, envelope: bytes, module_public: bytes) -> Lease:
        try:
            signer = peek(envelope).signer
        except OfflineError as error:
            raise CounterRefused("bad-lease", why=Words(error.es, error.en)) from None
        pinned = self._book.head.module_public
        if signer != signer_id(module_public) or pinned not in (b"", module_public):
            why = Words("lo firmó otro módulo", "another module signed it")
            raise CounterRefused("wrong-signature", why=why)
        try:
            lease = Lease.open(envelope, module_public)
        except OfflineError as error:
            raise CounterRefused("wrong-signature", why=Words(error.es, error.en)) from None
        if lease.terminal_id != self.terminal_id:
            raise CounterRefused("other-terminal")
        try:
            for place in range(len(lease.meters)):
                self._key(_Leased(lease, place))
        except (OfflineError, StsValueError):
            why = Words("la clave de un medidor no abre", "a meter's key does not open")
            raise CounterRefused("bad-lease", why=why) from None
        return lease

    def _hold(self, lease: Lease) -> None:
        for place, meter in enumerate(lease.meters):
            pan = _account(meter.drn).pan
            held = self._meters.get(pan)
            if held is None or held.lease.made_at <= lease.made_at:
                self._meters[pan] = _Leased(lease, place)

    def _make(self, request: MintRequest, now: datetime) -> MintedRow:
        """The row of a new token, after every check."""
        account = _account(request.drn)
        leased = self._meters.get(account.pan)
        if leased is None:
            raise CounterRefused("unknown-meter", drn=request.drn)
        self._check_time(leased.lease, now)
        units = self._check_amount(leased.lease, request)
        meter, base_date = leased.meter, BaseDate(leased.meter.base_date)
        tid = self._tid(leased, account.pan, TokenIdentifier.at(now, base_date))
        token = TransferCredit(_ELECTRICITY, self._random(1)[0] & 15, tid, units)
        return MintedRow(
            sequence=self._book.head.sequence + 1,
            sale_id=str(request.sale_id),
            drn=request.drn,
            pan=account.pan,
            base_date=meter.base_date,
            tid=tid,
            digits=encode_token(token, self._key(leased)),
            units=units,
            amount_c=request.amount_c,
            spent_c=self._book.spent_c + request.amount_c,
            lease_id=str(leased.lease.lease_id),
            at=now.isoformat(),
        )

    def _check_time(self, lease: Lease, now: datetime) -> None:
        latest = self._book.latest
        if latest is not None and now < latest:
            raise CounterRefused("clock-behind", latest=latest.isoformat())
        if now < lease.not_before:
            raise CounterRefused("not-yet", not_before=lease.not_before.isoformat())
        if now >= lease.until:
            raise CounterRefused("lease-expired", until=lease.until.isoformat())

    def _check_amount(self, lease: Lease, request: MintRequest) -> int:
        """The units as a token codes them."""
        if request.units < 1 or request.amount_c < 1:
            raise CounterRefused("bad-request")
        if request.units > lease.units_max:
            raise CounterRefused("units-too-many", most=lease.units_max, units=request.units)
        left_c = self._book.head.allowed_c - self._book.spent_c
        if request.amount_c > left_c:
            raise CounterRefused("over-limit", left=max(0, left_c), amount=request.amount_c)
        try:
            return decode_amount(encode_amount(request.units))
        except StsValueError:
            raise CounterRefused("units-too-many", most=lease.units_max, units=request.units) from None

    def _tid(self, leased: _Leased, pan: str, now: TokenIdentifier) -> int:
        lease, meter = leased.lease, leased.meter
        above = max(self._book.last_tid(pan, meter.base_date), meter.tid_above)
        tid = next_tid(now, above, lease.slot, lease.slots)
        if tid is None:
            raise CounterRefused("tid-window")
        if KeyExpiryNumber(meter.ken).expired_at(tid):
            raise CounterRefused("key-expired", drn=meter.drn)
        return tid

    def _key(self, leased: _Leased) -> DecoderKey:
        """The decoder key of a meter, unwrapped for this once."""
        lease, meter = leased.lease, leased.meter
        wrap = KeyWrap(lease.lease_id, self._identity.agreement, lease.ephemeral, ephemeral=False)
        return DecoderKey(wrap.unwrap(leased.place, meter.identity(), meter.sealed), meter.ea)


def _account(drn: str) -> MeterPrimaryAccountNumber:
    try:
        if len(drn) == PAN_DIGITS:
            return MeterPrimaryAccountNumber(drn)
        return MeterPrimaryAccountNumber.from_drn(drn)
    except StsValueError:
        raise CounterRefused("unknown-meter", drn=drn[:20]) from None


def _again(known: MintedRow, request: MintRequest) -> Minted:
    try:
        units = decode_amount(encode_amount(request.units))
    except StsValueError:
        units = -1
    same = (known.pan, known.units, known.amount_c) == (_account(request.drn).pan, units, request.amount_c)
    if not same:
        raise CounterRefused("id-reused", sale_id=request.sale_id)
    return minted_of(known)


def _locked(path: Path) -> int:
    lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise UnableToOpenStore(f"another process is using {path}: stop it first") from None
    return lock
