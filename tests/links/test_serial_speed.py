"""A serial line changes its speed while it is open, and says what it was opened for."""

import asyncio
import os
import tty

import pytest

from links.base import LinkClosedError, LinkUrlError
from links.registry import open_link
from links.serial_line import SerialConnection, SerialLink


@pytest.fixture
def line():
    master, slave = os.openpty()
    tty.setraw(slave)
    yield os.ttyname(slave), master
    os.close(slave)
    os.close(master)


def test_the_speed_changes_and_nothing_is_lost(line):
    name, master = line
    with open_link(f"serial://{name}?baud=4800&mode=e") as link:
        assert isinstance(link, SerialLink)
        assert (link.mode, link.url_baud) == ("e", 4800)
        for baud in (300, 9600):
            link.send(b"before")
            link.set_speed(baud)
            assert link._port.baudrate == baud
            assert os.read(master, 100) == b"before"
            os.write(master, b"after")
            assert link.receive(1.0) == b"after"


def test_a_closed_line_has_no_speed(line):
    link = open_link(f"serial://{line[0]}")
    assert link.mode == ""
    link.close()
    with pytest.raises(LinkClosedError):
        link.set_speed(300)


def test_a_speed_that_is_none_is_refused(line):
    with open_link(f"serial://{line[0]}") as link, pytest.raises(LinkClosedError):
        link.set_speed(-1)


def test_other_modes_are_unknown(line):
    with pytest.raises(LinkUrlError, match="one of"):
        open_link(f"serial://{line[0]}?mode=x")


def test_a_served_line_changes_its_speed_behind_what_is_queued():
    class Port:
        """A line that takes two octets at once and notes what happens."""

        def __init__(self):
            self.master, self.slave = os.openpty()
            self.seen = []
            self.done = asyncio.Event()

        def fileno(self):
            return self.master

        def read(self, size):
            return os.read(self.master, size)

        def write(self, data):
            self.seen.append(bytes(data[:2]))
            return min(2, len(data))

        def set_speed(self, baud):
            self.seen.append(baud)
            if baud == 9600:
                self.done.set()

        def close(self):
            os.close(self.master)
            os.close(self.slave)

    async def speak():
        port = Port()
        connection = SerialConnection(port)
        connection.set_speed(300)
        connection.send(b"abcd")
        connection.set_speed(9600)
        await port.done.wait()
        connection.close()
        connection.set_speed(1200)
        return port.seen

    assert asyncio.run(speak()) == [300, b"ab", b"cd", 9600]
