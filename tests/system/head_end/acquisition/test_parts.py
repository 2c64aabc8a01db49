"""The small parts: reasons, what is left of a gap, counters, stages, and how the store is called."""

import asyncio
import threading
import uuid
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links.base import LinkClosedError, LinkOpenError, LinkUrlError
from protocols.dlms.codes import DataAccessResult, ServiceError, StateError
from protocols.dlms.errors import DecipheringError, DecodeError, LocalProtocolError
from protocols.dlms.session.errors import (
    AccessRefused,
    AssociationRefused,
    ExceptionAnswered,
    LinkLost,
    NoAnswer,
    OutcomeUnknown,
)
from protocols.dlms.xdlms.error_responses import ExceptionResponse
from protocols.field.errors import UplinkError
from system.head_end.acquisition import BlockingRunner, ThreadRunner
from system.head_end.acquisition.failures import WrongMeter, failure_of
from system.head_end.acquisition.key_file import MissingKey
from system.head_end.acquisition.meter_session import ReservedCounter
from system.head_end.acquisition.profile_reading import pieces
from system.head_end.acquisition.session_limits import HostileDevice
from system.head_end.acquisition.uplink import rest_of_gap
from system.head_end.acquisition.visit import stages
from system.head_end.store_port import Channel, DueOrder, Gap, Lease, MeterTarget, Visit
from system.head_end.vocabulary import ChannelKind, OrderKind, Reason

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _exception(state: int, service: int) -> ExceptionResponse:
    return ExceptionResponse(StateError(state), ServiceError(service))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (LinkOpenError("x"), Reason.UNREACHABLE),
        (LinkUrlError("x"), Reason.UNREACHABLE),
        (LinkClosedError("x"), Reason.LINE_LOST),
        (LinkLost("DM"), Reason.LINE_LOST),
        (NoAnswer(1.0), Reason.METER_SILENT),
        (OutcomeUnknown(1.0), Reason.METER_SILENT),
        (ExceptionAnswered(_exception(1, 1)), Reason.METER_SILENT),
        (AssociationRefused(_exception(1, 1)), Reason.METER_SILENT),
        (AssociationRefused(_exception(1, 3)), Reason.METER_SILENT),
        (AssociationRefused(_exception(2, 1)), Reason.UNKNOWN_METER),
        (AssociationRefused(_exception(1, 5)), Reason.WRONG_KEY),
        (AssociationRefused(_exception(1, 6)), Reason.COUNTER_REFUSED),
        (AssociationRefused(_exception(1, 2)), Reason.ASSOCIATION_REFUSED),
        (ExceptionAnswered(_exception(1, 2)), Reason.NOT_UNDERSTOOD),
        (DecipheringError("x"), Reason.WRONG_KEY),
        (DecodeError("x"), Reason.NOT_UNDERSTOOD),
        (LocalProtocolError("x"), Reason.NOT_UNDERSTOOD),
        (AccessRefused(DataAccessResult.READ_WRITE_DENIED), Reason.ACCESS_REFUSED),
        (HostileDevice("x"), Reason.HOSTILE),
        (MissingKey("x"), Reason.NO_KEY),
        (WrongMeter("x"), Reason.WRONG_SERIAL),
        (UplinkError("forbidden", "x"), Reason.NO_UPLINK),
        (asyncio.CancelledError(), Reason.COLLECTOR_STOPPED),
        (ValueError("x"), Reason.NOT_UNDERSTOOD),
    ],
)
def test_every_error_has_a_reason(error: BaseException, reason: Reason) -> None:
    assert failure_of(error).reason is reason


def test_details_are_one_short_line() -> None:
    failure = failure_of(DecodeError("a\nb" * 1_000))
    assert "\n" not in failure.detail
    assert len(failure.detail) == 200


# ---------------------------------------------------------------- gaps


@given(st.sets(st.integers(1, 40)), st.integers(1, 40))
def test_what_is_left_of_a_gap_holds_all_that_is_missing_and_no_more(came: set[int], size: int) -> None:
    quarter = timedelta(minutes=15)
    missing = [number for number in range(1, size + 1) if number not in came]
    found = rest_of_gap(NOON, NOON + size * quarter, {NOON + number * quarter for number in came}, 900)
    if not missing:
        assert found is None
        return
    assert found is not None
    after, to = found
    assert all(after < NOON + number * quarter <= to for number in missing)
    # it begins behind a row that came (or at the gap's own beginning), and ends at most one row late
    assert after == NOON + (missing[0] - 1) * quarter
    assert to - (NOON + missing[-1] * quarter) <= quarter


def test_without_a_period_a_gap_stays_open() -> None:
    assert rest_of_gap(NOON, NOON + timedelta(hours=1), {NOON + timedelta(minutes=5)}, 0) is not None


@given(st.integers(1, 200_000), st.sampled_from([60, 900, 3_600, 86_400]), st.integers(1, 500))
def test_pieces_are_the_whole_without_overlap(seconds: int, period_s: int, rows: int) -> None:
    to = NOON + timedelta(seconds=seconds)
    found = list(pieces(NOON, to, period_s, rows))
    assert found[0][0] == NOON
    assert found[-1][1] == to
    assert all(first[1] == second[0] for first, second in pairwise(found))
    assert all((end - begin).total_seconds() <= period_s * rows for begin, end in found)


# ---------------------------------------------------------------- counters, stages


@given(st.lists(st.integers(1, 20), max_size=8))
def test_a_reserved_counter_gives_what_was_reserved_once(sizes: list[int]) -> None:
    counter, first, reserved = ReservedCounter(), 100, []
    for size in sizes:
        counter.add(first, size)
        reserved += range(first, first + size)
        first += size + 7  # others reserve between
    assert counter.left == len(reserved)
    assert [counter.take() for _ in reserved] == reserved
    with pytest.raises(LocalProtocolError, match="all reserved"):
        counter.take()


def _visit(*meters: int, kind: ChannelKind = ChannelKind.CONCENTRATOR) -> Visit:
    targets = [MeterTarget(number, str(number), "", number, "public") for number in meters]
    deadline = NOON + timedelta(hours=1)
    orders = tuple(
        DueOrder(uuid.UUID(int=target.device_id), OrderKind.READ, target, {}, deadline)
        for target in targets[:2]
    )
    gaps = tuple(Gap(target, "1.0.99.1.0", NOON, deadline) for target in targets[1:])
    return Visit(
        Lease(1, 1, deadline), Channel(1, kind, "c", "tcp://h:1"), orders, gaps, clocks=(targets[0],)
    )


def test_orders_go_before_everything_else() -> None:
    first, second = stages(_visit(1, 2, 3))
    assert [(work.meter.device_id, len(work.orders), len(work.gaps)) for work in first] == [
        (1, 1, 0),
        (2, 1, 0),
    ]
    assert [(work.meter.device_id, work.clock, len(work.gaps)) for work in second] == [
        (2, False, 1),
        (3, False, 1),
        (1, True, 0),
    ]


def test_a_lone_meter_is_called_once() -> None:
    ((work,),) = stages(_visit(1, kind=ChannelKind.DIRECT))
    assert (len(work.orders), work.clock) == (1, True)
    assert stages(Visit(Lease(1, 1, NOON), Channel(1, ChannelKind.DIRECT, "c", "tcp://h:1"))) == []


# ---------------------------------------------------------------- the store's runners


def test_calls_that_wait_together_share_a_thread_and_keep_their_order() -> None:
    made: list[int] = []

    def ask(number: int) -> tuple[int, str]:
        made.append(number)
        if number == 7:
            raise ValueError("seven")
        return number, threading.current_thread().name

    async def main() -> list[object]:
        runner = ThreadRunner()
        calls = [runner.call(lambda number=number: ask(number)) for number in range(50)]
        found = await asyncio.gather(*calls, return_exceptions=True)
        runner.close()
        return list(found)

    found = asyncio.run(main())
    assert made == list(range(50))
    assert isinstance(found[7], ValueError)
    assert {item[1].rsplit("_")[0] for item in found if isinstance(item, tuple)} == {"store"}


def test_who_is_cancelled_does_not_hinder_others() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        go_on.wait(10)
        return "late"

    async def main() -> str:
        runner = ThreadRunner()
        task = asyncio.ensure_future(runner.call(slow))
        other = asyncio.ensure_future(runner.call(lambda: "other"))
        await asyncio.get_running_loop().run_in_executor(None, begun.wait, 10)
        task.cancel()
        go_on.set()
        found = await other
        runner.close()
        return found

    assert asyncio.run(main()) == "other"


def test_the_standstill_runner_works_in_a_thread_of_its_own() -> None:
    async def main() -> str:
        runner = BlockingRunner()
        name = await runner.call(lambda: threading.current_thread().name)
        runner.close()
        return name

    assert asyncio.run(main()).startswith("store")
