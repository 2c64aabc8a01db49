"""xDLMS: one module per service; `decode_apdu` reads any APDU, those of the ACSE too.

>>> decode_apdu(bytes.fromhex("c001c100010100000200ff0200")).name
'get-request-normal'
"""

from typing import TYPE_CHECKING

from protocols.dlms.reader import Trace

if TYPE_CHECKING:
    from protocols.dlms.apdu import Apdu


def decode_apdu(raw: bytes, trace: Trace | None = None) -> "Apdu":
    """Decode one APDU; see `protocols.dlms.apdu.decode_apdu`.

    Raises:
        DecodeError: the bytes are not an APDU that this codec speaks.
    """
    # Imported here because the ACSE, which `apdu` also reads, carries xDLMS APDUs itself.
    from protocols.dlms import apdu

    return apdu.decode_apdu(raw, trace)
