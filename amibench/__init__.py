"""The command line and the composition root: the one place that joins the rooms."""

from importlib.metadata import PackageNotFoundError, version


def product_version() -> str:
    """The version of this product, also when it runs from a checkout that was never installed."""
    try:
        return version("amibench")
    except PackageNotFoundError:
        return "0.1.0"
