# SPDX-License-Identifier: MIT
"""Change fields of real traffic: lines ``KIND HEX`` in, lines ``KIND HEX`` out; same seed, same lines.

Four of five mutants keep right lengths and check sequences around the change, so that it reaches the codec.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from apdu import read_apdu
from axdr import AxdrData, BerElement
from fields import LengthField
from frames import HdlcFrame, Wrapper
from scapy.fields import ConditionalField
from scapy.packet import Packet

READERS: dict[str, Callable[[bytes], Packet]] = {
    "hdlc": HdlcFrame.read,
    "wrapper": Wrapper.read,
    "apdu": read_apdu,
}
_MANY, _DEEP = 100, 60
_LONG_OCTETS = 3_000
_BIG_OCTETS = 2_500
_CROWD = 150
_ABSURD_LENGTHS = (0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)

Place = tuple[Packet, Any]


def places(packet: Packet) -> Iterator[Place]:
    """Every field of a packet, of what it holds and of its payload."""
    for field in packet.fields_desc:
        # A field that is not there has a default, which all packets of its kind share.
        if isinstance(field, ConditionalField) and not field.cond(packet):
            continue
        value = packet.getfieldval(field.name)
        if value is None and not isinstance(getattr(field, "fld", field), LengthField):
            continue
        yield packet, getattr(field, "fld", field)
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Packet):
                yield from places(inner)
    if packet.payload:
        yield from places(packet.payload)


def change(packet: Packet, dice: random.Random) -> None:
    """Change one field somewhere in the packet."""
    holder, field = dice.choice(list(places(packet)))
    value = holder.getfieldval(field.name)
    if isinstance(field, LengthField):
        holder.setfieldval(field.name, _other_length(value, dice))
    elif isinstance(value, list):
        holder.setfieldval(field.name, _other_list(value, dice))
    elif isinstance(value, Packet):
        holder.setfieldval(field.name, _nested(value, dice))
    elif isinstance(value, bytes):
        holder.setfieldval(field.name, _other_octets(value, dice))
    elif isinstance(value, int):
        holder.setfieldval(field.name, _other_number(value, 8 * field.sz, dice))


def _other_length(value: int | None, dice: random.Random) -> int:
    near = 0 if value is None else value
    return dice.choice((*_ABSURD_LENGTHS, near + 1, max(0, near - 1)))


def _other_number(value: int, bits: int, dice: random.Random) -> int:
    top = (1 << bits) - 1
    return dice.choice(
        (
            0,
            1,
            top,
            top >> 1,
            (value + 1) & top,
            (value - 1) & top,
            value ^ (1 << dice.randrange(bits)),
            dice.randint(0, top),
        )
    )


def _other_octets(value: bytes, dice: random.Random) -> bytes:
    flipped = bytearray(value or b"\x00")
    flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
    return dice.choice(
        (
            b"",
            value[:-1],
            value + b"\x00",
            value * 2,
            bytes(flipped),
            dice.randbytes(len(value)),
            bytes(_LONG_OCTETS),
        )
    )


def _other_list(value: list[Any], dice: random.Random) -> list[Any]:
    if not value:
        return value
    at = dice.randrange(len(value))
    return dice.choice(
        (value[:at] + value[at + 1 :], [*value, value[at]], value[::-1], [value[at]] * _MANY, [])
    )


def _nested(value: Packet, dice: random.Random) -> Packet:
    """The value in many structures, for data; another tag for the rest."""
    if not isinstance(value, AxdrData):
        return value
    for _ in range(dice.choice((1, _DEEP))):
        value = AxdrData(tag=2, elements=[value])
    return value


def build(kind: str, packet: Packet) -> bytes:
    """The octets of a changed packet."""
    return packet.framed() if isinstance(packet, HdlcFrame) else bytes(packet)


def spoil(raw: bytes, dice: random.Random) -> bytes:
    """Damage that check sequences notice: a bit, a cut, noise before or after."""
    if not raw:
        return dice.randbytes(4)
    at = dice.randrange(len(raw))
    flipped = raw[:at] + bytes((raw[at] ^ (1 << dice.randrange(8)),)) + raw[at + 1 :]
    return dice.choice((flipped, raw[:at], dice.randbytes(6) + raw, raw + dice.randbytes(6), raw[at:] + raw))


def mutant(kind: str, raw: bytes, dice: random.Random) -> bytes:
    """One mutant of one line."""
    try:
        packet = READERS[kind](raw)
        if isinstance(packet, BerElement):
            return _acse(raw, dice)
        if isinstance(packet, HdlcFrame) and dice.random() < 0.1:
            packet.format, packet.length_is_forced = dice.randrange(0x10000), True
        for _ in range(dice.choice((1, 1, 1, 2, 4))):
            change(packet, dice)
            if len(build(kind, packet)) > _BIG_OCTETS or _has_grown(packet):
                break  # one change that multiplies is enough: two would not end
        made = build(kind, packet)
    except Exception:
        return spoil(raw, dice)
    return spoil(made, dice) if dice.random() < 0.2 else made


def _has_grown(packet: Packet) -> bool:
    """True if a change made a crowd of fields of it; scapy copies what it nests, again at each level."""
    return next(islice(places(packet), _CROWD, None), None) is not None


def _acse(raw: bytes, dice: random.Random) -> bytes:
    """ACSE APDUs: drop, repeat, shuffle or change the elements inside, and set the length right."""
    element = BerElement(raw)
    children = element.children()
    if not children:
        return spoil(raw, dice)
    chosen = dice.choice(children)
    how = dice.randrange(5)
    if how == 0:
        children.remove(chosen)
    elif how == 1:
        children.insert(dice.randrange(len(children) + 1), chosen)
    elif how == 2:
        dice.shuffle(children)
    elif how == 3:
        chosen.tag = dice.randrange(256)
    else:
        chosen.inside, chosen.length = _other_octets(bytes(chosen.inside), dice), None
    return bytes(BerElement(tag=element.tag, inside=b"".join(bytes(child) for child in children)))


def main() -> int:
    """Read the command line and the traffic, print the mutants."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    lines = [line.split() for line in sys.stdin if line.strip()]
    if not lines or any(len(line) != 2 or line[0] not in READERS for line in lines):
        print(f"mutate.py: lines must read KIND HEX, with KIND one of {', '.join(READERS)}", file=sys.stderr)
        return 2
    for _ in range(options.count):
        kind, text = dice.choice(lines)
        print(kind, mutant(kind, bytes.fromhex(text), dice).hex())
    return 0


if __name__ == "__main__":
    sys.exit(main())
