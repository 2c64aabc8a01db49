"""Curves of errors over SNR, and the file that holds them."""

from collections.abc import Iterable, Sequence

from numpy.random import Generator

from sim.plc_channel.phy.montecarlo.frames import Errors, Receiver, run
from sim.plc_channel.phy.schemes import Scheme


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
        results.append(run(scheme, receiver, octets, snr_db, rng, frames=frames, enough=enough))
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
