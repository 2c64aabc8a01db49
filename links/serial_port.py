"""``serial:///dev/ttyUSB0?baud=9600&parity=N&bytesize=8&stopbits=1``: a serial line, by pyserial.

With ``mode=e`` the device wants the opening of IEC 62056-21 first: whoever speaks on the link sees `mode` and
calls ``protocols.dlms.mode_e.open_mode_e(link)``, which begins at 300 baud and changes the speed.
"""

from dataclasses import dataclass
from typing import Literal

import serial

from links.base import Link
from links.errors import LinkClosedError, LinkOpenError, LinkUrlError
from links.url import LinkUrl

#: Longest that a send may be held up by flow control.
_SEND_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class SerialOptions:
    """Options of ``serial://``: the line's parameters, and what the device speaks (hints).

    Args:
        baud: 50 to 4000000; with ``mode=e`` the opening runs at 300 whatever it says, and this is the fastest
            speed to be selected.
        parity: N, E, O, M or S.
        bytesize: data bits.
        stopbits: 1 or 2.
        framing: of the device.
        mode: ``e`` where the line is opened by IEC 62056-21, protocol mode E.
    """

    baud: int = 9600
    parity: Literal["N", "E", "O", "M", "S"] = "N"
    bytesize: Literal[5, 6, 7, 8] = 8
    stopbits: Literal[1, 2] = 1
    framing: Literal["wrapper", "hdlc"] = "hdlc"
    mode: Literal["", "e"] = ""

    def __post_init__(self) -> None:
        if not 50 <= self.baud <= 4_000_000:
            raise ValueError("baud must be from 50 to 4000000")


class SerialLink(Link):
    """An open serial port.

    Args:
        port: pyserial's port, which the link owns from now on.
        description: what a person should read in a message.
        mode: ``e`` where the device wants the opening of IEC 62056-21.
    """

    def __init__(self, port: serial.Serial, description: str, mode: Literal["", "e"] = "") -> None:
        super().__init__(description)
        self.mode = mode
        #: baud that the URL asked for
        self.url_baud = int(port.baudrate)
        self._port = port

    def set_speed(self, baud: int) -> None:
        """Let what was sent go out, then run at `baud`; what was received before is kept.

        Raises:
            LinkClosedError: the link is closed, or the port does not take the speed.
        """
        self._check_open()
        try:
            self._port.flush()
            self._port.baudrate = baud
        except (serial.SerialException, OSError, ValueError) as error:
            raise LinkClosedError(f"cannot set {self.description} to {baud} baud: {error}") from error

    def _send(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except (serial.SerialException, OSError) as error:
            raise LinkClosedError(f"cannot send to {self.description}: {error}") from error

    def _receive(self, max_wait_s: float) -> bytes:
        try:
            self._port.timeout = max_wait_s
            first = self._port.read(1)
            return first + self._port.read(self._port.in_waiting) if first else b""
        except (serial.SerialException, OSError, TypeError) as error:
            # pyserial trips over its own closed descriptor with a TypeError.
            raise LinkClosedError(f"{self.description} broke: {error}") from error

    def _close(self) -> None:
        self._port.close()


def open_port(url: LinkUrl) -> serial.Serial:
    """The serial port that `url` names, open and exclusively ours.

    Raises:
        LinkUrlError: the device or an option is wrong.
        LinkOpenError: the port cannot be opened.
    """
    options = url.options(SerialOptions)
    device = url.host or url.path  # serial:///dev/ttyUSB0, or serial://COM3
    if not device.strip("/"):
        raise LinkUrlError(f"{url.text} needs a device, as in serial:///dev/ttyUSB0")
    try:
        return serial.Serial(
            device,
            baudrate=options.baud,
            parity=options.parity,
            bytesize=options.bytesize,
            stopbits=options.stopbits,
            timeout=0,
            write_timeout=_SEND_TIMEOUT_S,
            exclusive=True,
        )
    except (serial.SerialException, OSError, ValueError) as error:
        raise LinkOpenError(f"cannot open {url.text}: {error}") from error


def open_serial(url: LinkUrl) -> Link:
    """Open the port.

    Raises:
        LinkUrlError: the device or an option is wrong.
        LinkOpenError: the port cannot be opened.
    """
    return SerialLink(open_port(url), url.text, url.options(SerialOptions).mode)
