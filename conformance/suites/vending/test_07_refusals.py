"""CTSA16, CTSA17, CTSA18: an expired key, a wrong check digit, an expired card."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from datetime import UTC, datetime, timedelta

from conformance.bench.bench import Bench
from conformance.text import Text
from conformance.vending.bench import VendingBench, published, rule
from conformance.vending.plan import PAN_OTHER, card, new_key
from conformance.vending.vending_system import Credit, KeyChange, Management
from protocols.sts.identity import BaseDate

PLAN_TIME = datetime(2032, 10, 27, 8, 0, tzinfo=UTC)
LAST_GOOD = BaseDate.Y2014.instant + timedelta(minutes=0x55FFFF)
"""The last minute of KEN 85: TID 55FFFF."""

CLEAR_CREDIT, ALL_REGISTERS = 1, 0xFFFF
WRONG_DRNS = ("12345678904", "11111111113")
RIGHT_DRNS = ("00000000000", "0100000000008")
CARD_MONTH = "2406"


@published("CTSA16", Text("Cambio desde una clave expirada", "A change away from an expired key"))
def test_ctsa16(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA16", ea)


@rule(
    "CTSA16",
    "expired",
    Text("Nada bajo una clave expirada", "Nothing under an expired key"),
    Text(
        "En 2032, con la clave de KEN 85: crédito, borrado, un cambio hacia ella y otro desde ella.",
        "In 2032, with the key of KEN 85: credit, clearing, a change to it and another away from it.",
    ),
    Text(
        "Los tres se rechazan; el cambio desde ella se atiende.", "The three are refused; the last is served."
    ),
)
def test_expired(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(PLAN_TIME)
        meter = card(7, ea, PAN_OTHER)
        desk.refused(f"crédito, EA{ea}", f"credit, EA{ea}", Credit(meter, 0, 10), "key-expired")
        desk.refused(
            f"borrado de crédito, EA{ea}",
            f"clearing credit, EA{ea}",
            Management(meter, CLEAR_CREDIT, ALL_REGISTERS),
            "key-expired",
        )
        desk.refused(
            f"cambio hacia la clave expirada, EA{ea}",
            f"a change to the expired key, EA{ea}",
            KeyChange(card(1, ea, PAN_OTHER), new_key(7)),
            "key-expired",
        )
        desk.served(
            f"cambio desde la clave expirada, EA{ea}",
            f"a change away from the expired key, EA{ea}",
            KeyChange(meter, new_key(8)),
        )


@rule(
    "CTSA16",
    "border",
    Text("El último minuto de una clave", "The last minute of a key"),
    Text(
        "Vender y cambiar hacia la clave de KEN 85 en el TID 55FFFF, y lo mismo un minuto después.",
        "Sell under the key of KEN 85 and change to it at TID 55FFFF, and again a minute later.",
    ),
    Text("Lo primero se atiende; lo segundo se rechaza.", "The former is served, the latter refused."),
)
def test_border(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        meter, before = card(7, ea, PAN_OTHER), card(1, ea, PAN_OTHER)
        desk.at(LAST_GOOD)
        desk.served(f"crédito, EA{ea}", f"credit, EA{ea}", Credit(meter, 0, 10))
        desk.served(f"cambio, EA{ea}", f"a change, EA{ea}", KeyChange(before, new_key(7)))
        desk.at(LAST_GOOD + timedelta(minutes=1))
        desk.refused(f"crédito, EA{ea}", f"credit, EA{ea}", Credit(meter, 0, 10), "key-expired")
        desk.refused(f"cambio, EA{ea}", f"a change, EA{ea}", KeyChange(before, new_key(7)), "key-expired")


@rule(
    "CTSA17",
    "check-digit",
    Text("DRN con un dígito de verificación errado", "DRNs with a wrong check digit"),
    Text(
        "Vender y gestionar con los DRN 12345678904 y 11111111113; vender con dos correctos.",
        "Sell and manage with the DRNs 12345678904 and 11111111113; sell with two right ones.",
    ),
    Text(
        "Los errados se rechazan; los correctos se atienden.",
        "The wrong ones are refused; the right ones served.",
    ),
)
def test_check_digit(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(datetime(2026, 7, 29, 12, 0, tzinfo=UTC))
        for drn in RIGHT_DRNS:
            right = card(1, ea, drn)
            desk.served(f"crédito para {drn}", f"credit for {drn}", Credit(right, 0, 10))
        for drn in WRONG_DRNS:
            wrong = card(1, ea, drn)
            desk.refused(
                f"crédito para {drn}",
                f"credit for {drn}",
                Credit(wrong, 0, 10),
                "check-digit",
            )
            desk.refused(
                f"borrado para {drn}",
                f"clearing for {drn}",
                Management(wrong, CLEAR_CREDIT, ALL_REGISTERS),
                "check-digit",
            )


@rule(
    "CTSA18",
    "card",
    Text("Tarjeta vencida", "An expired card"),
    Text(
        "Con una tarjeta de junio de 2024: vender el 30 a las 23:59; vender y gestionar el 1 de julio.",
        "With a card of June 2024: sell on 30 June at 23:59; sell and manage on 1 July at 00:00.",
    ),
    Text("Junio se atiende; julio se rechaza.", "June is served; July is refused."),
    "vending:card",
)
def test_card(bench: Bench) -> None:
    desk = VendingBench(bench)
    july = datetime(2024, 7, 1, 0, 0, tzinfo=UTC)
    for ea in desk.algorithms:
        meter = card(1, ea, doe=CARD_MONTH)
        desk.at(july - timedelta(minutes=1))
        desk.served(f"el 30 de junio, EA{ea}", f"on 30 June, EA{ea}", Credit(meter, 0, 10))
        desk.at(july)
        desk.refused(
            f"crédito el 1 de julio, EA{ea}",
            f"credit on 1 July, EA{ea}",
            Credit(meter, 0, 10),
            "card-expired",
        )
        desk.refused(
            f"gestión el 1 de julio, EA{ea}",
            f"management on 1 July, EA{ea}",
            Management(meter, CLEAR_CREDIT, ALL_REGISTERS),
            "card-expired",
        )


@rule(
    "CTSA18",
    "plan-card",
    Text("La tarjeta del plan: junio de 2004", "The plan's card: June 2004"),
    Text(
        "Con una tarjeta de junio de 2004, vender y gestionar el 1 de julio de 2014; y vender sin fecha.",
        "With a card of June 2004, sell and manage on 1 July 2014; and sell without a date.",
    ),
    Text("La vencida se rechaza; la otra se atiende.", "The expired one is refused; the other is served."),
    "vending:card",
)
def test_plan_card(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        # The plan reads it in July 2004, when no key of base date 2014 can make a token anyway: a refusal
        # then would show nothing.
        desk.at(datetime(2014, 7, 1, 0, 5, tzinfo=UTC))
        expired = card(1, ea, doe="0406")
        desk.refused(f"crédito, EA{ea}", f"credit, EA{ea}", Credit(expired, 0, 10), "card-expired")
        desk.refused(
            f"gestión, EA{ea}",
            f"management, EA{ea}",
            Management(expired, CLEAR_CREDIT, ALL_REGISTERS),
            "card-expired",
        )
        desk.served(f"sin fecha, EA{ea}", f"without a date, EA{ea}", Credit(card(1, ea), 0, 10))
