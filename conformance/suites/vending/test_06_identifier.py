"""CTSA09: the token identifier, the reserved minute 00:01, several tokens in one minute."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from datetime import UTC, datetime, timedelta

from conformance.bench.bench import Bench
from conformance.vending.bench import VendingBench, published, rule
from conformance.vending.plan import PAN_13, card
from conformance.vending.vending_system import Credit, Management
from i18n import Message

MIDNIGHT = datetime(2026, 7, 29, 0, 0, tzinfo=UTC)
NOON = datetime(2026, 7, 29, 12, 0, tzinfo=UTC)
CLEAR_CREDIT, ALL_REGISTERS = 1, 0xFFFF


@published("CTSA09", Message("Identifiers at midnight"))
def test_ctsa09(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA09", ea)


@rule(
    "CTSA09",
    "several-in-one-minute",
    Message("Several tokens in one minute"),
    Message("Sell three times at 00:00 and once at 00:01, without forgetting TIDs."),
    Message("The TIDs are 00:00, 00:02, 00:03 and 00:04: none twice, and 00:01 stays free."),
)
def test_several_in_one_minute(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        meter = card(1, ea)
        minutes = []
        for clock_min, sales in ((0, 3), (1, 1)):
            desk.at(MIDNIGHT + timedelta(minutes=clock_min), fresh=clock_min == 0)
            for _ in range(sales):
                (digits,) = desk.served(Message("a sale, EA{ea}", ea=ea), Credit(meter, 0, 10))
                minutes.append(desk.minute(digits, meter, MIDNIGHT))
        bench.check(minutes == [0, 2, 3, 4], Message("minutes {minutes}", minutes=minutes))


@rule(
    "CTSA09",
    "one-list-for-all-kinds",
    Message("Credit and management share TIDs"),
    Message("In one minute: credit, clearing credit, credit for water; then credit for another meter."),
    Message("The first three carry different minutes; the other meter gets the minute of the clock."),
)
def test_one_list(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(NOON)
        meter, other = card(1, ea), card(1, ea, PAN_13)
        asked: tuple[Credit | Management, ...] = (
            Credit(meter, 0, 10),
            Management(meter, CLEAR_CREDIT, ALL_REGISTERS),
            Credit(meter, 1, 10),
            Credit(other, 0, 10),
        )
        minutes = []
        for number, request in enumerate(asked, start=1):
            (digits,) = desk.served(Message("token {number}, EA{ea}", number=number, ea=ea), request)
            minutes.append(desk.minute(digits, request.card, NOON))
        bench.check(minutes == [0, 1, 2, 0], Message("minutes {minutes}", minutes=minutes))


@rule(
    "CTSA09",
    "clock-goes-back",
    Message("The clock goes back by a minute"),
    Message("Sell at 12:00 and 12:01, go back to 12:00 and sell twice more, without forgetting TIDs."),
    Message("No TID comes twice."),
)
def test_clock_goes_back(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        meter = card(1, ea)
        minutes = []
        for number, clock_min in enumerate((0, 1, 0, 0)):
            desk.at(NOON + timedelta(minutes=clock_min), fresh=number == 0)
            (digits,) = desk.served(Message("a sale, EA{ea}", ea=ea), Credit(meter, 0, 10))
            minutes.append(desk.minute(digits, meter, NOON))
        bench.check(len(set(minutes)) == len(minutes), Message("minutes {minutes}", minutes=minutes))
