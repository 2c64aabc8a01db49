"""The control field: one octet that says what a frame is, as a table.

>>> Control.from_byte(0x32)
Control(kind=<Kind.I: 'I'>, poll_final=True, n_r=1, n_s=1)
>>> hex(Control(Kind.SNRM).to_byte())
'0x93'

Source: IEC 62056-46, 6.4.3; ISO/IEC 13239, 5.3.
"""

from dataclasses import dataclass
from enum import Enum

#: sequence numbers count modulo 8
MODULUS = 8
_POLL_FINAL = 0x10


class Kind(Enum):
    """Kind of a frame."""

    I = "I"  # noqa: E741 - the standard's name
    RR = "RR"
    RNR = "RNR"
    REJ = "REJ"
    SNRM = "SNRM"
    DISC = "DISC"
    UA = "UA"
    DM = "DM"
    FRMR = "FRMR"
    UI = "UI"
    XID = "XID"
    TEST = "TEST"
    SREJ = "SREJ"
    UNKNOWN = "unknown"


#: supervisory frames: low four bits
_SUPERVISORY = {0x01: Kind.RR, 0x05: Kind.RNR, 0x09: Kind.REJ, 0x0D: Kind.SREJ}
#: unnumbered frames: the octet without its P/F bit
_UNNUMBERED = {
    0x83: Kind.SNRM,
    0x43: Kind.DISC,
    0x63: Kind.UA,
    0x0F: Kind.DM,
    0x87: Kind.FRMR,
    0x03: Kind.UI,
    0xAF: Kind.XID,
    0xE3: Kind.TEST,
}
_BASE = {kind: base for table in (_SUPERVISORY, _UNNUMBERED) for base, kind in table.items()} | {Kind.I: 0}


@dataclass(frozen=True, slots=True)
class Control:
    """A control field.

    Args:
        kind: what the frame is.
        poll_final: P in a command, F in a response.
        n_r: receive sequence number, 0 to 7 (I and supervisory frames).
        n_s: send sequence number, 0 to 7 (I-frames).
        octet: the octet of an UNKNOWN kind.
    """

    kind: Kind
    poll_final: bool = True
    n_r: int = 0
    n_s: int = 0
    octet: int = 0

    def __repr__(self) -> str:
        shown = (
            f"octet=0x{self.octet:02x}" if self.kind is Kind.UNKNOWN else f"n_r={self.n_r}, n_s={self.n_s}"
        )
        return f"Control(kind={self.kind!r}, poll_final={self.poll_final}, {shown})"

    @classmethod
    def from_byte(cls, octet: int) -> "Control":
        """Read a control octet; total: what no table knows becomes `Kind.UNKNOWN`."""
        return _CONTROLS[octet]

    def to_byte(self) -> int:
        """The octet on the wire."""
        if self.kind is Kind.UNKNOWN:
            return self.octet
        octet = _BASE[self.kind] | (_POLL_FINAL if self.poll_final else 0)
        if self.kind in NUMBERED:
            octet |= self.n_r << 5 | self.n_s << 1
        return octet

    def __str__(self) -> str:
        """As engineers write it: ``I N(S)=0 N(R)=1 P/F=1``."""
        if self.kind is Kind.UNKNOWN:
            return f"unknown 0x{self.octet:02x}"
        numbers = (f" N(S)={self.n_s}" if self.kind is Kind.I else "") + (
            f" N(R)={self.n_r}" if self.kind in NUMBERED else ""
        )
        return f"{self.kind.value}{numbers} P/F={int(self.poll_final)}"


#: kinds that carry N(R)
NUMBERED = frozenset({Kind.I, Kind.RR, Kind.RNR, Kind.REJ, Kind.SREJ})


def _control(octet: int) -> Control:
    poll_final = bool(octet & _POLL_FINAL)
    if not octet & 1:
        return Control(Kind.I, poll_final, octet >> 5, octet >> 1 & 7)
    supervisory = _SUPERVISORY.get(octet & 0x0F)
    if supervisory is not None:
        return Control(supervisory, poll_final, octet >> 5)
    unnumbered = _UNNUMBERED.get(octet & ~_POLL_FINAL)
    if unnumbered is not None:
        return Control(unnumbered, poll_final)
    return Control(Kind.UNKNOWN, poll_final, octet=octet)


#: every control octet, read once
_CONTROLS = tuple(_control(octet) for octet in range(256))


# ---------------------------------------------------------------- FRMR


class FrmrReason(Enum):
    """Bits W, X, Y, Z of an FRMR's information field: which one is set."""

    UNKNOWN_CONTROL = 0x01
    INFORMATION_NOT_PERMITTED = 0x03
    INFORMATION_TOO_LONG = 0x04
    WRONG_N_R = 0x08


#: octets of an FRMR's information field
FRMR_SIZE = 3
#: its bits, as a person reads them
FRMR_BITS = {
    0x01: "unknown control field",
    0x02: "information not permitted",
    0x04: "information too long",
    0x08: "wrong N(R)",
}


def frmr_information(rejected: Control, v_s: int, v_r: int, reason: FrmrReason) -> bytes:
    """The three octets of an FRMR: rejected control field, our V(S) and V(R), reason.

    Source: ISO/IEC 13239, 5.5.3.4.2.
    """
    # bit 5 (C/R) stays 0: what a server rejects was a command
    return bytes((rejected.to_byte(), v_r << 5 | v_s << 1, reason.value))
