"""Registry of schemes and their back-ends: a literal table, imported on demand; `register` for the rest."""

import importlib
from collections.abc import Callable

from links.base import Link, LinkUrlError
from links.url import LinkUrl

Factory = Callable[[LinkUrl], Link]

#: scheme -> (module, function); a back-end is imported on first use, so a missing driver costs nothing.
BACK_ENDS: dict[str, tuple[str, str]] = {
    "memory": ("links.memory", "open_memory"),
    "serial": ("links.serial_line", "open_serial"),
    "tcp": ("links.tcp", "open_tcp"),
    "udp": ("links.udp", "open_udp"),
}

_registered: dict[str, Factory] = {}


def register(scheme: str, factory: Factory) -> None:
    """Let `factory` open ``scheme://`` URLs; registering again replaces, a built-in scheme cannot be taken.

    Raises:
        ValueError: the scheme is built in or is not a plain lower-case word.
    """
    if scheme in BACK_ENDS:
        raise ValueError(f"the scheme {scheme} is built in")
    if not scheme.isalnum() or scheme != scheme.lower():
        raise ValueError(f"{scheme!r} cannot be a scheme: lower-case letters and digits only")
    _registered[scheme] = factory


def schemes() -> tuple[str, ...]:
    """Every scheme that `open_link` knows now."""
    return tuple(sorted({*BACK_ENDS, *_registered}))


def open_link(url: str) -> Link:
    """The link that `url` names, open.

    Raises:
        LinkUrlError: the URL names no known scheme or has a bad option.
        LinkOpenError: what it names cannot be opened.
    """
    parsed = LinkUrl.parse(url)
    if parsed.scheme in _registered:
        return _registered[parsed.scheme](parsed)
    if parsed.scheme not in BACK_ENDS:
        raise LinkUrlError(f"unknown scheme {parsed.scheme!r} in {url}; known: {', '.join(schemes())}")
    module, function = BACK_ENDS[parsed.scheme]
    factory: Factory = getattr(importlib.import_module(module), function)
    return factory(parsed)
