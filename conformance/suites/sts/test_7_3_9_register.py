"""7.3.9 Key register: identity and attributes can be read back, by DLMS and on the display."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.register import read_register
from conformance.text import Text
from protocols.sts.identity import MeterPrimaryAccountNumber
from protocols.sts.token import InitiateMeterTest

CLAUSE = pytest.mark.clause("iec62055-41", "7.3.9", level="shall")

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
@CLAUSE
@pytest.mark.needs("sts", "association:reader")
def test_read_back(bench: Bench) -> None:
    seen = read_register(bench)
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
@CLAUSE
@pytest.mark.clause("iec62055-41", "8.5", level="shall")
@pytest.mark.needs("sts", "keypad", "fast-clock")
def test_display(bench: Bench) -> None:
    desk = bench.tokens
    register = desk.mint.register
    drn = MeterPrimaryAccountNumber(register.pan).decoder_reference_number
    wanted = {_KRN_AND_KT: (str(register.krn), str(int(register.key_type))), _TI: (f"{register.ti:02d}",)}
    for control, numbers in wanted.items():
        desk.expect_accepted(
            desk.enter(desk.mint.token(InitiateMeterTest(control, 0, drn.mfr_code_digits)), "keypad")
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
