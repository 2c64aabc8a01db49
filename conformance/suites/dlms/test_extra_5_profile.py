"""Further checks on profiles: the borders of both ways of selecting rows.

Source: GXDLMSDirector's extra checks, by their purpose; the words and the stimuli are ours
"""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.object_list import judge
from conformance.bench.profile_generic import differences, whole_profiles
from i18n import Message
from protocols.dlms.cosem.selection import EntrySelection, RangeSelection

CLAUSE = pytest.mark.clause("dlms-yb", "EXTRA_PROFILE", level="should")
READER = pytest.mark.needs("association:reader")


@case(
    id="dlms/EXTRA_PROFILE/borders",
    title=Message("Borders of a profile"),
    stimulus=Message(
        "Of each profile: the first two rows by range, the last row by entry, what lies "
        "beyond the last, and the first column only."
    ),
    requirement=Message("The rows are those of the whole; beyond there are none, or an error."),
)
@CLAUSE
@READER
def test_borders(bench: Bench) -> None:
    problems: list[str] = []
    with whole_profiles(bench) as (dialogue, wholes):
        for whole in wholes:
            rows, column, count = whole.rows, whole.columns[whole.clock], len(whole.rows)
            at = [row[whole.clock] for row in rows]
            problems += differences(
                dialogue,
                whole,
                {
                    "dos primeras/first two": (RangeSelection(column, at[0], at[1]), rows[:2]),
                    "última/last": (EntrySelection(count, count), rows[-1:]),
                    "más allá/beyond": (EntrySelection(count + 1, count + 1), []),
                    "columna 1/column 1": (EntrySelection(1, 0, 1, 1), [row[:1] for row in rows]),
                },
            )
    judge(bench, problems, Message("each selection gives its rows"))


@case(
    id="dlms/EXTRA_PROFILE/entry-0",
    title=Message("From entry 0"),
    stimulus=Message("Ask for the entries from 0 to 2: entries count from 1."),
    requirement=Message(
        "It is noted whether it refuses or gives the first two; anything else fails. No "
        "public source says which."
    ),
)
@CLAUSE
@READER
def test_entry_0(bench: Bench) -> None:
    seen: list[str] = []
    with whole_profiles(bench) as (dialogue, wholes):
        for whole in wholes:
            got = whole.read(dialogue, EntrySelection(0, 2))
            bench.check(
                got in ([], list(whole.rows[:2])),
                Message("{short}: none, or the first two ({count})", short=whole.item.short, count=len(got)),
            )
            seen.append(f"{whole.item.short} {len(got)}")
    bench.informational(Message("rows: {seen}", seen=", ".join(seen)))
