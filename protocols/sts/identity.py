"""Identity of a meter and of its key: values of IEC 62055-41 clause 6.1.

Type names are the standard's full terms, attributes its symbols: `DecoderReferenceNumber` / `.drn`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from protocols.sts.errors import LuhnError, StsValueError

# The dates from which token identifiers count.


class BaseDate(IntEnum):
    """Year whose 1 January 00:00 UTC is TID 0. It belongs to the vending key, and so to the decoder key.

    Source: IEC 62055-41:2018, 6.1.10
    """

    Y1993 = 1993
    Y2014 = 2014
    Y2035 = 2035

    @property
    def code(self) -> str:
        """Two digits, as DKGA04 writes them: 93, 14 or 35."""
        return _CODES[self]

    @property
    def instant(self) -> datetime:
        """The instant of TID 0."""
        return datetime(self.value, 1, 1, tzinfo=UTC)

    def following(self) -> "BaseDate":
        """The base date that a rollover (RO = 1) leads to; the last one leads to itself.

        A key change says *that* the base date changes, not to which: a meter takes the next one.
        """
        later = [date for date in BaseDate if date > self]
        return min(later, default=self)


_CODES = {date: f"{date.value % 100:02d}" for date in BaseDate}


# Luhn's modulo-10 check digit, which closes a DRN and a MeterPAN.
#
# Source: IEC 62055-41, 6.1.2.3.2 and 6.1.2.3.3 (ISO/IEC 7812-1 annex B).

_DOUBLED = bytes.maketrans(b"0123456789", bytes([0, 2, 4, 6, 8, 1, 3, 5, 7, 9]))
"""ASCII digit -> twice its value, the two digits of that added."""

_AS_IT_IS = bytes.maketrans(b"0123456789", bytes(range(10)))


def luhn_digit(payload: str) -> str:
    """Return the check digit that closes the decimal digits `payload`.

    >>> luhn_digit("60072700000000000")
    '9'
    """
    digits = payload.encode("ascii")
    total = sum(digits[-1::-2].translate(_DOUBLED)) + sum(digits[-2::-2].translate(_AS_IT_IS))
    return str(-total % 10)


def luhn_ok(digits: str) -> bool:
    """Tell whether the last of `digits` is the check digit of those before it.

    >>> luhn_ok("11111111113")
    False
    """
    return luhn_digit(digits[:-1]) == digits[-1]


# The numbers that name one meter: the decoder reference number and the MeterPAN around it.

IIN_BY_DRN_DIGITS = {11: "600727", 13: "0000"}
"""Issuer identification number that goes with each length of DRN (IEC 62055-41, 6.1.2.2)."""

PAN_DIGITS = 18


def decimal_digits(text: str, name: str) -> str:
    """Return `text` if it is made of ASCII decimal digits only.

    Raises:
        StsValueError: it is empty or holds anything else.
    """
    if not (isinstance(text, str) and text.isascii() and text.isdecimal()):
        raise StsValueError(f"{name} must be decimal digits, not {text!r}")
    return text


@dataclass(frozen=True, slots=True)
class DecoderReferenceNumber:
    """The number printed on a meter: manufacturer code, 8-digit serial, Luhn digit.

    Args:
        drn: 11 digits (2-digit manufacturer code) or 13 digits (4-digit code).

    Raises:
        LuhnError: the check digit does not fit.
        StsValueError: another length, or something else than digits.

    Source: IEC 62055-41, 6.1.2.3
    """

    drn: str

    def __post_init__(self) -> None:
        if len(decimal_digits(self.drn, "a DRN")) not in IIN_BY_DRN_DIGITS:
            raise StsValueError(f"a DRN has 11 or 13 digits, not {len(self.drn)}: {self.drn}")
        if not luhn_ok(self.drn):
            raise LuhnError(f"DRN {self.drn} has a wrong check digit: {luhn_digit(self.drn[:-1])} would fit")

    @property
    def mfr_code_digits(self) -> int:
        """Width of the manufacturer code: 2 or 4 digits."""
        return len(self.drn) - 9

    @property
    def mfr_code(self) -> int:
        """The manufacturer code as a number, 0-99 or 0-9999."""
        return int(self.drn[: self.mfr_code_digits])

    @property
    def serial(self) -> str:
        """The maker's 8-digit serial number."""
        return self.drn[self.mfr_code_digits : -1]

    @property
    def iin(self) -> str:
        """The issuer identification number that goes with this length of DRN."""
        return IIN_BY_DRN_DIGITS[len(self.drn)]


@dataclass(frozen=True, slots=True)
class MeterPrimaryAccountNumber:
    """MeterPAN: issuer identification number, DRN, Luhn digit; always 18 digits.

    A PAN that begins with 0000 holds a 13-digit DRN, any other an 11-digit one.

    >>> MeterPrimaryAccountNumber.from_drn("0100000000008").pan
    '000001000000000082'

    Raises:
        LuhnError: the check digit of the PAN or of the DRN inside it does not fit.
        StsValueError: not 18 digits.

    Source: IEC 62055-41, 6.1.2
    """

    pan: str

    def __post_init__(self) -> None:
        if len(decimal_digits(self.pan, "a MeterPAN")) != PAN_DIGITS:
            raise StsValueError(f"a MeterPAN has 18 digits, not {len(self.pan)}: {self.pan}")
        if not luhn_ok(self.pan):
            raise LuhnError(
                f"MeterPAN {self.pan} has a wrong check digit: {luhn_digit(self.pan[:-1])} would fit"
            )
        DecoderReferenceNumber(self.drn)

    @classmethod
    def from_drn(cls, drn: str) -> "MeterPrimaryAccountNumber":
        """Build the PAN around an 11- or 13-digit DRN.

        Raises:
            StsValueError: the DRN is malformed.
        """
        payload = DecoderReferenceNumber(drn).iin + drn
        return cls(payload + luhn_digit(payload))

    @property
    def iin(self) -> str:
        """Issuer identification number: 600727, or 0000 in front of a 13-digit DRN."""
        return self.pan[:4] if self.pan.startswith("0000") else self.pan[:6]

    @property
    def drn(self) -> str:
        """The decoder reference number, 11 or 13 digits."""
        return self.pan[len(self.iin) : -1]

    @property
    def decoder_reference_number(self) -> DecoderReferenceNumber:
        """The decoder reference number as a value."""
        return DecoderReferenceNumber(self.drn)


# Attributes of a vending key and of the decoder key made from it: SGC, KRN, TI, KEN, key type.


SGC_DIGITS = 6
KRN_RANGE = (1, 9)
TI_RANGE = (0, 99)
KEN_RANGE = (0, 255)
KEY_TYPE_RANGE = (0, 3)
"""Lowest and highest value of each: the one declaration, from which forms, schemas and tables derive theirs.

Source: IEC 62055-41, 6.1.6 to 6.1.11 and 6.5.2.2
"""

SGC_PATTERN = f"[0-9]{{{SGC_DIGITS}}}"
DRN_PATTERN = "|".join(f"[0-9]{{{digits}}}" for digits in IIN_BY_DRN_DIGITS)
PAN_PATTERN = f"[0-9]{{{PAN_DIGITS}}}"
"""Regular expressions of the digits alone; check digits are the identity types' affair."""

NEVER_EXPIRES = KEN_RANGE[1]
"""KEN of a key that does not expire."""


def check_range(name: str, value: int, limits: tuple[int, int]) -> None:
    """Refuse a value outside its range.

    Raises:
        StsValueError: with the range.
    """
    if not limits[0] <= value <= limits[1]:
        raise StsValueError(f"{name} is {limits[0]} to {limits[1]}, not {value}")


class KeyType(IntEnum):
    """Key type: the use of a decoder key (IEC 62055-41, 6.5.2.2)."""

    DITK = 0
    """Initialisation key, loaded by the maker."""
    DDTK = 1
    """Default key: management works under it, credit is refused."""
    DUTK = 2
    """Unique key: one meter of one supply group."""
    DCTK = 3
    """Common key: every meter of a supply group; only for erasable magnetic cards."""


@dataclass(frozen=True, slots=True)
class SupplyGroupCode:
    """SGC: six digits that name a supply group. Source: IEC 62055-41, 6.1.6."""

    sgc: str

    def __post_init__(self) -> None:
        if len(decimal_digits(self.sgc, "an SGC")) != SGC_DIGITS:
            raise StsValueError(f"an SGC has {SGC_DIGITS} digits, not {len(self.sgc)}: {self.sgc}")

    def __int__(self) -> int:
        return int(self.sgc)


@dataclass(frozen=True, slots=True)
class KeyRevisionNumber:
    """KRN: which revision of the vending key, 1-9. Source: IEC 62055-41, 6.1.8."""

    krn: int

    def __post_init__(self) -> None:
        check_range("a KRN", self.krn, KRN_RANGE)

    def __int__(self) -> int:
        return self.krn


@dataclass(frozen=True, slots=True)
class TariffIndex:
    """TI: tariff group of the customer, 0-99, two digits in keys. Source: IEC 62055-41, 6.1.7."""

    ti: int

    def __post_init__(self) -> None:
        check_range("a TI", self.ti, TI_RANGE)

    def __int__(self) -> int:
        return self.ti

    @property
    def digits(self) -> str:
        """The two digits that key generation uses."""
        return f"{self.ti:02d}"


@dataclass(frozen=True, slots=True)
class KeyExpiryNumber:
    """KEN: the last value of the TID's high byte that a key covers, 0-255; 255 never expires.

    One step is 65536 minutes, about 45.5 days.

    Source: IEC 62055-41, 6.1.11
    """

    ken: int

    def __post_init__(self) -> None:
        check_range("a KEN", self.ken, KEN_RANGE)

    def __int__(self) -> int:
        return self.ken

    def expired_at(self, tid: int) -> bool:
        """Tell whether a token of this TID lies past the key's life.

        >>> KeyExpiryNumber(85).expired_at(0x55FFFF), KeyExpiryNumber(85).expired_at(0x560000)
        (False, True)
        """
        return tid >> 16 > self.ken


# The IDRecord of a meter card: 35 digits that tell a point of sale which meter it sells for, and until when.
#
# Source: IEC 62055-41, 6.1.1 (IDRecord) and 6.1.12 (date of expiry)

RECORD_DIGITS = 35
_OLDEST_YEAR = 1993
"""No card is older than the standard's first base date: two digits below 93 mean a year from 2000 on."""


@dataclass(frozen=True, slots=True)
class DateOfExpiry:
    """DOE: the last month in which a meter card is good, written YYMM.

    Raises:
        StsValueError: not four digits, or a month that is none.
    """

    doe: str

    def __post_init__(self) -> None:
        if len(decimal_digits(self.doe, "a date of expiry")) != 4 or not 1 <= int(self.doe[2:]) <= 12:
            raise StsValueError(f"a date of expiry is YYMM with a month from 01 to 12, not {self.doe}")

    @property
    def year(self) -> int:
        """The year in full."""
        years = int(self.doe[:2])
        return 1900 + years if years >= _OLDEST_YEAR % 100 else 2000 + years

    def expired_at(self, instant: datetime) -> bool:
        """Tell whether the card is past its month (UTC; a naive instant is taken as UTC).

        >>> card = DateOfExpiry("0406")
        >>> card.expired_at(datetime(2004, 6, 30)), card.expired_at(datetime(2004, 7, 1))
        (False, True)
        """
        at = instant if instant.tzinfo is None else instant.astimezone(UTC)
        return (at.year, at.month) > (self.year, int(self.doe[2:]))


@dataclass(frozen=True, slots=True)
class IdRecord:
    """IDRecord of a meter card.

    Args:
        pan: MeterPAN.
        doe: date of expiry.
        tct: token carrier type, 0-99.
        ea: encryption algorithm code, two digits.
        sgc: supply group code.
        ti: tariff index.
        krn: key revision number.
    """

    pan: MeterPrimaryAccountNumber
    doe: DateOfExpiry
    tct: int
    ea: str
    sgc: SupplyGroupCode
    ti: TariffIndex
    krn: KeyRevisionNumber

    @classmethod
    def from_digits(cls, digits: str) -> "IdRecord":
        """Read 35 digits.

        Raises:
            LuhnError: a check digit of the MeterPAN does not fit.
            StsValueError: another length, or a field outside its range.
        """
        if len(decimal_digits(digits, "an IDRecord")) != RECORD_DIGITS:
            raise StsValueError(f"an IDRecord has {RECORD_DIGITS} digits, not {len(digits)}")
        return cls(
            pan=MeterPrimaryAccountNumber(digits[:18]),
            doe=DateOfExpiry(digits[18:22]),
            tct=int(digits[22:24]),
            ea=digits[24:26],
            sgc=SupplyGroupCode(digits[26:32]),
            ti=TariffIndex(int(digits[32:34])),
            krn=KeyRevisionNumber(int(digits[34])),
        )

    @property
    def digits(self) -> str:
        """The 35 digits."""
        return (
            f"{self.pan.pan}{self.doe.doe}{self.tct:02d}{self.ea}{self.sgc.sgc}{self.ti.digits}{self.krn.krn}"
        )


# TID: when a token was made, in whole minutes since a base date; it is what makes a token single-use.

TID_MAX = (1 << 24) - 1
MINUTES_PER_DAY = 1440

RESERVED_MINUTE = 1
"""SpecialReservedTokenIdentifier, 00:01 of every day (IEC 62055-41, 6.3.5.2): ordinary tokens skip it."""


@dataclass(frozen=True, slots=True)
class TokenIdentifier:
    """A 24-bit count of minutes together with the base date that it counts from.

    Args:
        tid: 0 to 2^24-1 minutes (31.9 years).
        base_date: instant of TID 0.

    Source: IEC 62055-41, 6.3.5
    """

    tid: int
    base_date: BaseDate

    def __post_init__(self) -> None:
        if not 0 <= self.tid <= TID_MAX:
            raise StsValueError(f"a TID is 0 to {TID_MAX}, not {self.tid}")

    @classmethod
    def at(cls, instant: datetime, base_date: BaseDate) -> "TokenIdentifier":
        """Return the TID of an ordinary token made at `instant` (UTC; a naive instant is taken as UTC).

        Seconds are dropped; the reserved minute 00:01 becomes 00:02.

        Raises:
            StsValueError: before the base date, or 2^24 minutes or more after it.
        """
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        tid = (instant - base_date.instant) // timedelta(minutes=1)
        if not 0 <= tid <= TID_MAX:
            raise StsValueError(
                f"{instant.isoformat()} lies outside the 24-bit TID of base date {base_date.value}"
            )
        return cls(tid + (tid % MINUTES_PER_DAY == RESERVED_MINUTE), base_date)

    @property
    def instant(self) -> datetime:
        """The minute that the TID names, UTC."""
        return self.base_date.instant + timedelta(minutes=self.tid)

    @property
    def is_reserved(self) -> bool:
        """Tell whether this is the reserved minute 00:01."""
        return self.tid % MINUTES_PER_DAY == RESERVED_MINUTE
