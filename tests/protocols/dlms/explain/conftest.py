"""The captures that are shipped, and ways to find things in trees."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from conformance import vectors
from protocols.dlms.explain import ExplainedCapture, explain_captures

Tree = dict[str, Any]


def walk(trees: list[Tree]) -> Iterator[Tree]:
    """Every node, depth first."""
    for tree in trees:
        yield tree
        yield from walk(tree["children"])


class Found:
    """Finds nodes."""

    @staticmethod
    def all(trees: list[Tree], name: str) -> list[Tree]:
        return [node for node in walk(trees) if node["name"] == name]

    @staticmethod
    def values(trees: list[Tree], name: str) -> list[Any]:
        return [node["value"] for node in walk(trees) if node["name"] == name]

    @staticmethod
    def facts(reading: Tree) -> dict[str, Any]:
        """The children of a reading by name."""
        return {child["name"]: child["value"] for child in reading["children"]}


@pytest.fixture(scope="session")
def find() -> type[Found]:
    return Found


@pytest.fixture(scope="session")
def document() -> Tree:
    return json.loads(vectors.path("dlms_captures.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def captures(document: Tree) -> dict[str, Tree]:
    return {capture["id"]: capture for capture in document["captures"]}


@pytest.fixture(scope="session")
def explained(document: Tree) -> dict[str, ExplainedCapture]:
    return {capture.id: capture for capture in explain_captures(document)}
