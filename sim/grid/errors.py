"""Errors of the grid.

Tree::

    GridError            anything below
    ├─ TermsError        a table of a scenario cannot be read; one sentence with the mend
    ├─ TopologyError     lines that make no radial feeder
    ├─ ConservationError an interval whose energies do not add up: a fault of the model
    ├─ PowerFlowError    the feeder cannot carry what is asked of it: the sweep does not converge
    └─ InjectionError    `Microgrid.inject` was asked for something that it does not know
"""


class GridError(Exception):
    """Base of everything that `sim.grid` refuses."""


class TermsError(GridError, ValueError):
    """A table of a scenario cannot be read; the text is one sentence that says what to change."""


class TopologyError(TermsError):
    """Lines that make no radial feeder: a loop, an island, an unknown cable."""


class ConservationError(GridError):
    """The physics of an interval does not add up: a fault of the model, never of the caller."""


class PowerFlowError(GridError):
    """The sweep does not converge: the loads ask for more than the feeder can carry."""


class InjectionError(GridError, ValueError):
    """An injection that does not exist, or a handle that is not in force."""
