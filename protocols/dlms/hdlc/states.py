"""The states of both roles as data: state -> what came -> (action, next state).

An action is the name of a method of `HdlcClient` or of the server's `ServerLink`. It may return another next
state, where that depends on what the frame carries. What no row names is `unexpected` and changes nothing.

Source: IEC 62056-46, 6.4.4 (mode NRM; unbalanced operation); ISO/IEC 13239, 5.3.
"""

from enum import Enum

from protocols.dlms.hdlc.control import Kind


class ServerState(Enum):
    """The data link as the server sees it."""

    DISCONNECTED = "NDM"
    CONNECTED = "NRM"
    REJECTING = "frame reject"  # after FRMR: only a new SNRM or DISC helps


class ClientState(Enum):
    """The data link as the client sees it."""

    DISCONNECTED = "NDM"
    CONNECTING = "SNRM sent"
    CONNECTED = "NRM"
    DISCONNECTING = "DISC sent"


ServerTable = dict[ServerState, dict[Kind, tuple[str, ServerState]]]
ClientTable = dict[ClientState, dict[Kind, tuple[str, ClientState]]]

_NDM, _NRM, _REJECTING = ServerState.DISCONNECTED, ServerState.CONNECTED, ServerState.REJECTING

SERVER: ServerTable = {
    _NDM: {
        Kind.SNRM: ("accept_connection", _NRM),
        Kind.DISC: ("answer_disconnected", _NDM),
        Kind.I: ("answer_disconnected", _NDM),
        Kind.RR: ("answer_disconnected", _NDM),
        Kind.RNR: ("answer_disconnected", _NDM),
        Kind.REJ: ("answer_disconnected", _NDM),
        Kind.UNKNOWN: ("answer_disconnected", _NDM),
        Kind.SREJ: ("answer_disconnected", _NDM),
        Kind.TEST: ("answer_disconnected", _NDM),
        Kind.XID: ("answer_disconnected", _NDM),
        Kind.UI: ("take_unnumbered", _NDM),
    },
    _NRM: {
        Kind.SNRM: ("renew_connection", _NRM),
        Kind.DISC: ("release_connection", _NDM),
        Kind.I: ("take_information", _NRM),
        Kind.RR: ("take_ready", _NRM),
        Kind.RNR: ("take_busy", _NRM),
        Kind.REJ: ("take_ready", _NRM),
        Kind.UI: ("take_unnumbered", _NRM),
        Kind.UNKNOWN: ("reject_control", _REJECTING),
        Kind.SREJ: ("reject_control", _REJECTING),
        Kind.TEST: ("reject_control", _REJECTING),
        Kind.XID: ("reject_control", _REJECTING),
    },
    _REJECTING: {
        Kind.SNRM: ("renew_connection", _NRM),
        Kind.DISC: ("release_connection", _NDM),
        Kind.I: ("repeat_rejection", _REJECTING),
        Kind.RR: ("repeat_rejection", _REJECTING),
        Kind.RNR: ("repeat_rejection", _REJECTING),
        Kind.REJ: ("repeat_rejection", _REJECTING),
        Kind.UNKNOWN: ("repeat_rejection", _REJECTING),
        Kind.SREJ: ("repeat_rejection", _REJECTING),
        Kind.TEST: ("repeat_rejection", _REJECTING),
        Kind.XID: ("repeat_rejection", _REJECTING),
        Kind.UI: ("take_unnumbered", _REJECTING),
    },
}

CLIENT: ClientTable = {
    ClientState.DISCONNECTED: {
        Kind.UI: ("take_unnumbered", ClientState.DISCONNECTED),
    },
    ClientState.CONNECTING: {
        Kind.UA: ("take_acceptance", ClientState.CONNECTED),
        Kind.DM: ("take_refusal", ClientState.DISCONNECTED),
        Kind.UI: ("take_unnumbered", ClientState.CONNECTING),
    },
    ClientState.CONNECTED: {
        Kind.I: ("take_information", ClientState.CONNECTED),
        Kind.RR: ("take_ready", ClientState.CONNECTED),
        Kind.RNR: ("take_busy", ClientState.CONNECTED),
        Kind.REJ: ("take_ready", ClientState.CONNECTED),
        Kind.DM: ("take_refusal", ClientState.DISCONNECTED),
        Kind.FRMR: ("take_rejection", ClientState.DISCONNECTED),
        Kind.UI: ("take_unnumbered", ClientState.CONNECTED),
    },
    ClientState.DISCONNECTING: {
        Kind.UA: ("take_release", ClientState.DISCONNECTED),
        Kind.DM: ("take_refusal", ClientState.DISCONNECTED),
        Kind.UI: ("take_unnumbered", ClientState.DISCONNECTING),
    },
}
