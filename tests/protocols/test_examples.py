"""The examples in the docstrings of the protocols are true."""

import doctest
import importlib
import pkgutil

import pytest

import protocols

MODULES = [module.name for module in pkgutil.walk_packages(protocols.__path__, "protocols.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_examples_are_found() -> None:
    found = [name for name in MODULES if doctest.DocTestFinder().find(importlib.import_module(name))]
    assert len(found) > len(MODULES) // 2
