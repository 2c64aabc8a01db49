"""Generator of the frame error tables.

``python -m tools.fidelity.error_tables [--frames 3000] [SCHEME ...]``.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence

from numpy.random import Generator, Philox

from sim.plc_channel.phy.schemes import Scheme, scheme, schemes
from tools.fidelity.montecarlo import INTERLEAVERS, RECEIVERS, Errors, Receiver, simulate_frames

# ---- curves


def curve(
    scheme: Scheme,
    receiver: Receiver,
    octets: int,
    snrs_db: Iterable[float],
    rng: Generator,
    *,
    frames: int = 3000,
    enough: int = 80,
) -> list[Errors]:
    """Errors at each SNR, ascending, until none fails any more.

    Args:
        scheme: the modulation.
        receiver: how it is received.
        octets: of a frame.
        snrs_db: where to look.
        rng: the source of chance.
        frames: at each SNR, at most.
        enough: lost frames after which to go on to the next SNR.
    """
    results = []
    for snr_db in snrs_db:
        results.append(simulate_frames(scheme, receiver, octets, snr_db, rng, frames=frames, enough=enough))
        if results[-1].frame_errors == 0:
            break
    return results


def section(profile: str, name: str, curves: dict[int, Sequence[Errors]]) -> str:
    """One table of ``data/per.toml``.

    Args:
        profile: receiver profile.
        name: of the modulation.
        curves: errors over SNR in steps of 0.5 dB, by octets; all begin at the same SNR.
    """
    first_snr_db = next(iter(curves.values()))[0].snr_db
    lines = [f"[{profile}.{name}]", f"first_snr_db = {first_snr_db}"]
    for octets, errors in sorted(curves.items()):
        rates = ", ".join(f"{point.per:.5f}".rstrip("0").rstrip(".") for point in errors)
        lines.append(f"per_{octets} = [{rates}]")
    return "\n".join(lines)


SIZES = (18, 64, 256)
_STEP_DB, _STEPS = 0.5, 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables of the modulations asked for."""
    parser = argparse.ArgumentParser(prog="python -m tools.fidelity.error_tables", description=__doc__)
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
        snrs_db = [scheme(name).begins_db + step * _STEP_DB for step in range(_STEPS)]
        curves: dict[int, Sequence[Errors]] = {
            octets: curve(scheme(name), receiver, octets, snrs_db, rng, frames=asked.frames)
            for octets in asked.octets
        }
        print(section(asked.profile, name, curves), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
