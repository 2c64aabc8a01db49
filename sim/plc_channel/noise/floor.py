"""The coloured background noise of power lines, dBm/Hz, after the parameters of ns-3's PLC module.

Its law a + b·|f_MHz|^c exceeds the cap of −90 dBm/Hz everywhere below 250 kHz: in PRIME's first band the
background is the cap, flat, in the best as in the worst case [E]. What differs by place is a parameter.

>>> floor_dbm_hz("worst", 65e3), round(floor_dbm_hz("best", 5e6), 1)
(-90.0, -114.1)
"""

import math

CAP_DBM_HZ = -90.0
#: a, b, c of the law. Source: plc.md 1.6 [E]
LAWS = {"best": (-145.0, 53.23, -0.337), "worst": (-140.0, 38.75, -0.72)}


def floor_dbm_hz(law: str, frequency_hz: float) -> float:
    """Spectral density of the background.

    Args:
        law: ``best`` or ``worst``.
        frequency_hz: above 0.
    """
    a, b, c = LAWS[law]
    return float(min(CAP_DBM_HZ, a + b * (frequency_hz / 1e6) ** c))


def carrier_noise_dbuv(density_dbm_hz: float, spacing_hz: float, reference_ohm: float = 50.0) -> float:
    """Noise voltage in one carrier, dBµV, when the density is that of a matched load of `reference_ohm`."""
    volts = math.sqrt(1e-3 * 10.0 ** (density_dbm_hz / 10.0) * spacing_hz * reference_ohm)
    return 20.0 * math.log10(volts * 1e6)
