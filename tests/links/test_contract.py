"""Every back-end keeps the promises of `Link`, and the contract test catches one that does not."""

from collections.abc import Callable

import pytest

from links import memory
from links.base import Link
from links.testing import check_link

#: Media that cannot tell that the peer has gone. A pty can, but a bare serial line cannot.
BLIND = {"udp", "serial"}


def test_the_back_end_keeps_the_contract(medium: tuple[str, Callable[[], tuple[Link, Link]]]):
    name, make_pair = medium
    check_link(make_pair, notices_peer=name not in BLIND)


class _SevenBit(memory.MemoryLink):
    def _receive(self, max_wait_s: float) -> bytes:
        return bytes(byte & 0x7F for byte in super()._receive(max_wait_s))


class _Impatient(memory.MemoryLink):
    def _receive(self, max_wait_s: float) -> bytes:
        return super()._receive(0)


class _Undead(memory.MemoryLink):
    def _check_open(self) -> None:
        pass


@pytest.mark.parametrize("kind", [_SevenBit, _Impatient, _Undead])
def test_the_contract_catches_a_bad_back_end(kind: type[memory.MemoryLink]):
    def make_pair() -> tuple[Link, Link]:
        near, far = memory.pair()
        near.__class__ = kind
        return near, far

    with pytest.raises(AssertionError):
        check_link(make_pair)
