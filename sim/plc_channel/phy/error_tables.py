"""Frame error rates from tables.

What is interpolated is the *hazard* h = −ln(1 − PER), which adds up over the parts of a frame: straight lines
of ln h over SNR in dB and over ln octets between the tabulated sizes; beyond them h is proportional to the
octets, as for errors that know nothing of each other. Tails, where fewer than three frames failed, go on as
straight lines, 3 Np/dB at least. All is made monotone: more signal never hurts, more octets never help.

>>> table = error_table("modem", "DBPSK_C")
>>> round(table.threshold_db(256, 0.1), 1)
3.2
"""

import math
import tomllib
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

from sim.plc_channel.errors import UnknownSchemeError

PROFILES = ("modem", "simprime")

_GRID_BEGIN_DB, _GRID_END_DB = -16.0, 36.0
_CERTAIN = math.log(80 * 2)  # hazard of "80 of 80 frames failed"
_MIN_FAILURES = 3
_STEEPEST, _FLATTEST = -9.0, -3.0  # of an extrapolated tail, Np per dB
_RISE = -1.5  # towards less signal than was tried, Np per dB


class ErrorTable:
    """The error rates of one modulation in one receiver.

    Args:
        sizes: octets of the tabulated frames, ascending.
        rates: for each size, pairs of SNR in dB and PER, ascending SNR.
        frames: for each size, how many frames the smallest rates rest on.
        step_db: of the grid that is kept.
    """

    __slots__ = ("_rows", "_sizes", "_step_db")

    def __init__(
        self,
        sizes: tuple[int, ...],
        rates: tuple[tuple[tuple[float, float], ...], ...],
        frames: tuple[int, ...],
        step_db: float = 0.5,
    ) -> None:
        count = round((_GRID_END_DB - _GRID_BEGIN_DB) / step_db) + 1
        grid = [_GRID_BEGIN_DB + index * step_db for index in range(count)]
        self._sizes = [math.log(size) for size in sizes]
        self._step_db = step_db
        self._rows: list[list[float]] = []
        for row, number in zip(rates, frames, strict=True):
            points = _log_hazards(row, number)
            values = [_on_line(points, snr) for snr in grid]
            if self._rows:
                values = [max(pair) for pair in zip(values, self._rows[-1], strict=True)]
            for index in range(1, count):
                values[index] = min(values[index], values[index - 1])
            self._rows.append(values)

    def hazard(self, octets: int, snr_db: float) -> float:
        """−ln(1 − PER); PER = 1 − exp(−hazard).

        Args:
            octets: of the frame, 1 or more.
            snr_db: Es/N0 per carrier.
        """
        position = (snr_db - _GRID_BEGIN_DB) / self._step_db
        # the extremes are inf and 0 in all but name
        if not position >= 0:
            return math.inf
        index = int(position)
        if index >= len(self._rows[0]) - 1:
            return 0.0
        part = position - index
        values = [row[index] + (row[index + 1] - row[index]) * part for row in self._rows]
        return math.exp(self._between_sizes(values, math.log(octets)))

    def per(self, octets: int, snr_db: float) -> float:
        """The share of frames that are lost, 0 to 1."""
        return -math.expm1(-self.hazard(octets, snr_db))

    def threshold_db(self, octets: int, per: float) -> float:
        """The SNR at which `per` is reached, to 0.001 dB."""
        low, high = _GRID_BEGIN_DB, _GRID_END_DB
        while high - low > 5e-4:
            middle = (low + high) / 2
            low, high = (middle, high) if self.per(octets, middle) > per else (low, middle)
        return high

    def _between_sizes(self, values: list[float], size: float) -> float:
        sizes = self._sizes
        if size <= sizes[0]:
            return values[0] + size - sizes[0]
        for index in range(1, len(sizes)):
            if size <= sizes[index]:
                part = (size - sizes[index - 1]) / (sizes[index] - sizes[index - 1])
                return values[index - 1] + (values[index] - values[index - 1]) * part
        return values[-1] + size - sizes[-1]


def _log_hazards(rates: tuple[tuple[float, float], ...], frames: int) -> list[tuple[float, float]]:
    """Points (SNR, ln hazard), with one far to the left and one far to the right."""
    points: list[tuple[float, float]] = []
    for snr_db, per in rates:
        if per * frames < _MIN_FAILURES:
            break
        hazard = min(_CERTAIN, -math.log1p(-per) if per < 1 else _CERTAIN)
        value = math.log(hazard)
        points.append((snr_db, min(value, points[-1][1]) if points else value))
    tail = points[-4:]
    slopes = [(after[1] - before[1]) / (after[0] - before[0]) for before, after in pairwise(tail)]
    slope = max(_STEEPEST, min(_FLATTEST, sum(slopes) / len(slopes)))
    first, last = points[0], points[-1]
    left = (first[0] - 40.0, first[1] - 40.0 * _RISE)
    right = (last[0] + 60.0, last[1] + 60.0 * slope)
    return [left, *points, right]


def _on_line(points: list[tuple[float, float]], snr_db: float) -> float:
    for before, after in pairwise(points):
        if snr_db <= after[0]:
            return before[1] + (after[1] - before[1]) * (snr_db - before[0]) / (after[0] - before[0])
    return points[-1][1]


@cache
def _document() -> dict[str, Any]:
    text = resources.files("sim.plc_channel").joinpath("data/per.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def error_table(profile: str, scheme: str) -> ErrorTable:
    """The table of a modulation in a receiver profile.

    Args:
        profile: ``modem`` (Gray labels, soft decisions) or ``simprime`` (natural labels, hard decisions).
        scheme: name of the modulation.

    Raises:
        UnknownSchemeError: no such profile or modulation.
    """
    if profile not in PROFILES:
        raise UnknownSchemeError(f"there is no receiver profile {profile!r}; there are {', '.join(PROFILES)}")
    document = _document()
    # a frame error of an uncoded mode is a wrong symbol, whatever its label
    row = document[profile].get(scheme) or document["simprime"].get(scheme)
    if row is None:
        raise UnknownSchemeError(
            f"there is no modulation {scheme!r}; PRIME has {', '.join(document['simprime'])}"
        )
    sizes = sorted(int(key[4:]) for key in row if key.startswith("per_"))
    return ErrorTable(
        tuple(sizes),
        tuple(
            tuple(
                (row["first_snr_db"] + index * document["step_db"], rate)
                for index, rate in enumerate(row[f"per_{size}"])
            )
            for size in sizes
        ),
        tuple(document["frames"][str(size)] for size in sizes),
        document["step_db"],
    )
