"""Keeping keys off the screen: only what belongs to the published test keys is shown."""

from dataclasses import replace
from typing import Any

from protocols.sts.acceptance import KeyRegister
from protocols.sts.errors import StsError
from protocols.sts.keys import derive_decoder_key
from protocols.sts.testkeys import TEST_KEYS
from protocols.sts.token import Decoded

KEY_FIELDS = frozenset({"nkho", "nklo", "key_bits_32_63", "key_bits_64_95", "raw44"})
"""Fields of a decoded key section that hold a part of the new key."""

HIDDEN = "…"


def is_test_key(register: KeyRegister) -> bool:
    """Tell whether a decoder key is made from a published test key under its own attributes."""
    return any(_derives(name, register) for name in TEST_KEYS)


def hide_key_part(decoded: Decoded, fields: dict[str, Any]) -> tuple[Decoded, dict[str, Any]]:
    """A key section without the part of the key in it."""
    shown = {name: HIDDEN if name in KEY_FIELDS else value for name, value in fields.items()}
    return replace(decoded, block=decoded.block and decoded.block >> 60 << 60), shown


def _derives(name: str, register: KeyRegister) -> bool:
    try:
        key = derive_decoder_key(
            register.dkga,
            register.ea,
            vending_key=TEST_KEYS[name],
            pan=register.pan,
            key_type=register.key_type,
            sgc=register.sgc,
            ti=register.ti,
            krn=register.krn,
            base_date=register.base_date,
            decode_only=register.decoder_key.decode_only,
        )
    except StsError:
        return False
    return key == register.decoder_key
