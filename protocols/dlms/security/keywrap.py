"""Key transfer: keys travel wrapped with the master key.

>>> wrap(bytes(range(16)), bytes.fromhex("00112233445566778899aabbccddeeff")).hex()
'1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5'

Source: RFC 3394 (AES key wrap); IEC 62056-6-2, Security setup, key_transfer
"""

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from protocols.dlms.errors import DecipheringError, DlmsValueError

WRAP_OVERHEAD_OCTETS = 8


def wrap(kek: bytes, key: bytes) -> bytes:
    """`key` wrapped with `kek`, 8 octets longer.

    Raises:
        DlmsValueError: a key has an impossible length.
    """
    try:
        return aes_key_wrap(kek, key)
    except ValueError as error:
        raise DlmsValueError("a key of 16 or 32 octets is wrapped with one of 16 or 32") from error


def unwrap(kek: bytes, wrapped: bytes) -> bytes:
    """The key in `wrapped`.

    Raises:
        DecipheringError: it was wrapped with another key, or is no wrapped key.
    """
    try:
        return aes_key_unwrap(kek, wrapped)
    except (InvalidUnwrap, ValueError) as error:
        raise DecipheringError("the wrapped key does not unwrap with the master key") from error
