"""Who a meter is and under which key it works: identity values of IEC 62055-41 clause 6.1.

Type names are the standard's full terms, attributes its symbols: `DecoderReferenceNumber` / `.drn`.
"""

from protocols.sts.identity.base_date import BaseDate
from protocols.sts.identity.id_record import DateOfExpiry, IdRecord
from protocols.sts.identity.key_attributes import (
    KeyExpiryNumber,
    KeyRevisionNumber,
    KeyType,
    SupplyGroupCode,
    TariffIndex,
)
from protocols.sts.identity.meter import DecoderReferenceNumber, MeterPrimaryAccountNumber
from protocols.sts.identity.token_identifier import TID_MAX, TokenIdentifier

__all__ = [
    "TID_MAX",
    "BaseDate",
    "DateOfExpiry",
    "DecoderReferenceNumber",
    "IdRecord",
    "KeyExpiryNumber",
    "KeyRevisionNumber",
    "KeyType",
    "MeterPrimaryAccountNumber",
    "SupplyGroupCode",
    "TariffIndex",
    "TokenIdentifier",
]
