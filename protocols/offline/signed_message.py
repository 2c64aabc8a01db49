"""Signed message: fields as a table, a body, an envelope."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from protocols.offline.envelope import Sign, open_envelope, seal
from protocols.offline.errors import OfflineError
from protocols.offline.kinds import Kind, Record, Schema, wrong


class Part:
    """A frozen dataclass with its table of fields.

    Attributes:
        FIELDS: name -> kind, the names being those of the dataclass.
    """

    __slots__ = ()

    FIELDS: ClassVar[Mapping[str, Kind]] = {}

    def to_body(self) -> dict[str, Any]:
        """The fields as JSON."""
        body: dict[str, Any] = Record(self.FIELDS).write(self)
        return body

    @classmethod
    def from_body(cls, body: Any, where: str = "body") -> Self:
        """Read what `to_body` wrote.

        Raises:
            OfflineError: a field is missing, unknown, or does not fit.
        """
        made: Self = Record(cls.FIELDS, cls).read(body, where)
        return made


class Message(Part):
    """A part that travels in an envelope of its own.

    Attributes:
        KIND: the envelope's kind.
    """

    __slots__ = ()

    KIND: ClassVar[str] = ""

    def seal(self, signer_public: bytes, sign: Sign) -> bytes:
        """The signed message; it is read back first, so that nothing leaves that nobody would take.

        Raises:
            OfflineError: a field does not fit, or the message is too long.
        """
        body = self.to_body()
        self.from_body(body)
        return seal(self.KIND, body, signer_public, sign)

    @classmethod
    def open(cls, data: bytes, public: bytes) -> Self:
        """Read a message that this key signed.

        Raises:
            OfflineError: see `envelope.open_envelope`, and a field that does not fit.
        """
        return cls.from_body(open_envelope(data, cls.KIND, public))


@dataclass(frozen=True, slots=True)
class Inner:
    """The kind of a field that holds a part.

    Args:
        part: the type, whose `FIELDS` it takes.
    """

    part: type[Part]

    def read(self, value: Any, where: str) -> Any:
        """The part."""
        return self.part.from_body(value, where)

    def write(self, value: Any) -> Any:
        """Its JSON."""
        return value.to_body()

    def schema(self) -> Schema:
        """Its fields."""
        return Record(self.part.FIELDS).schema()


@dataclass(frozen=True, slots=True)
class Enclosed:
    """The kind of a field that holds another message, as its text.

    Args:
        most: octets.
    """

    most: int

    def read(self, value: Any, where: str) -> bytes:
        """The message."""
        if not isinstance(value, str) or len(value) > self.most or not value.isascii():
            raise wrong(where, f"un mensaje de hasta {self.most} bytes", f"a message of {self.most} octets")
        return value.encode("ascii")

    def write(self, value: Any) -> Any:
        """Its text."""
        message: bytes = value
        try:
            return message.decode("ascii")
        except UnicodeDecodeError:
            raise OfflineError("el mensaje adjunto está dañado", "the enclosed message is damaged") from None

    def schema(self) -> Schema:
        """A text."""
        return {"type": "string", "maxLength": self.most, "contentMediaType": "application/json"}
