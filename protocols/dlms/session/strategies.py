"""How a session begins, from no protection to all of it.

=========  ==========================================================================================
plain      `ClientConnection` without authentication: the public client, address 16.
LLS        `ClientConnection(authentication=Lls(password))`: the password travels as it is.
HLS        `ClientConnection(authentication=Hls(...))`: `associate` returns when both sides proved themselves.
ciphered   as HLS, with ``security=ClientSecurity(...)``. A meter takes no invocation counter twice, so a
           client that does not keep its own must ask first: as the public client, in an association of its
           own, `invocation_counter`; then it begins one above.
=========  ==========================================================================================

On HDLC each client address is a link of its own: leave the public session before the next one connects.

Source: IEC 62056-5-3, association; Green Book, 9.2.7 (security)
"""

from protocols.dlms.cosem.measurement import DataObject
from protocols.dlms.errors import DecodeError
from protocols.dlms.session.core import ObisLike
from protocols.dlms.session.engine import SessionEngine
from protocols.dlms.session.steps import Operation

VALUE = 2
#: Of client 1 (management) in many profiles; others count in E.
USUAL_COUNTER = "0.0.43.1.0"


def invocation_counter(engine: SessionEngine, obis: ObisLike = USUAL_COUNTER) -> Operation[int]:
    """The last invocation counter that the meter took from a client, 32 bits.

    Args:
        engine: a session of the public client.
        obis: the object that tells.

    Raises:
        AccessRefused: the public client may not read it.
        DecodeError: it is no number.
        NoAnswer: nothing came.
    """
    found = yield from engine.get(DataObject, obis, VALUE)
    if not isinstance(found.value, int) or isinstance(found.value, bool):
        raise DecodeError(f"invocation counter {obis}: a number is expected")
    return found.value
