# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""7.3.8 Token result: refusals by name, without any effect; 7.3.9 Key register: attributes read back."""

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.mint import raw_token
from conformance.bench.sts_procedures import (
    CRC_C,
    PLAIN_CRC,
    function_or_kept_tid,
    keeps_tid,
    read_key_register,
)
from conformance.text import Text
from protocols.sts.identity import MeterPrimaryAccountNumber
from protocols.sts.token import (
    ClearCredit,
    ClearTamperCondition,
    InitiateMeterTest,
    SetExtendedToken,
    TransferCredit,
    TransferCurrencyCredit,
)

# ---- 7.3.8 Token result: what a meter does not offer is refused by name, without any effect.

CLAUSE = pytest.mark.clause("iec62055-41", "7.3.8", level="shall")
ENTRY = pytest.mark.needs("sts", "token-entry")

_RND = 5
_CREDIT, _MANAGEMENT, _RESERVED = 0, 2, 3
#: The largest amount that a token holds, tenths of a kWh.
_LARGEST_UNITS = 18_201_624
#: So many of the largest tokens a register may take before the bench believes that it has no bottom.
_LARGEST_TAKEN = 5


@case(
    id="sts/7.3.8/function",
    title=Text(
        "Crédito de agua, gas y tiempo en un medidor de electricidad",
        "Water, gas and time credit on an electricity meter",
    ),
    stimulus=Text(
        "Teclear códigos auténticos de crédito de agua, gas y tiempo, y después de cada uno uno de "
        "electricidad con el mismo TID.",
        "Enter authentic water, gas and time credit tokens, and after each an electricity one of the same "
        "TID.",
    ),
    requirement=Text(
        "Son FunctionError, no cambian el crédito ni consumen el TID; el de electricidad se acepta.",
        "They are FunctionError, move no credit and consume no TID; the electricity one is accepted.",
    ),
)
@CLAUSE
@ENTRY
def test_function(bench: Bench) -> None:
    for subclass in (1, 2, 3):
        keeps_tid(bench, lambda tid, sub=subclass: TransferCredit(sub, _RND, tid, 10), "FunctionError")  # type: ignore[misc]


@case(
    id="sts/7.3.8/currency",
    title=Text("Crédito en moneda en un medidor de kWh", "Credit in currency on a kWh meter"),
    stimulus=Text(
        "Teclear códigos de crédito en moneda de las cuatro clases, positivos, negativos y de la mayor "
        "cantidad.",
        "Enter currency credit tokens of the four kinds, positive, negative and of the largest amount.",
    ),
    requirement=Text(
        "Todos son FunctionError, no cambian el crédito ni consumen el TID.",
        "All are FunctionError, move no credit and consume no TID.",
    ),
)
@CLAUSE
@ENTRY
def test_currency(bench: Bench) -> None:
    for subclass, amount_1e5 in ((4, 100_000), (4, -100_000), (5, 1), (6, -1), (7, 10**30)):
        keeps_tid(
            bench,
            lambda tid, sub=subclass, money=amount_1e5: TransferCurrencyCredit(sub, tid, money),  # type: ignore[misc]
            "FunctionError",
        )


@case(
    id="sts/7.3.8/reserved",
    title=Text("Subclases reservadas y clase 3", "Reserved subclasses and class 3"),
    stimulus=Text(
        "Teclear códigos auténticos de subclases reservadas o de fabricante (0/8, 0/15, 2/11, 2/15) y de la "
        "clase 3.",
        "Enter authentic tokens of reserved or proprietary subclasses (0/8, 0/15, 2/11, 2/15) and of class "
        "3.",
    ),
    requirement=Text(
        "Se rechazan: FunctionError o FormatError en las clases 0 y 2, cualquier rechazo en la 3.",
        "They are refused: FunctionError or FormatError in classes 0 and 2, any refusal in 3.",
    ),
)
@CLAUSE
@ENTRY
def test_reserved(bench: Bench) -> None:
    for token_class, subclass in ((_CREDIT, 8), (_CREDIT, 15), (_MANAGEMENT, 11), (_MANAGEMENT, 15)):
        keeps_tid(
            bench,
            lambda tid, kind=token_class, sub=subclass: _raw(bench, kind, sub, tid),  # type: ignore[misc]
            "FunctionError",
            "FormatError",
        )
    tokens = bench.tokens
    tid = tokens.tid()
    with tokens.credit_moves(0):
        for subclass in (0, 4, 9):
            tokens.expect_refused(tokens.enter(_raw(bench, _RESERVED, subclass, tid)))


def _raw(bench: Bench, token_class: int, subclass: int, tid: int) -> str:
    """A token of any class and subclass that would bring 1 kWh if it were credit."""
    content48 = subclass << 44 | _RND << 40 | tid << 16 | 10
    crc = (CRC_C if token_class == _CREDIT and 4 <= subclass < 8 else PLAIN_CRC)(token_class, content48)
    return raw_token(token_class, content48, crc, bench.tokens.mint.register.key())


@case(
    id="sts/7.3.8/overflow",
    title=Text("Más crédito del que cabe", "More credit than there is room for"),
    stimulus=Text(
        "Teclear el mayor código que existe (1 820 162,4 kWh) hasta que no quepa más; después, uno de 0,1 "
        "kWh con el TID del rechazado.",
        "Enter the largest token there is (1,820,162.4 kWh) until there is no more room; then one of 0.1 "
        "kWh with the TID of the refused one.",
    ),
    requirement=Text(
        "Lo que cabe se suma exacto; lo que no cabe es OverflowError, deja el crédito como estaba y no "
        "consume el TID.",
        "What there is room for is added exactly; what not is OverflowError, leaves credit as it was and "
        "uses up no TID.",
    ),
)
@CLAUSE
@pytest.mark.clause("iec62055-41", "8.4", level="shall")
@pytest.mark.needs("sts", "token-entry", "account", "association:reader")
def test_overflow(bench: Bench) -> None:
    tokens = bench.tokens
    for _ in range(_LARGEST_TAKEN):
        tid, before_wh = tokens.tid(), tokens.credit_wh()
        answer = tokens.enter(tokens.credit(_LARGEST_UNITS, tid=tid))
        tokens.expect(answer, "OverflowError", "Accept")
        if not answer.accepted:
            break
        _check_rise(bench, before_wh, tokens.credit_wh())
    else:
        bench.informational("el registro no se llenó", "the register was not filled")
        return
    after_wh = tokens.credit_wh()
    bench.check(before_wh == after_wh, "el crédito no cambia", "credit does not move")
    with tokens.credit_moves(0):
        tokens.expect_accepted(tokens.enter(tokens.mint.token(ClearTamperCondition(_RND, tid, 0))))


def _check_rise(bench: Bench, before_wh: int | None, after_wh: int | None) -> None:
    rise_wh = (after_wh or 0) - (before_wh or 0)
    bench.check(
        rise_wh == _LARGEST_UNITS * 100,
        f"el crédito sube {_LARGEST_UNITS * 100} Wh (subió {rise_wh})",
        f"credit rises by {_LARGEST_UNITS * 100} Wh (it rose by {rise_wh})",
    )


@case(
    id="sts/7.3.8/range-and-format",
    title=Text(
        "Valores fuera de rango y relleno distinto de cero", "Values out of range and a pad that is not zero"
    ),
    stimulus=Text(
        "Teclear códigos de borrado de los registros 8, 255 y 65534, y de manipulación con relleno.",
        "Enter tokens that clear registers 8, 255 and 65534, and tamper tokens with a pad.",
    ),
    requirement=Text(
        "Los de registro son RangeError (o FunctionError), los de relleno FormatError (o RangeError); "
        "ninguno consume el TID.",
        "Those of registers are RangeError (or FunctionError), those of the pad FormatError (or "
        "RangeError); none uses up its TID.",
    ),
)
@CLAUSE
@ENTRY
def test_range_and_format(bench: Bench) -> None:
    for register in (8, 255, 0xFFFE):
        keeps_tid(
            bench,
            lambda tid, number=register: ClearCredit(_RND, tid, number),  # type: ignore[misc]
            "RangeError",
            "FunctionError",
        )
    for pad in (1, 0xFFFF):
        keeps_tid(
            bench,
            lambda tid, bits=pad: ClearTamperCondition(_RND, tid, bits),  # type: ignore[misc]
            "FormatError",
            "RangeError",
        )


@case(
    id="sts/7.3.8/extended",
    title=Text("Códigos extendidos (STS 202-5)", "Extended tokens (STS 202-5)"),
    stimulus=Text(
        "Teclear códigos extendidos que ponen un valor y los dos estados de una bandera.",
        "Enter extended tokens that set a value and both states of a flag.",
    ),
    requirement=Text(
        "O los ejecuta, o son FunctionError sin consumir el TID.",
        "They are carried out, or are FunctionError without using up the TID.",
    ),
)
@CLAUSE
@pytest.mark.clause("iec62055-41", "8.13", level="shall")
@ENTRY
def test_extended(bench: Bench) -> None:
    for index, value in ((1, 123), (63, 0), (63, 1)):
        function_or_kept_tid(
            bench,
            lambda tid, number=index, control=value: SetExtendedToken(_RND, tid, number, control),  # type: ignore[misc]
            f"el ajuste extendido {index}",
            f"the extended setting {index}",
        )


# ---- 7.3.9 Key register: identity and attributes can be read back, by DLMS and on the display.

REGISTER_CLAUSE = pytest.mark.clause("iec62055-41", "7.3.9", level="shall")

#: Control bits of test tokens that show the register. Source: IEC 62055-41, 6.3.8, by public manuals.
_KRN_AND_KT, _TI = 0x8, 0x10
#: Pages follow each other; so often the display is looked at, and so far apart.
_LOOKS, _LOOK_S = 30, 1.0


@case(
    id="sts/7.3.9/read-back",
    title=Text("Lectura del registro por DLMS", "The register read by DLMS"),
    stimulus=Text("Leer el objeto de la clase 116.", "Read the object of class 116."),
    requirement=Text(
        "PAN con su dígito de control, EA, SGC, TI, KRN, tipo de clave y KEN son los declarados.",
        "PAN with its check digit, EA, SGC, TI, KRN, key type and KEN are those declared.",
    ),
)
@REGISTER_CLAUSE
@pytest.mark.needs("sts", "association:reader")
def test_read_back(bench: Bench) -> None:
    seen = read_key_register(bench)
    declared = bench.tokens.mint.register
    bench.check(
        MeterPrimaryAccountNumber(seen.pan).pan == declared.pan,
        f"el PAN es {declared.pan} (se leyó {seen.pan})",
        f"the PAN is {declared.pan} (read: {seen.pan})",
    )
    seen.expect(bench, declared)


@case(
    id="sts/7.3.9/display",
    title=Text("KRN, tipo de clave y TI en la pantalla", "KRN, key type and TI on the display"),
    stimulus=Text(
        "Teclear los códigos de prueba que muestran KRN y KT, y TI, y mirar la pantalla.",
        "Enter the test tokens that show KRN and KT, and TI, and look at the display.",
    ),
    requirement=Text(
        "Se aceptan y la pantalla muestra los números declarados.",
        "They are accepted and the display shows the declared numbers.",
    ),
)
@REGISTER_CLAUSE
@pytest.mark.clause("iec62055-41", "8.5", level="shall")
@pytest.mark.needs("sts", "keypad", "fast-clock")
def test_display(bench: Bench) -> None:
    tokens = bench.tokens
    register = tokens.mint.register
    drn = MeterPrimaryAccountNumber(register.pan).decoder_reference_number
    wanted = {_KRN_AND_KT: (str(register.krn), str(int(register.key_type))), _TI: (f"{register.ti:02d}",)}
    for control, numbers in wanted.items():
        tokens.expect_accepted(
            tokens.enter(tokens.mint.token(InitiateMeterTest(control, 0, drn.mfr_code_digits)), "keypad")
        )
        shown = _pages(bench)
        bench.observe(f"pantalla: {' / '.join(shown)}", f"display: {' / '.join(shown)}")
        found = any(set(numbers) <= set(page.split()) for page in shown)
        bench.check(found, f"se ve {' '.join(numbers)}", f"{' '.join(numbers)} can be seen")


def _pages(bench: Bench) -> list[str]:
    """What the display shows for half a minute, each page once."""
    pages: dict[str, None] = {}
    for _ in range(_LOOKS):
        pages[bench.keypad.display().text] = None
        bench.clock.wait(_LOOK_S)
    return list(pages)
