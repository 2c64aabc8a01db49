"""The security of the meter's logical device: its system title, and the factory state of keys and counters.

Keys and counters live in the non-volatile memory. Counters are reserved ahead: whatever write the power ends
at, a meter that comes back begins behind every counter that it may have used.
"""

from protocols.dlms.security import DeviceSecurity, KeySet, SecuritySuite
from protocols.dlms.security.certificates import CertificateStore
from protocols.dlms.security.ecdsa import EcdsaSigner, KeyPair
from sim.meter.credentials import Credentials
from sim.meter.profile import MeterProfile

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
