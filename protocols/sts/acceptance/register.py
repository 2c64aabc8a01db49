"""The key register of a meter: its decoder key with everything that belongs to it, replaced as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from protocols.sts.acceptance.key_change_set import CompleteSet
from protocols.sts.identity.base_date import BaseDate
from protocols.sts.identity.key_attributes import (
    KeyExpiryNumber,
    KeyRevisionNumber,
    KeyType,
    SupplyGroupCode,
    TariffIndex,
)
from protocols.sts.identity.meter import MeterPrimaryAccountNumber
from protocols.sts.keys.derivation import DEFAULT_DKGA, DEFAULT_EA, derive_decoder_key
from protocols.sts.keys.values import DecoderKey, VendingKey
from protocols.sts.token.key_change import join_key_parts

SGC_DIGITS = 6


@dataclass(frozen=True, slots=True)
class KeyRegister:
    """A decoder key and its attributes.

    Args:
        decoder_key: the key and its encryption algorithm.
        pan: whose key it is.
        sgc: supply group code, 6 digits.
        key_type: DITK, DDTK, DUTK or DCTK.
        krn: key revision number, 1-9.
        ti: tariff index, 0-99.
        ken: key expiry number, 0-255; 255 never expires.
        base_date: instant from which TIDs count.
        dkga: how the key was made, for display only.

    Raises:
        StsValueError: an attribute outside its range.

    Source: IEC 62055-41:2018, 7.3.9 (key register)
    """

    decoder_key: DecoderKey
    pan: MeterPrimaryAccountNumber
    sgc: str
    key_type: KeyType = KeyType.DUTK
    krn: int = 1
    ti: int = 1
    ken: int = 255
    base_date: BaseDate = BaseDate.Y2014
    dkga: str = DEFAULT_DKGA

    def __post_init__(self) -> None:
        SupplyGroupCode(self.sgc)
        KeyRevisionNumber(self.krn)
        TariffIndex(self.ti)
        KeyExpiryNumber(self.ken)

    @classmethod
    def derived(
        cls,
        vending_key: VendingKey,
        pan: MeterPrimaryAccountNumber | str,
        *,
        sgc: str,
        dkga: str = DEFAULT_DKGA,
        ea: str = DEFAULT_EA,
        key_type: KeyType = KeyType.DUTK,
        krn: int = 1,
        ti: int = 1,
        ken: int = 255,
        base_date: BaseDate = BaseDate.Y2014,
    ) -> "KeyRegister":
        """Make the register of a meter straight from a vending key.

        Raises:
            StsValueError: any input that key generation refuses.
        """
        account = MeterPrimaryAccountNumber(pan) if isinstance(pan, str) else pan
        key = derive_decoder_key(
            dkga,
            ea,
            vending_key=vending_key,
            pan=account,
            key_type=key_type,
            sgc=sgc,
            ti=ti,
            krn=krn,
            base_date=base_date,
        )
        return cls(key, account, sgc, key_type, krn, ti, ken, base_date, dkga)

    @property
    def ea(self) -> str:
        """Encryption algorithm code: "07" or "11"."""
        return self.decoder_key.ea

    def snapshot(self) -> dict[str, Any]:
        """Return plain data for keeping. It holds the key: keep it as one keeps a key."""
        return {
            "decoder_key": self.decoder_key.value.hex(),
            "ea": self.ea,
            "pan": self.pan.pan,
            "sgc": self.sgc,
            "key_type": int(self.key_type),
            "krn": self.krn,
            "ti": self.ti,
            "ken": self.ken,
            "base_date": int(self.base_date),
            "dkga": self.dkga,
        }

    @classmethod
    def from_snapshot(cls, data: Mapping[str, Any]) -> "KeyRegister":
        """Take back what `snapshot` gave."""
        return cls(
            decoder_key=DecoderKey(bytes.fromhex(data["decoder_key"]), data["ea"]),
            pan=MeterPrimaryAccountNumber(data["pan"]),
            sgc=data["sgc"],
            key_type=KeyType(data["key_type"]),
            krn=data["krn"],
            ti=data["ti"],
            ken=data["ken"],
            base_date=BaseDate(data["base_date"]),
            dkga=data["dkga"],
        )


def changed_register(present: KeyRegister, change: CompleteSet) -> KeyRegister | None:
    """Return the register that a complete key change leads to, or None if its SGC is out of range.

    RO = 1 moves the base date on to the following one; a set without an SGC keeps the present one.

    Source: IEC 62055-41:2018, 6.2.7 to 6.2.13
    """
    sgc = present.sgc if change.sgc is None else f"{change.sgc:06d}"
    if len(sgc) > SGC_DIGITS:
        return None
    first, second = change.first, change.second
    return replace(
        present,
        decoder_key=join_key_parts(change.sections, present.ea),
        key_type=first.key_type,
        krn=first.krn,
        ti=second.ti,
        ken=first.ken_high << 4 | second.ken_low,
        sgc=sgc,
        base_date=present.base_date.following() if first.rollover else present.base_date,
    )
