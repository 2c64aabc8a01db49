"""Pipes of bytes chosen by URL: the only part of the house that touches sockets and serial ports.

>>> import links
>>> with links.open_link("memory://doc") as near, links.open_link("memory://doc") as far:
...     near.send(b"hello")
...     far.receive(max_wait_s=1.0)
b'hello'
"""

from links.base import Link, LinkClosedError, LinkError, LinkOpenError, LinkUrlError
from links.registry import open_link, register, schemes
from links.url import LinkUrl

__all__ = [
    "Link",
    "LinkClosedError",
    "LinkError",
    "LinkOpenError",
    "LinkUrl",
    "LinkUrlError",
    "open_link",
    "register",
    "schemes",
]
