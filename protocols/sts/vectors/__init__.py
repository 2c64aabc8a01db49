"""Test vectors: minting a token from a vector's inputs alone, and saying what decoding it gives back.

The inputs have the shape of ``conformance/vectors/sts_vectors.json``: see `protocols.sts.vectors.inputs` for
each of them.
"""

from protocols.sts.vectors.mint import Minted, MintedKeyChange, VectorStatus, mint_key_change, mint_vector

__all__ = ["Minted", "MintedKeyChange", "VectorStatus", "mint_key_change", "mint_vector"]
