"""Errors of the messages of the field.

::

    FieldError
    ├── StationControlError    an operation refused or failed; `.code` is its wire code
    ├── CiuLinkError           a frame of the customer unit's link that cannot be made or read
    ├── UplinkError            a message of the uplink refused; `.code` is its wire code
    └── BundleError            a file of a stick that must not be taken; `.code` is a short stable name
"""


class FieldError(Exception):
    """Anything that this package raises."""


class StationControlError(FieldError):
    """A control operation refused or failed.

    Attributes:
        code: ``unknown-op``, ``unknown-device``, ``bad-args``, ``forbidden`` or ``failed``.
        sentence: why, in one sentence.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class CiuLinkError(FieldError):
    """A frame of the link between meter and customer unit cannot be made or read."""


class UplinkError(FieldError):
    """A message of the uplink is refused or cannot be made.

    Attributes:
        code: one of `uplink.CODES`.
        sentence: why, in one sentence.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class BundleError(FieldError):
    """A file of a stick that must not be taken.

    Attributes:
        code: a short stable name.
        sentence: why, in one sentence.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
