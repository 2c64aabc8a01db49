"""The IDRecord of a meter card: 35 digits that tell a point of sale which meter it sells for, and until when.

Source: IEC 62055-41, 6.1.1 (IDRecord) and 6.1.12 (date of expiry)
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from protocols.sts.errors import StsValueError
from protocols.sts.identity.key_attributes import KeyRevisionNumber, SupplyGroupCode, TariffIndex
from protocols.sts.identity.meter import MeterPrimaryAccountNumber, decimal_digits

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
    """What a meter card says.

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
