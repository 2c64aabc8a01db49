"""Object identifiers of application contexts and authentication mechanisms.

Source: IEC 62056-5-3, 7 (names of the COSEM application contexts and mechanisms)
"""

from enum import Enum

# joint-iso-ccitt(2) country(16) country-name(756) identified-organisation(5) DLMS-UA(8), content octets
_DLMS_UA = bytes.fromhex("6085740508")


class ApplicationContextName(Enum):
    """What an association speaks: logical or short names, plain or ciphered."""

    LN_NO_CIPHERING = _DLMS_UA + bytes((1, 1))
    SN_NO_CIPHERING = _DLMS_UA + bytes((1, 2))
    LN_CIPHERING = _DLMS_UA + bytes((1, 3))
    SN_CIPHERING = _DLMS_UA + bytes((1, 4))


class MechanismName(Enum):
    """How the sides authenticate."""

    NONE = _DLMS_UA + bytes((2, 0))
    LLS = _DLMS_UA + bytes((2, 1))
    HLS = _DLMS_UA + bytes((2, 2))
    HLS_MD5 = _DLMS_UA + bytes((2, 3))
    HLS_SHA1 = _DLMS_UA + bytes((2, 4))
    HLS_GMAC = _DLMS_UA + bytes((2, 5))
    HLS_SHA256 = _DLMS_UA + bytes((2, 6))
    HLS_ECDSA = _DLMS_UA + bytes((2, 7))
