"""`LinkUrl`: ``scheme://host:port/path?option=value``, with options read into a typed dataclass.

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Options:
...     baud: int = 9600
...     parity: Literal["N", "E", "O"] = "N"
>>> LinkUrl.parse("serial:///dev/ttyUSB0?baud=2400").options(Options)
Options(baud=2400, parity='N')
>>> LinkUrl.parse("serial:///dev/ttyUSB0?bauds=2400").options(Options)
Traceback (most recent call last):
    ...
links.base.LinkUrlError: unknown option 'bauds' in serial:///dev/ttyUSB0?bauds=2400; allowed: baud, parity
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl, unquote, urlsplit

from links.base import LinkUrlError

OptionsT = TypeVar("OptionsT")

_FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def _finite(text: str) -> float:
    number = float(text)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


#: Type of an option -> (how to read it, what to say of a text that does not fit).
_READERS: dict[type, tuple[Callable[[str], Any], str]] = {
    int: (int, "a whole number"),
    float: (_finite, "a number"),
    str: (str, "a text"),
    bool: (lambda text: _FLAGS[text.lower()], "yes or no"),
}


@dataclass(frozen=True, slots=True)
class LinkUrl:
    """The parts of a link's URL.

    `host` and `path` are percent-decoded; a missing host is ``""``, a missing port None.
    """

    text: str
    scheme: str
    host: str
    port: int | None
    path: str
    query: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> "LinkUrl":
        """Take `text` apart.

        Raises:
            LinkUrlError: it has no ``scheme://``, a bad port, or an option twice.
        """
        scheme, separator, _ = text.partition("://")
        if not separator or not scheme:
            raise LinkUrlError(f"{text!r} is not a link URL; write for example tcp://127.0.0.1:4059")
        try:
            parts = urlsplit(text)
            pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
            host, port = unquote(parts.hostname or ""), parts.port
        except ValueError as error:
            raise LinkUrlError(f"bad link URL {text}: {error}") from error
        query = dict(pairs)
        if len(query) != len(pairs):
            raise LinkUrlError(f"an option is given twice in {text}")
        return cls(text, scheme.lower(), host, port, unquote(parts.path), MappingProxyType(query))

    def options(self, kind: type[OptionsT]) -> OptionsT:
        """The query as `kind`, a dataclass whose fields (int, float, str, bool, Literal) all have defaults.

        Raises:
            LinkUrlError: an option is unknown, or its value does not fit.
        """
        hints = get_type_hints(kind)
        names = [item.name for item in fields(kind)]  # type: ignore[arg-type]  # any dataclass will do
        for name in self.query:
            if name not in names:
                allowed = ", ".join(names) or "none"
                raise LinkUrlError(f"unknown option {name!r} in {self.text}; allowed: {allowed}")
        values = {name: self._read(name, text, hints[name]) for name, text in self.query.items()}
        try:
            return kind(**values)
        except ValueError as error:
            raise LinkUrlError(f"{error} in {self.text}") from error

    def address(self) -> tuple[str, int]:
        """Host and port, both of which must be there.

        Raises:
            LinkUrlError: one is missing, or there is a path.
        """
        if not self.host or not self.port:
            raise LinkUrlError(f"{self.text} needs a host and a port, as in {self.scheme}://127.0.0.1:4059")
        if self.path.strip("/"):
            raise LinkUrlError(f"{self.text} has a path, which {self.scheme} does not take")
        return self.host, self.port

    def _read(self, name: str, text: str, hint: Any) -> Any:
        choices = get_args(hint) if get_origin(hint) is Literal else ()
        read, words = _READERS[type(choices[0]) if choices else hint]
        if choices:
            words = "one of " + ", ".join(map(str, choices))
        try:
            value = read(text)
        except (ValueError, KeyError) as error:
            raise LinkUrlError(f"option {name}={text!r} in {self.text} must be {words}") from error
        if choices and value not in choices:
            raise LinkUrlError(f"option {name}={text!r} in {self.text} must be {words}")
        return value
