"""From a token value to 20 digits, and from 20 digits to what they say.

Classes 0 and 2 are enciphered, class 1 is not. The 64-bit block is subclass 4, content 44, CRC 16.

Source: IEC 62055-41, 6.4 and 7.3
"""

from collections.abc import Callable
from dataclasses import dataclass

from protocols.sts.amounts import MANTISSA_END, encode_amount
from protocols.sts.cipher.algorithms import EncryptionAlgorithm, cipher_of
from protocols.sts.crc import currency_token_crc, token_crc
from protocols.sts.errors import KeyMaterialError, StsValueError
from protocols.sts.identity import TID_MAX
from protocols.sts.keys import DecoderKey
from protocols.sts.token.carrier import (
    CLASS_MASK,
    CLASS_SHIFT,
    TOKEN_DIGITS,
    extract_class,
    from_digits,
    insert_class,
    to_digits,
)
from protocols.sts.token.credit import CURRENCY_SUBCLASSES, UNITS, TransferCredit, TransferCurrencyCredit
from protocols.sts.token.management import (
    ClearCredit,
    ClearTamperCondition,
    KeySection,
    Set1stSectionDecoderKey,
    Set2ndSectionDecoderKey,
    Set3rdSectionDecoderKey,
    Set3rdSectionSupplyGroupCode,
    Set4thSectionDecoderKey,
    SetExtendedToken,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
)
from protocols.sts.token.non_specific_management import (
    PROPRIETARY_MFR_DIGITS,
    InitiateMeterTest,
    ProprietaryMeterTest,
    ReadExtendedToken,
)

# Names of token classes and subclasses, supported or not (IEC 62055-41:2018, 6.2).

_NAMES: dict[tuple[int, int], str] = {
    (0, 0): "TransferCredit electricity",
    (0, 1): "TransferCredit water",
    (0, 2): "TransferCredit gas",
    (0, 3): "TransferCredit time",
    (0, 4): "TransferCredit currency electricity",
    (0, 5): "TransferCredit currency water",
    (0, 6): "TransferCredit currency gas",
    (0, 7): "TransferCredit currency time",
    (1, 0): "InitiateMeterTest/Display, 2-digit manufacturer code",
    (1, 1): "InitiateMeterTest/Display, 4-digit manufacturer code",
    (1, 2): "extended token read (STS 202-5)",
    (2, 0): "SetMaximumPowerLimit",
    (2, 1): "ClearCredit",
    (2, 2): "SetTariffRate",
    (2, 3): "Set1stSectionDecoderKey",
    (2, 4): "Set2ndSectionDecoderKey",
    (2, 5): "ClearTamperCondition",
    (2, 6): "SetMaximumPhasePowerUnbalanceLimit",
    (2, 7): "SetWaterMeterFactor",
    (2, 8): "Set3rdSectionDecoderKey",
    (2, 9): "Set4thSectionDecoderKey",
    (2, 10): "extended token set (STS 202-5)",
}

_PROPRIETARY = {1: range(6, 16), 2: range(11, 16)}
"""Subclasses that a maker may use as it likes, by class."""


def token_name(token_class: int, token_subclass: int) -> str:
    """Return the standard's name, or say that the pair is reserved or proprietary.

    >>> token_name(0, 8)
    'reserved (class 0 subclass 8)'
    """
    if known := _NAMES.get((token_class, token_subclass)):
        return known
    kind = "proprietary" if token_subclass in _PROPRIETARY.get(token_class, ()) else "reserved"
    return f"{kind} (class {token_class} subclass {token_subclass})"


# Types by class and subclass: the table that the decoder works by.

MakerAddressedToken = InitiateMeterTest | ReadExtendedToken | ProprietaryMeterTest
"""Any token of class 1: it names a maker, or every maker."""

Token = (
    TransferCredit
    | TransferCurrencyCredit
    | MakerAddressedToken
    | SetMaximumPowerLimit
    | SetMaximumPhasePowerUnbalanceLimit
    | SetTariffRate
    | SetWaterMeterFactor
    | SetExtendedToken
    | ClearCredit
    | ClearTamperCondition
    | KeySection
)
"""Any token that this room can make and read."""

Reader = Callable[[int, int], Token]
"""(subclass, 44 bits of content) -> token."""

_ANY_KEY: dict[tuple[int, int], Reader] = {
    **{(0, subclass): TransferCredit.from_content for subclass in range(4)},
    **{(0, subclass): TransferCurrencyCredit.from_content for subclass in CURRENCY_SUBCLASSES},
    (1, 0): InitiateMeterTest.from_content,
    (1, 1): InitiateMeterTest.from_content,
    (1, 2): ReadExtendedToken.from_content,
    **{(1, subclass): ProprietaryMeterTest.from_content for subclass in PROPRIETARY_MFR_DIGITS},
    (2, 0): SetMaximumPowerLimit.from_content,
    (2, 1): ClearCredit.from_content,
    (2, 2): SetTariffRate.from_content,
    (2, 3): Set1stSectionDecoderKey.from_content,
    (2, 4): Set2ndSectionDecoderKey.from_content,
    (2, 5): ClearTamperCondition.from_content,
    (2, 6): SetMaximumPhasePowerUnbalanceLimit.from_content,
    (2, 7): SetWaterMeterFactor.from_content,
    (2, 10): SetExtendedToken.from_content,
}

READERS: dict[int, dict[tuple[int, int], Reader]] = {
    8: {**_ANY_KEY, (2, 8): Set3rdSectionSupplyGroupCode.from_content},
    16: {
        **_ANY_KEY,
        (2, 8): Set3rdSectionDecoderKey.from_content,
        (2, 9): Set4thSectionDecoderKey.from_content,
    },
}
"""(class, subclass) -> reader, by the bytes of the decoder key: the third section differs."""

READABLE_FUNCTIONS: frozenset[tuple[int, int]] = frozenset(READERS[16])
"""(class, subclass) of every token that can be made and read, proprietary ones included."""

SUPPORTED_FUNCTIONS: frozenset[tuple[int, int]] = READABLE_FUNCTIONS - {
    (1, subclass) for subclass in PROPRIETARY_MFR_DIGITS
}
"""(class, subclass) of every token whose meaning is the standard's."""

KEY_SECTION_SUBCLASSES = frozenset({3, 4, 8, 9})
"""Subclasses of class 2 that load a key: no TID, exempt from validation."""

_TID_SUBCLASSES = {0: frozenset(range(16)), 2: frozenset({0, 1, 2, 5, 6, 7, 10})}


def has_tid(token_class: int, token_subclass: int) -> bool:
    """Tell whether tokens of this class and subclass carry a TID in bits 55 to 32, supported or not."""
    return token_subclass in _TID_SUBCLASSES.get(token_class, ())


def closed_by_crc_c(token_class: int, token_subclass: int) -> bool:
    """Tell whether tokens of this class and subclass close with CRC_C: the credit in currency."""
    return token_class == 0 and token_subclass in CURRENCY_SUBCLASSES


ENCIPHERED_CLASSES = frozenset({0, 2})

_PLAIN_READERS = READERS[8]


@dataclass(frozen=True, slots=True)
class Decoded:
    """Decoded token: the contents of 20 digits.

    Attributes:
        digits: the 20 digits.
        token_class: 0 to 3; readable without a key.
        block: the 64-bit plain block, or None when the class is enciphered and no key was given.
        crc_ok: whether the CRC (CRC_C for currency credit) fits, or None without a block.
        token: the token, or None when the CRC does not fit or the subclass is reserved or unsupported.
    """

    digits: str
    token_class: int
    block: int | None
    crc_ok: bool | None
    token: Token | None

    @property
    def token_subclass(self) -> int | None:
        """Subclass, 0 to 15, or None without a block."""
        return None if self.block is None else self.block >> 60

    @property
    def content44(self) -> int | None:
        """The 44 bits between subclass and CRC, or None without a block."""
        return None if self.block is None else self.block >> 16 & (1 << 44) - 1

    @property
    def tid(self) -> int | None:
        """The 24-bit TID if this class and subclass carry one, supported or not."""
        if self.block is None or not has_tid(self.token_class, self.block >> 60):
            return None
        return self.block >> 32 & 0xFFFFFF

    @property
    def name(self) -> str:
        """The standard's name of the class and subclass; says so when it is reserved or unsupported."""
        if self.block is None:
            return f"class {self.token_class}, enciphered"
        name = token_name(self.token_class, self.block >> 60)
        if self.crc_ok and self.token is None:
            return f"{name}: reserved/unsupported"
        return name


def encode_token(
    token: Token, decoder_key: DecoderKey | None = None, *, algorithm: EncryptionAlgorithm | None = None
) -> str:
    """Return the 20 digits of a token.

    Args:
        token: any token value.
        decoder_key: the meter's key; class 1 needs none and ignores it. Key sections go under the *old* key.
        algorithm: a cipher to use in place of the shipped one (for example an `Sta` over other tables).

    Raises:
        KeyMaterialError: an enciphered class without a key.
        UnsupportedAlgorithmError: a key that is only to decode with (EA09).

    Source: IEC 62055-41, 6.4
    """
    token_class = token.token_class
    content48 = token.token_subclass << 44 | token.content44()
    crc = currency_token_crc if closed_by_crc_c(token_class, token.token_subclass) else token_crc
    block = content48 << 16 | crc(token_class, content48)
    if token_class in ENCIPHERED_CLASSES:
        if decoder_key is None:
            raise KeyMaterialError(f"a token of class {token_class} is enciphered and needs a decoder key")
        cipher = algorithm or cipher_of(decoder_key)
        block = cipher.encrypt(decoder_key.value, block)
    return to_digits(insert_class(token_class, block))


def decode_token(
    digits: str, decoder_key: DecoderKey | None = None, *, algorithm: EncryptionAlgorithm | None = None
) -> Decoded:
    """Read 20 digits.

    Args:
        digits: exactly 20 decimal digits, no spaces.
        decoder_key: the meter's key, or None to read class 1 (and the class of any token) only.
        algorithm: a cipher to use in place of the shipped one.

    Raises:
        TokenFormatError: not 20 digits, or above 2^66-1.

    Source: IEC 62055-41, 7.3.2 to 7.3.6
    """
    token_class, block = extract_class(from_digits(digits))
    readers = _PLAIN_READERS
    if token_class in ENCIPHERED_CLASSES:
        if decoder_key is None:
            return Decoded(digits, token_class, None, None, None)
        cipher = algorithm or cipher_of(decoder_key)
        block = cipher.decrypt(decoder_key.value, block)
        readers = READERS[len(decoder_key.value)]
    subclass, content48 = block >> 60, block >> 16
    crc = currency_token_crc if closed_by_crc_c(token_class, subclass) else token_crc
    crc_ok = crc(token_class, content48) == block & 0xFFFF
    reader = readers.get((token_class, subclass)) if crc_ok else None
    token = reader(subclass, content48 & (1 << 44) - 1) if reader else None
    return Decoded(digits, token_class, block, crc_ok, token)


# Credit minter: many credit tokens under one decoder key, with nothing on the way that does not make the
# token.
#
# Gives the same digits as ``encode_token(TransferCredit(...), key)``; checks the same ranges.

_CREDIT = TransferCredit.token_class
_SUBCLASSES_END = len(UNITS)


class CreditMinter:
    """Makes credit tokens (class 0, subclass 0 to 3) for one meter.

    Args:
        decoder_key: the meter's key.
        algorithm: a cipher to use in place of the shipped one.
    """

    __slots__ = ("_encrypt",)

    def __init__(self, decoder_key: DecoderKey, *, algorithm: EncryptionAlgorithm | None = None) -> None:
        self._encrypt = (algorithm or cipher_of(decoder_key)).bound(decoder_key.value).encrypt

    def credit(self, subclass: int, rnd: int, tid: int, amount_units: int) -> str:
        """Return the 20 digits of one credit token.

        Args:
            subclass: 0 electricity, 1 water, 2 gas, 3 time.
            rnd: 4 random bits.
            tid: 24-bit token identifier, minutes.
            amount_units: in the unit of the subclass, rounded up by the coding.

        Raises:
            StsValueError: a field outside its range.

        Source: IEC 62055-41, 6.2.2 and 6.4
        """
        if not (0 <= subclass < _SUBCLASSES_END and 0 <= rnd <= 15 and 0 <= tid <= TID_MAX):
            raise StsValueError(
                f"a credit token has subclass 0 to 3, RND 0 to 15 and TID 0 to {TID_MAX}, "
                f"not {subclass}, {rnd} and {tid}"
            )
        field16 = amount_units if 0 <= amount_units < MANTISSA_END else encode_amount(amount_units)
        content48 = subclass << 44 | rnd << 40 | tid << 16 | field16
        block = self._encrypt(content48 << 16 | token_crc(_CREDIT, content48))
        # Class 0 leaves both class bits at zero: they only have to be moved away (see `carrier`).
        hidden = block & CLASS_MASK
        return str(block ^ hidden | hidden >> CLASS_SHIFT << 64).zfill(TOKEN_DIGITS)
