"""A press: many credit tokens under one decoder key, with nothing on the way that does not make the token.

Gives the same digits as ``encode_token(TransferCredit(...), key)``; checks the same ranges.
"""

from protocols.sts.amounts import MANTISSA_END, encode_amount
from protocols.sts.cipher.algorithms import EncryptionAlgorithm, cipher_of
from protocols.sts.crc import token_crc
from protocols.sts.errors import StsValueError
from protocols.sts.identity.token_identifier import TID_MAX
from protocols.sts.keys.values import DecoderKey
from protocols.sts.token.carrier import CLASS_MASK, CLASS_SHIFT, TOKEN_DIGITS
from protocols.sts.token.credit import UNITS, TransferCredit

_CREDIT = TransferCredit.token_class
_SUBCLASSES_END = len(UNITS)


class CreditPress:
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
