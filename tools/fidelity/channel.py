"""Channel and noise beside their published points.

R9, R11, PLC-12 and computed tables; all rows of the physics.
"""

import math
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.random import Generator, Philox
from numpy.typing import NDArray

from sim.plc_channel.channel.feeder import FeederChannelTerms, FeederPaths
from sim.plc_channel.channel.transmission_lines import ChannelLine, band_hz, cable, published_cables
from sim.plc_channel.phy.modem import PrimePhy
from tools.fidelity.phy import PHY_POINTS
from tools.fidelity.rows import Point, ValidationRow, band, row

# ---- published networks


@cache
def published_field() -> dict[str, Any]:
    """The whole document; its comments say source and confidence."""
    text = resources.files("sim.plc_channel").joinpath("data/field.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


# ---- availability by the hour

Reals = NDArray[np.float64]

#: spread of the meters' signals and of one meter's from hour to hour, dB [I]
SPREAD_DB, FADE_DB = 6.0, 3.0
_REQUEST_OCTETS, _FRAMES, _ATTEMPTS = 64, 2, 5
_FADES = tuple(NormalDist().inv_cdf((index + 0.5) / 9) for index in range(9))


@dataclass(frozen=True, slots=True)
class NetworkNoise:
    """A network whose noise follows the hours.

    Args:
        median_snr_db: of its meters in the quietest hour.
        peak_db: rise of the noise in the worst one.
        shape: of the day, 24 values from 0 to 1.
    """

    median_snr_db: float
    peak_db: float
    shape: tuple[float, ...]

    def hourly_db(self) -> tuple[float, ...]:
        """The rise in each hour, as `NoiseTerms.hourly_db` takes it."""
        return tuple(round(self.peak_db * part, 2) for part in self.shape)


def answered(phy: PrimePhy) -> Callable[[Reals], Reals]:
    """Share of polls that are answered, over SNR: request and answer, five attempts."""
    grid = np.arange(-20.0, 40.0, 0.1)
    arrived = np.array([1.0 - phy.error_rate(_REQUEST_OCTETS, float(snr_db)) for snr_db in grid])
    shares = 1.0 - (1.0 - arrived**_FRAMES) ** _ATTEMPTS
    return lambda snr_db: np.asarray(np.interp(snr_db, grid, shares), dtype=np.float64)


def expected(network: NetworkNoise, meters: int, phy: PrimePhy) -> Reals:
    """Availability of the network in each hour of the day, 0 to 1, on average."""
    return np.asarray(answered(phy)(_ratios(network, meters, np.array(_FADES))).mean(axis=(1, 2)))


def drawn(network: NetworkNoise, meters: int, days: int, phy: PrimePhy, rng: Generator) -> Reals:
    """Availability in each hour of some days, 0 to 1, with its chance."""
    share = answered(phy)
    hours = []
    for _ in range(days):
        ratios = _ratios(network, meters, np.zeros(1))[:, :, 0]
        ratios = ratios + FADE_DB * rng.standard_normal(ratios.shape)
        hours.append((rng.random(ratios.shape) < share(ratios)).mean(axis=1))
    return np.concatenate(hours)


def calibrated(
    shape: Sequence[float], meters: int, mean: float, dip: float, dip_hours: Sequence[int], phy: PrimePhy
) -> NetworkNoise:
    """The network whose availability has this mean, and this dip in these hours.

    Args:
        shape: of the noise over the day, 24 values from 0 to 1.
        meters: how many.
        mean: over the day, 0 to 1.
        dip: mean over `dip_hours`, below `mean`.
        dip_hours: first and last but one hour of the dip.
        phy: the modem.
    """
    hours = slice(dip_hours[0], dip_hours[1])

    def at(peak_db: float) -> NetworkNoise:
        low_db, high_db = -20.0, 60.0
        while high_db - low_db > 0.01:
            middle_db = (low_db + high_db) / 2
            network = NetworkNoise(middle_db, peak_db, tuple(shape))
            if expected(network, meters, phy).mean() < mean:
                low_db = middle_db
            else:
                high_db = middle_db
        return NetworkNoise(round(high_db, 2), round(peak_db, 2), tuple(shape))

    low_db, high_db = 0.0, 40.0
    while high_db - low_db > 0.02:
        middle_db = (low_db + high_db) / 2
        # with the mean held, a higher peak makes a deeper dip
        if expected(at(middle_db), meters, phy)[hours].mean() > dip:
            low_db = middle_db
        else:
            high_db = middle_db
    return at(high_db)


def _ratios(network: NetworkNoise, meters: int, fades: Reals) -> Reals:
    """[hour, meter, fade], SNR in dB."""
    places = [NormalDist().inv_cdf((index + 0.5) / meters) for index in range(meters)]
    signals = network.median_snr_db + SPREAD_DB * np.array(places)
    rises = network.peak_db * np.array(network.shape)
    return np.asarray(signals[None, :, None] - rises[:, None, None] + FADE_DB * fades[None, None, :])


# ---- measures

_SIMPRIME, _COMPUTED = "SimPRIME loss rows", "plc.md 1.8, own earlier computation"
_STEP_M, _CABLE, _ALL = 20.0, "triplex-al-2x33", 97


def _row_of_meters(count: int, terms: FeederChannelTerms) -> FeederPaths:
    lines = [ChannelLine(node, node + 1, _STEP_M, _CABLE) for node in range(count)]
    return FeederPaths(lines, range(1, count + 1), [1] * count, terms)


@cache
def simprime_losses(count: int) -> tuple[Reals, Reals]:
    """Losses from and to the concentrator of meters 20 m apart with SimPRIME's loads, dB."""
    paths = _row_of_meters(count, FeederChannelTerms(state="heavy", injection_distance_m=0.0, carriers=_ALL))
    down = -paths.gains_db(-1)[:-1].mean(axis=1)
    up = np.array([-paths.gains_db(place)[-1].mean() for place in range(count)])
    return down, up


def r9_first() -> ValidationRow:
    """The first section, to which the concentrator's inner resistance is fitted."""
    wanted = published_field()["loss_rows"]["down_400_m"][0]
    title = "loss of the first section (concentrator's 10 ohm and bus of 5+j10 ohm calibrated)"
    return row(
        "R9", title, wanted, float(simprime_losses(20)[0][0]), 1.0, kind="calibration", source=_SIMPRIME
    )


def r9_section() -> ValidationRow:
    """A further section; the load of a home is the one that plc.md pairs with these rows."""
    down = simprime_losses(20)[0]
    title = "loss of a further section, mean of 19 (5+j10 ohm a home calibrated)"
    wanted = published_field()["loss_rows"]["section_db"]
    found = float((down[-1] - down[0]) / 19)
    return row("R9", title, wanted, found, 1.0, kind="calibration", confidence="I", source=_SIMPRIME)


def r9_end() -> ValidationRow:
    """The far end of 400 m; its row was part of the fit of the impedances, so it proves nothing by itself."""
    wanted = published_field()["loss_rows"]["down_400_m"][-1]
    found = float(simprime_losses(20)[0][-1])
    title = "loss at the end of 20 sections (its row was part of the same fit)"
    return row("R9", title, wanted, found, 4.0, kind="calibration", source=_SIMPRIME)


def r9_up() -> ValidationRow:
    """The way up of the 100 m row: modems of 3 ohm make it 7 to 11 dB less than the way down."""
    rows = published_field()["loss_rows"]
    down, up = simprime_losses(5)
    gaps = np.concatenate([down - rows["down_100_m"], up - rows["up_100_m"]])
    title = "both ways of the 100 m row, root mean square deviation (modem's 3 ohm calibrated)"
    found = float(np.sqrt((gaps**2).mean()))
    return row("R9", title, 0.0, found, 1.5, kind="calibration", source=_SIMPRIME)


def cable_row() -> ValidationRow:
    """Attenuation of five cables at both ends of the band."""
    ends = band_hz((0, 96))
    worst = max(
        float(abs(cable(name).attenuation_db_km(ends) / np.array(figures["db_km"]) - 1).max())
        for name, figures in published_cables().items()
    )
    title = "attenuation of five cables at 42 and 89 kHz, worst (proximity and dielectric fitted)"
    return row(
        "1.8", title, 0.0, 100 * worst, 3.0, unit="%", kind="computed", confidence="C", source=_COMPUTED
    )


def feeder_deviations() -> dict[str, float]:
    """Loss per node of a loaded feeder against plc.md's table, dB, by load."""
    found = {}
    for text, wanted in published_field()["feeder_db_per_node"].items():
        terms = FeederChannelTerms(
            loads={"on": complex(text)},
            state="on",
            bus_ohm=None,
            base_source_ohm=1.0,
            injection_distance_m=0.0,
            carriers=_ALL,
        )
        gains = _row_of_meters(20, terms).gains_db(-1)
        found[text] = float(gains[19].mean() / 20 - wanted)
    return found


def feeder_row() -> ValidationRow:
    """The loaded feeder."""
    worst = max(feeder_deviations().values(), key=abs)
    title = "loss per node of 20 nodes, seven loads, worst deviation (one permittivity fitted)"
    return row("1.8", title, 0.0, worst, 0.15, kind="computed", confidence="C", source=_COMPUTED)


def capacitor_loss_db(cap_uf: float, distance_m: float, *, worst: bool = False) -> float:
    """Loss by an inverter's capacitor for a concentrator of 1 ohm on a line of 69 ohm, dB."""
    gains = []
    for capacitor in (0.0, cap_uf):
        terms = FeederChannelTerms(
            loads={"matched": 69 + 0j},
            state="matched",
            bus_ohm=None,
            base_source_ohm=1.0,
            filter_cap_uf=capacitor,
            injection_distance_m=distance_m,
            carriers=_ALL,
        )
        gains.append(_row_of_meters(1, terms).gains_db(-1)[0])
    lost = gains[0] - gains[1]
    return float(lost.max() if worst else lost.mean())


def capacitor_row(cap_uf: str) -> ValidationRow:
    """The capacitor beside the coupler."""
    wanted = published_field()["filter_capacitor"]["at_bus_db"][cap_uf]
    title = f"inverter's capacitor of {cap_uf} µF at the coupler, loss"
    found = capacitor_loss_db(float(cap_uf), 0.0)
    return row("1.8", title, wanted, found, 0.3, kind="computed", confidence="C", source=_COMPUTED)


def capacitor_behind(cap_uf: float) -> ValidationRow:
    """The capacitor behind 20 m of triplex."""
    low, high = published_field()["filter_capacitor"]["behind_20_m_db"]
    title = f"inverter's capacitor of {cap_uf:g} µF behind 20 m of triplex, loss"
    found = capacitor_loss_db(cap_uf, 20.0)
    return band("1.8", title, low, high, found, margin=0.2, kind="computed", confidence="C", source=_COMPUTED)


def plc12(cap_uf: float) -> ValidationRow:
    """Gain of moving the coupler by 20 m."""
    gain = capacitor_loss_db(cap_uf, 0.0) - capacitor_loss_db(cap_uf, 20.0)
    title = f"gain of moving the coupler 20 m away from {cap_uf:g} µF"
    return band("PLC-12", title, 10.0, math.inf, gain, kind="computed", confidence="C", source=_COMPUTED)


@cache
def network_of_r11() -> NetworkNoise:
    """The calibrated noise of R11."""
    document = published_field()
    given = document["availability"]
    return calibrated(
        document["availability_shape"]["hourly"],
        given["meters"],
        given["mean_pct"] / 100,
        given["dip_pct"] / 100,
        given["dip_hours"],
        PrimePhy(),
    )


def r11_mean() -> ValidationRow:
    """Two days of the calibrated network, drawn."""
    given = published_field()["availability"]
    rng = Generator(Philox(key=11))
    hours = 100 * drawn(network_of_r11(), given["meters"], given["days"], PrimePhy(), rng)
    title = "hourly availability of 117 meters over two days, mean"
    source = "primestg G01"
    return row(
        "R11", title, given["mean_pct"], float(hours.mean()), 2.0, unit="%", kind="calibration", source=source
    )


def r11_dip() -> ValidationRow:
    """The dip of the calibrated network."""
    given = published_field()["availability"]
    first, last = given["dip_hours"]
    found = 100 * float(expected(network_of_r11(), given["meters"], PrimePhy())[first:last].mean())
    title = "hourly availability of 117 meters, 16 to 18 h"
    return row(
        "R11",
        title,
        given["dip_pct"],
        found,
        5.0,
        unit="%",
        kind="calibration",
        confidence="A",
        source="primestg G01",
    )


CHANNEL_POINTS = (
    Point("R9", r9_first),
    Point("R9", r9_section),
    Point("R9", r9_end),
    Point("R9", r9_up),
    Point("1.8", cable_row),
    Point("1.8", feeder_row),
    *(Point("1.8", partial(capacitor_row, size)) for size in ("4.7", "10", "20")),
    *(Point("1.8", partial(capacitor_behind, size)) for size in (10.0, 20.0)),
    *(Point("PLC-12", partial(plc12, size)) for size in (10.0, 20.0)),
    Point("R11", r11_mean),
    Point("R11", r11_dip),
)


# ---- rows

PHYSICS_POINTS = (*PHY_POINTS, *CHANNEL_POINTS)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One sentence on what is not modelled, in English and Spanish."""

    en: str
    es: str


@cache
def not_modelled() -> tuple[LeftOut, ...]:
    """Sentences on what the physics leaves out. Source: ``data/not_modelled.toml``."""
    text = resources.files("sim.plc_channel").joinpath("data/not_modelled.toml").read_text(encoding="utf-8")
    return tuple(LeftOut(**row) for row in tomllib.loads(text)["sentence"])


def physics_rows(*, slow: bool = True) -> tuple[ValidationRow, ...]:
    """Measure and judge; same rows every time.

    Args:
        slow: also those points that take more than two seconds each.
    """
    return tuple(point.measure() for point in PHYSICS_POINTS if slow or not point.slow)
