"""Names of what can be wrong with a frame: stable, they appear in events, reports and tests."""

from enum import StrEnum


class Fault(StrEnum):
    """Why bytes were dropped."""

    GARBAGE = "garbage"
    NO_OPENING_FLAG = "no-opening-flag"
    NO_CLOSING_FLAG = "no-closing-flag"
    BAD_FORMAT_TYPE = "bad-format-type"
    BAD_LENGTH = "bad-length"
    BAD_ADDRESS_SIZE = "bad-address-size"
    BAD_CLIENT_ADDRESS = "bad-client-address"
    BAD_HCS = "bad-hcs"
    BAD_FCS = "bad-fcs"
    BAD_LLC = "bad-llc"
    EMPTY_APDU = "empty-apdu"
    BAD_PARAMETERS = "bad-parameters"
    INTER_OCTET_TIMEOUT = "inter-octet-timeout"
    UNKNOWN_ADDRESS = "unknown-address"
    UNEXPECTED_FRAME = "unexpected-frame"
    WRONG_SEQUENCE = "wrong-n(s)"
    WRONG_ACKNOWLEDGEMENT = "wrong-n(r)"
    UNKNOWN_CONTROL = "unknown-control"
    INFORMATION_NOT_PERMITTED = "information-not-permitted"
    INFORMATION_TOO_LONG = "information-too-long"
    APDU_TOO_LONG = "apdu-too-long"
    QUEUE_FULL = "queue-full"
