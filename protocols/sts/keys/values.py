"""Key values. They never show their bytes in `repr`, in messages or in tracebacks' summaries."""

from dataclasses import dataclass, field

from protocols.sts.errors import KeyMaterialError, UnsupportedAlgorithmError

KEY_BYTES_BY_EA = {"07": 8, "09": 8, "11": 16}
"""Bytes of a decoder key, by encryption algorithm code."""

VENDING_KEY_BYTES = (8, 20)

WITHDRAWN_EAS = {"09": "EA09 (DEA) was withdrawn in IEC 62055-41:2018 and makes no tokens; use EA07 or EA11"}
"""Encryption algorithms known by name and refused unless only to decode, with the sentence that says so."""


def check_ea(ea: str, *, decode_only: bool = False) -> str:
    """Return `ea` if this implementation has the algorithm.

    Args:
        ea: two-digit code.
        decode_only: also let the withdrawn EA09 pass, whose tokens are read and never made.

    Raises:
        UnsupportedAlgorithmError: withdrawn, or unknown.
    """
    if ea in KEY_BYTES_BY_EA and (decode_only or ea not in WITHDRAWN_EAS):
        return ea
    raise UnsupportedAlgorithmError(
        WITHDRAWN_EAS.get(ea, f"EA{ea} is not an encryption algorithm of the STS; use EA07 or EA11")
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

    Args:
        value: the bytes.
        ea: encryption algorithm code.
        decode_only: also take EA09 (8 bytes), to read its tokens.

    Raises:
        KeyMaterialError: a length that the algorithm does not take.
        UnsupportedAlgorithmError: an algorithm that is not supported.
    """

    value: bytes = field(repr=False)
    ea: str
    decode_only: bool = False

    def __post_init__(self) -> None:
        if len(self.value) != KEY_BYTES_BY_EA[check_ea(self.ea, decode_only=self.decode_only)]:
            raise KeyMaterialError(
                f"a decoder key for EA{self.ea} has {KEY_BYTES_BY_EA[self.ea]} bytes, not {len(self.value)}"
            )
