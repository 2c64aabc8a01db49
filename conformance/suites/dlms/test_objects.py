# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""Objects that every device owes: name, logical devices, association, account, clock, load profile."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import Dialogue, answers_well, items
from conformance.bench.prepayment import use_up_share
from conformance.bench.raw_apdu import ask, get_request, served
from conformance.bench.token_entry import CREDIT
from i18n import Message
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection, Selection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis

# ---- What every device must say of itself: name, logical devices, association, account.

LDN = "0.0.42.0.0"
SAP_LIST = "0.0.41.0.0"
ASSOCIATION = "0.0.40.0.0"
ACCOUNT = "0.0.19.0.0"

_ASSOCIATED = 2
#: Access modes that grant neither reading nor doing; 2 and 5 are write only. Source: Blue Book, class 15
#: version 0 to 2.
_WITHOUT: dict[str, tuple[object, ...]] = {"read": (0, 2, 5), "do": (0, False)}


@case(
    id="dlms/OBJECTS_LDN/name",
    title=Message("Logical device name"),
    stimulus=Message("Read the logical device name."),
    requirement=Message(
        "Four to sixteen characters; the first three are letters of the maker's identifier, "
        "those declared if any are."
    ),
)
@pytest.mark.clause("dlms-yb", "OBJECTS_LDN", level="shall")
@pytest.mark.needs("association:public")
def test_name(bench: Bench) -> None:
    with bench.associated("public") as dialogue, answers_well(Message("reading the name")):
        name = dialogue.octets(1, LDN, 2)
    shown = name.decode("ascii", "replace")
    bench.observe(Message("name: {shown}", shown=shown))
    bench.check(4 <= len(name) <= 16, Message("it has 4 to 16 characters"))
    flag = shown[:3]
    bench.check(flag.isascii() and flag.isalpha(), Message("it begins with letters ({flag})", flag=flag))
    declared = bench.statement.device.flag_id
    bench.check(declared in ("", flag), Message("they are those declared ({declared})", declared=declared))


@case(
    id="dlms/OBJECTS_LDN/sap-list",
    title=Message("List of logical devices"),
    stimulus=Message("Read the SAP assignment list."),
    requirement=Message("It names the device spoken to, by its name, and repeats none."),
)
@pytest.mark.clause("dlms-yb", "OBJECTS_LDN", level="shall")
@pytest.mark.needs("association:public")
def test_sap_list(bench: Bench) -> None:
    with bench.associated("public") as dialogue, answers_well(Message("reading the list")):
        name = dialogue.octets(1, LDN, 2)
        rows = [items(row) for row in items(dialogue.get(17, SAP_LIST, 2))]
    listed = {row[0].value: row[1].value for row in rows}
    bench.observe(Message("list: {sorted}", sorted=sorted(map(str, listed))))
    bench.check(len(listed) == len(rows), Message("it repeats no SAP"))
    sap = bench.statement.link.server_sap
    bench.check(listed.get(sap) == name, Message("SAP {sap} bears the name read", sap=sap))


@case(
    id="dlms/OBJECTS_ASSOCIATION/truth",
    title=Message("The association object tells the truth"),
    stimulus=Message(
        "Read the object of the current association and, of each object that it grants, its logical name."
    ),
    requirement=Message(
        "It says the client's SAP and the state associated; each object granted exists by that name."
    ),
)
@pytest.mark.clause("dlms-yb", "OBJECTS_ASSOCIATION", level="shall")
@pytest.mark.needs("association:public")
def test_truth(bench: Bench) -> None:
    name = "reader" if "reader" in bench.statement.associations else "public"
    section = bench.association_section(name)
    with (
        bench.associated(name) as dialogue,
        answers_well(Message("reading the association")),
    ):
        partners = items(dialogue.get(15, ASSOCIATION, 3))
        status = dialogue.integer(15, ASSOCIATION, 8)
        objects = listed_objects(dialogue)
        granted = granted_rights(dialogue)
        named = [pair for pair in objects if (*pair, "read", 1) in granted]
        wrong = [str(obis) for class_id, obis in named if not _bears_its_name(dialogue, class_id, obis)]
    client = partners[0].value
    bench.check(
        client == section.client_sap,
        Message(
            "the client is {client_sap} (it says {client!r})", client_sap=section.client_sap, client=client
        ),
    )
    bench.check(status == _ASSOCIATED, Message("the state is associated"))
    bench.measure("objects", len(objects), "")
    bench.measure("objects read", len(named), "")
    bench.check(len(set(objects)) == len(objects), Message("it repeats no object"))
    bench.check(
        not wrong,
        Message("each object bears its name; wrong: {wrong}", wrong=wrong)
        if wrong
        else Message("each object bears its name"),
    )


def listed_objects(dialogue: Dialogue) -> list[tuple[int, Obis]]:
    """The object list of the current association as (class, logical name)."""
    found = []
    for row in items(dialogue.get(15, ASSOCIATION, 2)):
        class_id, _version, logical_name, *_ = items(row)
        assert isinstance(class_id.value, int)
        assert isinstance(logical_name.value, bytes)
        found.append((class_id.value, Obis.from_bytes(logical_name.value)))
    return found


def granted_rights(dialogue: Dialogue) -> set[tuple[int, Obis, str, int]]:
    """Rights that the current association grants: (class, logical name, ``read`` or ``do``, index)."""
    granted = set()
    for row in items(dialogue.get(15, ASSOCIATION, 2)):
        class_id, _version, logical_name, rights = items(row)
        assert isinstance(class_id.value, int)
        assert isinstance(logical_name.value, bytes)
        attributes, methods = items(rights)
        for kind, entries in (("read", attributes), ("do", methods)):
            for index, mode in ((entry[0].value, entry[1].value) for entry in map(items, items(entries))):
                if isinstance(index, int) and mode not in _WITHOUT[kind]:
                    granted.add((class_id.value, Obis.from_bytes(logical_name.value), kind, index))
    return granted


def _bears_its_name(dialogue: Dialogue, class_id: int, obis: Obis) -> bool:
    return dialogue.session.get(class_id, obis, 1).value == obis.to_bytes()


@case(
    id="dlms/class-111/account",
    title=Message("Account and credit agree"),
    stimulus=Message("Read the account and the credit object."),
    requirement=Message(
        "The mode is prepayment and active, and the available credit is that of the credit "
        "object, if positive."
    ),
)
@pytest.mark.clause("dlms-bb", "class-111", level="shall")
@pytest.mark.needs("association:reader", "account")
def test_account(bench: Bench) -> None:
    use_up_share(bench)
    with bench.associated("reader") as dialogue, answers_well(Message("reading the account")):
        mode, status = (item.value for item in items(dialogue.get(111, ACCOUNT, 2)))
        available = dialogue.integer(111, ACCOUNT, 5)
        credit = dialogue.integer(112, CREDIT, 2)
    bench.measure("available_credit", available, "Wh")
    bench.check(
        mode in (1, 2),
        Message("the mode is credit or prepayment ({mode!r})", mode=mode),
    )
    bench.check(status == 2, Message("the account is active ({status!r})", status=status))
    bench.check(
        available == max(0, credit), Message("{available} = {credit}", available=available, credit=credit)
    )


# ---- Clock, registers and access rights.

CLOCK = Obis.from_string("0.0.1.0.0")
ENERGY = Obis.from_string("1.0.1.8.0")
SWITCH = Obis.from_string("0.0.96.3.10")

_DRIFT_DAYS = 10
_ACTION_RESPONSE = 0xC7


@case(
    id="dlms/class-8/clock",
    title=Message("Read the clock"),
    stimulus=Message("Read the time of the clock."),
    requirement=Message(
        "A complete date of 12 octets, with a deviation from UTC of −720 to 840 minutes. How "
        "far off the time it is, is noted: setting it is the operator's."
    ),
)
@pytest.mark.clause("dlms-bb", "class-8", level="shall")
@pytest.mark.needs("association:public")
def test_clock(bench: Bench) -> None:
    with bench.associated("public") as dialogue, answers_well(Message("reading the clock")):
        if (8, CLOCK) not in listed_objects(dialogue):
            raise bench.not_applicable(Message("the association lists no clock"))
        raw = dialogue.octets(8, "0.0.1.0.0", 2)
        now = bench.utc()
    bench.check(len(raw) == 12, Message("it is 12 octets ({count})", count=len(raw)))
    read = CosemDateTime.from_bytes(raw)
    minutes = read.deviation_minutes
    bench.check(
        minutes is not None and -720 <= minutes <= 840,
        Message("the deviation is defined ({minutes} min)", minutes=minutes),
    )
    bench.check(
        None not in (read.year, read.month, read.day, read.hour, read.minute),
        Message("the date is complete"),
    )
    ahead_s = (read.to_utc() - now).total_seconds()
    bench.measure("clock error", f"{ahead_s:.0f}", "s")
    bench.note(Message("it is {ahead_s:.0f} s off the time", ahead_s=ahead_s))


@case(
    id="dlms/F7-06/drift",
    title=Message("Clock drift"),
    stimulus=Message("Read the clock, wait ten days, read it again."),
    requirement=Message(
        "It departs by no more than declared for each day, with one second of resolution in the whole."
    ),
)
@pytest.mark.clause("ipse-teorama", "F7-06", level="shall")
@pytest.mark.needs("association:public", "fast-clock")
def test_drift(bench: Bench) -> None:
    before_s = _ahead_s(bench)
    bench.clock.wait(_DRIFT_DAYS * 86_400.0)
    drift_s = _ahead_s(bench) - before_s
    limit_s = _DRIFT_DAYS * bench.statement.metrology.clock_error_s_per_day + 1
    bench.measure("drift", f"{drift_s:.1f}", "s")
    bench.check(
        abs(drift_s) <= limit_s,
        Message(
            "in {DRIFT_DAYS} days it departs by {drift_s:.1f} s (limit {limit_s:g} s)",
            DRIFT_DAYS=_DRIFT_DAYS,
            drift_s=drift_s,
            limit_s=limit_s,
        ),
    )


def _ahead_s(bench: Bench) -> float:
    """Lead of the device's clock over the world, in seconds."""
    with bench.associated("public") as dialogue, answers_well(Message("reading the clock")):
        raw = dialogue.octets(8, "0.0.1.0.0", 2)
        now = bench.utc()
    return (CosemDateTime.from_bytes(raw).to_utc() - now).total_seconds()


@case(
    id="dlms/class-3/energy",
    title=Message("Read energy with scaler and unit"),
    stimulus=Message("Read value, scaler and unit of the imported active energy, twice."),
    requirement=Message(
        "A number with the unit Wh and a scaler of −3 to 6, that does not fall from one reading to the next."
    ),
)
@pytest.mark.clause("dlms-bb", "class-3", level="shall")
@pytest.mark.needs("association:reader")
def test_energy(bench: Bench) -> None:
    with bench.associated("reader") as dialogue, answers_well(Message("reading the energy")):
        if (3, ENERGY) not in listed_objects(dialogue):
            raise bench.not_applicable(Message("the association lists no energy"))
        first, second = dialogue.register(str(ENERGY)), dialogue.register(str(ENERGY))
    bench.measure("energy", first.raw, f"10^{first.scaler} {first.unit}")
    bench.check(first.unit == "Wh", Message("the unit is Wh ({unit})", unit=first.unit))
    bench.check(-3 <= first.scaler <= 6, Message("the scaler is {scaler}", scaler=first.scaler))
    bench.check(second.raw >= first.raw >= 0, Message("the register does not fall"))


@case(
    id="dlms/class-15/public-rights",
    title=Message("Rights of the public client"),
    stimulus=Message(
        "As the public client, read the energy and order disconnection, where its "
        "association does not grant them."
    ),
    requirement=Message("Both are refused."),
)
@pytest.mark.clause("dlms-bb", "class-15", level="shall")
@pytest.mark.needs("association:public")
def test_public_rights(bench: Bench) -> None:
    switch_off = (
        bytes.fromhex("c301c1") + (70).to_bytes(2, "big") + SWITCH.to_bytes() + bytes.fromhex("01010f00")
    )
    with bench.associated("public") as dialogue:
        granted = granted_rights(dialogue)
        reads, orders = (3, ENERGY, "read", 2) in granted, (70, SWITCH, "do", 1) in granted
        if not reads:
            answer = ask(bench, dialogue.session, get_request(3, ENERGY.to_bytes(), 2), Message("GET energy"))
            bench.check(not served(answer), Message("the energy is not given"))
        if not orders:
            answer = ask(bench, dialogue.session, switch_off, Message("ACTION disconnect")) or b""
            done = answer[:1] == bytes((_ACTION_RESPONSE,)) and answer[3:4] == b"\x00"
            bench.check(not done, Message("the disconnection is not carried out"))
        if reads and orders:
            bench.informational(Message("its association grants everything"))


# ---- The load profile: whole, by entry, by range.

PROFILE = "1.0.99.1.0"
_CLOCK_CLASS = 8
_ROWS = 6


@case(
    id="dlms/class-7/load-profile",
    title=Message("Load profile by entries and by dates"),
    stimulus=Message(
        "Wait until there are six rows; read the last six by entry, two columns of them, and three by date."
    ),
    requirement=Message(
        "There is a clock column; dates rise by the capture period; the parts agree with the "
        "whole; a range in the future is empty."
    ),
)
@pytest.mark.clause("dlms-bb", "class-7", level="shall")
@pytest.mark.needs("association:reader", "load-profile", "clock")
def test_load_profile(bench: Bench) -> None:
    what = Message("reading the profile")
    with bench.associated("reader") as dialogue, answers_well(what):
        period_s, used = dialogue.integer(7, PROFILE, 4), dialogue.integer(7, PROFILE, 7)
    if used < _ROWS:
        bench.clock.wait(float((_ROWS - used + 1) * period_s))
    with bench.associated("reader") as dialogue, answers_well(what):
        columns = [CaptureObject.from_data(row) for row in items(dialogue.get(7, PROFILE, 3))]
        used = dialogue.integer(7, PROFILE, 7)
        clock = next((i for i, column in enumerate(columns) if column.class_id == _CLOCK_CLASS), None)
        bench.check(clock is not None, Message("there is a clock column"))
        assert clock is not None
        first = used - _ROWS + 1
        rows = _rows(dialogue, EntrySelection(first, used))
        narrow = _rows(dialogue, EntrySelection(first, used, 1, 2))
        ranged = _rows(dialogue, RangeSelection(columns[clock], rows[1][clock], rows[3][clock]))
        future = _rows(dialogue, _future(columns[clock], rows[-1][clock]))
    bench.measure("rows", used, "")
    bench.check(len(rows) == _ROWS, Message("it is {ROWS} rows ({count})", ROWS=_ROWS, count=len(rows)))
    bench.check(
        all(len(row) == len(columns) for row in rows),
        Message("each row has every column"),
    )
    steps = {(after - before).total_seconds() for before, after in pairwise(_dates(rows, clock))}
    bench.check(steps == {float(period_s)}, Message("a row each {period_s} s", period_s=period_s))
    bench.check(narrow == [row[:2] for row in rows], Message("two columns agree"))
    bench.check(ranged == rows[1:4], Message("the range of dates agrees"))
    bench.check(not future, Message("a range in the future is empty"))


def _rows(dialogue: Dialogue, selection: Selection) -> list[tuple[Data, ...]]:
    buffer = dialogue.session.get(7, Obis.from_string(PROFILE), 2, selection)
    return [tuple(items(row)) for row in items(buffer)]


def _future(clock: CaptureObject, last: Data) -> RangeSelection:
    """A range a hundred years after the last row."""
    raw = last.value
    assert isinstance(raw, bytes)
    later = [(int.from_bytes(raw[:2], "big") + years).to_bytes(2, "big") + raw[2:] for years in (100, 101)]
    low, high = (Data(last.tag, value) for value in later)
    return RangeSelection(clock, low, high)


def _dates(rows: Sequence[Sequence[Data]], clock: int) -> list[datetime]:
    return [
        CosemDateTime.from_bytes(value).to_utc()
        for row in rows
        if isinstance(value := row[clock].value, bytes)
    ]
