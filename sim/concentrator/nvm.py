"""Concentrator's non-volatile memory: settings in pairs of slots, and logs; any write may be cut.

A setting is written into the older of two slots, so that the newer one survives a torn write. A record of a
log carries its length and checksum; a torn one at the end is dropped when the memory is mounted again.

>>> memory = Nvm()
>>> memory.append("rows", b"first"); memory.cut_at(1, "during")
>>> memory.append("rows", b"second")
Traceback (most recent call last):
sim.concentrator.errors.PowerLostError: the supply failed during write 2
>>> memory.mount(); memory.records("rows")
[b'first']
"""

import zlib
from collections import deque
from collections.abc import Callable
from typing import Literal, get_args

from sim.concentrator.errors import PowerLostError

Moment = Literal["before", "during", "after"]
MOMENTS: tuple[Moment, ...] = get_args(Moment)
_HEADER_SIZE = 8


class Nvm:
    """The memory of one concentrator.

    Attributes:
        writes: how many writes were begun.
    """

    __slots__ = ("_cut_at", "_logs", "_moment", "_slots", "writes")

    def __init__(self) -> None:
        self.writes = 0
        self._cut_at = 0
        self._moment: Moment = "during"
        self._slots: dict[str, list[bytes]] = {}
        self._logs: dict[str, deque[bytes]] = {}

    def cut_at(self, write: int, moment: Moment = "during") -> None:
        """Let the supply fail at the `write`-th write from now on; 0: not at all.

        Raises:
            ValueError: there is no such moment, or the number is negative.
        """
        if moment not in MOMENTS or write < 0:
            raise ValueError(f"a cut happens {', '.join(MOMENTS)} a write, counted from 1")
        self._cut_at = self.writes + write if write else 0
        self._moment = moment

    # ------------------------------------------------------------ settings

    def put(self, name: str, text: str) -> None:
        """Write a setting.

        Raises:
            PowerLostError: the supply failed; the old value or the new one stands, never a mixture.
        """
        older, newer = self._slots.setdefault(name, [b"", b""])
        fresh = _framed(_number(newer).to_bytes(8, "big") + text.encode())

        def program(torn: bool) -> None:
            half = len(fresh) // 2
            self._slots[name] = [fresh[:half] + older[half:], newer] if torn else [newer, fresh]

        self._write(program)

    def get(self, name: str) -> str | None:
        """A setting as it was last written whole; None where it never was."""
        content = _content(self._slots.get(name, [b"", b""])[1])
        return None if content is None else content[8:].decode()

    # ------------------------------------------------------------ logs

    def append(self, log: str, record: bytes) -> None:
        """Write a record behind the others.

        Raises:
            PowerLostError: the supply failed; the record is there whole, or not at all.
        """
        records, fresh = self._logs.setdefault(log, deque()), _framed(record)

        def program(torn: bool) -> None:
            records.append(fresh[: len(fresh) // 2] if torn else fresh)

        self._write(program)

    def drop(self, log: str, count: int) -> None:
        """Give up the oldest `count` records, by one write of where the log begins.

        Raises:
            PowerLostError: the supply failed; either all of them are gone, or none.
        """
        records = self._logs.setdefault(log, deque())

        def program(torn: bool) -> None:
            for _ in range(0 if torn else min(count, len(records))):
                records.popleft()

        self._write(program)

    def records(self, log: str) -> list[bytes]:
        """The whole records of a log, oldest first."""
        contents = (_content(record) for record in self._logs.get(log, ()))
        return [content for content in contents if content is not None]

    def mount(self) -> None:
        """The supply is back: drop what was torn."""
        self._cut_at = 0
        for records in self._logs.values():
            while records and _content(records[-1]) is None:
                records.pop()

    def _write(self, program: Callable[[bool], None]) -> None:
        self.writes += 1
        if self.writes != self._cut_at:
            program(False)
            return
        self._cut_at = 0
        if self._moment != "before":
            program(self._moment == "during")
        raise PowerLostError(f"the supply failed {self._moment} write {self.writes}")


def _framed(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + zlib.crc32(content).to_bytes(4, "big") + content


def _content(record: bytes) -> bytes | None:
    """Content of a whole record; None of an empty or a torn one."""
    content = record[_HEADER_SIZE:]
    if len(record) < _HEADER_SIZE or len(content) != int.from_bytes(record[:4], "big"):
        return None
    return content if zlib.crc32(content) == int.from_bytes(record[4:_HEADER_SIZE], "big") else None


def _number(slot: bytes) -> int:
    content = _content(slot)
    return 1 if content is None else int.from_bytes(content[:8], "big") + 1
