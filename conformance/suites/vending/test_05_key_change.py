"""CTSA05 and CTSA15: key-change tokens, their sections and the fields in them."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from conformance.bench.bench import Bench
from conformance.text import Text
from conformance.vending.bench import VendingBench, published, rule
from conformance.vending.plan import BEFORE_2035, IN_2035, PAN_OTHER, card, decoder_key, new_key
from conformance.vending.vending_system import KeyChange
from protocols.sts.testkeys import TEST_REGISTERS

KEY_PARTS = {"07": ((3, 0), (4, 4)), "11": ((3, 0), (8, 4), (9, 8), (4, 12))}
"""EA -> (subclass, first byte of the part of the new key that it carries)."""

PART_BYTES = 4
DITK = 0


@published("CTSA05", Text("Cambios de clave", "Key changes"))
def test_ctsa05(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA05", ea)


@rule(
    "CTSA05",
    "forbidden",
    Text("Cambios de clave que no se permiten", "Key changes that are not allowed"),
    Text(
        "Pedir un cambio correcto, uno de clave única a clave de fábrica, y uno a un SGC que no existe.",
        "Ask for a right change, for one from a unique to a factory key, and for one to an unknown SGC.",
    ),
    Text("El primero se atiende; los otros se rechazan.", "The first is served; the others are refused."),
)
def test_forbidden(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(BEFORE_2035)
        meter = card(1, ea)
        right = new_key(2)
        desk.served(f"de KRN 1 a KRN 2, EA{ea}", f"KRN 1 to KRN 2, EA{ea}", KeyChange(meter, right))
        desk.refused(
            "de DUTK a DITK",
            "DUTK to DITK",
            KeyChange(meter, new_key(2, key_type=DITK)),
            "key-change-rule",
            "no-key",
        )
        lost = new_key(2)
        lost = type(lost)("999999", lost.krn, lost.ti)
        desk.refused("al SGC 999999", "to SGC 999999", KeyChange(meter, lost), "no-key")


@published("CTSA15", Text("Campos del cambio de clave", "Fields of a key change"))
def test_ctsa15(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA15", ea)


@rule(
    "CTSA15",
    "fields",
    Text("Las secciones, campo por campo", "The sections, field by field"),
    Text(
        "Cambiar del registro 1 al 4 (KEN 170), y del 1 al 6 con otra fecha base; leer las secciones.",
        "Change from register 1 to 4 (KEN 170), and from 1 to 6 with another base date; read the sections.",
    ),
    Text(
        "KEN, KRN, TI, tipo y partes de la clave son los de la nueva; RO solo con otra fecha base.",
        "KEN, KRN, TI, type, RO and the key parts are those of the new key; RO only with another base date.",
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
        f"del registro {old} al {new}, EA{ea}",
        f"register {old} to {new}, EA{ea}",
        KeyChange(meter, wanted),
    )
    content = {}
    for digits in tokens:
        decoded = desk.read(digits, meter)
        bench.check(bool(decoded.crc_ok), "se lee con la clave vigente", "it reads with the present key")
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
        bench.check(held == due, f"{name} es {held}, debe {due}", f"{name} is {held}, must be {due}")
    key = decoder_key(wanted, meter).value
    for subclass, begin in KEY_PARTS[ea]:
        part = (content.get(subclass, 0) & 0xFFFFFFFF).to_bytes(PART_BYTES)
        bench.check(
            part == key[begin : begin + PART_BYTES],
            f"la subclase {subclass} lleva su parte de la clave",
            f"subclass {subclass} carries its part of the key",
        )


@rule(
    "CTSA15",
    "base-date-back",
    Text("La fecha base no retrocede", "The base date does not go back"),
    Text(
        "Pedir en 2035 un cambio de la fecha base 2014 a la 2035, y después uno de vuelta, a dos registros.",
        "Ask in 2035 for a change from base date 2014 to 2035, then for one back, to two registers.",
    ),
    Text(
        "El primero se atiende; de los de vuelta solo se anota la respuesta.",
        "The first is served; of those back the answer is only noted.",
    ),
)
def test_base_date_back(bench: Bench) -> None:
    desk = VendingBench(bench)
    refused = []
    for ea in desk.algorithms:
        desk.at(IN_2035)
        desk.served(
            f"de 2014 a 2035, EA{ea}",
            f"2014 to 2035, EA{ea}",
            KeyChange(card(1, ea), new_key(6)),
        )
        for back in (1, 8):
            words = Text(f"de 2035 al registro {back}, de 2014", f"2035 to register {back}, of 2014")
            answer = desk.ask(words, KeyChange(card(6, ea), new_key(back)))
            refused.append(not answer.tokens)
    # No public clause says so: a verdict must not rest on our reading.
    answered = Text("se rechaza", "it is refused") if all(refused) else Text("se atiende", "it is served")
    bench.informational(
        f"volver a una fecha base anterior: {answered.es}", f"going back to a base date: {answered.en}"
    )
