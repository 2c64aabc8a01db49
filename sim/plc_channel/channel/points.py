"""Channel and noise beside their published points: R9, R11, PLC-12 and the computed tables of plc.md 1.8."""

import math
from functools import cache, partial

import numpy as np
from numpy.random import Generator, Philox
from numpy.typing import NDArray

from sim.plc_channel.channel.cables import band_hz, cable, published_cables
from sim.plc_channel.channel.feeder_paths import FeederPaths
from sim.plc_channel.channel.network import ChannelLine
from sim.plc_channel.channel.published import published_field
from sim.plc_channel.channel.terms import FeederChannelTerms
from sim.plc_channel.noise.availability import NetworkNoise, calibrated, drawn, expected
from sim.plc_channel.phy.modem import PrimePhy
from sim.plc_channel.rows import Point, band, row
from sim.plc_channel.validation import ValidationRow

Reals = NDArray[np.float64]

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


def cables() -> ValidationRow:
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


def feeder() -> ValidationRow:
    """The loaded feeder."""
    worst = max(feeder_deviations().values(), key=abs)
    title = "loss per node of 20 nodes, seven loads, worst deviation (one permittivity fitted)"
    return row("1.8", title, 0.0, worst, 0.15, kind="computed", confidence="C", source=_COMPUTED)


def capacitor_loss_db(cap_uf: float, distance_m: float, *, worst: bool = False) -> float:
    """What an inverter's capacitor takes from a concentrator of 1 ohm on a line of 69 ohm, dB."""
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


def capacitor(cap_uf: str) -> ValidationRow:
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
    """What moving the coupler by 20 m buys."""
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


POINTS = (
    Point("R9", r9_first),
    Point("R9", r9_section),
    Point("R9", r9_end),
    Point("R9", r9_up),
    Point("1.8", cables),
    Point("1.8", feeder),
    *(Point("1.8", partial(capacitor, size)) for size in ("4.7", "10", "20")),
    *(Point("1.8", partial(capacitor_behind, size)) for size in (10.0, 20.0)),
    *(Point("PLC-12", partial(plc12, size)) for size in (10.0, 20.0)),
    Point("R11", r11_mean),
    Point("R11", r11_dip),
)
