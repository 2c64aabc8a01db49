"""Registry of the mutants, meters and vending systems: the decorators that enter one, and look-up by name."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from i18n import Message

if TYPE_CHECKING:
    from conformance.vending.vending_system import VendingSystem
    from sim.meter import Parts

_D = TypeVar("_D", bound=Callable[..., Any])
_M = TypeVar("_M", bound="Described")
_V = TypeVar("_V", bound="Callable[[], VendingSystem]")


@dataclass(frozen=True, slots=True)
class Described:
    """Name, clause and words of a device built wrong.

    Attributes:
        name: as in its URL.
        clause: the clause of the catalogue that it must fail.
        description: what is wrong, for a report.
        wrong: what is wrong, as the docstring's first paragraph has it, for the page of mutants.
    """

    name: str
    clause: str
    description: Message
    wrong: str


@dataclass(frozen=True, slots=True)
class Mutant(Described):
    """A meter built wrong: its parts, the model and the framing that show the fault."""

    parts: "Parts"
    profile: str
    framing: str


@dataclass(frozen=True, slots=True)
class VendorMutant(Described):
    """A vending system built wrong."""

    build: "Callable[[], VendingSystem]"


@dataclass(frozen=True, slots=True)
class Replacement:
    """A way to build a meter around a wrong part, and the meter that shows such a fault by default."""

    build: "Callable[[Any], Parts]"
    profile: str = "ppkw"
    framing: str = "wrapper"


class Registry(dict[str, _M]):
    """Mutants by name, from the families of one package; a family is a module without a leading underscore.

    Args:
        package: whose modules are the families.
        kind: of mutant, for the sentence of a refusal.
    """

    def __init__(self, package: str, kind: str) -> None:
        super().__init__()
        self._package, self._kind = package, kind

    def enter(self, mutant: _M) -> None:
        """Enter one.

        Raises:
            ValueError: the name is taken.
        """
        known = self.get(mutant.name)
        if known is not None and known.wrong != mutant.wrong:  # an import that failed may come again
            raise ValueError(f"two mutants are called {mutant.name}")
        self[mutant.name] = mutant

    def names(self) -> tuple[str, ...]:
        """Every name, sorted."""
        for family in self._families():
            importlib.import_module(f"{self._package}.{family.stem}")
        return tuple(sorted(self))

    def load(self, name: str) -> _M:
        """Mutant called `name`; hyphens or underscores.

        Only the family that has the name in its text is imported; all of them cost a tenth of a second.

        Raises:
            LookupError: there is none.
        """
        wanted = name.replace("_", "-")
        for family in self._families() if wanted not in self else ():
            if f'"{wanted}"' in family.read_text(encoding="utf-8"):
                importlib.import_module(f"{self._package}.{family.stem}")
        if wanted not in self:
            raise LookupError(f"no {self._kind} called `{name}`; known: {', '.join(self.names())}")
        return self[wanted]

    def _families(self) -> list[Path]:
        (folder,) = importlib.import_module(self._package).__path__
        return sorted(Path(folder).glob("[a-z]*.py"))


METERS: Registry[Mutant] = Registry("conformance.mutants", "mutant")
VENDORS: Registry[VendorMutant] = Registry("conformance.mutants.vending", "vendor mutant")


def mutant(
    name: str,
    clause: str,
    description: Message,
    replaced: Replacement,
    *,
    profile: str | None = None,
    framing: str | None = None,
) -> Callable[[_D], _D]:
    """Enter the decorated class or function as the wrong part of a meter.

    Args:
        name: on the command line, in ``mutant://NAME``.
        clause: the clause of the catalogue that the meter must fail.
        description: what is wrong, for a report.
        replaced: the part of the right meter that the decorated one stands for.
        profile: the model that shows the fault, where the replacement's own does not.
        framing: ``hdlc`` where the fault shows on HDLC only.
    """

    def enter(part: _D) -> _D:
        METERS.enter(
            Mutant(
                name,
                clause,
                description,
                first_paragraph(part),
                replaced.build(part),
                profile or replaced.profile,
                framing or replaced.framing,
            )
        )
        return part

    return enter


def vendor_mutant(name: str, clause: str, description: Message) -> Callable[[_V], _V]:
    """Enter the decorated class as a vending system built wrong; `clause` is the case that it must fail."""

    def enter(vendor: _V) -> _V:
        VENDORS.enter(VendorMutant(name, clause, description, first_paragraph(vendor), vendor))
        return vendor

    return enter


def first_paragraph(documented: Any) -> str:
    """First paragraph of a docstring, on one line."""
    paragraph: str = (documented.__doc__ or "").partition("\n\n")[0]
    return " ".join(paragraph.split())
