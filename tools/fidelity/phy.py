"""Physical layer beside its published points: R1 to R4, PLC-1, PLC-2 and SimPRIME's practice sheet."""

import math
import tomllib
from collections.abc import Sequence
from functools import cache, partial
from importlib import resources
from itertools import pairwise
from typing import Any

from numpy.random import Generator, Philox

from sim.plc_channel.errors import FrameTooLongError
from sim.plc_channel.phy.modem import PrimePhy, airtime_ms, max_octets, payload_symbols
from sim.plc_channel.phy.schemes import constants, scheme, schemes
from tools.fidelity.montecarlo import RECEIVERS, Receiver, noise_rise_db, simulate_frames, uncoded_ber
from tools.fidelity.rows import Point, ValidationRow, band, row

# ---- published points

CROSSING_BERS = (0.1, 0.03, 0.01, 0.001)


@cache
def published() -> dict[str, Any]:
    """The whole document; its comments say source and confidence."""
    text = resources.files("sim.plc_channel").joinpath("data/published_phy.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def ber(scheme: str, snr_db: float) -> float:
    """SimPRIME's bit error rate in white noise, natural labels, hard decisions.

    Straight lines of ln BER between the published points; its first point below them, the last line beyond.

    Raises:
        KeyError: the modulation is not in the published table.
    """
    rows = published()["ber_awgn"][scheme]
    if snr_db <= rows[0][0]:
        return float(rows[0][1])
    for before, after in pairwise(rows):
        if snr_db <= after[0] or after is rows[-1]:
            part = (snr_db - before[0]) / (after[0] - before[0])
            return math.exp(math.log(before[1]) + part * math.log(after[1] / before[1]))
    raise AssertionError("a table of one row")


def snr_at_ber(rows: Sequence[tuple[float, float]], wanted: float) -> float:
    """Where a curve of (SNR in dB, BER) passes `wanted`, by straight lines of ln BER.

    Raises:
        ValueError: it does not.
    """
    for (snr_a, ber_a), (snr_b, ber_b) in pairwise(rows):
        if ber_a >= wanted >= ber_b > 0 and ber_a > ber_b:
            return snr_a + (snr_b - snr_a) * math.log(ber_a / wanted) / math.log(ber_a / ber_b)
    raise ValueError(f"the curve does not pass {wanted}")


# ---- measures

_SIMPRIME, _MICROCHIP = "SimPRIME tables", "Microchip PRIME"
_OCTETS = 64
#: as SimPRIME decides [I]. PRIME's own interleaver [M] was chosen from three because coded curves come out
#: best with it (with a random one 0.1 to 0.9 dB better than SimPRIME's): for them R1 is a calibration, too
SIMPRIME_RECEIVER = Receiver(gray=False, soft=False, interleaver="block")
ROBUST = ("R_DBPSK", "R_DQPSK")


def _rng(seed: int) -> Generator:
    return Generator(Philox(key=seed))


def crossing(name: str, receiver: Receiver, near_db: float, ber: float, frames: int, rng: Generator) -> float:
    """Where an own run reaches a bit error rate: a straight line of ln BER beside `near_db`."""
    rows = []
    for snr_db in (near_db - 0.3, near_db + 0.3):
        errors = simulate_frames(scheme(name), receiver, _OCTETS, snr_db, rng, frames=frames, enough=frames)
        rows.append((snr_db, max(errors.ber, 0.5 / errors.bits)))
    (snr_a, ber_a), (snr_b, ber_b) = rows
    return snr_a + (snr_b - snr_a) * math.log(ber_a / ber) / math.log(ber_a / ber_b)


def ber_errors(name: str, frames: int) -> tuple[float, ...]:
    """Horizontal error of an own run against SimPRIME at BER 0.1, 0.03, 0.01 and 0.001, dB."""
    rng = _rng(1)
    wanted = published()["ber_crossings"][name]["published"]
    return tuple(
        crossing(name, SIMPRIME_RECEIVER, snr_db, ber, frames, rng) - snr_db
        for snr_db, ber in zip(wanted, CROSSING_BERS, strict=True)
    )


def r1(name: str, frames: int = 150) -> ValidationRow:
    """Bit error rates in white noise."""
    worst = max(ber_errors(name, frames), key=abs)
    coded = scheme(name).coded
    chosen = " (interleaver chosen by fit)" if coded else ""
    title = f"{name}: SNR at BER 0.1, 0.03, 0.01, 0.001, own Monte Carlo, worst deviation{chosen}"
    kind = "calibration" if coded else "validation"
    return row("R1", title, 0.0, worst, 0.3, kind=kind, source=_SIMPRIME)


def r2_simulated(symbols: int = 800) -> ValidationRow:
    """The shift of a curve under class A noise, by an own run in the time domain."""
    rng = _rng(2)
    calm = [(float(snr), uncoded_ber(snr, symbols, rng)) for snr in (4.0, 5.0, 6.0, 7.0)]
    rough = [
        (float(snr), uncoded_ber(snr, symbols, rng, impulsive_index=0.1)) for snr in (24.0, 25.0, 26.0, 27.0)
    ]
    shift = snr_at_ber(rough, 0.01) - snr_at_ber(calm, 0.01)
    observed = published()["ber_middleton"]["observed_shift_db"]
    return row(
        "R2", "class A noise: shift of uncoded DBPSK at BER 0.01", observed, shift, 0.5, source=_SIMPRIME
    )


def r2_points() -> ValidationRow:
    """SimPRIME's own points under class A noise against its white ones, beside the rise that we apply."""
    document = published()
    shifts = [
        snr_db - snr_at_ber(document["ber_awgn"][name], ber)
        for name, points in document["ber_middleton"]["points"].items()
        for snr_db, ber in points
        if ber > 1e-3
    ]
    title = "class A noise: mean shift of SimPRIME's ten points, beside the rise that the model applies"
    rise_db = noise_rise_db(document["ber_middleton"]["gamma"])
    return row("R2", title, sum(shifts) / len(shifts), rise_db, 0.5, source=_SIMPRIME)


def plc2() -> ValidationRow:
    """The analytic rise of the noise."""
    rise_db = noise_rise_db(published()["ber_middleton"]["gamma"])
    return band("PLC-2", "class A noise: rise of the noise, gamma 0.01", 20.0, 20.4, rise_db, confidence="C")


def r3(name: str) -> ValidationRow:
    """The threshold of a real modem family."""
    low, high = published()["receiver_thresholds_db"][name]
    floor = ", with the floor of preamble and header (calibrated)" if name in ROBUST else ""
    return band(
        "R3",
        f"{name}: SNR at PER 10 %, 256 octets{floor}",
        low,
        high,
        PrimePhy(name).threshold_db(256),
        margin=1.0,
        kind="calibration" if name in ROBUST else "validation",
        source=_MICROCHIP,
    )


def r4() -> ValidationRow:
    """All published airtimes."""
    gaps = [
        abs(airtime_ms(name, pdu["octets"]) - ms)
        for pdu in published()["airtimes"]
        for name, ms in pdu["ms"].items()
    ]
    title = f"airtime of {len(gaps)} PDUs, worst deviation"
    return row("R4", title, 0.0, max(gaps), 0.001, unit="ms", source=_MICROCHIP, digits=3)


def plc1() -> ValidationRow:
    """The longest frame of every modulation, and one octet more."""
    longest = 0
    for name in schemes():
        longest = max(longest, payload_symbols(name, max_octets(name)))
        try:
            longest = max(longest, payload_symbols(name, max_octets(name) + 1))
        except FrameTooLongError:
            continue
    limit = float(constants().max_payload_symbols)
    title = "symbols of the longest frame that is accepted, all modulations"
    return row("PLC-1", title, limit, float(longest), 0.0, unit="", confidence="I", digits=0)


def sheet_uncoded(name: str, symbols: int = 3000) -> ValidationRow:
    """SimPRIME's practice sheet: where uncoded modes reach 1e-4."""
    near_db = float(published()["practice_sheet"]["uncoded_ber_1e_4_db"][name])
    rng, bits = _rng(3), scheme(name).bits
    rows = [(snr, uncoded_ber(snr, symbols, rng, bits=bits)) for snr in (near_db - 1.5, near_db - 0.5)]
    (snr_a, ber_a), (snr_b, ber_b) = rows
    # the slope of an exponential in the ratio itself, not in decibels
    ratio_a, ratio_b = 10 ** (snr_a / 10), 10 ** (snr_b / 10)
    ratio = ratio_a + (ratio_b - ratio_a) * math.log(ber_a / 1e-4) / math.log(ber_a / ber_b)
    title = f"{name}: SNR at BER 1e-4, uncoded"
    return row(
        "sheet",
        title,
        near_db,
        10 * math.log10(ratio),
        1.0,
        kind="band",
        confidence="A",
        source="SimPRIME practice sheet",
        digits=1,
    )


def sheet_knee(name: str, frames: int = 200) -> ValidationRow:
    """Its knees of coded modes, which fit a receiver with Gray labels and soft decisions at BER 0.01 [I]."""
    near_db = float(published()["practice_sheet"]["coded_knee_db"][name])
    found = crossing(name, RECEIVERS["modem"], near_db, 0.01, frames, _rng(4))
    title = f"{name}: knee, read as BER 0.01 with soft decisions"
    source = "SimPRIME practice sheet"
    return row("sheet", title, near_db, found, 1.0, kind="band", confidence="A", source=source, digits=1)


PHY_POINTS = (
    Point("R4", r4),
    Point("PLC-1", plc1),
    *(Point("R1", partial(r1, name), slow=name in ("DQPSK_C", "D8PSK_C")) for name in list(schemes())[:6]),
    Point("R2", r2_simulated, slow=True),
    Point("R2", r2_points),
    Point("PLC-2", plc2),
    *(Point("R3", partial(r3, name)) for name in ("DBPSK_C", "DQPSK_C", "D8PSK_C", *ROBUST)),
    *(Point("sheet", partial(sheet_uncoded, name)) for name in ("DBPSK", "DQPSK", "D8PSK")),
    *(Point("sheet", partial(sheet_knee, name), slow=True) for name in ("DBPSK_C", "DQPSK_C", "D8PSK_C")),
)
