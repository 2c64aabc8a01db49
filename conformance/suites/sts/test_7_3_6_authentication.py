"""7.3.6 Authentication: only a token enciphered for this decoder, and undamaged, is authentic."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.refusals import deserved
from conformance.text import Text
from protocols.sts.identity import MeterPrimaryAccountNumber

CLAUSE = pytest.mark.clause("iec62055-41", "7.3.6", level="shall")
ENTRY = pytest.mark.needs("sts", "token-entry")

_OTHER_PANS = (
    "600727000000000009",
    "600727111111111153",
    MeterPrimaryAccountNumber.from_drn("01000000008").pan,
)


@case(
    id="sts/7.3.6/other-meter",
    title=Text("Código de otro medidor", "Another meter's token"),
    stimulus=Text("Teclear un código de crédito de otro medidor.", "Enter a credit token of another meter."),
    requirement=Text(
        "Se rechaza con CRCError, el crédito no cambia y el TID no se consume.",
        "It is refused with CRCError, credit does not move and the TID is not consumed.",
    ),
)
@CLAUSE
@ENTRY
def test_other_meter(bench: Bench) -> None:
    register = bench.tokens.mint.register
    pan = next(pan for pan in _OTHER_PANS if pan != register.pan)
    _refused_then_own_accepted(bench, pan=pan)


@case(
    id="sts/7.3.6/other-supply-group",
    title=Text("Código de otro grupo de suministro", "Token of another supply group"),
    stimulus=Text(
        "Teclear un código de este medidor bajo otro SGC.", "Enter a token of this meter under another SGC."
    ),
    requirement=Text(
        "Se rechaza con CRCError, el crédito no cambia y el TID no se consume.",
        "It is refused with CRCError, credit does not move and the TID is not consumed.",
    ),
)
@CLAUSE
@ENTRY
def test_other_supply_group(bench: Bench) -> None:
    sgc = bench.tokens.mint.register.sgc
    _refused_then_own_accepted(bench, sgc="123457" if sgc != "123457" else "201457")


@case(
    id="sts/7.3.6/other-tariff-index",
    title=Text("Código de otro índice de tarifa", "Token of another tariff index"),
    stimulus=Text(
        "Teclear un código de este medidor bajo otro TI.", "Enter a token of this meter under another TI."
    ),
    requirement=Text(
        "Se rechaza con CRCError, el crédito no cambia y el TID no se consume.",
        "It is refused with CRCError, credit does not move and the TID is not consumed.",
    ),
)
@CLAUSE
@ENTRY
def test_other_tariff_index(bench: Bench) -> None:
    _refused_then_own_accepted(bench, ti=(bench.tokens.mint.register.ti + 1) % 100)


@case(
    id="sts/7.3.6/other-key-revision",
    title=Text("Código de otra revisión de clave", "Token of another key revision"),
    stimulus=Text(
        "Teclear un código de este medidor bajo otro KRN.", "Enter a token of this meter under another KRN."
    ),
    requirement=Text(
        "Se rechaza con CRCError, el crédito no cambia y el TID no se consume.",
        "It is refused with CRCError, credit does not move and the TID is not consumed.",
    ),
)
@CLAUSE
@ENTRY
def test_other_key_revision(bench: Bench) -> None:
    register = bench.tokens.mint.register
    _refused_then_own_accepted(bench, krn=register.krn % 9 + 1)
    _refused_then_own_accepted(bench, krn=(register.krn + 1) % 9 + 1)


def _refused_then_own_accepted(bench: Bench, **foreign: object) -> None:
    """A token under a foreign register, then the device's own one with the same TID."""
    desk = bench.tokens
    tid = desk.tid()
    with desk.credit_moves(0):
        answer = desk.enter(desk.credit(3, tid=tid, register=desk.mint.register.varied(**foreign)))
        desk.expect(answer, "CRCError")
    with desk.credit_moves(3):
        desk.expect_accepted(desk.enter(desk.credit(3, tid=tid)))


@case(
    id="sts/7.3.6/damaged-digit",
    title=Text("Un dígito equivocado en cada posición", "One wrong digit at each place"),
    stimulus=Text(
        "Teclear un código válido con cada uno de sus 20 dígitos cambiado, y después intacto.",
        "Enter a valid token with each of its 20 digits changed in turn, then intact.",
    ),
    requirement=Text(
        "Cada uno se rechaza por lo que de verdad dice (formato, clase o suma de control), el crédito no "
        "cambia, y "
        "el código intacto se acepta después.",
        "Each is refused for what it really says (format, class or checksum), credit does not move, and "
        "the intact "
        "token is accepted afterwards.",
    ),
)
@CLAUSE
@ENTRY
def test_damaged_digit(bench: Bench) -> None:
    desk = bench.tokens
    good = desk.credit(4)
    with desk.credit_moves(0):
        for place in range(20):
            damaged = good[:place] + str((int(good[place]) + 1) % 10) + good[place + 1 :]
            names = deserved(damaged, desk.mint.register)
            if names is None:
                bench.note(
                    f"posición {place + 1}: por azar también encaja; se omite",
                    f"place {place + 1}: fits as well by chance; left out",
                )
                continue
            answer = desk.enter(damaged)
            desk.expect(answer, *names) if names else desk.expect_refused(answer)
    with desk.credit_moves(4):
        desk.expect_accepted(desk.enter(good))
