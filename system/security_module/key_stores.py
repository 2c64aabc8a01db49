"""Key stores: vending keys in this process's memory, or inside a PKCS#11 token (extra ``hsm``).

Gain of a token: the key is used there and never leaves it. DKGA04 runs in the token, so the vending key
cannot be copied from this computer. Limits: the decoder key of one meter comes out for each token, because
no PKCS#11 token knows STA or MISTY1, and policy and journal stay in this process. DKGA02 is not possible at
all: its last step is an exclusive-or with the vending key itself, which a token that guards it cannot do.

Work-around kept here, measured on SoftHSM2: an HMAC key of 20 bytes is refused as too short; padded with
zeros to the 64 bytes of a SHA-256 block it is the same HMAC key by definition.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from protocols.sts.errors import StsValueError
from protocols.sts.identity import (
    KeyRevisionNumber,
    KeyType,
    MeterPrimaryAccountNumber,
    SupplyGroupCode,
    TariffIndex,
)
from protocols.sts.keys import (
    DKGA04_VENDING_KEY_BYTES,
    KEY_BYTES_BY_EA,
    DecoderKey,
    DerivationRequest,
    VendingKey,
    data_block,
    derive_decoder_key,
)
from system.security_module.errors import UnableToUseToken
from system.security_module.policy import Meter
from system.security_module.refusals import Refused, Words
from system.security_module.sealed_contents import KeyRegister
from system.security_module.sts_sentences import sts_words

_IN_TOKEN = Words(
    "la clave de este registro está en un token PKCS#11", "the key of this register lies in a PKCS#11 token"
)


@dataclass(frozen=True, slots=True)
class MeterKeyName:
    """Inputs of a decoder key beside the vending key.

    Attributes:
        pan: MeterPAN, 18 digits; as a text it is checked again.
        ea: "07" or "11".
        ti: tariff index, 0-99.
    """

    pan: MeterPrimaryAccountNumber | str
    ea: str
    ti: int


class KeyStore(Protocol):
    """Makes decoder keys from the vending key of a register."""

    def derive(self, register: KeyRegister, meter: MeterKeyName) -> DecoderKey:
        """Return the decoder key of one meter.

        Raises:
            Refused: ``token-failed``, when this key cannot serve this meter.
        """


class KeyDevice(KeyStore, Protocol):
    """A key store outside this process: it takes keys in, and is closed."""

    def load(self, label: str, key: VendingKey) -> None:
        """Put a vending key into the device, where it can be used and not read.

        Raises:
            UnableToUseToken: the device refuses it.
        """

    def close(self) -> None:
        """Log out."""


class SealedKeyStore:
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


class KeyStores:
    """Sends each register to the key_store that holds its key.

    Args:
        token: the open PKCS#11 token, or None when there is none.
    """

    def __init__(self, token: KeyStore | None = None) -> None:
        self._sealed: KeyStore = SealedKeyStore()
        self._token = token

    def derive(self, register: KeyRegister, meter: MeterKeyName) -> DecoderKey:
        """Return the decoder key of one meter.

        Raises:
            Refused: ``token-failed``.
        """
        if register.token_label is None or self._token is None:
            return self._sealed.derive(register, meter)
        return self._token.derive(register, meter)

    def decoder_key(self, meter: Meter) -> DecoderKey:
        """Return the decoder key that a meter holds or shall hold.

        Raises:
            Refused: ``token-failed``.
        """
        return self.derive(meter.register, MeterKeyName(meter.account, meter.ea, meter.ti))


# ---------------- PKCS#11

HASH_BLOCK_BYTES = 64

_PLACEHOLDER = VendingKey(bytes(DKGA04_VENDING_KEY_BYTES))
"""Stands where a derivation request wants a key: the data block does not depend on it."""


class Pkcs11KeyStore:
    """An open session with a token.

    Args:
        library: path of the PKCS#11 library.
        token_name: label of the token.
        pin: of its user.

    Raises:
        UnableToUseToken: python-pkcs11 is not installed, or library, token or PIN is wrong.
    """

    def __init__(self, library: str, token_name: str, pin: str) -> None:
        try:
            self._pkcs11: Any = importlib.import_module("pkcs11")
        except ImportError as error:
            raise UnableToUseToken("python-pkcs11 is not installed: install the extra hsm") from error
        try:
            token = self._pkcs11.lib(library).get_token(token_label=token_name)
            self._session: Any = token.open(user_pin=pin, rw=True)
        except (self._pkcs11.PKCS11Error, RuntimeError, OSError):
            raise UnableToUseToken(
                f"the token {token_name} cannot be opened: check library, label and PIN"
            ) from None
        self._keys: dict[str, Any] = {}

    def close(self) -> None:
        """Log out."""
        self._session.close()

    def load(self, label: str, key: VendingKey) -> None:
        """Put a vending key for DKGA04 into the token, where it can be used and not read.

        Raises:
            UnableToUseToken: a key for DKGA02, or the token refuses it.
        """
        if len(key.value) != DKGA04_VENDING_KEY_BYTES:
            raise UnableToUseToken("a token can hold keys for DKGA04 only: DKGA02 needs the key itself")
        attribute = self._pkcs11.Attribute
        try:
            self._session.create_object(
                {
                    attribute.CLASS: self._pkcs11.ObjectClass.SECRET_KEY,
                    attribute.KEY_TYPE: self._pkcs11.KeyType.GENERIC_SECRET,
                    attribute.TOKEN: True,
                    attribute.PRIVATE: True,
                    attribute.SENSITIVE: True,
                    attribute.EXTRACTABLE: False,
                    attribute.SIGN: True,
                    attribute.LABEL: label,
                    attribute.VALUE: key.value.ljust(HASH_BLOCK_BYTES, b"\0"),
                }
            )
        except self._pkcs11.PKCS11Error as error:
            raise UnableToUseToken(f"the token refuses the key ({type(error).__name__})") from None

    def derive(self, register: KeyRegister, meter: MeterKeyName) -> DecoderKey:
        """Return the decoder key of one meter, made in the token by DKGA04.

        Raises:
            Refused: ``token-failed``.
        """
        try:
            request = DerivationRequest(
                vending_key=_PLACEHOLDER,
                ea=meter.ea,
                pan=MeterPrimaryAccountNumber(meter.pan) if isinstance(meter.pan, str) else meter.pan,
                key_type=register.key_type,
                sgc=SupplyGroupCode(register.sgc),
                ti=TariffIndex(meter.ti),
                krn=KeyRevisionNumber(register.krn),
                base_date=register.base_date,
            )
            mechanism = self._pkcs11.Mechanism.SHA256_HMAC
            made = self._key(register.token_label or "").sign(data_block(request), mechanism=mechanism)
            return DecoderKey(bytes(made)[: KEY_BYTES_BY_EA[meter.ea]], meter.ea)
        except StsValueError as error:
            raise Refused("token-failed", why=sts_words(error)) from None
        except self._pkcs11.PKCS11Error as error:
            raise Refused("token-failed", why=f"PKCS#11 {type(error).__name__}") from None

    def _key(self, label: str) -> Any:
        if label not in self._keys:
            kind = self._pkcs11.ObjectClass.SECRET_KEY
            self._keys[label] = self._session.get_key(object_class=kind, label=label)
        return self._keys[label]


#: Back-ends: scheme of the library's name -> what opens it, from the rest of the name, the label and the PIN.
KEY_DEVICES: Mapping[str, Callable[[str, str, str], KeyDevice]] = {"pkcs11": Pkcs11KeyStore}


def open_key_device(library: str, token_name: str, pin: str) -> KeyDevice:
    """Open the device that holds vending keys.

    Args:
        library: path of a PKCS#11 library, or ``SCHEME:…`` of another row of `KEY_DEVICES`.
        token_name: label of the token.
        pin: of its user.

    Raises:
        UnableToUseToken: the device cannot be opened.
    """
    scheme, _, rest = library.partition(":")
    if scheme in KEY_DEVICES and rest:
        return KEY_DEVICES[scheme](rest, token_name, pin)
    return Pkcs11KeyStore(library, token_name, pin)
