"""PRIME modem: airtimes, error rates with the floor of preamble and header, capture."""

import math
from functools import lru_cache

from sim.plc_channel.errors import FrameTooLongError
from sim.plc_channel.phy.error_tables import error_table
from sim.plc_channel.phy.schemes import constants, preamble, scheme
from sim.plc_channel.phy.schemes import scheme as scheme_of

# ---- airtime


def payload_symbols(scheme_name: str, octets: int, preamble_name: str | None = None) -> int:
    """Payload symbols that an MPDU needs, each counted once.

    Args:
        scheme_name: the modulation.
        octets: the whole MPDU with its CRC, 1 or more.
        preamble_name: None for the usual one of the modulation.

    Raises:
        FrameTooLongError: more than the 63 that the header can count.
        UnknownSchemeError: no such modulation or preamble.

    Source: plc.md 1.1.
    """
    modulation, fixed = scheme(scheme_name), constants()
    start = preamble(preamble_name or modulation.preamble)
    flush = fixed.flush_octets_coded if modulation.coded else 0
    symbols = math.ceil(max(0, octets - start.octets_in_header + flush) / modulation.octets)
    if symbols > fixed.max_payload_symbols:
        raise FrameTooLongError(
            f"{octets} octets in {scheme_name} need {symbols} symbols, "
            f"a frame has at most {fixed.max_payload_symbols}"
        )
    return symbols


def airtime_ms(scheme_name: str, octets: int, preamble_name: str | None = None) -> float:
    """Preamble, header and payload, ms, to the microsecond.

    Raises:
        FrameTooLongError: the MPDU does not fit a frame.
        UnknownSchemeError: no such modulation or preamble.
    """
    modulation = scheme(scheme_name)
    start = preamble(preamble_name or modulation.preamble)
    symbols = payload_symbols(scheme_name, octets, preamble_name) * modulation.repetition
    return round(start.preamble_ms + start.header_ms + symbols * constants().symbol_ms, 3)


def max_octets(scheme_name: str, preamble_name: str | None = None) -> int:
    """The longest MPDU of a modulation."""
    modulation, fixed = scheme(scheme_name), constants()
    start = preamble(preamble_name or modulation.preamble)
    flush = fixed.flush_octets_coded if modulation.coded else 0
    return fixed.max_payload_symbols * modulation.octets + start.octets_in_header - flush


#: dB in which the rate of lost preambles and headers falls tenfold: as steep as the robust modes [I]
SYNC_DECADE_DB = 0.5
#: the receiver where nobody says another: its error tables, and where preambles and headers get lost; real
#: modems end near +1 dB [E, thresholds of Microchip]
USUAL_PROFILE, USUAL_SYNC_FLOOR_DB = "modem", 1.0
_TENTH = -math.log1p(-0.1)


def sync_hazard(snr_db: float, floor_db: float | None) -> float:
    """Of losing preamble or header: a tenth of the frames at `floor_db`, a hundredth half a decibel above.

    Args:
        snr_db: Es/N0 per carrier.
        floor_db: None for an ideal receiver.
    """
    if floor_db is None:
        return 0.0
    decades = (floor_db - snr_db) / SYNC_DECADE_DB
    return math.inf if decades > 12 else _TENTH * 10.0**decades


def survives_collision(wanted_db: float, others_db: float, margin_db: float | None) -> bool:
    """Capture: whether a frame outlives others that overlap it.

    Args:
        wanted_db: its level at the listener.
        others_db: that of the strongest other.
        margin_db: by which it must exceed the others, 10 is usual [A]; None: no frame ever survives.
    """
    return margin_db is not None and wanted_db - others_db >= margin_db


class PrimePhy:
    """One modulation in one receiver; fits what the MAC asks of a modem.

    Args:
        scheme: modulation of the payload.
        profile: ``modem`` or ``simprime``, see `tables`.
        sync_floor_db: SNR at which preamble or header get lost in a tenth of the frames; None for an ideal
            receiver.
        preamble: None for the modulation's usual one.

    Raises:
        UnknownSchemeError: no such modulation or profile.
    """

    __slots__ = ("_preamble", "_sync_floor_db", "_table", "scheme")

    def __init__(
        self,
        scheme: str = "DBPSK_C",
        profile: str = USUAL_PROFILE,
        sync_floor_db: float | None = USUAL_SYNC_FLOOR_DB,
        preamble: str | None = None,
    ) -> None:
        self.scheme = scheme_of(scheme)
        self._table = error_table(profile, scheme)
        self._sync_floor_db = sync_floor_db
        self._preamble = preamble

    def airtime_s(self, octets: int) -> float:
        """Airtime of a frame of so many octets, s.

        Raises:
            FrameTooLongError: it needs more than 63 symbols.
        """
        return airtime_ms(self.scheme.name, octets, self._preamble) / 1000.0

    def hazard(self, octets: int, snr_db: float) -> float:
        """−ln(1 − error rate), of preamble, header and payload together; adds up over independent parts."""
        return self._table.hazard(octets, snr_db) + sync_hazard(snr_db, self._sync_floor_db)

    def error_rate(self, octets: int, snr_db: float) -> float:
        """The share of frames that do not arrive, 0 to 1."""
        return -math.expm1(-self.hazard(octets, snr_db))

    def threshold_db(self, octets: int, per: float = 0.1) -> float:
        """The SNR at which `per` of the frames are lost, to 0.001 dB."""
        low, high = -20.0, 40.0
        while high - low > 5e-4:
            middle = (low + high) / 2
            low, high = (middle, high) if self.error_rate(octets, middle) > per else (low, middle)
        return high


@lru_cache(maxsize=64)
def phy_of(
    scheme: str, profile: str = USUAL_PROFILE, sync_floor_db: float | None = USUAL_SYNC_FLOOR_DB
) -> PrimePhy:
    """The modem of a modulation, made once."""
    return PrimePhy(scheme, profile, sync_floor_db)
