"""The key register of a meter: its decoder key with everything that belongs to it, replaced as a whole."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from protocols.sts.identity import (
    SGC_DIGITS,
    BaseDate,
    KeyExpiryNumber,
    KeyRevisionNumber,
    KeyType,
    MeterPrimaryAccountNumber,
    SupplyGroupCode,
    TariffIndex,
)
from protocols.sts.keys import DEFAULT_DKGA, DEFAULT_EA, DecoderKey, VendingKey, derive_decoder_key
from protocols.sts.token.codec import READERS
from protocols.sts.token.key_change import join_key_parts
from protocols.sts.token.management import (
    KeySection,
    Set1stSectionDecoderKey,
    Set2ndSectionDecoderKey,
    Set3rdSectionDecoderKey,
    Set3rdSectionSupplyGroupCode,
    Set4thSectionDecoderKey,
)

# Collecting the sections of a key change, in any order, until the set is complete.
#
# Sections name no set. What can be told: a section that comes again with other content, or a third token
# beside a first one that announces none, belongs to another set. The old collection is then dropped and the
# new section starts a fresh one, so that a key is never put together from sections that are *known* to differ
# in origin. Two sets of which only complementary sections are entered cannot be told apart by any meter; the
# time-out bounds that.

KEY_CHANGE_TIMEOUT_S = 600.0
"""A partial set is dropped after this time without a further section; about 10 min in one manual [1]."""

FIRST, SECOND, THIRD, FOURTH = 3, 4, 8, 9
"""Subclasses of the sections."""

WIDE_KEY_BYTES = 16
"""Length of a key that takes four sections."""


@dataclass(frozen=True, slots=True)
class CompleteSet:
    """A whole set of sections: the two that every set has, and all of them by subclass."""

    first: Set1stSectionDecoderKey
    second: Set2ndSectionDecoderKey
    sections: Mapping[int, KeySection]

    @property
    def sgc(self) -> int | None:
        """The new supply group code, from a third token or from both halves; None when the set has none."""
        third, fourth = self.sections.get(THIRD), self.sections.get(FOURTH)
        if isinstance(third, Set3rdSectionSupplyGroupCode):
            return third.sgc
        if isinstance(third, Set3rdSectionDecoderKey) and isinstance(fourth, Set4thSectionDecoderKey):
            return fourth.sgc_part << 12 | third.sgc_part
        return None


class PendingKeyChange:
    """The sections entered so far.

    Args:
        timeout_s: device time after the last section when a partial set is dropped.
    """

    __slots__ = ("_last_s", "_sections", "timeout_s")

    def __init__(self, timeout_s: float = KEY_CHANGE_TIMEOUT_S) -> None:
        self.timeout_s = timeout_s
        self._sections: dict[int, KeySection] = {}
        self._last_s = 0.0

    @property
    def sections(self) -> Mapping[int, KeySection]:
        """The collected sections by subclass."""
        return self._sections

    def add(self, section: KeySection, now_s: float) -> None:
        """Take a section; drop what is too old, or what it proves to be of another set.

        Args:
            section: an authentic section.
            now_s: device time. Time that went backwards counts as too old.
        """
        if not 0 <= now_s - self._last_s <= self.timeout_s:
            self._sections.clear()
        if self.contradicts(section):
            self._sections.clear()
        self._sections[section.token_subclass] = section
        self._last_s = now_s

    def take_complete(self, key_bytes: int) -> CompleteSet | None:
        """Return the sections and forget them if they are a whole set for a key of this length, else None."""
        first, second = self._sections.get(FIRST), self._sections.get(SECOND)
        if not (isinstance(first, Set1stSectionDecoderKey) and isinstance(second, Set2ndSectionDecoderKey)):
            return None
        further = {THIRD, FOURTH} if key_bytes == WIDE_KEY_BYTES else {THIRD} if first.three_kct else set()
        if not further <= self._sections.keys():
            return None
        complete = CompleteSet(first, second, dict(self._sections))
        self._sections.clear()
        return complete

    def clear(self) -> None:
        """Forget every section."""
        self._sections.clear()

    def snapshot(self) -> dict[str, Any]:
        """Return plain data for keeping. It holds parts of a key."""
        return {
            "sections": {str(n): f"{section.content44():011x}" for n, section in self._sections.items()},
            "last_s": self._last_s,
        }

    def restore(self, data: Mapping[str, Any], key_bytes: int) -> None:
        """Take back what `snapshot` gave, for a key of this length."""
        self._sections.clear()
        for subclass, content in data["sections"].items():
            token = READERS[key_bytes][2, int(subclass)](int(subclass), int(content, 16))
            if isinstance(token, KeySection):
                self._sections[int(subclass)] = token
        self._last_s = data["last_s"]

    def contradicts(self, section: KeySection) -> bool:
        """Tell whether `section` proves that the collection belongs to another set."""
        known = self._sections.get(section.token_subclass)
        if known is not None and known != section:
            return True
        together = {**self._sections, section.token_subclass: section}
        first, third = together.get(FIRST), together.get(THIRD)
        announced = not isinstance(first, Set1stSectionDecoderKey) or first.three_kct
        return isinstance(third, Set3rdSectionSupplyGroupCode) and not announced


@dataclass(frozen=True, slots=True)
class KeyRegister:
    """A decoder key and its attributes.

    Args:
        decoder_key: the key and its encryption algorithm.
        pan: whose key it is.
        sgc: supply group code, 6 digits.
        key_type: DITK, DDTK, DUTK or DCTK.
        krn: key revision number, 1-9.
        ti: tariff index, 0-99.
        ken: key expiry number, 0-255; 255 never expires.
        base_date: instant from which TIDs count.
        dkga: how the key was made, for display only.

    Raises:
        StsValueError: an attribute outside its range.

    Source: IEC 62055-41:2018, 7.3.9 (key register)
    """

    decoder_key: DecoderKey
    pan: MeterPrimaryAccountNumber
    sgc: str
    key_type: KeyType = KeyType.DUTK
    krn: int = 1
    ti: int = 1
    ken: int = 255
    base_date: BaseDate = BaseDate.Y2014
    dkga: str = DEFAULT_DKGA

    def __post_init__(self) -> None:
        SupplyGroupCode(self.sgc)
        KeyRevisionNumber(self.krn)
        TariffIndex(self.ti)
        KeyExpiryNumber(self.ken)

    @classmethod
    def derived(
        cls,
        vending_key: VendingKey,
        pan: MeterPrimaryAccountNumber | str,
        *,
        sgc: str,
        dkga: str = DEFAULT_DKGA,
        ea: str = DEFAULT_EA,
        key_type: KeyType = KeyType.DUTK,
        krn: int = 1,
        ti: int = 1,
        ken: int = 255,
        base_date: BaseDate = BaseDate.Y2014,
    ) -> "KeyRegister":
        """Make the register of a meter straight from a vending key.

        Raises:
            StsValueError: any input that key generation refuses.
        """
        account = MeterPrimaryAccountNumber(pan) if isinstance(pan, str) else pan
        key = derive_decoder_key(
            dkga,
            ea,
            vending_key=vending_key,
            pan=account,
            key_type=key_type,
            sgc=sgc,
            ti=ti,
            krn=krn,
            base_date=base_date,
        )
        return cls(key, account, sgc, key_type, krn, ti, ken, base_date, dkga)

    @property
    def ea(self) -> str:
        """Encryption algorithm code: "07" or "11"."""
        return self.decoder_key.ea

    def snapshot(self) -> dict[str, Any]:
        """Return plain data for keeping. It holds the key: keep it as one keeps a key."""
        return {
            "decoder_key": self.decoder_key.value.hex(),
            "ea": self.ea,
            "pan": self.pan.pan,
            "sgc": self.sgc,
            "key_type": int(self.key_type),
            "krn": self.krn,
            "ti": self.ti,
            "ken": self.ken,
            "base_date": int(self.base_date),
            "dkga": self.dkga,
        }

    @classmethod
    def from_snapshot(cls, data: Mapping[str, Any]) -> "KeyRegister":
        """Take back what `snapshot` gave."""
        return cls(
            decoder_key=DecoderKey(bytes.fromhex(data["decoder_key"]), data["ea"]),
            pan=MeterPrimaryAccountNumber(data["pan"]),
            sgc=data["sgc"],
            key_type=KeyType(data["key_type"]),
            krn=data["krn"],
            ti=data["ti"],
            ken=data["ken"],
            base_date=BaseDate(data["base_date"]),
            dkga=data["dkga"],
        )


def changed_register(present: KeyRegister, change: CompleteSet) -> KeyRegister | None:
    """Return the register that a complete key change leads to, or None if its SGC is out of range.

    RO = 1 moves the base date on to the following one; a set without an SGC keeps the present one.

    Source: IEC 62055-41:2018, 6.2.7 to 6.2.13
    """
    sgc = present.sgc if change.sgc is None else f"{change.sgc:06d}"
    if len(sgc) > SGC_DIGITS:
        return None
    first, second = change.first, change.second
    return replace(
        present,
        decoder_key=join_key_parts(change.sections, present.ea),
        key_type=first.key_type,
        krn=first.krn,
        ti=second.ti,
        ken=first.ken_high << 4 | second.ken_low,
        sgc=sgc,
        base_date=present.base_date.following() if first.rollover else present.base_date,
    )


# Key types and those that may follow: the table behind KeyTypeError.

_DITK, _DDTK, _DUTK, _DCTK = KeyType

KEY_TYPE_MATRIX: dict[KeyType, frozenset[KeyType]] = {
    _DITK: frozenset({_DITK, _DDTK, _DUTK, _DCTK}),
    _DDTK: frozenset({_DDTK, _DUTK, _DCTK}),
    _DUTK: frozenset({_DUTK, _DDTK}),
    _DCTK: frozenset({_DCTK, _DDTK}),  # DCTK to DDTK is from domain memory [M]
}
"""Present key type -> the types that a key change may load (IEC 62055-41, 6.5.2.3)."""

MAGNETIC_CARD = 1
NUMERIC = 2
VIRTUAL = 7
DLMS = 8
"""Token carrier types: erasable card (-51), 20 digits (-51), virtual (-52), DLMS (STS 101-2, code [M])."""

PPKW_CARRIERS = frozenset({NUMERIC, VIRTUAL, DLMS})


def key_type_allowed(present: KeyType, new: KeyType, carriers: Collection[int]) -> bool:
    """Tell whether a meter may go from one key type to another.

    A common key is only for meters that take erasable magnetic cards.

    Args:
        present: type of the key in the register.
        new: type in the first section.
        carriers: token carrier types of the meter.

    Source: IEC 62055-41, 6.5.2.3
    """
    if new is KeyType.DCTK and MAGNETIC_CARD not in carriers:
        return False
    return new in KEY_TYPE_MATRIX[present]
