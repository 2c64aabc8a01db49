"""Key values. They never show their bytes in `repr`, in messages or in tracebacks' summaries."""

from dataclasses import dataclass, field

from protocols.sts.errors import KeyMaterialError, UnsupportedAlgorithmError

KEY_BYTES_BY_EA = {"07": 8, "11": 16}
"""Bytes of a decoder key, by encryption algorithm code."""

VENDING_KEY_BYTES = (8, 20)

REFUSED_EAS = {"09": "EA09 (DEA) was withdrawn in IEC 62055-41:2018 and is not supported; use EA07 or EA11"}
"""Encryption algorithms known by name and refused, with the sentence that says so."""


def check_ea(ea: str) -> str:
    """Return `ea` if this implementation has the algorithm.

    Raises:
        UnsupportedAlgorithmError: withdrawn, or unknown.
    """
    if ea in KEY_BYTES_BY_EA:
        return ea
    raise UnsupportedAlgorithmError(
        REFUSED_EAS.get(ea, f"EA{ea} is not an encryption algorithm of the STS; use EA07 or EA11")
    )


@dataclass(frozen=True, slots=True)
class VendingKey:
    """The key of a supply group: 8 bytes for DKGA02, 20 bytes for DKGA04.

    Raises:
        KeyMaterialError: another length.
    """

    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.value) not in VENDING_KEY_BYTES:
            raise KeyMaterialError(f"a vending key has 8 or 20 bytes, not {len(self.value)}")


@dataclass(frozen=True, slots=True)
class DecoderKey:
    """The key of one meter: 8 bytes for EA07, 16 bytes for EA11.

    Raises:
        KeyMaterialError: a length that the algorithm does not take.
        UnsupportedAlgorithmError: an algorithm that is not supported.
    """

    value: bytes = field(repr=False)
    ea: str

    def __post_init__(self) -> None:
        if len(self.value) != KEY_BYTES_BY_EA[check_ea(self.ea)]:
            raise KeyMaterialError(
                f"a decoder key for EA{self.ea} has {KEY_BYTES_BY_EA[self.ea]} bytes, not {len(self.value)}"
            )
