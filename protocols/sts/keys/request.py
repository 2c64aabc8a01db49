"""What a decoder key is made from, gathered in one value."""

from dataclasses import dataclass

from protocols.sts.identity.base_date import BaseDate
from protocols.sts.identity.key_attributes import KeyRevisionNumber, KeyType, SupplyGroupCode, TariffIndex
from protocols.sts.identity.meter import MeterPrimaryAccountNumber
from protocols.sts.keys.values import VendingKey


@dataclass(frozen=True, slots=True)
class DerivationRequest:
    """Inputs of a decoder key generation algorithm, every one already checked by its own type."""

    vending_key: VendingKey
    ea: str
    pan: MeterPrimaryAccountNumber
    key_type: KeyType
    sgc: SupplyGroupCode
    ti: TariffIndex
    krn: KeyRevisionNumber
    base_date: BaseDate
