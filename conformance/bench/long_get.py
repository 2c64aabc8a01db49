"""A long GET by raw requests: every block is looked at, and the pieces are joined as they came.

Source: IEC 62056-5-3, GET service, block transfer
"""

from dataclasses import dataclass

from conformance.bench.bench import Bench
from conformance.bench.exchange import GET_RESPONSE
from protocols.dlms.session import DlmsSession

_WITH_BLOCK = 0x02
_RAW_DATA = 0x00
_LENGTH_AT = 9
_LONG_FORM = 0x80
#: A device that never says "last" is left after this many blocks.
_MOST_BLOCKS = 10_000


@dataclass(frozen=True, slots=True)
class BlockSeen:
    """One block of a GET-response, as it came.

    Args:
        last: whether it says that no other follows.
        number: its number.
        raw: its piece of the value; None where it carries a result instead.
        octets: of the whole APDU.
    """

    last: bool
    number: int
    raw: bytes | None
    octets: int


def get_next(number: int) -> bytes:
    """A GET-request-next that tells the last block received."""
    return bytes((0xC0, 0x02, 0xC1)) + number.to_bytes(4, "big")


def read_block(apdu: bytes | None) -> BlockSeen | None:
    """The block in an answer; None where it is none."""
    if apdu is None or len(apdu) <= _LENGTH_AT or apdu[:2] != bytes((GET_RESPONSE, _WITH_BLOCK)):
        return None
    last, number = bool(apdu[3]), int.from_bytes(apdu[4:8], "big")
    if apdu[8] != _RAW_DATA:
        return BlockSeen(last, number, None, len(apdu))
    size, start = apdu[_LENGTH_AT], _LENGTH_AT + 1
    if size & _LONG_FORM:
        start += size & ~_LONG_FORM
        size = int.from_bytes(apdu[_LENGTH_AT + 1 : start], "big")
    raw = apdu[start:]
    return BlockSeen(last, number, raw if len(raw) == size else None, len(apdu))


def read_to_the_end(bench: Bench, session: DlmsSession, first: BlockSeen, octets_max: int) -> bytes:
    """The value that blocks join to, `first` being the one that came already.

    Blocks are numbered from 1 without a gap, none is longer than `octets_max`, and after the last one there
    is no more.

    Raises:
        CaseFails: one of these does not hold.
    """
    parts: list[bytes] = []
    block: BlockSeen | None = first
    while block is not None and block.raw is not None and len(parts) < _MOST_BLOCKS:
        expected = len(parts) + 1
        if (block.number, block.octets <= octets_max) != (expected, True):
            break
        parts.append(block.raw)
        if block.last:
            break
        block = read_block(session.exchange_apdu(get_next(block.number)))
    whole = block is not None and block.last and block.number == len(parts)
    bench.measure("blocks", len(parts), "")
    bench.check(
        whole,
        f"los bloques van de 1 a {len(parts)}, sin pasar de {octets_max} octetos, y el último lo dice",
        f"the blocks go from 1 to {len(parts)}, of {octets_max} octets at most, and the last one says so",
    )
    after = read_block(session.exchange_apdu(get_next(len(parts))))
    bench.check(after is None or not after.raw, "después no hay más", "there are no more after it")
    return b"".join(parts)
