"""The app, which does not start where it should not be."""

from django.apps import AppConfig

from system.vending.bench.guard import see_that_it_may_be_here


class BenchConfig(AppConfig):
    """The bench's route."""

    name = "system.vending.bench"
    label = "vending_bench"

    def ready(self) -> None:
        """See that it may be here."""
        see_that_it_may_be_here()
