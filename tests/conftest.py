"""What every test shares: how often the garbage collector looks."""

import gc

#: Allocations between two looks at the young objects. Modules and fixtures are a large heap that stays; with
#: Python's own 700, looking through it again and again takes a tenth of the time of all tests.
_YOUNG_OBJECTS = 20_000


def pytest_collection_finish() -> None:
    """What is there when the tests begin stays until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
