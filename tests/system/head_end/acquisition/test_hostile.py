"""Devices that mean no good: each costs its session what it may cost, and no other session anything."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from collecting import plan_of
from memory_store import direct

from links.aio import AsyncLink
from links.base import LinkClosedError
from protocols.dlms.session import AsyncDlmsSession
from protocols.dlms.wrapper import HEADER_SIZE, encode_wpdu
from system.head_end.acquisition import CollectorSettings, SessionLimits
from system.head_end.store_port import MeterTarget
from system.head_end.vocabulary import OrderKind, OrderState, Reason

LIMITS = SessionLimits(
    octets_max=200_000, transfer_octets_max=50_000, requests_max=300, rows_max=500, session_s=600.0
)
EVIL_URL = "tcp://evil"
AARE = bytes.fromhex("6129a109060760857405080101a203020100a305a103020100be10040e0800065f1f0400001e1d04000007")
Answers = Callable[[bytes], list[bytes]]


class EvilLink(AsyncLink):
    """A server that answers each APDU as a function says; `drip` gives its octets one a second."""

    def __init__(self, clock: Any, answers: Answers, *, drip: bool = False) -> None:
        super().__init__(clock, "evil")
        self._answers, self._drip = answers, drip
        self._out = bytearray()

    async def _send(self, data: bytes) -> None:
        for apdu in self._answers(data[HEADER_SIZE:]):
            self._out += encode_wpdu(apdu, source=1, destination=16)

    async def _receive(self) -> bytes:
        if self._drip:
            await self.clock.sleep(1.0)
        if not self._out:
            await self.clock.sleep(1e9)
        size = 1 if self._drip else len(self._out)
        data = bytes(self._out[:size])
        del self._out[:size]
        return data

    async def _close(self) -> None:
        self._out.clear()


def _after_association(answer: Answers) -> Answers:
    def answers(apdu: bytes) -> list[bytes]:
        return [AARE] if apdu[:1] == b"\x60" else answer(apdu)

    return answers


def _block(apdu: bytes, octets: bytes, number: int) -> bytes:
    size = len(octets).to_bytes(2, "big")
    return b"\xc4\x02" + apdu[2:3] + b"\x00" + number.to_bytes(4, "big") + b"\x00\x82" + size + octets


def _endless_blocks(size: int) -> Answers:
    def answers(apdu: bytes) -> list[bytes]:
        number = 1 if apdu[1] != 2 else int.from_bytes(apdu[3:7], "big") + 1
        return [_block(apdu, bytes(size), number)]

    return _after_association(answers)


def _value(octets: bytes) -> Answers:
    """Every GET is answered with these octets, every list with as many as it asks for."""

    def answers(apdu: bytes) -> list[bytes]:
        if apdu[:2] == b"\xc0\x03":
            return [b"\xc4\x03" + apdu[2:3] + apdu[3:4] + (b"\x00" + octets) * apdu[3]]
        return [b"\xc4\x01" + apdu[2:3] + b"\x00" + octets]

    return _after_association(answers)


CASES: dict[str, tuple[Answers, Reason, bool]] = {
    "endless blocks": (_endless_blocks(1_000), Reason.HOSTILE, False),
    "endless empty blocks": (_endless_blocks(0), Reason.HOSTILE, False),
    "a huge array": (_value(b"\x01\x84\xff\xff\xff\xff"), Reason.NOT_UNDERSTOOD, False),
    "a huge octet-string": (_value(b"\x09\x84\x7f\xff\xff\xff"), Reason.NOT_UNDERSTOOD, False),
    "arrays in arrays": (_value(b"\x01\x01" * 20_000 + b"\x00"), Reason.NOT_UNDERSTOOD, False),
    "wrong tags": (_value(b"\xee\xdd"), Reason.NOT_UNDERSTOOD, False),
    "no DLMS at all": (lambda apdu: [b"HTTP/1.1 400 Bad Request"], Reason.NOT_UNDERSTOOD, False),
    "answers to what nobody asked": (
        _after_association(lambda apdu: [b"\xc4\x01\x7f\x00\x11\x05"] * 3),
        Reason.NOT_UNDERSTOOD,
        False,
    ),
    "notifications without end": (
        _after_association(
            lambda apdu: [b"\x0f\x00\x00\x00\x01\x00" + b"\x09\x82\x03\xe8" + bytes(1_000)] * 1_000
        ),
        Reason.HOSTILE,
        False,
    ),
    "one octet a second": (_value(b"\x09\x82\x10\x00" + bytes(4_096)), Reason.UNREACHABLE, True),
}


def _bench(make: Any, answers: Answers, *, drip: bool = False) -> Any:
    bench = make(2.0)
    bench.settings = CollectorSettings(limits=LIMITS, response_timeout_s=30.0, idle_s=60.0)
    evil = MeterTarget(2, "66", "EVIL", 1, "public")
    bench.store.add_channel(direct(2, EVIL_URL), plan_of(evil, bench.since, logs=("0.0.99.98.0",)))
    dial = bench.dial

    async def dialer(url: str) -> AsyncLink:
        return EvilLink(bench.clock, answers, drip=drip) if url == EVIL_URL else await dial(url)

    bench.dial = dialer
    return bench


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_meter_is_dropped_and_others_are_read(make_meter_bench, name: str) -> None:
    answers, reason, drip = CASES[name]
    bench = _bench(make_meter_bench, answers, drip=drip)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    bench.work("one", 5.0 if not drip else 700.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert bench.store.reasons(2)[0] is reason, bench.store.contacts
    assert bench.store.reasons(1) == []
    assert len(bench.store.instants(1, "1.0.99.1.0")) >= 7
    assert peak - before < 12_000_000
    assert all(device == 1 for device, *_ in bench.store.values)


def test_a_meter_that_ignores_the_range_fills_no_other_time(make_meter_bench) -> None:
    bench = make_meter_bench(6.0)
    bench.store.channels[1].meters[1].since = bench.since.replace(hour=9)
    asked = AsyncDlmsSession.get_octets

    async def whole(
        session: Any, cosem_class: Any, obis: Any, attribute: int, selection: Any = None
    ) -> bytes:
        return await asked(session, cosem_class, obis, attribute, None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AsyncDlmsSession, "get_octets", whole)
        bench.collect()
    kept = bench.store.instants(1, "1.0.99.1.0")
    assert len(kept) == 7
    assert kept[0] > bench.since.replace(hour=9)


def test_too_many_rows_are_not_kept(make_meter_bench) -> None:
    bench = make_meter_bench(6.0)
    bench.settings = CollectorSettings(limits=SessionLimits(rows_max=10))
    bench.work("one", 1.0)
    assert bench.store.reasons(1) == [Reason.HOSTILE]
    assert bench.store.values == {}


def test_a_line_that_breaks_in_the_middle_of_an_order_leaves_it_unsure(make_meter_bench) -> None:
    bench = make_meter_bench(0.5, profiles={})
    order = bench.store.add_order(OrderKind.TOKEN, bench.target, bench.soon(), digits=bench.mint(10))
    broken = []

    def breaking(link: AsyncLink) -> AsyncLink:
        receive = link.receive

        async def gone(max_wait_s: float) -> bytes:
            data = await receive(max_wait_s)
            if bench.store.orders[order].state is OrderState.RUNNING and not broken:
                broken.append(data)
                raise LinkClosedError("the peer closed it")
            return data

        link.receive = gone  # type: ignore[method-assign]
        return link

    bench.wrap = breaking
    bench.work("one", 5.0)
    line = bench.store.orders[order]
    assert (line.state, line.reason) == (OrderState.UNSURE, Reason.LINE_LOST)
    bench.work("one", 120.0)
    assert line.state is OrderState.DONE
    assert line.result["already"] is True
    assert bench.credit_wh() == 1_000


def test_an_error_of_ours_stays_with_its_channel(make_meter_bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = _bench(make_meter_bench, CASES["wrong tags"][0])
    dial = bench.dial

    async def broken(url: str) -> AsyncLink:
        if url == EVIL_URL:
            raise ZeroDivisionError("a bug")
        return await dial(url)

    bench.dial = broken
    bench.work("one", 5.0)
    assert [failure.detail for channel, _, failure in bench.told] == ["ZeroDivisionError: a bug"]
    assert sorted(str(reason) for reason in bench.store.releases) == ["None", "not-understood"]
    assert len(bench.store.instants(1, "1.0.99.1.0")) == 7
