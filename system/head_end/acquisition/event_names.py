"""Names of the events of meters, and which of them are alarms.

Source: DSMR P3 companion standard, event table (codes below 200); from 200 the maker's own, here those of
this house's meters [M].
"""

from collections.abc import Mapping

EVENT_NAMES: Mapping[int, str] = {
    1: "power-down",
    2: "power-up",
    3: "daylight-saving-changed",
    4: "clock-before-adjustment",
    5: "clock-after-adjustment",
    6: "clock-invalid",
    7: "replace-battery",
    8: "battery-low",
    9: "tariff-activated",
    10: "error-register-cleared",
    11: "alarm-register-cleared",
    12: "program-memory-error",
    13: "ram-error",
    14: "memory-error",
    15: "watchdog-error",
    16: "measurement-error",
    17: "firmware-ready",
    18: "firmware-activated",
    19: "passive-tariff-set",
    40: "terminal-cover-removed",
    41: "terminal-cover-closed",
    42: "strong-field",
    43: "no-strong-field",
    44: "meter-cover-removed",
    45: "meter-cover-closed",
    46: "wrong-password",
    49: "decryption-failed",
    50: "replay",
    59: "disconnector-ready",
    60: "manual-disconnection",
    61: "manual-reconnection",
    62: "remote-disconnection",
    63: "remote-reconnection",
    64: "local-disconnection",
    65: "limiter-exceeded",
    66: "limiter-normal",
    67: "limiter-changed",
    68: "disconnector-failure",
    76: "under-voltage",
    79: "over-voltage",
    82: "missing-voltage",
    85: "normal-voltage",
    91: "current-reversal",
    201: "local-reconnection",
    202: "token-accepted",
    203: "token-refused",
    204: "low-credit",
    205: "tamper-cleared",
    206: "key-changed",
    207: "reverse-energy",
    208: "no-reverse-energy",
    209: "locked-out",
    210: "overload",
    211: "no-overload",
    212: "billing-closed",
    213: "demand-reset",
    214: "significant-reverse-energy",
    215: "no-significant-reverse-energy",
    220: "payment-mode-changed",
    221: "account-activated",
    222: "account-closed",
    223: "charge-collected",
    224: "unit-charge-changed",
    225: "credit-selectable",
    226: "credit-selected",
    227: "credit-in-use",
    228: "credit-exhausted",
    229: "availability-refunded",
    230: "manual-disconnection",
    231: "manual-reconnection",
    232: "control-mode-changed",
    233: "monitor-above",
    234: "monitor-below",
    235: "parameter-changed",
    236: "push-failed",
    240: "module-removed",
    241: "module-fitted",
    255: "log-cleared",
}

#: What somebody must look at: covers, magnets, reversed current, wrong keys, a switch or memory that fails.
ALARMS = frozenset({6, 7, 12, 13, 14, 15, 16, 40, 42, 44, 46, 49, 50, 68, 91, 207, 209, 214, 255})


def name_of(code: int) -> str:
    """The name of an event; one that is not known bears its number.

    >>> name_of(42), name_of(777)
    ('strong-field', 'event-777')
    """
    return EVENT_NAMES.get(code, f"event-{code}")


def is_alarm(code: int) -> bool:
    """Whether somebody must look at it."""
    return code in ALARMS
