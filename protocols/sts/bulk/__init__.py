"""Many tokens at once, as NumPy arrays: the same digits as the single path gives, many times as fast.

For sweeps over every amount, for load tests, and for campaigns that change the keys of thousands of meters.
NumPy is imported with this package and by nothing else in `protocols.sts`.
"""

from protocols.sts.bulk.minter import as_text, derive_many, key_changes_many, mint_many

__all__ = ["as_text", "derive_many", "key_changes_many", "mint_many"]
