"""States of a client and what each call makes of them, as a table.

Source: IEC 62056-5-3, state diagram of the client-side control function
"""

from enum import Enum


class ClientState(Enum):
    """What the client waits for."""

    IDLE = "idle"
    AWAITING_AARE = "awaiting AARE"
    AWAITING_HLS = "awaiting the server's answer to the challenge"
    ASSOCIATED = "associated"
    AWAITING_GET = "awaiting get-response"
    AWAITING_SET = "awaiting set-response"
    AWAITING_ACTION = "awaiting action-response"
    AWAITING_ACCESS = "awaiting access-response"
    AWAITING_RLRE = "awaiting RLRE"

    # Members are compared by identity; hashing the name would cost more than looking a state up.
    __hash__ = object.__hash__


class ClientCall(Enum):
    """What the user of a client asks for."""

    ASSOCIATE = "associate"
    RELEASE = "release"
    GET = "get"
    SET = "set"
    ACTION = "action"
    ACCESS = "access"

    __hash__ = object.__hash__


# A pair that is not here is a mistake of the caller.
CALLS: dict[tuple[ClientState, ClientCall], ClientState] = {
    (ClientState.IDLE, ClientCall.ASSOCIATE): ClientState.AWAITING_AARE,
    (ClientState.ASSOCIATED, ClientCall.GET): ClientState.AWAITING_GET,
    (ClientState.ASSOCIATED, ClientCall.SET): ClientState.AWAITING_SET,
    (ClientState.ASSOCIATED, ClientCall.ACTION): ClientState.AWAITING_ACTION,
    (ClientState.ASSOCIATED, ClientCall.ACCESS): ClientState.AWAITING_ACCESS,
    (ClientState.ASSOCIATED, ClientCall.RELEASE): ClientState.AWAITING_RLRE,
}

# Where a client stands when the answer it waits for came, failed, or is given up.
AFTER_SUCCESS: dict[ClientState, ClientState] = {
    ClientState.AWAITING_AARE: ClientState.ASSOCIATED,
    ClientState.AWAITING_HLS: ClientState.ASSOCIATED,
    ClientState.AWAITING_GET: ClientState.ASSOCIATED,
    ClientState.AWAITING_SET: ClientState.ASSOCIATED,
    ClientState.AWAITING_ACTION: ClientState.ASSOCIATED,
    ClientState.AWAITING_ACCESS: ClientState.ASSOCIATED,
    ClientState.AWAITING_RLRE: ClientState.IDLE,
}
# Where it stands when the server accepts, but both sides have to prove themselves first.
AFTER_CHALLENGE: dict[ClientState, ClientState] = {ClientState.AWAITING_AARE: ClientState.AWAITING_HLS}
AFTER_FAILURE: dict[ClientState, ClientState] = {
    **AFTER_SUCCESS,
    ClientState.AWAITING_AARE: ClientState.IDLE,
    ClientState.AWAITING_HLS: ClientState.IDLE,
    ClientState.IDLE: ClientState.IDLE,
    ClientState.ASSOCIATED: ClientState.ASSOCIATED,
}
