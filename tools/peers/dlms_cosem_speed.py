"""Speed of dlms-cosem (BSL 1.1) at the workloads of our benches, in a process of its own.

Each line of the input names a workload; the answer is one line, its operations per second. See `WORKLOADS`.
"""

import sys
import time
from collections.abc import Callable

from dlms_cosem import enumerations, security
from dlms_cosem.connection import XDlmsApduFactory
from dlms_cosem.cosem import CosemAttribute, Obis
from dlms_cosem.dlms_data import DlmsDataParser
from dlms_cosem.hdlc import address, frames
from dlms_cosem.protocol import xdlms

SECONDS = 0.4
TITLE, KEY, AUTHENTICATION_KEY = b"AMB\0\0\0\0\1", bytes(range(16)), bytes(range(16, 32))
ROW = bytes.fromhex("0205090c07ea0101040000000000012c00") + 4 * bytes.fromhex("0600001234")
PROFILE = bytes((1, 96)) + 96 * ROW
GET = xdlms.GetRequestNormal(
    CosemAttribute(enumerations.CosemInterface.REGISTER, Obis.from_string("1.0.1.8.0.255"), 2)
)
BOTH = security.SecurityControlField(security_suite=0, authenticated=True, encrypted=True)


def _frame() -> Callable[[], object]:
    raw = frames.InformationFrame(
        address.HdlcAddress(16, None, "client"),
        address.HdlcAddress(1, 17, "server"),
        payload=b"\x11" * 128,
        send_sequence_number=1,
        receive_sequence_number=2,
    ).to_bytes()
    return lambda: frames.InformationFrame.from_bytes(raw)


def _profile() -> Callable[[], object]:
    parser = DlmsDataParser()
    return lambda: parser.parse(PROFILE)


def _ciphered() -> Callable[[], object]:
    def cycle() -> object:
        sealed = security.encrypt(BOTH, TITLE, 7, KEY, GET.to_bytes(), AUTHENTICATION_KEY)
        sent = xdlms.GeneralGlobalCipher(TITLE, BOTH, 7, sealed).to_bytes()
        seen = XDlmsApduFactory.apdu_from_bytes(sent)
        plain = security.decrypt(
            BOTH, seen.system_title, seen.invocation_counter, KEY, seen.ciphered_text, AUTHENTICATION_KEY
        )
        return XDlmsApduFactory.apdu_from_bytes(plain)

    return cycle


WORKLOADS = {"hdlc-128": _frame, "profile-96x5": _profile, "ciphered-get": _ciphered}


def main() -> None:
    """Time what the input names, line by line."""
    for line in sys.stdin:
        work = WORKLOADS[line.strip()]()
        work()
        count, end = 0, time.perf_counter() + SECONDS
        began = time.perf_counter()
        while time.perf_counter() < end:
            for _ in range(10):
                work()
            count += 10
        print(count / (time.perf_counter() - began), flush=True)


if __name__ == "__main__":
    main()
