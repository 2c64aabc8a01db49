"""Choosing the decoder key generation algorithm by its code."""

from collections.abc import Callable

from protocols.sts.errors import UnsupportedAlgorithmError
from protocols.sts.identity.base_date import BaseDate
from protocols.sts.identity.key_attributes import KeyRevisionNumber, KeyType, SupplyGroupCode, TariffIndex
from protocols.sts.identity.meter import MeterPrimaryAccountNumber
from protocols.sts.keys import dkga02, dkga04
from protocols.sts.keys.request import DerivationRequest
from protocols.sts.keys.values import DecoderKey, VendingKey, check_ea

DEFAULT_DKGA = "04"
DEFAULT_EA = "11"

_DERIVE: dict[str, Callable[[DerivationRequest], bytes]] = {"02": dkga02.derive, "04": dkga04.derive}

REFUSED_DKGAS = {
    "01": "DKGA01 serves only meters made before 2000 and is not supported; use DKGA02 or DKGA04",
    "03": "DKGA03 was withdrawn in IEC 62055-41:2018 and is not supported; use DKGA02 or DKGA04",
}
"""Algorithms known by name and refused, with the sentence that says so."""


def refuse_unknown_dkga(dkga: str) -> UnsupportedAlgorithmError:
    """Return the refusal of a key generation algorithm that this implementation does not have."""
    unknown = f"DKGA{dkga} is not a key generation algorithm of the STS; use DKGA02 or DKGA04"
    return UnsupportedAlgorithmError(REFUSED_DKGAS.get(dkga, unknown))


def derive_decoder_key(
    dkga: str = DEFAULT_DKGA,
    ea: str = DEFAULT_EA,
    *,
    vending_key: VendingKey,
    pan: MeterPrimaryAccountNumber | str,
    sgc: SupplyGroupCode | str,
    key_type: KeyType | int = KeyType.DUTK,
    ti: TariffIndex | int = 1,
    krn: KeyRevisionNumber | int = 1,
    base_date: BaseDate | int = BaseDate.Y2014,
    decode_only: bool = False,
) -> DecoderKey:
    """Make the decoder key of one meter. Plain numbers and strings are checked as their identity types would.

    Args:
        dkga: "02" or "04".
        ea: "07" or "11".
        vending_key: 8 bytes of odd parity for DKGA02, 20 bytes for DKGA04.
        pan: MeterPAN, 18 digits.
        sgc: supply group code, 6 digits.
        key_type: 0 to 3.
        ti: tariff index, 0 to 99.
        krn: key revision number, 1 to 9.
        base_date: 1993, 2014 or 2035; DKGA02 does not use it.
        decode_only: also take the withdrawn EA09, to read its tokens.

    Raises:
        UnsupportedAlgorithmError: a DKGA, an EA or a pair of both that is not supported.
        KeyMaterialError: a vending key of the wrong length or parity.
        ValueError: any other value outside its range (`StsValueError`, or that of the enumerations).

    Source: IEC 62055-41:2018, 6.5.3
    """
    if dkga not in _DERIVE:
        raise refuse_unknown_dkga(dkga)
    request = DerivationRequest(
        vending_key=vending_key,
        ea=check_ea(ea, decode_only=decode_only),
        pan=MeterPrimaryAccountNumber(pan) if isinstance(pan, str) else pan,
        key_type=KeyType(key_type),
        sgc=SupplyGroupCode(sgc) if isinstance(sgc, str) else sgc,
        ti=TariffIndex(ti) if isinstance(ti, int) else ti,
        krn=KeyRevisionNumber(krn) if isinstance(krn, int) else krn,
        base_date=BaseDate(base_date),
    )
    return DecoderKey(_DERIVE[dkga](request), ea, decode_only)
