"""OBIS codes: the six value groups that name a COSEM object.

>>> str(Obis.from_string("1.0.1.8.0"))
'1.0.1.8.0.255'
>>> Obis.from_bytes(bytes.fromhex("0000600a01ff")).e
1
"""

from dataclasses import dataclass

from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.obis_names import describe_groups

_GROUPS = 6
_UNUSED_F = 255


@dataclass(frozen=True, slots=True, order=True)
class Obis:
    """A logical name, each group 0 to 255.

    A medium, B channel, C quantity, D processing, E tariff or the like, F billing period (255 = now).

    Raises:
        DlmsValueError: a group is out of range.

    Source: IEC 62056-6-1, 4.
    """

    a: int
    b: int
    c: int
    d: int
    e: int
    f: int = _UNUSED_F

    def __post_init__(self) -> None:
        for group in self.groups:
            if not (isinstance(group, int) and 0 <= group <= 255):
                raise DlmsValueError(f"an OBIS group must be 0 to 255, not {group!r}")

    @property
    def groups(self) -> tuple[int, int, int, int, int, int]:
        """All six groups, A first."""
        return (self.a, self.b, self.c, self.d, self.e, self.f)

    @classmethod
    def from_string(cls, text: str) -> "Obis":
        """Read ``A.B.C.D.E.F``, or with ``-``, ``:``, ``*`` as in ``1-0:1.8.0*255``; F may be left out.

        Raises:
            DlmsValueError: not five or six numbers of 0 to 255.
        """
        for separator in "-:*":
            text = text.replace(separator, ".")
        parts = text.strip().split(".")
        if len(parts) not in (_GROUPS - 1, _GROUPS) or not all(
            part.isascii() and part.isdigit() for part in parts
        ):
            raise DlmsValueError(f"not an OBIS code: {text!r}; expected six numbers such as 1.0.1.8.0.255")
        return cls(*(int(part) for part in parts))

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Obis":
        """Read the six octets of a logical name.

        Raises:
            DecodeError: not six octets.
        """
        if len(raw) != _GROUPS:
            raise DecodeError(f"logical-name: needs 6 bytes, got {len(raw)}")
        return cls(*raw)

    def to_bytes(self) -> bytes:
        """The six octets."""
        return bytes(self.groups)

    def describe(self, lang: str = "en") -> str | None:
        """What the code stands for, in ``es`` or ``en``; None when the table does not know it."""
        return describe_groups(self.groups, lang)

    def __str__(self) -> str:
        return ".".join(str(group) for group in self.groups)
