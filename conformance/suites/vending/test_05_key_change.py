"""CTSA05 and CTSA15: key-change tokens, their sections and the fields in them."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from conformance.bench.bench import Bench
from conformance.vending.bench import VendingBench, published, rule
from conformance.vending.plan import BEFORE_2035, IN_2035, PAN_OTHER, card, decoder_key, new_key
from conformance.vending.vending_system import KeyChange
from i18n import Message
from protocols.sts.testkeys import TEST_REGISTERS

KEY_PARTS = {"07": ((3, 0), (4, 4)), "11": ((3, 0), (8, 4), (9, 8), (4, 12))}
"""EA -> (subclass, first byte of the part of the new key that it carries)."""

PART_BYTES = 4
DITK = 0


@published("CTSA05", Message("Key changes"))
def test_ctsa05(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA05", ea)


@rule(
    "CTSA05",
    "forbidden",
    Message("Key changes that are not allowed"),
    Message("Ask for a right change, for one from a unique to a factory key, and for one to an unknown SGC."),
    Message("The first is served; the others are refused."),
)
def test_forbidden(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(BEFORE_2035)
        meter = card(1, ea)
        right = new_key(2)
        desk.served(Message("KRN 1 to KRN 2, EA{ea}", ea=ea), KeyChange(meter, right))
        desk.refused(
            Message("DUTK to DITK"),
            KeyChange(meter, new_key(2, key_type=DITK)),
            "key-change-rule",
            "no-key",
        )
        lost = new_key(2)
        lost = type(lost)("999999", lost.krn, lost.ti)
        desk.refused(Message("to SGC 999999"), KeyChange(meter, lost), "no-key")


@published("CTSA15", Message("Fields of a key change"))
def test_ctsa15(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA15", ea)


@rule(
    "CTSA15",
    "fields",
    Message("The sections, field by field"),
    Message(
        "Change from register 1 to 4 (KEN 170), and from 1 to 6 with another base date; read the sections."
    ),
    Message(
        "KEN, KRN, TI, type, RO and the key parts are those of the new key; RO only with another base date."
    ),
)
def test_fields(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        for old, new, at, rollover in ((1, 4, BEFORE_2035, 0), (1, 6, IN_2035, 1)):
            desk.at(at)
            check_sections(bench, desk, ea, (old, new), rollover)


def check_sections(
    bench: Bench, desk: VendingBench, ea: str, numbers: tuple[int, int], rollover: int
) -> None:
    """Read the sections of one change, and compare every field."""
    old, new = numbers
    meter, wanted = card(old, ea, PAN_OTHER), new_key(new, ti=2)
    register = TEST_REGISTERS[new]
    tokens = desk.served(
        Message("register {old} to {new}, EA{ea}", old=old, new=new, ea=ea),
        KeyChange(meter, wanted),
    )
    content = {}
    for digits in tokens:
        decoded = desk.read(digits, meter)
        bench.check(bool(decoded.crc_ok), Message("it reads with the present key"))
        content[decoded.token_subclass] = int(decoded.content44 or 0)
    first, second = content.get(3, 0), content.get(4, 0)
    seen = {
        "KEN": (first >> 40 << 4 | second >> 40, register.ken),
        "KRN": (first >> 36 & 15, register.krn),
        "RO": (first >> 35 & 1, rollover),
        "KT": (first >> 32 & 3, wanted.key_type),
        "TI": (second >> 32 & 0xFF, wanted.ti),
    }
    for name, (held, due) in seen.items():
        bench.check(held == due, Message("{name} is {held}, must be {due}", name=name, held=held, due=due))
    key = decoder_key(wanted, meter).value
    for subclass, begin in KEY_PARTS[ea]:
        part = (content.get(subclass, 0) & 0xFFFFFFFF).to_bytes(PART_BYTES)
        bench.check(
            part == key[begin : begin + PART_BYTES],
            Message("subclass {subclass} carries its part of the key", subclass=subclass),
        )


@rule(
    "CTSA15",
    "base-date-back",
    Message("The base date does not go back"),
    Message("Ask in 2035 for a change from base date 2014 to 2035, then for one back, to two registers."),
    Message("The first is served; of those back the answer is only noted."),
)
def test_base_date_back(bench: Bench) -> None:
    desk = VendingBench(bench)
    refused = []
    for ea in desk.algorithms:
        desk.at(IN_2035)
        desk.served(
            Message("2014 to 2035, EA{ea}", ea=ea),
            KeyChange(card(1, ea), new_key(6)),
        )
        for back in (1, 8):
            words = Message("2035 to register {back}, of 2014", back=back)
            answer = desk.ask(words, KeyChange(card(6, ea), new_key(back)))
            refused.append(not answer.tokens)
    # No public clause says so: a verdict must not rest on our reading.
    answered = Message("it is refused") if all(refused) else Message("it is served")
    bench.informational(Message("going back to a base date: {answered}", answered=answered))
