"""The examples in docstrings are true."""

import doctest
import importlib

import pytest

_MODULES = [
    "reader",
    "obis",
    "obis_names",
    "datetimes",
    "units",
    "wrapper",
    "axdr",
    "explain",
    "explain.hexes",
    *(
        f"hdlc.{name}"
        for name in ("address", "client", "control", "fcs", "frame", "parameters", "server", "transfer")
    ),
]


@pytest.mark.parametrize("name", _MODULES)
def test_examples(name):
    results = doctest.testmod(importlib.import_module(f"protocols.dlms.{name}"))
    assert results.attempted > 0
    assert results.failed == 0
