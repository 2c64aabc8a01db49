"""URL converter of row keys: apart, as addresses of every app bear it."""

from django.urls import register_converter
from django.urls.converters import get_converters

#: Largest key of a row: a signed integer of 64 bits in every database.
KEY_MAX = 2**63 - 1


class KeyConverter:
    """Whole number that can be the key of a row; a larger one is no address, so the answer is 404.

    >>> KeyConverter().to_python("7")
    7
    """

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """Number in an address.

        Raises:
            ValueError: no row can have it.
        """
        number = int(value)
        if number > KEY_MAX:
            raise ValueError(value)
        return number

    def to_url(self, value: int) -> str:
        """Number as an address bears it."""
        return str(int(value))


def register() -> None:
    """Make ``<key:…>`` known; again is no error."""
    if "key" not in get_converters():
        register_converter(KeyConverter, "key")
