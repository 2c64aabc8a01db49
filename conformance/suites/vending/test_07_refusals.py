"""CTSA16, CTSA17, CTSA18: an expired key, a wrong check digit, an expired card."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from datetime import UTC, datetime, timedelta

from conformance.bench.bench import Bench
from conformance.vending.bench import VendingBench, published, rule
from conformance.vending.plan import PAN_OTHER, card, new_key
from conformance.vending.vending_system import Credit, KeyChange, Management
from i18n import Message
from protocols.sts.identity import BaseDate

PLAN_TIME = datetime(2032, 10, 27, 8, 0, tzinfo=UTC)
LAST_GOOD = BaseDate.Y2014.instant + timedelta(minutes=0x55FFFF)
"""The last minute of KEN 85: TID 55FFFF."""

CLEAR_CREDIT, ALL_REGISTERS = 1, 0xFFFF
WRONG_DRNS = ("12345678904", "11111111113")
RIGHT_DRNS = ("00000000000", "0100000000008")
CARD_MONTH = "2406"


@published("CTSA16", Message("A change away from an expired key"))
def test_ctsa16(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA16", ea)


@rule(
    "CTSA16",
    "expired",
    Message("Nothing under an expired key"),
    Message("In 2032, with the key of KEN 85: credit, clearing, a change to it and another away from it."),
    Message("The three are refused; the last is served."),
)
def test_expired(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(PLAN_TIME)
        meter = card(7, ea, PAN_OTHER)
        desk.refused(Message("credit, EA{ea}", ea=ea), Credit(meter, 0, 10), "key-expired")
        desk.refused(
            Message("clearing credit, EA{ea}", ea=ea),
            Management(meter, CLEAR_CREDIT, ALL_REGISTERS),
            "key-expired",
        )
        desk.refused(
            Message("a change to the expired key, EA{ea}", ea=ea),
            KeyChange(card(1, ea, PAN_OTHER), new_key(7)),
            "key-expired",
        )
        desk.served(
            Message("a change away from the expired key, EA{ea}", ea=ea),
            KeyChange(meter, new_key(8)),
        )


@rule(
    "CTSA16",
    "border",
    Message("The last minute of a key"),
    Message("Sell under the key of KEN 85 and change to it at TID 55FFFF, and again a minute later."),
    Message("The former is served, the latter refused."),
)
def test_border(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        meter, before = card(7, ea, PAN_OTHER), card(1, ea, PAN_OTHER)
        desk.at(LAST_GOOD)
        desk.served(Message("credit, EA{ea}", ea=ea), Credit(meter, 0, 10))
        desk.served(Message("a change, EA{ea}", ea=ea), KeyChange(before, new_key(7)))
        desk.at(LAST_GOOD + timedelta(minutes=1))
        desk.refused(Message("credit, EA{ea}", ea=ea), Credit(meter, 0, 10), "key-expired")
        desk.refused(Message("a change, EA{ea}", ea=ea), KeyChange(before, new_key(7)), "key-expired")


@rule(
    "CTSA17",
    "check-digit",
    Message("DRNs with a wrong check digit"),
    Message("Sell and manage with the DRNs 12345678904 and 11111111113; sell with two right ones."),
    Message("The wrong ones are refused; the right ones served."),
)
def test_check_digit(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(datetime(2026, 7, 29, 12, 0, tzinfo=UTC))
        for drn in RIGHT_DRNS:
            right = card(1, ea, drn)
            desk.served(Message("credit for {drn}", drn=drn), Credit(right, 0, 10))
        for drn in WRONG_DRNS:
            wrong = card(1, ea, drn)
            desk.refused(
                Message("credit for {drn}", drn=drn),
                Credit(wrong, 0, 10),
                "check-digit",
            )
            desk.refused(
                Message("clearing for {drn}", drn=drn),
                Management(wrong, CLEAR_CREDIT, ALL_REGISTERS),
                "check-digit",
            )


@rule(
    "CTSA18",
    "card",
    Message("An expired card"),
    Message("With a card of June 2024: sell on 30 June at 23:59; sell and manage on 1 July at 00:00."),
    Message("June is served; July is refused."),
    "vending:card",
)
def test_card(bench: Bench) -> None:
    desk = VendingBench(bench)
    july = datetime(2024, 7, 1, 0, 0, tzinfo=UTC)
    for ea in desk.algorithms:
        meter = card(1, ea, doe=CARD_MONTH)
        desk.at(july - timedelta(minutes=1))
        desk.served(Message("on 30 June, EA{ea}", ea=ea), Credit(meter, 0, 10))
        desk.at(july)
        desk.refused(
            Message("credit on 1 July, EA{ea}", ea=ea),
            Credit(meter, 0, 10),
            "card-expired",
        )
        desk.refused(
            Message("management on 1 July, EA{ea}", ea=ea),
            Management(meter, CLEAR_CREDIT, ALL_REGISTERS),
            "card-expired",
        )


@rule(
    "CTSA18",
    "plan-card",
    Message("The plan's card: June 2004"),
    Message("With a card of June 2004, sell and manage on 1 July 2014; and sell without a date."),
    Message("The expired one is refused; the other is served."),
    "vending:card",
)
def test_plan_card(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        # The plan reads it in July 2004, when no key of base date 2014 can make a token anyway: a refusal
        # then would show nothing.
        desk.at(datetime(2014, 7, 1, 0, 5, tzinfo=UTC))
        expired = card(1, ea, doe="0406")
        desk.refused(Message("credit, EA{ea}", ea=ea), Credit(expired, 0, 10), "card-expired")
        desk.refused(
            Message("management, EA{ea}", ea=ea),
            Management(expired, CLEAR_CREDIT, ALL_REGISTERS),
            "card-expired",
        )
        desk.served(Message("without a date, EA{ea}", ea=ea), Credit(card(1, ea), 0, 10))
