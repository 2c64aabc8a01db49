"""One meter of its own, and a small field behind a concentrator, each with a bench around it."""

import pytest
from collecting import Bench
from field_benches import field_bench, meter_bench


@pytest.fixture(scope="session")
def make_meter_bench():
    """Makes `field_benches.meter_bench`."""
    return meter_bench


@pytest.fixture(scope="session")
def make_field_bench():
    """Makes `field_benches.field_bench`."""
    return field_bench


@pytest.fixture(scope="session")
def shift_clock():
    """Moves the clock of a bench's one meter by so many seconds, as its battery's end would."""

    def shift(bench: Bench, seconds: float) -> None:
        bench.world.meter.parts.clock.shift(int(seconds))

    return shift
