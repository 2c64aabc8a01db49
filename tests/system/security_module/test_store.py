"""The store: private, one process at a time, whole after any kill; and the clock that must not go back."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from system.security_module import store
from system.security_module.clock import SET_BACK_MAX
from system.security_module.errors import JournalDamaged, UnableToOpenStore, WrongPassphrase
from system.security_module.journal import CHUNK_BYTES, recover
from system.security_module.sealed_contents import Client, Contents
from system.security_module.service import Service
from system.security_module.state import LEAD_MINUTES, RESULTS_KEPT_DAYS, State

#: Every byte of the journal is cut and corrupted in the long checks, every fifth in those of every day.
EVERY = 1 if os.environ.get("AMIBENCH_SLOW") == "1" else 5


def test_directory_and_files_are_private(directory: Path) -> None:
    assert directory.stat().st_mode & 0o777 == 0o700
    for path in directory.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path.name


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o707])
def test_a_store_that_others_can_read_is_not_opened(directory: Path, wall, passphrase, mode: int) -> None:
    directory.chmod(mode)
    with pytest.raises(UnableToOpenStore, match="chmod go="):
        store.open_store(directory, passphrase, wall())


def test_one_process_at_a_time(bench, passphrase, wall) -> None:
    with pytest.raises(UnableToOpenStore, match="another process"):
        store.open_store(bench.opened.directory, passphrase, wall())


def test_it_is_not_made_twice(directory: Path, passphrase, wall) -> None:
    with pytest.raises(UnableToOpenStore, match="already"):
        store.create(directory, passphrase, test_keys=True, now=wall(), cost=10)


def test_what_is_missing_is_said(directory: Path, tmp_path: Path, passphrase, wall) -> None:
    with pytest.raises(UnableToOpenStore, match="init"):
        store.open_store(tmp_path / "none", passphrase, wall())
    with pytest.raises(WrongPassphrase):
        store.open_store(directory, "another", wall())
    (directory / store.JOURNAL).unlink()
    with pytest.raises(UnableToOpenStore, match="missing"):
        store.open_store(directory, passphrase, wall())


def test_the_journal_of_another_module_is_refused(directory: Path, tmp_path: Path, passphrase, wall) -> None:
    other = tmp_path / "other"
    store.create(other, passphrase, test_keys=True, now=wall(), cost=10)
    shutil.copy(other / store.JOURNAL, directory / store.JOURNAL)
    with pytest.raises(UnableToOpenStore, match="another module"):
        store.open_store(directory, passphrase, wall())


def test_cut_or_corrupted_at_every_byte_no_tid_comes_twice(bench, reopen, wall, passphrase) -> None:
    """Whatever happens to a byte of the journal: it is refused, or no TID of before is minted again."""
    path = bench.opened.directory / store.JOURNAL
    start = recover(path.read_bytes()).end
    minted = {bench.mint()["tokens"][0]["tid"] for _ in range(2)}
    wall.pass_minutes(2)
    bench.opened.journal.close()
    os.close(bench.opened._lock)
    good = path.read_bytes()
    end = recover(good).end
    places = range(start, end, EVERY)
    damages = [good[:cut] for cut in places]
    damages += [good[:place] + bytes([good[place] ^ 0x20]) + good[place + 1 :] for place in places]
    opened_again = 0
    for damaged in damages:
        path.write_bytes(damaged)
        try:
            bench.opened = store.open_store(bench.opened.directory, passphrase, wall())
        except JournalDamaged:
            continue
        opened_again += 1
        again = type(bench)(bench.opened, wall)
        wall.pass_minutes(1)
        assert again.mint(f"x{opened_again}")["tokens"][0]["tid"] not in minted
        wall.pass_minutes(-1)
        bench.opened.journal.close()
        os.close(bench.opened._lock)
    assert opened_again > len(places)
    path.write_bytes(good)
    bench.opened = store.open_store(bench.opened.directory, passphrase, wall())


def test_a_torn_end_lifts_the_floor_once(bench, reopen, wall) -> None:
    bench.mint("a")
    path = bench.opened.directory / store.JOURNAL
    end = recover(path.read_bytes()).end
    with path.open("r+b") as file:
        file.seek(end)
        file.write(b"0123abcd 9 [{")
    again = reopen(bench)
    assert again.opened.state.floor == wall() + timedelta(minutes=LEAD_MINUTES)
    assert again.mint("b").code == "tid-window"
    wall.pass_minutes(1)
    assert again.mint("b")["tokens"]
    floor = again.opened.state.floor
    bench.opened = again.opened
    assert reopen(bench).opened.state.floor == floor
    assert path.stat().st_size % CHUNK_BYTES == 0


def test_a_snapshot_adds_up_to_the_same_state(bench, meter) -> None:
    for number in range(5):
        bench.mint(f"s{number}", meter={**meter, "ti": number})
    bench.ask("fetch_result", message_id="gone", cancel_if_absent=True)
    state, copy = bench.opened.state, State()
    for record in state.snapshot():
        copy.apply(record)
    assert list(copy.snapshot()) == list(state.snapshot())
    assert copy.used("caja", bench.wall()).units == 5 * 255


def test_old_results_are_let_go_and_tids_never(bench, reopen, wall) -> None:
    first = bench.mint("old")["tokens"][0]["tid"]
    wall.pass_minutes((RESULTS_KEPT_DAYS + 1) * 24 * 60)
    bench.mint("new")
    bench.opened.compact(wall())
    again = reopen(bench)
    assert again.code("fetch_result", message_id="old") == "result-not-found"
    assert again.ask("fetch_result", message_id="new")["tokens"]
    assert first in again.opened.state.memory("600727000000000009", 2014).recent


def real_module(bench) -> Service:
    """The bench's module as if its keys were real: no test hooks, no clock but the wall."""
    contents = bench.opened.contents
    plain = Contents(contents.store, test_keys=False, registers=contents.registers, clients=contents.clients)
    bench.service = Service(plain, bench.opened.state, bench.service.clock, bench.service._key_stores)
    return bench.service


def test_a_clock_that_went_back_mints_nothing(bench, wall) -> None:
    real_module(bench)
    bench.mint()
    wall.moment -= SET_BACK_MAX
    assert bench.mint()["tokens"]
    wall.pass_minutes(-1)
    assert bench.mint().code == "clock"
    bench.opened.state.apply({"kind": "clock-accepted", "at": wall().isoformat()})
    assert bench.mint()["tokens"]


def test_real_keys_have_no_test_hooks(bench) -> None:
    real_module(bench)
    assert bench.code("set_clock", time="2030-01-01T00:00:00Z") == "not-permitted"
    assert bench.code("force_rnd", rnd=5) == "not-permitted"
    assert bench.code("reset_tids") == "not-permitted"
    assert bench.mint(time="2030-01-01T00:00:00Z").code == "not-permitted"
    assert bench.mint()["test"] is False


def test_refusals_worth_it_are_written_down(bench, meter) -> None:
    nobody = Client("nadie", "uid:1", "monitor")
    bench.ask("mint", nobody, message_id="m", meter=meter, subclass=0, amount=1)
    bench.ask("mint", message_id="n", meter={**meter, "sgc": "999999"}, subclass=0, amount=1)
    path = bench.opened.directory / store.JOURNAL
    refused = [record for record in recover(path.read_bytes()).records if record["kind"] == "refused"]
    assert [(record["client"], record["code"]) for record in refused] == [("nadie", "not-permitted")]
