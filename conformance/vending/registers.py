"""The key registers of the test plan, which a vending system under test must hold: published test keys."""

from dataclasses import replace

from conformance.vending.vendor import Card, NewKey
from protocols.sts.keys import DecoderKey, derive_decoder_key
from protocols.sts.testkeys import TEST_REGISTERS, TestRegister

PAN_11 = "600727000000000009"
"""Test meter with an 11-digit DRN."""

PAN_13 = "000001000000000082"
"""Test meter with a 13-digit DRN."""

PAN_OTHER = "600727111111111153"
"""The third test meter."""

REGISTERS: dict[tuple[str, int], TestRegister] = {
    (register.sgc, register.krn): register for register in TEST_REGISTERS.values()
}
"""(SGC, KRN) -> register. Registers 8 and 10 are the same key."""

DKGA = "04"


def card(register: int, ea: str, meter: str = PAN_11, ti: int = 1, **more: object) -> Card:
    """A meter under a register of the plan; `more` are other fields of the card."""
    held = TEST_REGISTERS[register]
    return replace(Card(meter, ea, held.sgc, held.krn, ti), **more)  # type: ignore[arg-type]


def new_key(register: int, ti: int = 1, key_type: int = 2) -> NewKey:
    """A register of the plan as the aim of a key change."""
    wanted = TEST_REGISTERS[register]
    return NewKey(wanted.sgc, wanted.krn, ti, key_type)


def decoder_key(meter: Card | NewKey, of: Card) -> DecoderKey:
    """The key that a meter has under a card, or after a change.

    Args:
        meter: where SGC, KRN, TI and key type are taken from.
        of: the card: MeterPAN and EA.
    """
    register = REGISTERS[meter.sgc, meter.krn]
    return derive_decoder_key(
        DKGA,
        of.ea,
        vending_key=register.vending_key,
        pan=of.meter,
        sgc=meter.sgc,
        key_type=meter.key_type,
        ti=meter.ti,
        krn=meter.krn,
        base_date=register.base_date,
    )
