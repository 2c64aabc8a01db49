"""Meters built wrong on purpose, each of which the bench must catch: the bench's own test.

A mutant is a module of this folder. It gives `PARTS`, the default parts with one replaced, `CLAUSE`, the
clause that it must fail, and `DESCRIPTION`; where it can be wrong in another model than PPKW only, `PROFILE`,
and where on HDLC only, `FRAMING`, too. Its name on the command line is the module's, with hyphens.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.text import Text

if TYPE_CHECKING:
    from sim.meter import Parts


@dataclass(frozen=True, slots=True)
class Mutant:
    """One meter built wrong."""

    name: str
    parts: "Parts"
    clause: str
    description: Text
    profile: str = "ppkw"
    framing: str = "wrapper"


def names() -> tuple[str, ...]:
    """Every mutant's name, sorted."""
    modules = (path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    return tuple(sorted(stem.replace("_", "-") for stem in modules))


def load(name: str) -> Mutant:
    """The mutant called `name`; hyphens or underscores.

    Raises:
        LookupError: there is none.
    """
    wanted = name.replace("_", "-")
    if wanted not in names():
        raise LookupError(f"no mutant called `{name}`; known: {', '.join(names())}")
    module = importlib.import_module(f"{__name__}.{wanted.replace('-', '_')}")
    profile, framing = getattr(module, "PROFILE", "ppkw"), getattr(module, "FRAMING", "wrapper")
    return Mutant(wanted, module.PARTS, module.CLAUSE, module.DESCRIPTION, profile, framing)
