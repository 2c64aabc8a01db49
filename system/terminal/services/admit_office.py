"""Get to know the office: its two keys, compared by two people, then pinned for ever."""

from dataclasses import dataclass

from protocols.offline import OfflineError, fingerprint
from protocols.offline.messages import OfficeKeys, open_office_keys
from system.security_module.refusals import Words
from system.terminal.desk import Desk
from system.terminal.errors import TerminalRefused


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What two people read to each other: of the office's key, and of its security module's."""

    office: str
    module: str


def read_office(data: bytes) -> tuple[OfficeKeys, Fingerprints]:
    """An office's keys and what is to be compared; nothing is kept.

    Raises:
        TerminalRefused: ``bad-message``.
    """
    try:
        keys = open_office_keys(data)
    except OfflineError as error:
        raise TerminalRefused("bad-message", why=Words(error.es, error.en)) from error
    return keys, Fingerprints(fingerprint(keys.office_public), fingerprint(keys.module_public))


def admit_office(desk: Desk, data: bytes, confirmed: Fingerprints) -> None:
    """Pin the keys of an office; the same again changes nothing.

    Args:
        desk: the terminal.
        data: the office's file.
        confirmed: the fingerprints that somebody compared with what the office reads.

    Raises:
        TerminalRefused: ``bad-message``, ``not-confirmed`` or ``office-known``.
    """
    keys, prints = read_office(data)
    if _plain(confirmed) != _plain(prints):
        raise TerminalRefused("not-confirmed")
    with desk.turn:
        pinned = desk.pinned()
        if pinned is None:
            desk.book.keep_facts({"office_public": keys.office_public, "module_public": keys.module_public})
        elif pinned != (keys.office_public, keys.module_public):
            raise TerminalRefused("office-known")


def _plain(prints: Fingerprints) -> tuple[str, str]:
    return tuple("".join(text.split()).upper() for text in (prints.office, prints.module))  # type: ignore[return-value]
