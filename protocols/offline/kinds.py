"""Kinds of values: each one reads a value, writes it, and says as JSON schema what it takes.

Checking a message, writing it and the published schema follow from the same tables of fields (`schema`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from protocols.offline.errors import OfflineError

Schema = dict[str, Any]

INTEGER_MAX = 10**18 - 1
_PRINTABLE = r"[^\x00-\x1f\x7f]*"
_INSTANT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?Z"


class Kind(Protocol):
    """Kind of a value."""

    def read(self, value: Any, where: str) -> Any:
        """The value as programs use it.

        Raises:
            OfflineError: it does not fit; the sentence names `where`.
        """

    def write(self, value: Any) -> Any:
        """The JSON of a value."""

    def schema(self) -> Schema:
        """JSON schema of what `read` takes."""


def wrong(where: str, es: str, en: str) -> OfflineError:
    """The refusal of a value that does not fit."""
    return OfflineError(f"{where} debe ser {es}", f"{where} must be {en}")


@dataclass(frozen=True, slots=True)
class Text:
    """A text without control characters.

    Args:
        most: characters.
        pattern: that the whole must match.
        least: characters.
    """

    most: int = 200
    pattern: str = _PRINTABLE
    least: int = 0

    def read(self, value: Any, where: str) -> str:
        """The text."""
        fits = isinstance(value, str) and self.least <= len(value) <= self.most
        if not fits or not re.fullmatch(self.pattern, value, re.ASCII):
            raise wrong(where, *self._words())
        text: str = value
        return text

    def write(self, value: Any) -> Any:
        """The text."""
        return value

    def schema(self) -> Schema:
        """Its length and pattern."""
        made: Schema = {"type": "string", "maxLength": self.most, "pattern": f"^{self.pattern}$"}
        return made | ({"minLength": self.least} if self.least else {})

    def _words(self) -> tuple[str, str]:
        if self.pattern is _PRINTABLE:
            return (
                f"un texto de {self.least} a {self.most} caracteres",
                f"a text of {self.least} to {self.most} characters",
            )
        return f"un texto de la forma {self.pattern}", f"a text of the form {self.pattern}"


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number.

    Args:
        low: the smallest.
        high: the largest.
    """

    low: int = 0
    high: int = INTEGER_MAX

    def read(self, value: Any, where: str) -> int:
        """The number."""
        if not isinstance(value, int) or isinstance(value, bool) or not self.low <= value <= self.high:
            raise wrong(
                where,
                f"un número entero de {self.low} a {self.high}",
                f"a whole number from {self.low} to {self.high}",
            )
        return value

    def write(self, value: Any) -> Any:
        """The number."""
        return value

    def schema(self) -> Schema:
        """Its bounds."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def read(self, value: Any, where: str) -> bool:
        """The flag."""
        if not isinstance(value, bool):
            raise wrong(where, "true o false", "true or false")
        return value

    def write(self, value: Any) -> Any:
        """The flag."""
        return value

    def schema(self) -> Schema:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Instant:
    """An instant of UTC, ``2026-03-01T12:00:00Z``, with six decimals where it lies between two seconds."""

    def read(self, value: Any, where: str) -> datetime:
        """The instant, in UTC."""
        try:
            if not isinstance(value, str) or not re.fullmatch(_INSTANT, value, re.ASCII):
                raise ValueError
            moment = datetime.fromisoformat(value[:-1]).replace(tzinfo=UTC)
            if self.write(moment) != value:
                raise ValueError
        except ValueError:
            raise wrong(
                where, "un instante como 2026-03-01T12:00:00Z", "an instant such as 2026-03-01T12:00:00Z"
            ) from None
        return moment

    def write(self, value: Any) -> Any:
        """Its text."""
        moment: datetime = value
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"

    def schema(self) -> Schema:
        """A text of that form."""
        return {"type": "string", "format": "date-time", "pattern": f"^{_INSTANT}$"}


@dataclass(frozen=True, slots=True)
class Identifier:
    """A UUID in small digits."""

    def read(self, value: Any, where: str) -> UUID:
        """The UUID."""
        try:
            made = UUID(value) if isinstance(value, str) else None
        except ValueError:
            made = None
        if made is None or str(made) != value:
            raise wrong(where, "un UUID en minúsculas", "a UUID in small digits")
        return made

    def write(self, value: Any) -> Any:
        """Its text."""
        return str(value)

    def schema(self) -> Schema:
        """A text of that form."""
        return {"type": "string", "format": "uuid", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}


@dataclass(frozen=True, slots=True)
class Octets:
    """Octets as small hexadecimal digits.

    Args:
        least: octets.
        most: octets.
    """

    least: int
    most: int

    def read(self, value: Any, where: str) -> bytes:
        """The octets."""
        if (
            not isinstance(value, str)
            or not 2 * self.least <= len(value) <= 2 * self.most
            or not re.fullmatch(r"([0-9a-f]{2})*", value)
        ):
            count = f"{self.least}" if self.least == self.most else f"{self.least}-{self.most}"
            raise wrong(where, f"{count} bytes en hexadecimal", f"{count} octets in hexadecimal")
        return bytes.fromhex(value)

    def write(self, value: Any) -> Any:
        """Their digits."""
        octets: bytes = value
        return octets.hex()

    def schema(self) -> Schema:
        """A text of that form."""
        return {
            "type": "string",
            "minLength": 2 * self.least,
            "maxLength": 2 * self.most,
            "pattern": "^([0-9a-f]{2})*$",
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed list of texts."""

    choices: tuple[str, ...]

    def read(self, value: Any, where: str) -> str:
        """The text."""
        if not isinstance(value, str) or value not in self.choices:
            names = ", ".join(self.choices)
            raise wrong(where, f"uno de: {names}", f"one of: {names}")
        return value

    def write(self, value: Any) -> Any:
        """The text."""
        return value

    def schema(self) -> Schema:
        """The list."""
        return {"enum": list(self.choices)}


@dataclass(frozen=True, slots=True)
class Optional:
    """Null, or what another kind takes."""

    kind: Kind

    def read(self, value: Any, where: str) -> Any:
        """None, or the value."""
        return None if value is None else self.kind.read(value, where)

    def write(self, value: Any) -> Any:
        """Null, or its JSON."""
        return None if value is None else self.kind.write(value)

    def schema(self) -> Schema:
        """Either of the two."""
        return {"anyOf": [self.kind.schema(), {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class Many:
    """A list.

    Args:
        kind: of each item.
        most: items.
        least: items.
    """

    kind: Kind
    most: int
    least: int = 0

    def read(self, value: Any, where: str) -> tuple[Any, ...]:
        """The items."""
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            raise wrong(
                where,
                f"una lista de {self.least} a {self.most} elementos",
                f"a list of {self.least} to {self.most} items",
            )
        return tuple(self.kind.read(item, f"{where}[{place}]") for place, item in enumerate(value))

    def write(self, value: Any) -> Any:
        """A list of their JSON."""
        return [self.kind.write(item) for item in value]

    def schema(self) -> Schema:
        """An array."""
        made: Schema = {"type": "array", "items": self.kind.schema(), "maxItems": self.most}
        return made | ({"minItems": self.least} if self.least else {})


@dataclass(frozen=True, slots=True)
class Record:
    """An object of exactly these fields.

    Args:
        fields: name -> kind.
        make: what takes the values by name; a plain dict where it is left out.
    """

    fields: Mapping[str, Kind]
    make: Callable[..., Any] | None = None

    def read(self, value: Any, where: str) -> Any:
        """Value that `make` makes of the fields."""
        if not isinstance(value, dict):
            raise wrong(where, "un objeto", "an object")
        if value.keys() != self.fields.keys():
            odd = min(value.keys() ^ self.fields.keys())
            word = ascii(odd)[:40]
            if odd in self.fields:
                raise OfflineError(f"a {where} le falta {word}", f"{where} needs {word}")
            raise OfflineError(f"{where} no tiene un campo {word}", f"{where} has no field {word}")
        values = {name: kind.read(value[name], f"{where}.{name}") for name, kind in self.fields.items()}
        return values if self.make is None else self.make(**values)

    def write(self, value: Any) -> Any:
        """The object."""
        of = value.__getitem__ if isinstance(value, dict) else lambda name: getattr(value, name)
        return {name: kind.write(of(name)) for name, kind in self.fields.items()}

    def schema(self) -> Schema:
        """An object that has all of them and no other."""
        return {
            "type": "object",
            "properties": {name: kind.schema() for name, kind in self.fields.items()},
            "required": sorted(self.fields),
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True)
class Opaque:
    """JSON that another room writes and reads; here only its size is bounded.

    Args:
        of: ``object`` or ``array``.
        values_most: values in all its depths.
        depth_most: how deep they lie.
    """

    of: str = "object"
    values_most: int = 2000
    depth_most: int = 12

    def read(self, value: Any, where: str) -> Any:
        """The value as it is."""
        shape: type = dict if self.of == "object" else list
        if not isinstance(value, shape) or not self._small(value):
            raise wrong(where, f"un {self.of} JSON pequeño", f"a small JSON {self.of}")
        return value

    def write(self, value: Any) -> Any:
        """The value as it is."""
        return value

    def schema(self) -> Schema:
        """Anything of that shape."""
        return {"type": self.of}

    def _small(self, value: Any) -> bool:
        level, count = [value], 0
        for _ in range(self.depth_most):
            count += len(level)
            if not level or count > self.values_most:
                break
            level = [
                inner
                for outer in level
                if isinstance(outer, dict | list)
                for inner in (outer.values() if isinstance(outer, dict) else outer)
            ]
        return not level and count <= self.values_most
