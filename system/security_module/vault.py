"""Where a vending key is used: in this process's memory, or inside a PKCS#11 token.

A vault makes decoder keys; it never hands out a vending key. The decoder key itself is always in this
process's memory while a token is enciphered, because no token of the market knows STA or MISTY1.
"""

from dataclasses import dataclass
from typing import Protocol

from protocols.sts.errors import StsValueError
from protocols.sts.identity import KeyType, MeterPrimaryAccountNumber
from protocols.sts.keys import DecoderKey, derive_decoder_key
from system.security_module.contents import KeyRegister
from system.security_module.refusals import Refused, Words
from system.security_module.sts_sentences import sts_words

_IN_TOKEN = Words(
    "la clave de este registro está en un token PKCS#11", "the key of this register lies in a PKCS#11 token"
)


@dataclass(frozen=True, slots=True)
class MeterKeyName:
    """What, beside the vending key, a decoder key is made from.

    Attributes:
        pan: MeterPAN, 18 digits; as a text it is checked again.
        ea: "07" or "11".
        ti: tariff index, 0-99.
    """

    pan: MeterPrimaryAccountNumber | str
    ea: str
    ti: int


class Vault(Protocol):
    """Makes decoder keys from the vending key of a register."""

    def derive(self, register: KeyRegister, meter: MeterKeyName) -> DecoderKey:
        """Return the decoder key of one meter.

        Raises:
            Refused: ``token-failed``, when this key cannot serve this meter.
        """


class SealedVault:
    """Keys from the sealed file, in memory."""

    def derive(self, register: KeyRegister, meter: MeterKeyName) -> DecoderKey:
        """Return the decoder key of one meter.

        Raises:
            Refused: ``token-failed``.
        """
        if register.key is None:
            raise Refused("token-failed", why=_IN_TOKEN)
        try:
            return derive_decoder_key(
                register.dkga,
                meter.ea,
                vending_key=register.key,
                pan=meter.pan,
                sgc=register.sgc,
                key_type=KeyType(register.key_type),
                ti=meter.ti,
                krn=register.krn,
                base_date=register.base_date,
            )
        except StsValueError as error:
            raise Refused("token-failed", why=sts_words(error)) from None


class Vaults:
    """Sends each register to the vault that holds its key.

    Args:
        token: the open PKCS#11 token, or None when there is none.
    """

    def __init__(self, token: Vault | None = None) -> None:
        self._sealed: Vault = SealedVault()
        self._token = token

    def derive(self, register: KeyRegister, meter: MeterKeyName) -> DecoderKey:
        """Return the decoder key of one meter.

        Raises:
            Refused: ``token-failed``.
        """
        if register.token_label is None or self._token is None:
            return self._sealed.derive(register, meter)
        return self._token.derive(register, meter)
