"""Time and energy as the meter counts them: whole microseconds and nanojoules, so that sums are exact."""

US_PER_S = 1_000_000
S_PER_DAY = 86_400
NJ_PER_WH = 3_600 * 1_000_000_000
WH_PER_CREDIT_UNIT = 100  # a token carries tenths of a kWh
MILLI = 1_000
PPM = 1_000_000


def to_microseconds(seconds: float) -> int:
    """Seconds of the simulation as whole microseconds, to the nearest."""
    return round(seconds * US_PER_S)
