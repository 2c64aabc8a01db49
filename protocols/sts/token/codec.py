"""From a token value to 20 digits, and from 20 digits to what they say.

Classes 0 and 2 are enciphered, class 1 is not. The 64-bit block is subclass 4, content 44, CRC 16.

Source: IEC 62055-41, 6.4 and 7.3
"""

from dataclasses import dataclass

from protocols.sts.cipher.algorithms import EncryptionAlgorithm, cipher_of
from protocols.sts.crc import currency_token_crc, token_crc
from protocols.sts.errors import KeyMaterialError
from protocols.sts.keys.values import DecoderKey
from protocols.sts.token.carrier import extract_class, from_digits, insert_class, to_digits
from protocols.sts.token.layout import READERS, Token, closed_by_crc_c, has_tid
from protocols.sts.token.names import token_name

ENCIPHERED_CLASSES = frozenset({0, 2})

_PLAIN_READERS = READERS[8]


@dataclass(frozen=True, slots=True)
class Decoded:
    """What 20 digits say.

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
