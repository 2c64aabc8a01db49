"""What every test shares: how much chance is tried, and how often the garbage collector looks."""

import gc
import os

import pytest
from hypothesis import settings

#: The long checks run what the everyday ones shorten.
LONG = os.environ.get("AMIBENCH_SLOW") == "1"

#: Examples of a property test that does not say its own number.
_EXAMPLES_EVERY_DAY, _EXAMPLES_LONG = 40, 500

settings.register_profile("every-day", max_examples=_EXAMPLES_EVERY_DAY)
settings.register_profile("long", max_examples=_EXAMPLES_LONG)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("long" if LONG else "every-day"))

#: Allocations between two looks at the young objects. Modules and fixtures are a large heap that stays; with
#: Python's own 700, looking through it again and again takes a tenth of the time of all tests.
_YOUNG_OBJECTS = 20_000


def pytest_collection_finish() -> None:
    """What is there when the tests begin stays until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix(request: pytest.FixtureRequest) -> None:
    """Keep SQLite in memory in each worker: pytest-django does so for Django's own engine, not for ours."""
    from django.conf import settings as django_settings
    from pytest_django.fixtures import _set_suffix_to_test_databases

    worker = getattr(request.config, "workerinput", {}).get("workerid")
    if worker and "sqlite" not in django_settings.DATABASES["default"]["ENGINE"]:
        _set_suffix_to_test_databases(suffix=worker)
