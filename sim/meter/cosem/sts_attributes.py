"""Class 116: the decoder's identity and the live key register behind it, read back without the key."""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.objects import constant
from sim.meter.cosem.bound import Bound, getter
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

COMMODITY = b"Electricity"

#: Bytes of the decoder key -> how many sections a key change may have.
SECTIONS_MAX: dict[int, int] = {8: 3, 16: 4}


def bind_sts_attributes(live: LiveParts, _row: ObjectTerms) -> Bound:
    """The register is looked up at each reading: a key change replaces it as a whole."""
    desk = live.parts.tokens
    pan = desk.register.pan
    identity = axdr.structure(
        axdr.double_long_unsigned(int(pan.iin)),
        axdr.long64_unsigned(int(pan.drn)),
        axdr.unsigned(int(pan.pan[-1])),
    )

    def sections_max() -> Data:
        return axdr.unsigned(SECTIONS_MAX[len(desk.register.decoder_key.value)])

    return Bound(
        getters={
            2: constant(identity),
            3: constant(axdr.octet_string(COMMODITY)),
            4: getter(lambda: axdr.array(*(axdr.unsigned(code) for code in desk.carriers))),
            5: getter(lambda: axdr.unsigned(int(desk.register.ea))),
            6: getter(lambda: axdr.double_long_unsigned(int(desk.register.sgc))),
            7: getter(lambda: axdr.unsigned(desk.register.ti)),
            8: getter(lambda: axdr.unsigned(desk.register.krn)),
            9: getter(lambda: axdr.unsigned(int(desk.register.key_type))),
            10: getter(lambda: axdr.unsigned(desk.register.ken)),
            11: getter(sections_max),
            12: constant(axdr.octet_string(live.profile.sts.certificate.encode("ascii"))),
        }
    )
