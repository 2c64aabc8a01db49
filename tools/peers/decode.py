"""A peer's decoder in a process of its own: ``python -m tools.peers.decode PEER``.

Reads one APDU a line in hexadecimal; prints a JSON list: null for what the peer took, else its error.
"""

import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

from tools.peers.job import sentence

Decode = Callable[[bytes], Any]


def _gurux() -> Decode:
    from gurux_dlms import GXDLMSTranslator

    return lambda apdu: GXDLMSTranslator().pduToXml(apdu)


def _pydlms() -> Decode:
    import pydlms

    def decode(apdu: bytes) -> str:
        told = pydlms.explain(apdu, framing="apdu")
        if "error" in told.lower():
            raise ValueError(told)
        return told

    return decode


def _dlms_cosem() -> Decode:
    from dlms_cosem.connection import XDlmsApduFactory

    return XDlmsApduFactory.apdu_from_bytes


def _cosempdu() -> Decode:
    from COSEMpdu.acse import ACSEApdu
    from COSEMpdu.apdu import XDLMS_APDU
    from COSEMpdu.byte_buffer import ByteBuffer
    from StructResult.result import Error

    def decode(apdu: bytes) -> Any:
        kind = ACSEApdu if apdu[0] & 0xE0 == 0x60 else XDLMS_APDU
        found = kind.get(ByteBuffer.wrap(apdu))
        if isinstance(found, Error):
            raise ValueError(str(found.err))  # noqa: TRY004 - the peer returns what others raise
        return found

    return decode


PEERS: dict[str, Callable[[], Decode]] = {
    "dlms-cosem": _dlms_cosem,
    "gurux-dlms": _gurux,
    "pydlms-client": _pydlms,
    "cosempdu": _cosempdu,
}


def _verdict(decode: Decode, apdu: bytes) -> str | None:
    try:
        decode(apdu)
    except BaseException as error:  # a decoder may raise anything; it is printed, not raised
        return sentence(error)
    return None


def main(peer: str) -> None:
    """Decode what comes on standard input."""
    with redirect_stdout(sys.stderr):
        decode = PEERS[peer]()
        verdicts = [_verdict(decode, bytes.fromhex(line)) for line in sys.stdin.read().split()]
    print(json.dumps(verdicts))


if __name__ == "__main__":
    main(sys.argv[1])
