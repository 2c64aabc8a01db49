"""Credentials of a meter: vending key, passwords, DLMS keys, and the system title they are used under.

The defaults are published test values, the only ones in the project. Keys and counters live in the
non-volatile memory. Counters are reserved ahead: whatever write the power ends at, a meter that comes back
begins behind every counter that it may have used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from protocols.dlms.security import DeviceSecurity, KeySet, SecuritySuite
from protocols.dlms.security.certificates import CertificateStore
from protocols.dlms.security.ecdsa import EcdsaSigner, KeyPair
from protocols.sts import testkeys
from protocols.sts.acceptance import KeyRegister
from protocols.sts.identity import BaseDate, KeyType, MeterPrimaryAccountNumber
from protocols.sts.keys import VendingKey
from sim.meter.profile import MeterProfile, StsTerms

# ------------------------------------------------------------ secrets

#: The keys of the virtual meter's security setup: the published example keys of the Green Book.
TEST_KEYS = KeySet(
    guek=bytes.fromhex("000102030405060708090a0b0c0d0e0f"),
    gak=bytes.fromhex("d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"),
    gbek=bytes.fromhex("0f0e0d0c0b0a09080706050403020100"),
    kek=bytes.fromhex("00112233445566778899aabbccddeeff"),
)
#: The same for security suite 2, twice as long.
TEST_KEYS_256 = KeySet(TEST_KEYS.guek * 2, TEST_KEYS.gak * 2, kek=(TEST_KEYS.kek or b"") * 2)


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """Signing key of a meter of suite 1 or 2, and the key of the client whose signatures it takes.

    Args:
        own: private key, as long as a coordinate; never shown.
        client: public key of the management client, x and y.
    """

    own: bytes = field(repr=False)
    client: bytes


# The meter's key is the number 7; the client's is the example key of RFC 6979, A.2.5 and A.2.6.
_P256_CLIENT = bytes.fromhex(
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
)
_P384_CLIENT = bytes.fromhex(
    "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13"
    "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720"
)
TEST_SIGNING_KEYS: Mapping[SecuritySuite, SigningKeys] = {
    SecuritySuite.SUITE_1: SigningKeys((7).to_bytes(32, "big"), _P256_CLIENT),
    SecuritySuite.SUITE_2: SigningKeys((7).to_bytes(48, "big"), _P384_CLIENT),
}
#: The LLS password of the virtual meter's reader: published, worth nothing.
TEST_READER_PASSWORD = b"12345678"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of one meter.

    Args:
        vending_key: of its supply group.
        passwords: association name -> LLS secret.
        keys: of its security setup, suites 0 and 1.
        keys_256: of its security setup, suite 2.
        signing: of suites 1 and 2.
    """

    vending_key: VendingKey = testkeys.VUDK_160
    passwords: Mapping[str, bytes] = field(
        default_factory=lambda: {"reader": TEST_READER_PASSWORD}, repr=False
    )
    keys: KeySet = TEST_KEYS
    keys_256: KeySet = TEST_KEYS_256
    signing: Mapping[SecuritySuite, SigningKeys] = field(default_factory=lambda: TEST_SIGNING_KEYS)


TEST_CREDENTIALS = Credentials()


def factory_register(drn: str, terms: StsTerms, credentials: Credentials) -> KeyRegister:
    """The key register that a meter leaves the factory with.

    Raises:
        StsValueError: the profile's DRN or register is not valid.
    """
    return KeyRegister.derived(
        credentials.vending_key,
        MeterPrimaryAccountNumber.from_drn(drn),
        sgc=terms.sgc,
        dkga=terms.dkga,
        ea=terms.ea,
        key_type=KeyType(terms.key_type),
        krn=terms.krn,
        ti=terms.ti,
        ken=terms.ken,
        base_date=BaseDate(terms.base_date),
    )


# ------------------------------------------------------------ device security

_FLAG_LETTERS = 3
_NUMBER_OCTETS = 5


def system_title(profile: MeterProfile) -> bytes:
    """Eight octets: the maker's FLAG id, then the DRN as a number.

    Source: Green Book, 4.3.4 (system title)
    """
    flag = profile.logical_device_name[:_FLAG_LETTERS].encode("ascii")
    return flag + int(profile.drn).to_bytes(_NUMBER_OCTETS, "big")


def suite_security(
    title: bytes,
    suite: SecuritySuite,
    credentials: Credentials,
    kind: type[DeviceSecurity] = DeviceSecurity,
) -> DeviceSecurity:
    """Suites 1 and 2: signing keys beside the symmetric ones, policies of version 1."""
    signing = credentials.signing[suite]
    own = KeyPair.from_private(suite, signing.own)
    security = kind(
        title,
        credentials.keys_256 if suite is SecuritySuite.SUITE_2 else credentials.keys,
        suite=suite,
        setup_version=1,
        signer=EcdsaSigner(own, signing.client),
    )
    security.hold_certificates(CertificateStore(suite, title))
    security.agreement = (None, None, own, signing.client)
    return security


def device_security(title: bytes, keys: KeySet) -> DeviceSecurity:
    """Suite 0, no policy yet, counters at the beginning."""
    return DeviceSecurity(title, keys)
