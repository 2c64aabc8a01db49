"""Which message ids have a result: page by page, of one's own alone; a restored book is compared with it."""

from datetime import timedelta

import pytest

from system.security_module.sealed_contents import Client

OTHER = Client("otra", "uid:8", "vending")


def pages(bench, limit: int, **begin) -> list[list[str]]:
    found, page = [], {**begin, "limit": limit}
    while True:
        answer = bench.ask("list_results", **page)
        found.append([row["message_id"] for row in answer["results"]])
        if not answer["more"]:
            return found
        last = answer["results"][-1]
        page = {"since": last["at"], "after": last["message_id"], "limit": limit}


def test_every_id_comes_once_whatever_the_page(bench, wall) -> None:
    for number in range(7):
        bench.mint(f"m{number}")
        wall.pass_minutes(number % 2)  # some share an instant
    assert pages(bench, 500) == [[f"m{number}" for number in range(7)]]
    assert pages(bench, 3) == [["m0", "m1", "m2"], ["m3", "m4", "m5"], ["m6"]]
    assert pages(bench, 1) == [[f"m{number}"] for number in range(7)]


def test_it_begins_at_an_instant(bench, wall) -> None:
    bench.mint("before")
    wall.pass_minutes(2)
    since = wall.moment
    bench.mint("at")
    assert pages(bench, 9, since=since.isoformat()) == [["at"]]
    assert pages(bench, 9, since=(since + timedelta(seconds=1)).isoformat()) == [[]]


def test_a_client_hears_of_its_own_and_of_no_token(bench) -> None:
    sold = bench.mint("mine")
    assert bench.ask("list_results", OTHER)["results"] == []
    (row,) = bench.ask("list_results")["results"]
    assert row["message_id"] == "mine"
    assert row["pan"] == sold["pan"]
    assert sold["tokens"][0]["digits"] not in str(row)


def test_a_cancelled_id_has_no_result(bench) -> None:
    bench.code("fetch_result", message_id="gone", cancel_if_absent=True)
    assert pages(bench, 9) == [[]]


def test_it_outlives_a_restart_and_a_compaction(bench, reopen, wall) -> None:
    bench.mint("kept")
    bench.opened.compact(wall())
    assert pages(reopen(bench), 9) == [["kept"]]


@pytest.mark.parametrize("args", [{"limit": 0}, {"limit": 501}, {"since": "yesterday"}, {"after": "a b"}])
def test_what_makes_no_sense_is_refused(bench, args: dict) -> None:
    with pytest.raises(Exception, match="malformed"):
        bench.ask("list_results", **args)


def test_it_writes_nothing_and_a_monitor_may_not(bench) -> None:
    before = bench.opened.journal.used_bytes
    bench.ask("list_results")
    assert bench.opened.journal.used_bytes == before
    assert bench.code("list_results", Client("pantalla", "uid:7", "monitor")) == "not-permitted"


def test_the_client_turns_the_pages(on_thread, connect, meter, monkeypatch) -> None:
    names = [f"m{number}" for number in range(5)]
    with on_thread() as url:
        client = connect(url)
        for name in names:
            client.mint(name, meter, subclass=0, amount=10)
        asked, ask = [], client._ask
        monkeypatch.setattr(
            client, "_ask", lambda name, args: asked.append(args) or ask(name, {**args, "limit": 2})
        )
        assert [row["message_id"] for row in client.results()] == names
        assert len(asked) == 3
