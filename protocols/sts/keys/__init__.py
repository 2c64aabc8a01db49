"""Vending keys, decoder keys, and how the second is made from the first (DKGA02 and DKGA04)."""

from protocols.sts.keys.derivation import DEFAULT_DKGA, DEFAULT_EA, derive_decoder_key
from protocols.sts.keys.values import DecoderKey, VendingKey

__all__ = ["DEFAULT_DKGA", "DEFAULT_EA", "DecoderKey", "VendingKey", "derive_decoder_key"]
