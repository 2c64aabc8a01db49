"""The states of the opening as data: state -> message -> (action, next state).

An action is the name of a method of `ModeEClient` or `ModeEServer`; it may return another next state, where
that depends on what the message says. What no row names is dropped.
"""

from enum import Enum


class Message(Enum):
    """What a line is, by its first characters."""

    REQUEST = "request"
    IDENTIFICATION = "identification"
    OPTION_SELECT = "option select"


class OpeningState(Enum):
    """Where the client's opening is."""

    IDLE = "idle"
    ASKING = "request sent"
    SELECTING = "option select sent"
    OPEN = "open"
    FAILED = "failed"


class ListeningState(Enum):
    """Where the device's side is."""

    LISTENING = "listening at 300 baud"
    IDENTIFIED = "identification sent"
    HDLC = "HDLC"


Row = tuple[str, OpeningState]
CLIENT: dict[OpeningState, dict[Message, Row]] = {
    OpeningState.ASKING: {
        Message.REQUEST: ("take_echo", OpeningState.ASKING),
        Message.IDENTIFICATION: ("take_identification", OpeningState.SELECTING),
    },
    OpeningState.SELECTING: {
        Message.OPTION_SELECT: ("take_confirmation", OpeningState.OPEN),
    },
}

SERVER: dict[ListeningState, dict[Message, tuple[str, ListeningState]]] = {
    ListeningState.LISTENING: {
        Message.REQUEST: ("take_request", ListeningState.IDENTIFIED),
    },
    ListeningState.IDENTIFIED: {
        Message.REQUEST: ("take_request", ListeningState.IDENTIFIED),
        Message.OPTION_SELECT: ("take_option", ListeningState.HDLC),
    },
}


def message_of(line: bytes) -> Message:
    """What a line is; it begins with ``/`` or ACK."""
    if line.startswith(b"/?"):
        return Message.REQUEST
    return Message.IDENTIFICATION if line.startswith(b"/") else Message.OPTION_SELECT
