"""Makes the frame error tables anew: ``python -m sim.plc_channel.phy.generate [--frames 3000] [SCHEME ...]``.

A tool of developers: it takes minutes for each modulation and prints what belongs into ``data/per.toml``. No
world ever runs it.
"""

import argparse
import sys
from collections.abc import Sequence

from numpy.random import Generator, Philox

from sim.plc_channel.phy.montecarlo.curves import curve, section
from sim.plc_channel.phy.montecarlo.frames import RECEIVERS, Errors
from sim.plc_channel.phy.montecarlo.interleaving import INTERLEAVERS
from sim.plc_channel.phy.schemes import scheme, schemes

SIZES = (18, 64, 256)
#: from where on each modulation is tried, dB
BEGINS_DB = {
    "DBPSK": 4.0,
    "DQPSK": 7.0,
    "D8PSK": 11.0,
    "DBPSK_C": -1.0,
    "DQPSK_C": 1.0,
    "D8PSK_C": 4.0,
    "R_DBPSK": -5.0,
    "R_DQPSK": -3.0,
}
_STEP_DB, _STEPS = 0.5, 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables of the modulations asked for."""
    parser = argparse.ArgumentParser(prog="python -m sim.plc_channel.phy.generate", description=__doc__)
    parser.add_argument("schemes", nargs="*", metavar="SCHEME", choices=[[], *schemes()], default=[])
    parser.add_argument("--profile", choices=sorted(RECEIVERS), default="modem")
    parser.add_argument("--interleaver", choices=sorted(INTERLEAVERS), default="symbol")
    parser.add_argument("--frames", type=int, default=3000)
    parser.add_argument("--octets", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    base = RECEIVERS[asked.profile]
    receiver = type(base)(gray=base.gray, soft=base.soft, interleaver=asked.interleaver)
    rng = Generator(Philox(key=asked.seed))
    for name in asked.schemes or schemes():
        snrs_db = [BEGINS_DB[name] + step * _STEP_DB for step in range(_STEPS)]
        curves: dict[int, Sequence[Errors]] = {
            octets: curve(scheme(name), receiver, octets, snrs_db, rng, frames=asked.frames)
            for octets in asked.octets
        }
        print(section(asked.profile, name, curves), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
