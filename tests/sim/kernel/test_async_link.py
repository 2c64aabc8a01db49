"""A link of asyncio into a world: bytes, silence, closing, and a peer that floods."""

import pytest
from simpy import Environment

from links.base import LinkClosedError
from sim.kernel.ports import Port, Write
from sim.kernel.virtual_time import INBOX_BYTES_MAX, SimAsyncClock, SimAsyncLink, run_in_virtual_time


class Repeater:
    """Answers three seconds later, so many times."""

    def __init__(self, env: Environment, write: Write, times: int) -> None:
        self.env, self.write, self.times = env, write, times
        self.is_closed = False

    def receive(self, data: bytes) -> None:
        self.env.timeout(3.0).callbacks.append(lambda _: self.write(data * self.times))

    def closed(self) -> None:
        self.is_closed = True


def _port(env: Environment, times: int = 1) -> tuple[Port, list[Repeater]]:
    made: list[Repeater] = []

    def open_session(write: Write) -> Repeater:
        made.append(Repeater(env, write, times))
        return made[-1]

    return Port(env, "port", open_session), made


def test_bytes_come_in_device_time_and_silence_is_empty() -> None:
    env = Environment()
    port, made = _port(env)
    clock = SimAsyncClock(env)

    async def main() -> None:
        link = SimAsyncLink(clock, port, "a test")
        await link.send(b"hello")
        assert await link.receive(1.0) == b""
        assert clock.now_s() == 1.0
        assert await link.receive(10.0) == b"hello"
        assert clock.now_s() == 3.0
        await link.close()
        await link.close()
        with pytest.raises(LinkClosedError):
            await link.send(b"x")

    run_in_virtual_time(env, main())
    assert made[0].is_closed
    assert port.attached_count == 0


def test_a_flood_is_bounded() -> None:
    env = Environment()
    port, _ = _port(env, times=INBOX_BYTES_MAX // 10)

    async def main() -> int:
        link = SimAsyncLink(SimAsyncClock(env), port, "a test")
        for _ in range(3):
            await link.send(b"0123456")
            await link.clock.sleep(4.0)
        found = len(await link.receive(1.0))
        await link.close()
        return found

    assert run_in_virtual_time(env, main()) <= INBOX_BYTES_MAX
