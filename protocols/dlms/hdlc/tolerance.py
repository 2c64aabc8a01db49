"""What a tolerant station lets through: the table of faults, each with its name and what is done about it.

A strict station (the default) does what the third column says; a tolerant one does what the fourth says and
emits `ToleratedFault` with the name. Nothing else differs between the two.

>>> print(TOLERANCES["own-echo"].tolerant)
dropped without waiting for less
"""

from dataclasses import dataclass
from typing import Literal

Role = Literal["client", "server", "both"]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """One fault of field equipment.

    Args:
        name: short and stable; `ToleratedFault.name`.
        role: which side meets it.
        fault: what the other side does wrong.
        strict: what a strict station does.
        tolerant: what a tolerant one does.
    """

    name: str
    role: Role
    fault: str
    strict: str
    tolerant: str


_DROPPED = "the frame is dropped"

_ROWS = (
    Tolerance("own-echo", "client", "an optical head sends our own frame back", _DROPPED,
              "dropped without waiting for less"),
    Tolerance("idle-fill", "both", "octets 00 or ff fill the line between frames", "reported as a bad frame",
              "skipped"),
    Tolerance("client-address-size", "client", "a push names the client in two or four octets", _DROPPED,
              "the upper address counts"),
    Tolerance("address-form", "client", "an answer names the server in another form than the request",
              _DROPPED, "taken, when the upper address is the same"),
    Tolerance("llc-missing", "both", "information begins with the APDU instead of the LLC",
              "the information is dropped", "taken as an APDU in UI frames only"),
    Tolerance("llc-reversed", "both", "the LLC of the other direction stands before the APDU",
              "the information is dropped", "taken"),
    Tolerance("final-missing", "client", "UA or DM without the F bit", _DROPPED, "taken"),
    Tolerance("ua-exceeds-proposal", "client", "UA announces more than SNRM proposed",
              "what was proposed stays the limit", "believed"),
    Tolerance("bad-parameters", "both", "SNRM or UA carries parameters that do not decode", _DROPPED,
              "the defaults hold"),
    Tolerance("information-too-long", "client", "an I-frame longer than what was agreed", _DROPPED, "taken"),
    Tolerance("information-not-permitted", "server", "RR, RNR or REJ carries information", "FRMR",
              "the information is ignored"),
)  # fmt: skip

#: name -> row
TOLERANCES = {row.name: row for row in _ROWS}
