"""Reasons of failures, in the language of the terminal; the Spanish ones are those of the portal."""

from collections.abc import Mapping

from system.head_end.vocabulary import REASON_SENTENCES, Reason

_ENGLISH: Mapping[Reason, str] = {
    Reason.UNREACHABLE: "Concentrator or meter does not take the connection: check power and network.",
    Reason.NO_UPLINK: "The concentrator answers, but not on its management port: check its secret.",
    Reason.METER_SILENT: "The concentrator answers and the meter does not: check line, fuse and noise.",
    Reason.LINE_LOST: "The connection broke in the middle; it will be tried again.",
    Reason.WRONG_KEY: "The meter does not know our DLMS key: check the maker's keys.",
    Reason.NO_KEY: "The collector's key file has no DLMS keys of this meter.",
    Reason.ASSOCIATION_REFUSED: "The meter refused the association: check the access profile.",
    Reason.COUNTER_REFUSED: "The meter refused the invocation counter; it will be read and tried again.",
    Reason.ACCESS_REFUSED: "The meter does not let this client read or write that object.",
    Reason.WRONG_SERIAL: "Another meter answered at that address: it is in quarantine.",
    Reason.CLOCK_OFF: "The meter's clock is too far off: its readings are in quarantine.",
    Reason.REGISTER_WRAPPED: "A register began anew: the reading is marked to be looked at.",
    Reason.SCALER_CHANGED: "The meter changed scaler or unit of a register: it is in quarantine.",
    Reason.HOSTILE: "The device sent data without end or sense: the session was dropped.",
    Reason.NOT_UNDERSTOOD: "The meter's answer is not understood.",
    Reason.UNKNOWN_METER: "The concentrator does not know that meter.",
    Reason.TOKEN_REFUSED: "The meter did not accept the token.",
    Reason.STATE_NOT_REACHED: "The relay did not reach the state that was asked for.",
    Reason.DEADLINE: "The deadline passed before it was done.",
    Reason.COLLECTOR_STOPPED: "The collector stopped before it was done; it will be tried again.",
}
_TEXTS: Mapping[str, Mapping[Reason, str]] = {"es": REASON_SENTENCES, "en": _ENGLISH}


def sentence_of(reason: Reason, lang: str) -> str:
    """What a reason means, for people.

    >>> sentence_of(Reason.TOKEN_REFUSED, "en")
    'The meter did not accept the token.'
    """
    return _TEXTS[lang].get(reason, reason.value)
