"""Minting one vector and comparing it with the token that it expects, if it expects one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from protocols.sts.errors import StsError
from protocols.sts.identity.base_date import BaseDate
from protocols.sts.keys.values import DecoderKey
from protocols.sts.token.codec import ENCIPHERED_CLASSES, decode_token, encode_token
from protocols.sts.vectors import inputs as read
from protocols.sts.vectors.builders import BUILDERS
from protocols.sts.vectors.fields import decoded_fields
from protocols.sts.vectors.inputs import Inputs
from protocols.sts.vectors.keys import decoder_key, key_sections, new_inputs


class VectorStatus(Enum):
    """How a vector came out."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Minted:
    """The outcome of one vector.

    Attributes:
        status: passed (minted, and equal to the expected token if there is one), failed, or unknown (a class
            that is not supported; neither good nor bad).
        token: 20 digits, or None.
        decoder_key: lower-case hexadecimal, or None (class 1 needs none).
        decoded: what decoding the minted token gives back.
        error: one sentence, when the inputs were refused.
    """

    status: VectorStatus
    token: str | None = None
    decoder_key: str | None = None
    decoded: dict[str, Any] | None = None
    error: str | None = None


def mint_vector(
    token_class: int, token_subclass: int, inputs: Mapping[str, Any], expected: str | None = None
) -> Minted:
    """Mint a token from a vector's inputs alone.

    Args:
        token_class: 0 to 3.
        token_subclass: 0 to 15.
        inputs: see `protocols.sts.vectors.inputs`.
        expected: 20 digits to compare with, or None.
    """
    builder = BUILDERS.get((token_class, token_subclass))
    if builder is None:
        return Minted(VectorStatus.UNKNOWN)
    key: DecoderKey | None = None
    try:
        if token_class in ENCIPHERED_CLASSES:
            key = decoder_key(inputs)
        digits = encode_token(builder(token_subclass, inputs), key)
        decoded = decoded_fields(decode_token(digits, key), _base_date(inputs))
    except StsError as error:
        return Minted(VectorStatus.FAILED, decoder_key=_hex(key), error=str(error))
    fits = expected is None or digits == expected.replace(" ", "")
    return Minted(VectorStatus.PASSED if fits else VectorStatus.FAILED, digits, _hex(key), decoded)


def _hex(key: DecoderKey | None) -> str | None:
    return key.value.hex() if key else None


def _base_date(inputs: Inputs) -> BaseDate | None:
    return read.base_date(inputs) if inputs.get("base_date") is not None else None


@dataclass(frozen=True, slots=True)
class MintedKeyChange:
    """A whole key change.

    Attributes:
        tokens: 20 digits by subclass, in the order 3, 4, 8, 9.
        decoded: what decoding each of them gives back, by subclass.
        decoder_key: the key in force, lower-case hexadecimal.
        new_decoder_key: the key to load, lower-case hexadecimal.
    """

    tokens: dict[int, str]
    decoded: dict[int, dict[str, Any]]
    decoder_key: str
    new_decoder_key: str


def mint_key_change(inputs: Mapping[str, Any]) -> MintedKeyChange:
    """Mint every section of the key change that the inputs describe, `new` among them.

    Raises:
        StsError: an input is missing or refused, or the new key has expired.
    """
    key = decoder_key(inputs)
    tokens = {subclass: encode_token(section, key) for subclass, section in key_sections(inputs).items()}
    decoded = {
        subclass: decoded_fields(decode_token(digits, key), _base_date(inputs))
        for subclass, digits in tokens.items()
    }
    return MintedKeyChange(tokens, decoded, key.value.hex(), decoder_key(new_inputs(inputs)).value.hex())
