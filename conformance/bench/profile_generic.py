"""Profile generic objects read whole, and compared with what the device selects of them.

Source: DLMS UA 1001-6, 7.3.4, preconditions of selective access
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from conformance.bench.bench import Bench
from conformance.bench.dlms_session import Dialogue, items
from conformance.bench.object_list import ListedObject, listed, of_class
from i18n import Message
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import CaptureObject, Selection
from protocols.dlms.session.errors import AccessRefused

_PROFILE, _CLOCK = 7, 8
_BUFFER, _CAPTURE_OBJECTS, _PERIOD, _IN_USE = 2, 3, 4, 7
#: More rows than this are not read whole, as the published procedure has it.
_MAX_ROWS = 1000
_MIN_ROWS = 5
_MIN_COLUMNS = 2
#: The bench waits for rows where the profile makes them this often at least.
_PATIENCE_S = 3600

Row = tuple[Data, ...]


@dataclass(frozen=True, slots=True)
class WholeProfile:
    """A profile that meets the preconditions of selective access, with all its rows."""

    item: ListedObject
    columns: tuple[CaptureObject, ...]
    rows: tuple[Row, ...]

    @property
    def clock(self) -> int:
        """Number of the clock column, from 0."""
        return next(i for i, column in enumerate(self.columns) if column.class_id == _CLOCK)

    def read(self, dialogue: Dialogue, selection: Selection | None) -> list[Row]:
        """Rows as the device selects them; a refusal counts as none."""
        try:
            buffer = dialogue.session.get(_PROFILE, self.item.obis, _BUFFER, selection)
        except AccessRefused:
            return []
        return [tuple(items(row)) for row in items(buffer)]


def differences(
    dialogue: Dialogue, whole: WholeProfile, tried: Mapping[str, tuple[Selection, Sequence[Row]]]
) -> list[str]:
    """Differences from the expected rows, in words that need no language."""
    wrong = []
    for name, (selection, expected) in tried.items():
        got = whole.read(dialogue, selection)
        if got != list(expected):
            wrong.append(f"{whole.item.short} {name}: {len(got)} ≠ {len(expected)}")
    return wrong


@contextmanager
def whole_profiles(bench: Bench) -> Iterator[tuple[Dialogue, list[WholeProfile]]]:
    """The profiles that meet the preconditions, within an open association.

    Raises:
        CaseNotApplicable: none does.
    """
    _wait_for_rows(bench)
    with listed(bench, "reader") as (dialogue, objects):
        profiles = of_class(objects, _PROFILE)
        found = [whole for item in profiles if (whole := _whole(bench, dialogue, item))]
        if not found:
            raise bench.not_applicable(
                Message("no profile with a clock, two columns and 5 to 1000 rows"),
            )
        bench.measure("profiles", ", ".join(whole.item.short for whole in found), "")
        yield dialogue, found


def _wait_for_rows(bench: Bench) -> None:
    """Let the profiles that fill by themselves get their rows, where the clock can be moved."""
    with listed(bench, "reader") as (dialogue, objects):
        wait_s = max((_missing_s(dialogue, item) for item in of_class(objects, _PROFILE)), default=0)
    if wait_s and bench.has("clock"):
        bench.clock.wait(float(wait_s))


def _missing_s(dialogue: Dialogue, item: ListedObject) -> int:
    if not (item.readable(_PERIOD) and item.readable(_IN_USE)):
        return 0
    name = str(item.obis)
    period_s, used = dialogue.integer(_PROFILE, name, _PERIOD), dialogue.integer(_PROFILE, name, _IN_USE)
    return (_MIN_ROWS + 1 - used) * period_s if period_s <= _PATIENCE_S and used < _MIN_ROWS else 0


def _whole(bench: Bench, dialogue: Dialogue, item: ListedObject) -> WholeProfile | None:
    """The profile with all its rows, None where a precondition is not met.

    Raises:
        CaseFails: the rows are not as many as the profile says, or lack a column.
    """
    if not all(item.readable(index) for index in (_BUFFER, _CAPTURE_OBJECTS, _IN_USE)):
        return None
    columns = tuple(CaptureObject.from_data(row) for row in items(dialogue.get(_PROFILE, str(item.obis), 3)))
    if len(columns) < _MIN_COLUMNS or not any(column.class_id == _CLOCK for column in columns):
        return None
    used = dialogue.integer(_PROFILE, str(item.obis), _IN_USE)
    if not _MIN_ROWS <= used <= _MAX_ROWS:
        return None
    rows = tuple(tuple(items(row)) for row in items(dialogue.get(_PROFILE, str(item.obis), _BUFFER)))
    bench.check(
        all(len(row) == len(columns) for row in rows),
        Message("{short}: each row has its {count} columns", short=item.short, count=len(columns)),
    )
    now_used = dialogue.integer(_PROFILE, str(item.obis), _IN_USE)  # a row may have come meanwhile
    bench.check(
        used <= len(rows) <= now_used,
        Message(
            "{short}: it gives the rows that it says it has ({count} of {used})",
            short=item.short,
            count=len(rows),
            used=used,
        ),
    )
    whole = WholeProfile(item, columns, rows)
    dated = all(isinstance(row[whole.clock].value, bytes) for row in rows)
    distinct = dated and len({row[whole.clock].value for row in rows}) == len(rows)
    return whole if distinct and len(rows) >= _MIN_ROWS else None
