"""Modulations and preambles of PRIME, from ``data/prime_phy.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sim.plc_channel.errors import UnknownSchemeError


@dataclass(frozen=True, slots=True)
class Preamble:
    """Preamble of a frame.

    Args:
        name: A (1.3.6), B or BC (1.4).
        preamble_ms: the chirps.
        header_ms: the header's symbols.
        octets_in_header: of the MPDU, that the header carries.
    """

    name: str
    preamble_ms: float
    header_ms: float
    octets_in_header: int


@dataclass(frozen=True, slots=True)
class Scheme:
    """Modulation of the payload.

    Args:
        name: as PRIME has it; ``_C`` is with convolutional coding, ``R_`` a robust mode of 1.4.
        octets: in one payload symbol.
        repetition: how often each symbol is sent.
        bits: of one carrier in one symbol.
        coded: with convolutional coding.
        preamble: what it usually begins with.
        begins_db: SNR from which on its error table is made, dB.
    """

    name: str
    octets: int
    repetition: int
    bits: int
    coded: bool
    preamble: str
    begins_db: float


@dataclass(frozen=True, slots=True)
class PrimeConstants:
    """Constants that all modulations share; see the data file for units and confidence."""

    symbol_ms: float
    max_payload_symbols: int
    flush_octets_coded: int
    data_carriers: int
    first_carrier_hz: float
    carrier_spacing_hz: float
    carriers: int
    fft: int


@cache
def _document() -> dict[str, Any]:
    text = resources.files("sim.plc_channel").joinpath("data/prime_phy.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def constants() -> PrimeConstants:
    """The constants of the physical layer."""
    return PrimeConstants(**{name: _document()[name] for name in PrimeConstants.__dataclass_fields__})


@cache
def schemes() -> dict[str, Scheme]:
    """All modulations by name."""
    return {name: Scheme(name, **row) for name, row in _document()["scheme"].items()}


@cache
def preambles() -> dict[str, Preamble]:
    """All preambles by name."""
    return {name: Preamble(name, **row) for name, row in _document()["preamble"].items()}


def scheme(name: str) -> Scheme:
    """The modulation of that name.

    Raises:
        UnknownSchemeError: there is none.
    """
    known = schemes()
    if name not in known:
        raise UnknownSchemeError(f"there is no modulation {name!r}; PRIME has {', '.join(known)}")
    return known[name]


def preamble(name: str) -> Preamble:
    """The preamble of that name.

    Raises:
        UnknownSchemeError: there is none.
    """
    known = preambles()
    if name not in known:
        raise UnknownSchemeError(f"there is no preamble {name!r}; PRIME has {', '.join(known)}")
    return known[name]
