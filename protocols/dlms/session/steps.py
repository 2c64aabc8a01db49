"""What a session asks of whoever drives it: bytes to send, or to wait for bytes. No I/O happens here.

An operation of a session is a generator: it yields steps, is sent the bytes that came (empty when none did),
and returns its result. A driver runs it to its end over a pipe of whatever kind, blocking or awaited.

>>> def ask() -> Operation[bytes]:
...     yield Transmit(b"ping")
...     return (yield Listen(1.0))
>>> operation = ask()
>>> next(operation)
Transmit(data=b'ping')
>>> operation.send(b"")
Listen(max_wait_s=1.0)
>>> try:
...     operation.send(b"pong")
... except StopIteration as done:
...     done.value
b'pong'
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Transmit:
    """Send all of `data`; the answer to this step is empty."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait at most `max_wait_s` of device time, 0 or more, for bytes; the answer is what came."""

    max_wait_s: float


Step = Transmit | Listen
Operation: TypeAlias = Generator[Step, bytes, T]
