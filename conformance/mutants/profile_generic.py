"""Mutants of the load profile (class 7, 7.3.4, EXTRA_PROFILE)."""

import dataclasses

from conformance.mutants._parts import bindings
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import EntrySelection, RangeSelection, Selection
from sim.meter.cosem.binding import Bound, getter
from sim.meter.cosem.requests import LiveParts
from sim.meter.profile import ObjectTerms


@mutant(
    "says-wrong-period",
    "dlms-bb/class-7",
    Message("the profile's period is not that of its rows"),
    bindings("profile"),
)
def says_wrong_period(live: LiveParts, row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose profile says twice the period at which its rows come."""
    profile = live.parts.captured.profiles[row.options["name"]]
    period = getter(lambda: axdr.double_long_unsigned(2 * profile.period_s))
    return dataclasses.replace(bound, getters={**bound.getters, 4: period})


@mutant(
    "counts-one-entry-too-many",
    "dlms-yb/7.3.4",
    Message("counts a row too many"),
    bindings("profile"),
)
def counts_one_entry_too_many(live: LiveParts, row: ObjectTerms, bound: Bound) -> Bound:
    """A meter that says that its profile holds a row more than it gives."""
    profile = live.parts.captured.profiles[row.options["name"]]
    return dataclasses.replace(
        bound,
        getters={**bound.getters, 7: getter(lambda: axdr.double_long_unsigned(profile.entries_in_use + 1))},
    )


@mutant(
    "rows-lack-a-column",
    "dlms-yb/7.3.4",
    Message("the rows lack a column"),
    bindings("profile"),
)
def rows_lack_a_column(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose profile names a column that its rows do not have."""

    def read(selection: Selection | None) -> Data:
        found = bound.getters[2](selection)
        rows = found.value if isinstance(found.value, tuple) else ()
        return Data(found.tag, tuple(Data(row.tag, row.value[:-1]) for row in rows))  # type: ignore[index]

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


@mutant(
    "range-off-by-one",
    "dlms-yb/7.3.4",
    Message("a range lacks its last row"),
    bindings("profile"),
)
def range_off_by_one(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter that leaves out the last row of a range, whose end it should include."""

    def read(selection: Selection | None) -> Data:
        found = bound.getters[2](selection)
        if isinstance(selection, RangeSelection) and isinstance(found.value, tuple):
            return Data(found.tag, found.value[:-1])
        return found

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


@mutant(
    "future-range-gives-last-row",
    "dlms-yb/7.3.4",
    Message("a range in the future gives the last row"),
    bindings("profile"),
)
def future_range_gives_last_row(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter that gives its last row for a range that no row is in."""

    def read(selection: Selection | None) -> Data:
        found = bound.getters[2](selection)
        if isinstance(selection, RangeSelection) and not found.value:
            everything = bound.getters[2](None)
            return Data(found.tag, everything.value[-1:]) if isinstance(everything.value, tuple) else found
        return found

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


@mutant(
    "repeats-last-row-beyond-end",
    "dlms-yb/EXTRA_PROFILE",
    Message("beyond its last row it gives it again"),
    bindings("profile"),
)
def repeats_last_row_beyond_end(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter that gives its last row for entries beyond it."""

    def read(selection: Selection | None) -> Data:
        found = bound.getters[2](selection)
        if isinstance(selection, EntrySelection) and not found.value:
            everything = bound.getters[2](None)
            return Data(found.tag, everything.value[-1:]) if isinstance(everything.value, tuple) else found
        return found

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


@mutant(
    "entries-ignore-columns",
    "dlms-yb/7.3.4",
    Message("a selection by entry brings every column"),
    bindings("profile"),
)
def entries_ignore_columns(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter that gives every column of the entries that it is asked for."""

    def read(selection: Selection | None) -> Data:
        if isinstance(selection, EntrySelection):
            selection = EntrySelection(selection.from_entry, selection.to_entry)
        return bound.getters[2](selection)

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})
