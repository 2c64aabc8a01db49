"""A power cut at each step of a sale; a disk that fails; a book or a counter that was set back to a copy."""

import shutil
import sqlite3
from pathlib import Path
from uuid import uuid4

import pytest
from terminal_world import PASSPHRASE, World

from system.security_module.secure_counter import SecureCounter
from system.terminal import services
from system.terminal.book import Book
from system.terminal.errors import TerminalRefused
from system.terminal.open_terminal import OpenTerminal
from system.terminal.services import Order


class PowerCut(BaseException):
    """The process is gone: nothing after this is executed."""


def cut(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, *, after: bool) -> None:
    """Cut the power before or after what `name` does."""
    whole = getattr(owner, name)

    def dying(*args: object, **kwargs: object) -> None:
        if after:
            whole(*args, **kwargs)
        raise PowerCut

    monkeypatch.setattr(owner, name, dying)


@pytest.mark.requirement("R5.4-01")
@pytest.mark.parametrize(
    ("owner", "name", "after", "sold"),
    [
        (Book, "begin_sale", False, 0),
        (Book, "begin_sale", True, 0),
        (SecureCounter, "mint", False, 0),
        (SecureCounter, "mint", True, 1),
        (Book, "finish_sale", False, 1),
        (Book, "finish_sale", True, 1),
    ],
)
def test_a_power_cut(
    world: World, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, after: bool, sold: int
) -> None:
    order = Order(uuid4(), "NIU-0001", 1_000_000, "ana")
    with monkeypatch.context() as patch:
        cut(patch, owner, name, after=after)
        with pytest.raises(PowerCut):
            services.sell(world.desk, order)
    desk = world.reopen()
    services.recover(desk)
    assert desk.book.under_way() is None
    assert desk.book.totals()[0] == desk.counter.status().sequence == sold
    again = services.sell(desk, order)  # whoever did not see the token asks again
    assert again.again == bool(sold)
    assert desk.counter.status().spent_c == 1_000_000
    assert world.sell(2).row.content["number"] == "T1-000002"


def test_a_disk_that_fails_stops_the_selling_until_a_new_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Book, "finish_sale", full)
        with pytest.raises(TerminalRefused, match="disk is full") as error:
            world.sell(1)
        assert error.value.code == "disk"
    with pytest.raises(TerminalRefused) as error:
        world.sell(2)
    assert error.value.code == "disk"
    world.reopen()
    assert world.sell(2).row.content["sequence"] == 2
    assert world.desk.book.totals()[:2] == (2, 2_000_000)


@pytest.mark.requirement("R5.4-05")
def test_a_book_that_was_set_back_sells_nothing_and_gives_no_credit(world: World, tmp_path: Path) -> None:
    world.sell(1)
    world.desk.close()
    shutil.copy(world.folder / "book.db", tmp_path / "copy.db")
    world.desk = OpenTerminal.open(world.folder, PASSPHRASE, world.clock)
    world.sell(2)
    world.desk.close()
    for name in ("book.db", "book.db-wal", "book.db-shm"):
        (world.folder / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy.db", world.folder / "book.db")
    world.desk = OpenTerminal.open(world.folder, PASSPHRASE, world.clock)
    with pytest.raises(TerminalRefused) as error:
        world.sell(3)
    assert error.value.code == "book-behind"
    assert world.desk.counter.status().spent_c == 2_000_000
    assert services.make_batch(world.desk)  # the office may see it


def test_a_counter_that_was_set_back_sells_nothing(world: World, tmp_path: Path) -> None:
    world.desk.close()
    shutil.copytree(world.folder / "counter", tmp_path / "copy")
    world.desk = OpenTerminal.open(world.folder, PASSPHRASE, world.clock)
    world.sell(1)
    world.desk.close()
    shutil.rmtree(world.folder / "counter")
    shutil.copytree(tmp_path / "copy", world.folder / "counter")
    world.desk = OpenTerminal.open(world.folder, PASSPHRASE, world.clock)
    with pytest.raises(TerminalRefused) as error:
        world.sell(2)
    assert error.value.code == "counter-behind"


def test_entries_cannot_be_changed_by_hand(world: World) -> None:
    world.sell(1)
    rows = sqlite3.connect(world.folder / "book.db")
    try:
        with pytest.raises(sqlite3.IntegrityError, match="stay"):
            rows.execute("UPDATE entry SET content = '{}'")
        with pytest.raises(sqlite3.IntegrityError, match="kept"):
            rows.execute("DELETE FROM entry")
    finally:
        rows.close()


def test_two_processes_cannot_sell_with_one_terminal(world: World) -> None:
    with pytest.raises(TerminalRefused, match="another process") as error:
        OpenTerminal.open(world.folder, PASSPHRASE, world.clock)
    assert error.value.code == "cannot-open"


def test_a_wrong_passphrase_opens_nothing(world: World) -> None:
    world.desk.close()
    with pytest.raises(TerminalRefused) as error:
        OpenTerminal.open(world.folder, "otra", world.clock)
    assert error.value.code == "cannot-open"
    world.desk = OpenTerminal.open(world.folder, PASSPHRASE, world.clock)
    assert world.desk.selling().pack.number == 1
