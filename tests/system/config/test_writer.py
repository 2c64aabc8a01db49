"""Turns are taken in the order in which they were asked for."""

import threading

from system.config.writer import Turns


def test_first_come_first_served() -> None:
    turns, served, threads = Turns(), [], []

    def take(number: int) -> None:
        with turns:
            served.append(number)

    with turns:
        for number in range(20):
            thread = threading.Thread(target=take, args=(number,))
            thread.start()
            threads.append(thread)
            while len(turns._waiting) <= number:
                pass
        assert served == []
        with turns:  # who has it may take it again, and has it still
            pass
        assert served == []
    for thread in threads:
        thread.join(10)
    assert served == list(range(20))


def test_nobody_is_in_twice() -> None:
    turns, inside, most = Turns(), [], []

    def take() -> None:
        for _ in range(200):
            with turns:
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (set(most), len(most)) == ({1}, 1600)


def test_an_error_gives_the_turn_on() -> None:
    turns = Turns()
    try:
        with turns:
            raise ValueError
    except ValueError:
        pass
    taken = threading.Thread(target=turns.__enter__)
    taken.start()
    taken.join(10)
    assert not taken.is_alive()
