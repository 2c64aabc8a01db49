"""What each class and subclass of token is called, supported or not (IEC 62055-41:2018, 6.2)."""

_NAMES: dict[tuple[int, int], str] = {
    (0, 0): "TransferCredit electricity",
    (0, 1): "TransferCredit water",
    (0, 2): "TransferCredit gas",
    (0, 3): "TransferCredit time",
    (0, 4): "TransferCredit currency electricity",
    (0, 5): "TransferCredit currency water",
    (0, 6): "TransferCredit currency gas",
    (0, 7): "TransferCredit currency time",
    (1, 0): "InitiateMeterTest/Display, 2-digit manufacturer code",
    (1, 1): "InitiateMeterTest/Display, 4-digit manufacturer code",
    (1, 2): "extended token read (STS 202-5)",
    (2, 0): "SetMaximumPowerLimit",
    (2, 1): "ClearCredit",
    (2, 2): "SetTariffRate",
    (2, 3): "Set1stSectionDecoderKey",
    (2, 4): "Set2ndSectionDecoderKey",
    (2, 5): "ClearTamperCondition",
    (2, 6): "SetMaximumPhasePowerUnbalanceLimit",
    (2, 7): "SetWaterMeterFactor",
    (2, 8): "Set3rdSectionDecoderKey",
    (2, 9): "Set4thSectionDecoderKey",
    (2, 10): "extended token set (STS 202-5)",
}

_PROPRIETARY = {1: range(6, 16), 2: range(11, 16)}
"""Subclasses that a maker may use as it likes, by class."""


def token_name(token_class: int, token_subclass: int) -> str:
    """Return the standard's name, or say that the pair is reserved or proprietary.

    >>> token_name(0, 8)
    'reserved (class 0 subclass 8)'
    """
    if known := _NAMES.get((token_class, token_subclass)):
        return known
    kind = "proprietary" if token_subclass in _PROPRIETARY.get(token_class, ()) else "reserved"
    return f"{kind} (class {token_class} subclass {token_subclass})"
