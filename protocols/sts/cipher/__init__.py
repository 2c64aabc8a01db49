"""The block ciphers of tokens, by encryption algorithm (EA) code: 07 STA, 11 MISTY1; 09 DEA to read only."""

from protocols.sts.cipher.algorithms import BoundCipher, Dea, EncryptionAlgorithm, encryption_algorithm
from protocols.sts.cipher.misty1 import Misty1
from protocols.sts.cipher.sta import Sta, StaTables, default_sta_tables, load_sta_tables, sample_sta_tables

__all__ = [
    "BoundCipher",
    "Dea",
    "EncryptionAlgorithm",
    "Misty1",
    "Sta",
    "StaTables",
    "default_sta_tables",
    "encryption_algorithm",
    "load_sta_tables",
    "sample_sta_tables",
]
