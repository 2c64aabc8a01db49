"""Where a terminal lies: its secure counter, its book and its enrolment, made once and together."""

import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from protocols.offline.errors import OfflineError
from protocols.offline.messages import Enrolment
from system.security_module.journal import sync_directory, write_private
from system.security_module.sealed import DEFAULT_COST
from system.security_module.secure_counter import SecureCounter
from system.terminal.book import Book
from system.terminal.errors import TerminalRefused

COUNTER, BOOK, ENROLMENT = "counter", "book.db", "enrolment.json"
_MODE = 0o700


@dataclass(frozen=True, slots=True)
class Named:
    """How a terminal is called: `serial` of the apparatus, `name` among people."""

    serial: str
    name: str


def make(
    folder: Path,
    passphrase: str,
    named: Named,
    now: datetime,
    *,
    terminal_id: UUID | None = None,
    cost: int = DEFAULT_COST,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Enrolment:
    """Make a terminal in a folder that is not there yet, or is empty. Killed half-way there is none.

    Args:
        folder: the folder.
        passphrase: that seals the counter's keys.
        named: how it is called.
        now: when, aware.
        terminal_id: of the terminal; without it a new one.
        cost: log2 of scrypt's N; lower only in tests.
        random: where random octets come from.

    Raises:
        TerminalRefused: ``terminal-exists``, or ``bad-message`` where a name cannot be written.
        OSError: it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TerminalRefused("terminal-exists", folder=folder)
    beside = folder.with_name(folder.name + ".making")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(mode=_MODE, parents=True)
    try:
        enrolment = _fill(beside, passphrase, named, now, terminal_id or uuid4(), cost, random)
        os.replace(beside, folder)
    except OfflineError as error:
        raise TerminalRefused("bad-message", why=error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    sync_directory(folder.parent)
    return enrolment


def _fill(
    place: Path,
    passphrase: str,
    named: Named,
    now: datetime,
    terminal_id: UUID,
    cost: int,
    random: Callable[[int], bytes],
) -> Enrolment:
    with SecureCounter.create(place / COUNTER, passphrase, terminal_id, random, cost) as counter:
        enrolment = Enrolment(
            terminal_id=terminal_id,
            serial=named.serial,
            name=named.name,
            signing_public=counter.signing_public,
            agreement_public=counter.agreement_public,
            made_at=now.replace(microsecond=0),
        )
        write_private(place / ENROLMENT, enrolment.seal(counter.signing_public, counter.sign))
    facts = {"terminal_id": str(terminal_id), "serial": named.serial, "name": named.name}
    Book.create(place / BOOK, facts).close()
    return enrolment
