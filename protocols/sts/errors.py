"""Errors of the STS room.

A refused token is a *result* (`protocols.sts.acceptance.results`), never an exception: these are for broken
callers::

    StsError
    └── StsValueError (also ValueError)    a value outside what the standard allows
        ├── LuhnError                      a check digit that does not fit
        ├── TokenFormatError               not 20 digits, or above 2^66-1
        ├── KeyMaterialError               a key of the wrong length or parity, never quoting the key
        └── UnsupportedAlgorithmError      an EA or DKGA that this implementation refuses by name
"""


class StsError(Exception):
    """Base of every error raised by `protocols.sts`."""


class StsValueError(StsError, ValueError):
    """A value lies outside what the standard allows; the message is one sentence that names the value."""


class LuhnError(StsValueError):
    """The Luhn check digit of a DRN or a MeterPAN does not fit."""


class TokenFormatError(StsValueError):
    """The digits of a token are malformed: not 20 decimal digits, or a value above 2^66-1."""


class KeyMaterialError(StsValueError):
    """A vending or decoder key has the wrong length or parity; the message never quotes the key."""


class UnsupportedAlgorithmError(StsValueError):
    """An encryption or key generation algorithm that is refused by name."""
