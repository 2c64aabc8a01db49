"""What a meter is given in secret: the vending key behind its decoder key, and its passwords.

The defaults are published test values, the only ones in the project.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from protocols.sts import testkeys
from protocols.sts.acceptance import KeyRegister
from protocols.sts.identity import BaseDate, KeyType, MeterPrimaryAccountNumber
from protocols.sts.keys import VendingKey
from sim.meter.profile import StsTerms

#: The LLS password of the virtual meter's reader: published, worth nothing.
TEST_READER_PASSWORD = b"12345678"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of one meter.

    Args:
        vending_key: of its supply group.
        passwords: association name -> LLS secret.
    """

    vending_key: VendingKey = testkeys.VUDK_160
    passwords: Mapping[str, bytes] = field(
        default_factory=lambda: {"reader": TEST_READER_PASSWORD}, repr=False
    )


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
