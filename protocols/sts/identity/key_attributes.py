"""Attributes of a vending key and of the decoder key made from it: SGC, KRN, TI, KEN, key type."""

from dataclasses import dataclass
from enum import IntEnum

from protocols.sts.errors import StsValueError
from protocols.sts.identity.meter import decimal_digits


class KeyType(IntEnum):
    """What a decoder key is for (IEC 62055-41, 6.5.2.2)."""

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
        if len(decimal_digits(self.sgc, "an SGC")) != 6:
            raise StsValueError(f"an SGC has 6 digits, not {len(self.sgc)}: {self.sgc}")

    def __int__(self) -> int:
        return int(self.sgc)


@dataclass(frozen=True, slots=True)
class KeyRevisionNumber:
    """KRN: which revision of the vending key, 1-9. Source: IEC 62055-41, 6.1.8."""

    krn: int

    def __post_init__(self) -> None:
        if not 1 <= self.krn <= 9:
            raise StsValueError(f"a KRN is 1 to 9, not {self.krn}")

    def __int__(self) -> int:
        return self.krn


@dataclass(frozen=True, slots=True)
class TariffIndex:
    """TI: tariff group of the customer, 0-99, two digits in keys. Source: IEC 62055-41, 6.1.7."""

    ti: int

    def __post_init__(self) -> None:
        if not 0 <= self.ti <= 99:
            raise StsValueError(f"a TI is 0 to 99, not {self.ti}")

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
        if not 0 <= self.ken <= 255:
            raise StsValueError(f"a KEN is 0 to 255, not {self.ken}")

    def __int__(self) -> int:
        return self.ken

    def expired_at(self, tid: int) -> bool:
        """Tell whether a token of this TID lies past the key's life.

        >>> KeyExpiryNumber(85).expired_at(0x55FFFF), KeyExpiryNumber(85).expired_at(0x560000)
        (False, True)
        """
        return tid >> 16 > self.ken
