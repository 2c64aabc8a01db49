"""Published points of the physical layer and bit error rates from them, from ``data/published_phy.toml``."""

import math
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

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
