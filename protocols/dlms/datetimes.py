"""The date-time of COSEM: twelve octets, any of which may say "not specified".

>>> CosemDateTime.from_bytes(bytes.fromhex("07e1090f05052128ff800000")).to_text()
'2017-09-15 05:33:40'
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from protocols.dlms.errors import DecodeError, DlmsValueError

SIZE = 12
_ANY_OCTET = 0xFF
_ANY_YEAR = 0xFFFF
_ANY_DEVIATION = -0x8000
#: deviation may run from UTC+12 to UTC-14 by the book, but meters wrap both ways
_MAX_DEVIATION = 840
#: months 0xFD/0xFE: end/begin of daylight saving; days 0xFD/0xFE: second last/last of the month
_MONTHS = frozenset(range(1, 13)) | {0xFD, 0xFE}
_DAYS = frozenset(range(1, 32)) | frozenset(range(0xE0, 0xFF))
#: status bit that says that daylight saving is active
STATUS_DAYLIGHT_SAVING = 0x80

#: name -> allowed octets other than 0xFF
_OCTETS: dict[str, frozenset[int]] = {
    "month": _MONTHS,
    "day": _DAYS,
    "weekday": frozenset(range(1, 8)),
    "hour": frozenset(range(24)),
    "minute": frozenset(range(60)),
    "second": frozenset(range(60)),
    "hundredths": frozenset(range(100)),
}


@dataclass(frozen=True, slots=True)
class CosemDateTime:
    """A date-time as meters write it; None is "not specified".

    Args:
        year: 0 to 65534.
        month: 1 to 12, 0xFD end and 0xFE begin of daylight saving.
        day: 1 to 31, 0xFE last and 0xFD second last day of the month.
        weekday: 1 Monday to 7 Sunday.
        hour: 0 to 23.
        minute: 0 to 59.
        second: 0 to 59.
        hundredths: 0 to 99 hundredths of a second.
        deviation_minutes: minutes from local time to UTC (Bogotá +300).
        status: clock-status bits, 0xFF not specified; bit 7 daylight saving, bit 0 invalid.

    Raises:
        DlmsValueError: a field is out of range.

    Source: IEC 62056-6-2, 4.1.6.1.
    """

    year: int | None
    month: int | None
    day: int | None
    weekday: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    hundredths: int | None = None
    deviation_minutes: int | None = None
    status: int = 0

    def __post_init__(self) -> None:
        if self.year is not None and not 0 <= self.year < _ANY_YEAR:
            raise DlmsValueError(f"year must be 0 to 65534, not {self.year}")
        for name, allowed in _OCTETS.items():
            value = getattr(self, name)
            if value is not None and value not in allowed:
                raise DlmsValueError(f"{name} cannot be {value}")
        if self.deviation_minutes is not None and abs(self.deviation_minutes) > _MAX_DEVIATION:
            raise DlmsValueError(
                f"deviation must lie within {_MAX_DEVIATION} minutes, not {self.deviation_minutes}"
            )
        if not 0 <= self.status <= 0xFF:
            raise DlmsValueError(f"clock status must be 0 to 255, not {self.status}")

    @classmethod
    def from_bytes(cls, raw: bytes) -> "CosemDateTime":
        """Read the twelve octets.

        Raises:
            DecodeError: not twelve octets, or a field out of range.
        """
        if len(raw) != SIZE:
            raise DecodeError(f"date-time: needs 12 bytes, got {len(raw)}")
        year = int.from_bytes(raw[0:2], "big")
        deviation = int.from_bytes(raw[9:11], "big", signed=True)
        octets = {
            name: None if octet == _ANY_OCTET else octet
            for name, octet in zip(_OCTETS, raw[2:9], strict=True)
        }
        try:
            return cls(
                year=None if year == _ANY_YEAR else year,
                **octets,
                deviation_minutes=None if deviation == _ANY_DEVIATION else deviation,
                status=raw[11],
            )
        except DlmsValueError as error:
            raise DecodeError(f"date-time: {error}") from error

    def to_bytes(self) -> bytes:
        """The twelve octets."""
        year = _ANY_YEAR if self.year is None else self.year
        deviation = _ANY_DEVIATION if self.deviation_minutes is None else self.deviation_minutes
        octets = (self.month, self.day, self.weekday, self.hour, self.minute, self.second, self.hundredths)
        return (
            year.to_bytes(2, "big")
            + bytes(_ANY_OCTET if octet is None else octet for octet in octets)
            + deviation.to_bytes(2, "big", signed=True)
            + bytes((self.status,))
        )

    @classmethod
    def from_utc(cls, instant: datetime, deviation_minutes: int = 300, status: int = 0) -> "CosemDateTime":
        """The local date-time of an aware `instant`.

        Args:
            instant: aware; its fraction of a second is kept to hundredths.
            deviation_minutes: minutes from local time to UTC; Bogotá +300.
            status: clock-status octet.

        Raises:
            DlmsValueError: `instant` is naive.
        """
        if instant.tzinfo is None:
            raise DlmsValueError("an instant must be aware (have a time zone)")
        local = instant.astimezone(UTC) - timedelta(minutes=deviation_minutes)
        return cls(
            local.year,
            local.month,
            local.day,
            local.isoweekday(),
            local.hour,
            local.minute,
            local.second,
            local.microsecond // 10_000,
            deviation_minutes,
            status,
        )

    def to_utc(self, default_deviation_minutes: int | None = None) -> datetime:
        """The instant, aware, in UTC.

        Args:
            default_deviation_minutes: used where the date-time names none.

        Raises:
            DlmsValueError: date, hour, minute or deviation is not specified, or the date does not exist.
        """
        deviation = default_deviation_minutes if self.deviation_minutes is None else self.deviation_minutes
        if None in (self.year, self.month, self.day, self.hour, self.minute, deviation):
            raise DlmsValueError("the date-time is not fully specified: it names no instant")
        try:
            local = datetime(
                self.year or 0,
                self.month or 0,
                self.day or 0,
                self.hour or 0,
                self.minute or 0,
                self.second or 0,
                (self.hundredths or 0) * 10_000,
                tzinfo=UTC,
            )
            return local + timedelta(minutes=deviation or 0)
        except (ValueError, OverflowError) as error:
            raise DlmsValueError(f"no such date: {self.to_text()}") from error

    def to_text(self) -> str:
        """Local date and time for people, ``*`` where not specified; the deviation is not shown."""
        year = "*" if self.year is None else f"{self.year:04d}"
        month, day, hour, minute, second = (
            "*" if part is None else f"{part:02d}"
            for part in (self.month, self.day, self.hour, self.minute, self.second)
        )
        return f"{year}-{month}-{day} {hour}:{minute}:{second}"
