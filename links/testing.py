"""The contract of links and clocks, as functions: run them over your back-end; `AssertionError` tells."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from links.aio import AsyncLink
from links.base import Link, LinkClosedError
from links.clock import Clock

MakePair = Callable[[], tuple[Link, Link]]
_T = TypeVar("_T")

#: Generous: a correct link answers in far less.
_PATIENCE_S = 10.0
_EVERY_BYTE = bytes(range(256))


def check_link(make_pair: MakePair, *, notices_peer: bool = True) -> None:
    """Hold a back-end to the promises of `links.base.Link`.

    Args:
        make_pair: gives two open ends of a new medium, first the end under test.
        notices_peer: False where the medium cannot tell that the peer has gone (udp, a bare serial line).
    """
    _check_transport(*make_pair())
    _check_silence(*make_pair())
    _check_traffic_hook(*make_pair())
    _check_closing(*make_pair())
    if notices_peer:
        _check_peer_gone(*make_pair())


def _expect(truth: bool, promise: str) -> None:
    if not truth:
        raise AssertionError(promise)


def _expect_closed(action: Callable[[], object], promise: str) -> None:
    try:
        action()
    except LinkClosedError:
        return
    raise AssertionError(promise)


def _collect(link: Link, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = link.receive(_PATIENCE_S)
        _expect(more != b"", f"only {len(data)} of {count} bytes came")
        data += more
    return data


def _check_transport(near: Link, far: Link) -> None:
    with near, far:
        for sender, receiver in ((near, far), (far, near)):
            sender.send(_EVERY_BYTE)
            _expect(_collect(receiver, 256) == _EVERY_BYTE, "every byte value must pass unchanged")
            sender.send(b"")
            sender.send(b"one")
            sender.send(b"two!")
            if receiver.DATAGRAMS:
                _expect(receiver.receive(_PATIENCE_S) == b"one", "a datagram must keep its end")
                _expect(receiver.receive(_PATIENCE_S) == b"two!", "a datagram must keep its beginning")
            else:
                _expect(
                    _collect(receiver, 7) == b"onetwo!", "order must be kept and sending nothing is nothing"
                )


def _check_silence(near: Link, far: Link) -> None:
    with near, far:
        for max_wait_s in (0.0, -1.0, 0.01):
            before_s = near.now_s()
            _expect(near.receive(max_wait_s) == b"", "silence must be an empty answer")
            _expect(
                near.now_s() >= before_s + max(0.0, max_wait_s) - 1e-3, "silence must last its device time"
            )


def _check_traffic_hook(near: Link, far: Link) -> None:
    seen: list[tuple[str, bytes]] = []
    with near, far:
        near.on_traffic = lambda direction, data: seen.append((direction, data))
        near.send(b"there")
        _collect(far, 5)
        far.send(b"back")
        _collect(near, 4)
    _expect(seen[0] == ("tx", b"there"), "the hook must see what is sent")
    received = b"".join(data for direction, data in seen if direction == "rx")
    _expect(received == b"back", "the hook must see what is received, and no silence")


def _check_closing(near: Link, far: Link) -> None:
    with far:
        with near:
            _expect(not near.closed, "an open link must say so")
        _expect(near.closed, "leaving the block must close")
        near.close()
        _expect_closed(lambda: near.send(b"x"), "a closed link must refuse to send")
        _expect_closed(lambda: near.receive(0), "a closed link must refuse to receive")
        _expect(bool(near.description) and near.description in repr(near), "a link must say what it is")


def _check_peer_gone(near: Link, far: Link) -> None:
    with near:
        far.send(b"last words")
        far.close()
        _expect(_collect(near, 10) == b"last words", "what was sent before closing must arrive")
        _expect_closed(lambda: near.receive(_PATIENCE_S), "the end of the peer must be told")


async def check_async_link(near: AsyncLink, far: AsyncLink) -> None:
    """Hold an asyncio back-end to the same promises; `near` and `far` are two ends of one medium."""
    await near.send(_EVERY_BYTE)
    data = b""
    while len(data) < 256:
        data += await far.receive(_PATIENCE_S)
    _expect(data == _EVERY_BYTE, "every byte value must pass unchanged")
    before_s = near.now_s()
    _expect(await near.receive(0.01) == b"", "silence must be an empty answer")
    _expect(near.now_s() >= before_s + 0.01 - 1e-3, "silence must last its time")
    await far.send(b"last words")
    await far.close()
    await far.close()
    _expect(await near.receive(_PATIENCE_S) == b"last words", "what was sent before closing must arrive")
    await _expect_closed_async(near.receive(_PATIENCE_S), "the end of the peer must be told")
    await near.close()
    await _expect_closed_async(near.send(b"x"), "a closed link must refuse to send")


async def _expect_closed_async(action: Awaitable[_T], promise: str) -> None:
    try:
        await action
    except LinkClosedError:
        return
    raise AssertionError(promise)


async def check_clock(clock: Clock) -> None:
    """Hold a clock to the promises of `links.aio.Clock`; somebody must be moving a simulated one."""
    before_s = clock.now_s()
    await clock.sleep(0.02)
    _expect(clock.now_s() >= before_s + 0.02 - 1e-6, "sleep must not end early")
    await clock.sleep(0)
    await clock.sleep(-1)
    async with clock.deadline(60):
        await clock.sleep(0.01)
    try:
        async with clock.deadline(0.01):
            await clock.sleep(3600)
    except TimeoutError:
        _expect(clock.now_s() < before_s + 3600, "a deadline must not wait for its block")
    else:
        raise AssertionError("a deadline must raise TimeoutError")
    naps = [asyncio.create_task(clock.sleep(nap_s)) for nap_s in (0.03, 0.01)]
    await asyncio.wait(naps, return_when=asyncio.FIRST_COMPLETED)
    _expect(naps[1].done() and not naps[0].done(), "sleepers must wake in the order of their times")
    naps[0].cancel()
    await asyncio.gather(*naps, return_exceptions=True)
