r"""The ASCII data block of protocol modes A to D: a read-out without DLMS.

>>> read_out = decode_read_out(b"/AMB5PPKW\r\n\x021.8.0(000123.4*kWh)\r\n!\r\n\x03\x05")
>>> read_out.data_sets[0]
DataSet(address='1.8.0', values=(Value(text='000123.4', unit='kWh'),))
>>> str(read_out.data_sets[0].obis)
'1.0.1.8.0.255'

Source: IEC 62056-21, 6.3 and 6.5 (data block, data set, block check character); IEC 62056-61 (reduced codes).
"""

import re
from dataclasses import dataclass

from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.mode_e.messages import ETX, LINE_END, STX, Identification, block_check
from protocols.dlms.obis import Obis

#: longest address and value of a data set; the standard says 16 and 32, meters write more
MAX_FIELD = 128
_SET = re.compile(rb"([^()\x00-\x1f]*)((?:\([^()\x00-\x1f]*\))+)")
_VALUE = re.compile(rb"\(([^()*]*)(?:\*([^()]*))?\)")
_CODE = re.compile(r"(?:(\d+)-(\d+):)?([0-9A-Z]+)\.(\d+|[A-Z])(?:\.(\d+))?(?:[*&](\d+))?")
#: reduced codes write these groups as letters
_LETTERS = {"C": 96, "F": 97, "L": 98, "P": 99}
#: A, B, E and F where a reduced code leaves them out
_ELECTRICITY, _CHANNEL, _TOTAL, _PRESENT = 1, 0, 255, 255


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a data set as it stands there, and its unit, empty where there is none."""

    text: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class DataSet:
    """An address and its values; the address is mostly an OBIS code, whole or reduced."""

    address: str
    values: tuple[Value, ...]

    @property
    def obis(self) -> Obis | None:
        """The address as an OBIS code; None where it is something else."""
        found = _CODE.fullmatch(self.address)
        if found is None:
            return None
        a, b, c, d, e, f = found.groups()
        letter = _LETTERS.get(c)
        try:
            return Obis(
                int(a or (0 if letter else _ELECTRICITY)),
                int(b or _CHANNEL),
                letter or int(c),
                _LETTERS.get(d) or int(d),
                int(e or _TOTAL),
                int(f or _PRESENT),
            )
        except (DlmsValueError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class ReadOut:
    """A whole read-out.

    Args:
        identification: the line before the block; None where it was not recorded.
        data_sets: in order.
        block_check_ok: whether the block check fits; None where there is none (mode A, or cut off).
    """

    identification: Identification | None
    data_sets: tuple[DataSet, ...]
    block_check_ok: bool | None


def decode_read_out(raw: bytes) -> ReadOut:
    """Read a recorded read-out: data sets and ``!``; identification, STX, ETX and block check where given.

    Raises:
        DecodeError: anything else stands in it, or its end is missing.
    """
    identification, start = None, 0
    if raw[:1] == b"/":
        start = _after(raw, LINE_END, 0, "identification")
        identification = Identification.from_line(raw[:start])
    if raw[start : start + 1] == STX:
        start += 1
    end = raw.find(b"!", start)
    while end > 0 and raw[end - 1 : end] not in (b"\n", b"\r", STX) and end != start:
        end = raw.find(b"!", end + 1)
    if end < 0:
        raise DecodeError("read-out: no ! ends it", position=len(raw))
    data_sets: list[DataSet] = []
    position = start
    for line in raw[start:end].splitlines(keepends=True):
        data_sets += _data_sets(line.rstrip(LINE_END), position)
        position += len(line)
    return ReadOut(identification, tuple(data_sets), _block_check_ok(raw, start, end))


def _after(raw: bytes, mark: bytes, start: int, name: str) -> int:
    found = raw.find(mark, start)
    if found < 0:
        raise DecodeError(f"{name}: not ended by CR LF", position=len(raw))
    return found + len(mark)


def _data_sets(line: bytes, position: int) -> list[DataSet]:
    found: list[DataSet] = []
    place = 0
    while place < len(line):
        match = _SET.match(line, place)
        if match is None:
            raise DecodeError(
                "data set: must be an address and values in brackets", position=position + place
            )
        address, values = match.groups()
        if max(map(len, (address, *_VALUE.split(values)[1::3]))) > MAX_FIELD:
            raise DecodeError("data set: too long", position=position + place)
        pairs = [
            Value(text.decode("latin-1"), unit.decode("latin-1")) for text, unit in _VALUE.findall(values)
        ]
        if not pairs:
            raise DecodeError("data set: no value", position=position + place)
        found.append(DataSet(address.decode("latin-1"), tuple(pairs)))
        place = match.end()
    return found


def _block_check_ok(raw: bytes, start: int, end: int) -> bool | None:
    etx = raw.find(ETX, end)
    if etx < 0 or etx + 1 >= len(raw):
        return None
    return block_check(raw[start : etx + 1]) == raw[etx + 1]
