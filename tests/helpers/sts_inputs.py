"""Inputs of minting vectors as the tests vary them, and what minting says of them."""

from typing import Any

from protocols.sts.testkeys import VUDK_160
from protocols.sts.vectors import Minted, VectorStatus, mint_vector

Inputs = dict[str, Any]

VUDK = VUDK_160.value.hex()
KEY: Inputs = {
    "dkga": "04",
    "ea": "07",
    "vending_key": VUDK,
    "meter_pan": "600727000000000009",
    "key_type": 2,
    "sgc": "201457",
    "ti": "01",
    "krn": 1,
    "base_date": 2014,
}
CREDIT: Inputs = {**KEY, "issue_time_utc": "2014-03-01T13:05:00Z", "rnd": 5, "amount_units": 1}
NEW: Inputs = {"ti": "02"}


def changed(inputs: Inputs, **changes: Any) -> Inputs:
    """The inputs with some replaced, and those set to None left out."""
    merged = {**inputs, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def minted(token_class: int, subclass: int, inputs: Inputs) -> Minted:
    result = mint_vector(token_class, subclass, inputs)
    assert result.error is None, result.error
    return result


def refused(token_class: int, subclass: int, inputs: Inputs) -> str:
    result = mint_vector(token_class, subclass, inputs)
    assert (result.status, result.token) == (VectorStatus.FAILED, None)
    assert result.error
    return result.error
