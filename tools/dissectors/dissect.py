# SPDX-License-Identifier: MIT
"""Show a frame or APDU field by field: ``python dissect.py KIND HEX``."""

import sys

from apdu import read_apdu
from frames import HdlcFrame, Wrapper

READERS = {"hdlc": HdlcFrame.read, "wrapper": Wrapper.read, "apdu": read_apdu}


def main(arguments: list[str]) -> int:
    """Read the arguments, print the packet."""
    if len(arguments) != 2 or arguments[0] not in READERS:
        print(f"usage: dissect.py {'|'.join(READERS)} HEX", file=sys.stderr)
        return 2
    kind, text = arguments
    try:
        packet = READERS[kind](bytes.fromhex(text))
    except (ValueError, IndexError) as error:
        print(f"{kind}: {error}", file=sys.stderr)
        return 1
    packet.show()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
