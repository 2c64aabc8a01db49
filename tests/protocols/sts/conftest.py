"""The vectors that ship with the bench, and meters made from the published test keys."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.vectors import path
from protocols.sts.acceptance import KeyRegister, TokenAcceptance
from protocols.sts.identity import KeyType
from protocols.sts.testkeys import VUDK_160

PAN = "600727000000000009"

MeterMaker = Callable[..., TokenAcceptance]


@pytest.fixture(scope="session")
def vector_file() -> dict[str, Any]:
    return json.loads(path("sts_vectors.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def vectors(vector_file: dict[str, Any]) -> list[dict[str, Any]]:
    return vector_file["vectors"]


@pytest.fixture(scope="session")
def primitives(vector_file: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {primitive["id"]: primitive for primitive in vector_file["primitives"]}


@pytest.fixture
def make_meter() -> MeterMaker:
    """Make a meter under register 1; what is not of the register goes to TokenAcceptance."""

    def make(
        ea: str = "07", key_type: KeyType = KeyType.DUTK, ken: int = 255, pan: str = PAN, **parts: Any
    ) -> TokenAcceptance:
        register = KeyRegister.derived(VUDK_160, pan, sgc="201457", ea=ea, key_type=key_type, ken=ken)
        return TokenAcceptance(register, **parts)

    return make
