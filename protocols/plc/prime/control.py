"""The control packets of PRIME 1.3.6: registration, promotion, beacon slots, keep-alive and the rare ones.

Names, sizes and the fields tagged E come from a public dissector; the order of the others is from memory of
the standard [M]. Those with parts of variable length are in `connections`.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from protocols.plc.errors import PduError, PlcValueError
from protocols.plc.prime.layout import Field, Layout, Packed


class ControlType(IntEnum):
    """PKT.CTYPE of a control packet."""

    REG = 1
    CON = 2
    PRO = 3
    BSI = 4
    FRA = 5
    CFP = 6
    ALV = 7
    MUL = 8
    PRM = 9
    SEC = 10


@dataclass(frozen=True, slots=True)
class Registration(Packed):
    """REG: a node asks to belong (uplink, LNID 0x3FFF), is answered with an LNID, confirms.

    Args:
        negative: N, 1 refuses or ends.
        roaming: R, 1 keeps connections alive.
        security: SPC, the security profile, 0 to 3.
        can_robust … can_arq: capabilities of the node, 0 or 1 each.
        time: TIME, keep-alive time-out of 32 x 2^TIME seconds.
        eui48: the node's, as a number.
        keys: SNK and AUK wrapped, 32 octets, only with a security profile.
    """

    negative: int
    roaming: int
    security: int
    can_robust: int
    can_switch: int
    can_aggregate: int
    can_cfp: int
    can_direct: int
    can_multicast: int
    can_prm: int
    can_arq: int
    time: int
    eui48: int
    keys: bytes = b""

    def encode(self) -> bytes:
        """Its octets, with the keys where the profile asks for them."""
        if len(self.keys) != (REG_KEYS_SIZE if self.security else 0):
            raise PlcValueError(
                f"REG.keys: {len(self.keys)} octets do not fit security profile {self.security}"
            )
        return Packed.encode(self) + self.keys

    @classmethod
    def decode(cls, data: bytes) -> "Registration":
        """The value in exactly these octets; raises PduError."""
        head, keys = cls.decode_head(data)
        if len(keys) != (REG_KEYS_SIZE if head.security else 0):
            raise PduError("REG.keys", f"{len(keys)} octets do not fit security profile {head.security}")
        return replace(head, keys=keys) if keys else head


REG_KEYS_SIZE = 32
Registration.LAYOUT = Layout(
    "REG",
    Field("negative", 1, "E", "N"),
    Field("roaming", 1, "E", "R"),
    Field("security", 2, "E", "SPC"),
    Field("can_robust", 1, "M", "reserved before 1.4"),
    Field("can_switch", 1, "M", "CAP_SW"),
    Field("can_aggregate", 1, "M", "CAP_PA"),
    Field("can_cfp", 1, "M", "CAP_CFP"),
    Field("can_direct", 1, "M", "CAP_DC"),
    Field("can_multicast", 1, "M", "CAP_MC"),
    Field("can_prm", 1, "M", "CAP_PRM"),
    Field("can_arq", 1, "M", "CAP_ARQ"),
    Field("", 1, "M"),
    Field("time", 3, "E", "TIME"),
    Field("eui48", 48, "E", "EUI48"),
)


@dataclass(frozen=True, slots=True)
class PromotionRequest(Packed):
    """The nine octets by which a terminal's request names the node in need.

    Args:
        pna: EUI-48 of the node that asked.
        upcost: cost of the terminal's path to the base node.
        dncost: cost of the path from it.
        can_direct … can_arq: what it could do as a switch, 0 or 1 each.
    """

    pna: int
    upcost: int = 0
    dncost: int = 0
    can_direct: int = 0
    can_multicast: int = 0
    can_prm: int = 0
    can_arq: int = 1


PromotionRequest.LAYOUT = Layout(
    "PRO",
    Field("pna", 48, "M", "PNA"),
    Field("upcost", 8, "M", "UPCOST"),
    Field("dncost", 8, "M", "DNCOST"),
    Field("can_direct", 1, "M", "SWC_DC"),
    Field("can_multicast", 1, "M", "SWC_MC"),
    Field("can_prm", 1, "M", "SWC_PRM"),
    Field("can_arq", 1, "M", "SWC_ARQ"),
    Field("", 4, "M"),
)


@dataclass(frozen=True, slots=True)
class Promotion(Packed):
    """PRO: a terminal asks to become a switch, or the base node orders it, or ends it.

    Args:
        negative: N, 1 refuses.
        quality: RQ, how well the PNPDU was heard, 0 to 7.
        time: TIME, of the keep-alive of the node.
        nsid: the switch identifier given; 0xFF none: a request, or a demotion.
        request: what only a request by a terminal carries.
    """

    negative: int
    quality: int
    time: int
    nsid: int
    request: PromotionRequest | None = None

    def encode(self) -> bytes:
        """Two octets, or eleven with the request."""
        return Packed.encode(self) + (self.request.encode() if self.request else b"")

    @classmethod
    def decode(cls, data: bytes) -> "Promotion":
        """The value in exactly these octets; raises PduError."""
        head, rest = cls.decode_head(data)
        return replace(head, request=PromotionRequest.decode(rest)) if rest else head


Promotion.LAYOUT = Layout(
    "PRO",
    Field("negative", 1, "M", "N"),
    Field("", 1, "M"),
    Field("quality", 3, "M", "RQ"),
    Field("time", 3, "M", "TIME"),
    Field("nsid", 8, "M", "NSID"),
)


@dataclass(frozen=True, slots=True)
class BeaconSlot(Packed):
    """BSI: the base node gives a switch its beacon slot; the switch answers with the same.

    Args:
        frequency: FRQ, a beacon every 2^FRQ frames.
        slot: SLT, 0 to 7.
        sequence: SEQ, of the frame from which it holds.
    """

    frequency: int
    slot: int
    sequence: int


BeaconSlot.LAYOUT = Layout(
    "BSI",
    Field("", 5, "M"),
    Field("frequency", 3, "M", "FRQ"),
    Field("slot", 3, "M", "SLT"),
    Field("sequence", 5, "M", "SEQ"),
)


@dataclass(frozen=True, slots=True)
class FrameChange(Packed):
    """FRA: the base node changes the frame's structure.

    Args:
        kind: TYP, 0 beacon count, 1 contention free period, 2 both.
        cfp: new offset of the contention free period in symbols.
        sequence: SEQ, of the frame from which it holds.
        beacons: BCN, new number of beacon slots.
    """

    kind: int
    cfp: int
    sequence: int
    beacons: int


FrameChange.LAYOUT = Layout(
    "FRA",
    Field("kind", 2, "M", "TYP"),
    Field("", 4, "M"),
    Field("cfp", 10, "M", "CFP"),
    Field("sequence", 5, "M", "SEQ"),
    Field("beacons", 3, "M", "BCN"),
)


@dataclass(frozen=True, slots=True)
class ContentionFree(Packed):
    """CFP: a node asks for, or is given, time of its own.

    Args:
        negative: N, 1 refuses or gives back.
        direction: DIR, 0 uplink, 1 downlink.
        sequence: SEQ, of the frame from which it holds.
        lcid: the connection that it is for.
        length: LEN, symbols, 0 to 127.
        position: POS, symbols from the frame's beginning, 0 to 511.
        kind: TYPE, 0 request, 1 grant, 2 given back.
        lnid: of the node.
    """

    negative: int
    direction: int
    sequence: int
    lcid: int
    length: int
    position: int
    kind: int
    lnid: int


ContentionFree.LAYOUT = Layout(
    "CFP",
    Field("negative", 1, "M", "N"),
    Field("direction", 1, "M", "DIR"),
    Field("sequence", 5, "M", "SEQ"),
    Field("lcid", 9, "M", "LCID"),
    Field("length", 7, "M", "LEN"),
    Field("position", 9, "M", "POS"),
    Field("kind", 2, "M", "TYPE"),
    Field("lnid", 14, "M", "LNID"),
)


@dataclass(frozen=True, slots=True)
class KeepAlive(Packed):
    """ALV: the base node asks, the node answers; each counts what it got.

    Args:
        received: RXCNT, modulo 8.
        sent: TXCNT, modulo 8.
        time: TIME, keep-alive time-out of 32 x 2^TIME seconds.
        ssid: switch identifier of the node, 0xFF when it is none.
    """

    received: int
    sent: int
    time: int
    ssid: int


KeepAlive.LAYOUT = Layout(
    "ALV",
    Field("received", 3, "E", "RXCNT"),
    Field("sent", 3, "E", "TXCNT"),
    Field("", 7, "M"),
    Field("time", 3, "E", "TIME"),
    Field("ssid", 8, "E", "SSID"),
)


@dataclass(frozen=True, slots=True)
class Robustness(Packed):
    """PRM: two nodes agree on a modulation.

    Args:
        answer: R, 1 in an answer.
        negative: N, 1 refuses.
        snr: 0 to 7, how well the peer is heard.
    """

    answer: int
    negative: int
    snr: int


Robustness.LAYOUT = Layout(
    "PRM",
    Field("answer", 1, "M", "R"),
    Field("negative", 1, "M", "N"),
    Field("", 3, "M"),
    Field("snr", 3, "M", "SNR"),
)


@dataclass(frozen=True, slots=True)
class Security(Packed):
    """SEC: new working keys, wrapped; this project carries them and never opens them.

    Args:
        key: which of the two keys are new, 0 to 3.
        wk: the working key, wrapped, as a number.
        swk: the subnetwork's working key, wrapped.
    """

    key: int
    wk: int
    swk: int


Security.LAYOUT = Layout(
    "SEC",
    Field("", 6, "M"),
    Field("key", 2, "M", "KEY"),
    Field("wk", 128, "M", "WK"),
    Field("swk", 128, "M", "SWK"),
)
