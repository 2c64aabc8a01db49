"""Vending systems built wrong on purpose, each of which the vendor suite must catch.

A mutant is a module of this folder. It gives `VENDOR`, our module with one thing changed, `CLAUSE`, the case
of STS 531-1 that it must fail, and `DESCRIPTION`. It is reached as ``mutant://vending/NAME``.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.text import Text

if TYPE_CHECKING:
    from conformance.vending.vendor import VendingSystem


@dataclass(frozen=True, slots=True)
class VendorMutant:
    """One vending system built wrong."""

    name: str
    build: "Callable[[], VendingSystem]"
    clause: str
    description: Text


def names() -> tuple[str, ...]:
    """Every vendor mutant's name, sorted."""
    modules = (path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    return tuple(sorted(stem.replace("_", "-") for stem in modules))


def load(name: str) -> VendorMutant:
    """The vendor mutant called `name`; hyphens or underscores.

    Raises:
        LookupError: there is none.
    """
    wanted = name.replace("_", "-")
    if wanted not in names():
        raise LookupError(f"no vendor mutant called `{name}`; known: {', '.join(names())}")
    module = importlib.import_module(f"{__name__}.{wanted.replace('-', '_')}")
    return VendorMutant(wanted, module.VENDOR, module.CLAUSE, module.DESCRIPTION)
