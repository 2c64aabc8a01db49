"""Refused and cancelled requests: what they leave in the journal, and whose message ids they touch."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.security_module import service
from system.security_module.sealed_contents import Client

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MONITOR = Client("pantalla", "uid:7", "monitor")
OTHER = Client("otra", "uid:8", "vending")


def refused_lines(bench) -> list[dict]:
    """What the journal says of refusals."""
    bench.opened.journal.close()
    again = type(bench.opened.journal)(bench.opened.journal.path)
    bench.opened.journal = again
    return [record for record in again.recovered.records if record["kind"] == "refused"]


def test_a_client_that_is_refused_again_and_again_does_not_fill_the_journal(bench, meter, wall) -> None:
    for number in range(500):
        assert bench.code("mint", MONITOR, message_id=f"x{number}", meter=meter, subclass=0, amount=1)
    assert [line["left_out"] for line in refused_lines(bench)] == [0] * service.BURST
    wall.pass_minutes(1)
    bench.code("mint", MONITOR, message_id="y", meter=meter, subclass=0, amount=1)
    assert refused_lines(bench)[-1]["left_out"] == 500 - service.BURST


def test_one_noisy_client_hides_no_other(bench, meter) -> None:
    for number in range(50):
        bench.code("mint", MONITOR, message_id=f"x{number}", meter=meter, subclass=0, amount=1)
    bench.code("key_change", OTHER, message_id="k", meter=meter, target={"krn": 2})
    assert refused_lines(bench)[-1]["client"] == "otra"


@given(st.lists(st.integers(0, 30), max_size=200))
def test_lines_and_left_out_add_up_to_the_refusals(gaps_s: list[int]) -> None:
    log, now, lines, told = service.RefusalLog(), NOON, 0, 0
    for gap_s in gaps_s:
        now += timedelta(seconds=gap_s)
        left_out = log.admit("a", now)
        if left_out is not None:
            lines, told = lines + 1, told + left_out
    assert lines + told <= len(gaps_s)
    minutes = sum(gaps_s) // 60 + 1
    assert lines <= service.BURST * minutes
    after = log.admit("a", now + service.WINDOW)
    assert lines + told + (after or 0) == len(gaps_s)


def test_a_clock_that_goes_back_begins_a_new_minute() -> None:
    log = service.RefusalLog()
    for _ in range(service.BURST + 3):
        log.admit("a", NOON)
    assert log.admit("a", NOON) is None
    assert log.admit("a", NOON - timedelta(hours=1)) == 4


def test_another_client_cannot_close_an_id(bench, meter) -> None:
    args = {"meter": meter, "subclass": 0, "amount": 1}
    assert bench.code("fetch_result", OTHER, message_id="venta", cancel_if_absent=True) == "result-not-found"
    sold = bench.ask("mint", message_id="venta", **args)
    assert sold["tokens"]
    # The other client's own request under that id stays closed, and the sale is not shown to it.
    assert bench.code("fetch_result", OTHER, message_id="venta") == "message-cancelled"
    assert bench.code("mint", OTHER, message_id="venta", **args) == "message-id-reused"
    assert bench.ask("fetch_result", message_id="venta") == sold


def test_a_cancel_of_anothers_sale_says_and_writes_nothing(bench, meter) -> None:
    bench.mint("venta")
    used = bench.opened.journal.used_bytes
    for _ in range(3):
        assert (
            bench.code("fetch_result", OTHER, message_id="venta", cancel_if_absent=True) == "result-not-found"
        )
    assert bench.opened.journal.used_bytes == used


@pytest.fixture
def compacted(reopen, wall):
    """Close the module, compact its journal, open it again."""

    def compacted(bench):
        bench.opened.compact(wall())
        return reopen(bench)

    return compacted


def test_a_cancelled_id_stays_closed_over_restart_and_compaction(bench, meter, reopen, compacted) -> None:
    args = {"message_id": "tarde", "meter": meter, "subclass": 0, "amount": 1}
    bench.code("fetch_result", message_id="tarde", cancel_if_absent=True)
    for again in (reopen(bench), compacted(bench)):
        assert again.code("mint", **args) == "message-cancelled"


def test_a_cancel_written_by_an_earlier_version_still_counts(bench, meter) -> None:
    old = {"kind": "result", "message_id": "m", "client": bench.client.name, "digest": ""}
    bench.opened.state.apply({**old, "at": NOON.isoformat(), "result": None})
    assert bench.code("mint", message_id="m", meter=meter, subclass=0, amount=1) == "message-cancelled"


def test_cancels_have_a_daily_limit(bench, monkeypatch, wall) -> None:
    monkeypatch.setattr(service, "CANCELS_PER_DAY_MAX", 3)
    for number in range(3):
        code = bench.code("fetch_result", message_id=f"n{number}", cancel_if_absent=True)
        assert code == "result-not-found"
    assert bench.code("fetch_result", message_id="n3", cancel_if_absent=True) == "limit-exceeded"
    assert bench.code("fetch_result", message_id="n0", cancel_if_absent=True) == "message-cancelled"
    assert bench.code("fetch_result", OTHER, message_id="n3", cancel_if_absent=True) == "result-not-found"
    wall.pass_minutes(24 * 60)
    assert bench.code("fetch_result", message_id="n3", cancel_if_absent=True) == "result-not-found"


def test_old_cancels_are_let_go_with_old_results(bench, wall) -> None:
    bench.code("fetch_result", message_id="n", cancel_if_absent=True)
    wall.pass_minutes(40 * 24 * 60)
    bench.mint()
    state = bench.opened.state
    state.forget_old_results()
    assert not state.cancelled(bench.client.name, "n")
    assert state.cancels_of_day(bench.client.name, NOON) == 0


def test_a_limit_holds_for_a_client_by_name_not_by_role(bench) -> None:
    twin = replace(OTHER, name="otra más", identity="uid:9")
    bench.code("fetch_result", OTHER, message_id="n", cancel_if_absent=True)
    assert bench.code("fetch_result", twin, message_id="n") == "result-not-found"
