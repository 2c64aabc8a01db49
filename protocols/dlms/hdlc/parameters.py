"""Negotiation of the link in SNRM and UA: information field lengths and windows.

>>> decode_parameters(bytes.fromhex("8180120501f80601f0070400000001080400000001"))
LinkParameters(max_info_tx=248, max_info_rx=240, window_tx=1, window_rx=1)

Source: IEC 62056-46, 6.4.4.4.3.2; ISO/IEC 13239, 5.5.3.1.2.
"""

from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.framing import LinkParameters
from protocols.dlms.reader import Reader, Trace

_FORMAT_ID = 0x81
_GROUP_ID = 0x80
#: parameter id -> (name, field of LinkParameters)
_FIELDS = {
    0x05: ("max-info-tx", "max_info_tx"),
    0x06: ("max-info-rx", "max_info_rx"),
    0x07: ("window-tx", "window_tx"),
    0x08: ("window-rx", "window_rx"),
}
_MAX_PARAMETER_OCTETS = 4
MAX_WINDOW = 7
#: the longest information field that fits a frame with the longest addresses, HCS and FCS
MAX_INFO = 2030
DEFAULTS = LinkParameters()


def check_parameters(parameters: LinkParameters) -> None:
    """Raise `DlmsValueError` unless lengths lie in 1 to 2030 octets and windows in 1 to 7."""
    for info in (parameters.max_info_tx, parameters.max_info_rx):
        if not 1 <= info <= MAX_INFO:
            raise DlmsValueError(f"an information field has 1 to {MAX_INFO} octets, not {info}")
    for window in (parameters.window_tx, parameters.window_rx):
        if not 1 <= window <= MAX_WINDOW:
            raise DlmsValueError(f"a window has 1 to {MAX_WINDOW} frames, not {window}")


def encode_parameters(parameters: LinkParameters) -> bytes:
    """The information field of an SNRM or UA: lengths in one or two octets, windows in four."""
    body = b""
    for number, (_, field) in _FIELDS.items():
        value: int = getattr(parameters, field)
        size = _MAX_PARAMETER_OCTETS if number >= 0x07 else (1 if value <= 0xFF else 2)
        body += bytes((number, size)) + value.to_bytes(size, "big")
    return bytes((_FORMAT_ID, _GROUP_ID, len(body))) + body


def decode_parameters(information: bytes, trace: Trace | None = None) -> LinkParameters:
    """Read the information field of an SNRM or UA; what it does not name has its default.

    Empty is all defaults. Unknown parameters are skipped, values beyond the largest allowed are cut to it.

    Raises:
        DecodeError: not of that form, or a zero value.
    """
    if not information:
        return DEFAULTS
    reader = Reader(information, trace)
    values: dict[str, int] = {}
    for name, wanted in (("format-identifier", _FORMAT_ID), ("group-identifier", _GROUP_ID)):
        if reader.u8(name) != wanted:
            raise DecodeError(f"{name}: must be {wanted:02x}", position=reader.pos - 1)
    with reader.within(reader.u8("group-length"), "parameters"):
        while reader.remaining:
            _read_parameter(reader, values)
    reader.expect_end("parameters")
    return LinkParameters(**values)


def _read_parameter(reader: Reader, values: dict[str, int]) -> None:
    with reader.group("parameter") as group:
        name, field = _FIELDS.get(reader.u8("identifier"), ("unknown-parameter", None))
        group.name = name
        size = reader.u8("length")
        position = reader.pos
        value = int.from_bytes(reader.take(size, "value"), "big")
        group.value = value
    if field is None:
        return
    if size > _MAX_PARAMETER_OCTETS or value == 0:
        raise DecodeError(f"{name}: {value} in {size} octets is not allowed", position=position)
    values[field] = min(value, MAX_WINDOW if field.startswith("window") else MAX_INFO)


def negotiate(ours: LinkParameters, theirs: LinkParameters) -> LinkParameters:
    """Parameters of this side: neither sends more than the other takes.

    Args:
        ours: what this side can do.
        theirs: what the other side said, from its own point of view (its tx is our rx).
    """
    return LinkParameters(
        max_info_tx=min(ours.max_info_tx, theirs.max_info_rx),
        max_info_rx=min(ours.max_info_rx, theirs.max_info_tx),
        window_tx=min(ours.window_tx, theirs.window_rx),
        window_rx=min(ours.window_rx, theirs.window_tx),
    )
