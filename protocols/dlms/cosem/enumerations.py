"""Values of enumerated attributes and the order of bits in bit-strings, as the interface classes name them.

Source: IEC 62056-6-2 (clauses of the classes named in each docstring)
"""

from enum import IntEnum


class AccessMode(IntEnum):
    """Right to an attribute in an object list (class 15, versions 0 to 2)."""

    NO_ACCESS = 0
    READ_ONLY = 1
    WRITE_ONLY = 2
    READ_AND_WRITE = 3
    AUTHENTICATED_READ_ONLY = 4
    AUTHENTICATED_WRITE_ONLY = 5
    AUTHENTICATED_READ_AND_WRITE = 6


class AssociationStatus(IntEnum):
    """Class 15, attribute 8."""

    NON_ASSOCIATED = 0
    ASSOCIATION_PENDING = 1
    ASSOCIATED = 2


class ClockBase(IntEnum):
    """Class 8, attribute 9."""

    NOT_DEFINED = 0
    INTERNAL_CRYSTAL = 1
    MAINS_50_HZ = 2
    MAINS_60_HZ = 3
    GPS = 4
    RADIO_CONTROLLED = 5


class SingleActionKind(IntEnum):
    """Class 22, attribute 3: how many times there are, and whether their dates may have wildcards."""

    ONE_TIME_WITH_WILDCARDS = 1
    SAME_TIME_WITHOUT_WILDCARDS = 2
    SAME_TIME_WITH_WILDCARDS = 3
    TIMES_WITHOUT_WILDCARDS = 4
    TIMES_WITH_WILDCARDS = 5


class SortMethod(IntEnum):
    """Class 7, attribute 5."""

    FIFO = 1
    LIFO = 2
    LARGEST = 3
    SMALLEST = 4
    NEAREST_TO_ZERO = 5
    FARTHEST_FROM_ZERO = 6


class PaymentMode(IntEnum):
    """Class 111, attribute 2, first element."""

    CREDIT = 1
    PREPAYMENT = 2


class AccountStatus(IntEnum):
    """Class 111, attribute 2, second element."""

    NEW_INACTIVE = 1
    ACTIVE = 2
    CLOSED = 3


class CreditStatusBit(IntEnum):
    """Class 111, attribute 4: position in the bit-string, counted from its first bit."""

    IN_CREDIT = 0
    LOW_CREDIT = 1
    NEXT_CREDIT_ENABLED = 2
    NEXT_CREDIT_SELECTABLE = 3
    NEXT_CREDIT_SELECTED = 4
    SELECTABLE_CREDIT_IN_USE = 5
    OUT_OF_CREDIT = 6


class CurrencyUnit(IntEnum):
    """Class 111, attribute 15, third element."""

    TIME = 0
    CONSUMPTION = 1
    MONETARY = 2


class CreditType(IntEnum):
    """Class 112, attribute 3."""

    TOKEN = 0
    RESERVED = 1
    EMERGENCY = 2
    TIME_BASED = 3
    CONSUMPTION_BASED = 4


class CreditConfigurationBit(IntEnum):
    """Class 112, attribute 7: position in the bit-string, counted from its first bit."""

    VISUAL_INDICATION = 0
    CONFIRMATION = 1
    PAID_BACK = 2
    RESETTABLE = 3
    ABLE_TO_RECEIVE_TOKENS = 4


class CreditStatus(IntEnum):
    """Class 112, attribute 8."""

    ENABLED = 0
    SELECTABLE = 1
    SELECTED_OR_INVOKED = 2
    IN_USE = 3
    EXHAUSTED = 4


class ChargeType(IntEnum):
    """Class 113, attribute 3."""

    CONSUMPTION_BASED = 0
    TIME_BASED = 1
    PAYMENT_EVENT_BASED = 2


class TokenDeliveryMethod(IntEnum):
    """Class 115, attribute 5."""

    REMOTE = 0
    LOCAL = 1
    MANUAL_ENTRY = 2


class TokenStatusCode(IntEnum):
    """Class 115, attribute 6, first element."""

    FORMAT_OK = 0
    AUTHENTICATION_OK = 1
    VALIDATION_OK = 2
    TOKEN_EXECUTION_OK = 3
    FORMAT_FAILURE = 4
    AUTHENTICATION_FAILURE = 5
    VALIDATION_FAILURE = 6
    TOKEN_EXECUTION_FAILURE = 7
    TOKEN_RECEIVED_NOT_YET_PROCESSED = 8
