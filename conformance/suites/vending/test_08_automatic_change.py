"""CTSA19: a sale changes the meter's key where the card and the registry differ (IEC 62055-41, 6.5.2.1)."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from dataclasses import replace
from datetime import UTC, datetime

from conformance.bench.bench import Bench
from conformance.vending.bench import VendingBench, published, rule
from conformance.vending.plan import card, new_key
from conformance.vending.vending_system import Credit
from i18n import Message

EVENING = datetime(2024, 4, 1, 22, 0, tzinfo=UTC)

CHANGES = (
    ("TI", 1, 1, 2),
    ("KRN", 1, 2, 1),
    ("KEN", 2, 4, 1),
    ("SGC", 1, 8, 1),
)
"""Difference, register of the card, that of the registry, and the registry's TI."""


@published("CTSA19", Message("Change and credit, each by itself"))
def test_ctsa19(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA19", ea)


@rule(
    "CTSA19",
    "sale-with-change",
    Message("A sale that changes the key"),
    Message("Sell with a card that differs from the registry in TI, KRN, KEN or SGC."),
    Message(
        "The sections of the change come, under the present key, and then the credit, under the new one."
    ),
)
def test_sale_with_change(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        sections = 2 if ea == "07" else 4
        for what, old, new, ti in CHANGES:
            desk.at(EVENING)
            meter, wanted = card(old, ea), new_key(new, ti)
            tokens = desk.served(
                Message("{what} differs, EA{ea}", what=what, ea=ea),
                Credit(meter, 0, 1, wanted),
            )
            classes = [desk.read(digits, meter).token_class for digits in tokens]
            bench.check(
                classes == [2] * sections + [0],
                Message("classes in order: {classes}", classes=classes),
            )
            before = [bool(desk.read(digits, meter).crc_ok) for digits in tokens]
            after = bool(desk.read(tokens[-1], meter, wanted).crc_ok)
            bench.check(
                before == [True] * sections + [False] and after,
                Message("the sections read with the present key and the credit with the new one"),
            )


@rule(
    "CTSA19",
    "no-needless-change",
    Message("No difference, no change"),
    Message("Sell with a card that agrees with the registry, with the KEN on the card and without it."),
    Message("One token comes, of credit."),
)
def test_no_needless_change(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        for ken in (None, 170):
            desk.at(EVENING)
            meter = replace(card(4, ea), ken=ken)
            tokens = desk.served(
                Message("KEN {ken} on the card, EA{ea}", ken=ken, ea=ea),
                Credit(meter, 0, 1, new_key(4)),
            )
            classes = [desk.read(digits, meter).token_class for digits in tokens]
            bench.check(classes == [0], Message("classes: {classes}", classes=classes))


@rule(
    "CTSA19",
    "ken-alone",
    Message("Only the KEN differs"),
    Message("Sell with a card of KEN 255 under a key of KEN 170; and towards a key that does not exist."),
    Message("The change and the credit come; the second is refused without any token."),
)
def test_ken_alone(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(EVENING)
        meter = replace(card(4, ea), ken=255)
        tokens = desk.served(
            Message("KEN 255 on the card, EA{ea}", ea=ea),
            Credit(meter, 0, 1, new_key(4)),
        )
        bench.check(len(tokens) > 1, Message("the change is among them"))
        nowhere = replace(new_key(4), krn=9)
        desk.refused(Message("towards KRN 9"), Credit(meter, 0, 1, nowhere), "no-key")
