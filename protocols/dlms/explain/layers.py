"""Which layer some octets belong to, and how each layer is explained."""

from collections.abc import Callable, Iterable
from enum import StrEnum

from protocols.dlms.explain.frames import is_wrapper
from protocols.dlms.explain.stream import Explainer, Explanation, Problem, starts_like_hdlc
from protocols.dlms.explain.words import translator

_MBUS_START = 0x68
_MBUS_HEADER = 4


class Layer(StrEnum):
    """The outermost layer of a recording."""

    HDLC = "hdlc"
    WRAPPER = "wrapper"
    LLC_APDU = "llc+apdu"
    APDU = "apdu"
    MBUS = "mbus"
    ASCII = "iec62056-21-ascii"


def detect(raw: bytes) -> Layer:
    """The layer that `raw` begins with."""
    if starts_like_hdlc(raw):
        return Layer.HDLC
    if is_wrapper(raw):
        return Layer.WRAPPER
    if len(raw) >= _MBUS_HEADER and raw[0] == raw[3] == _MBUS_START and raw[1] == raw[2]:
        return Layer.MBUS
    if raw[:1] == b"/" and raw.isascii():
        return Layer.ASCII
    return Layer.APDU  # with or without LLC


#: layer -> (English, Spanish) of what is not understood yet
_UNSUPPORTED = {
    Layer.MBUS: ("M-Bus is not supported yet", "M-Bus aún no se admite"),
    Layer.ASCII: (
        "IEC 62056-21 ASCII read-outs are not supported yet",
        "Las lecturas IEC 62056-21 ASCII aún no se admiten",
    ),
}
_FEEDERS: dict[Layer, Callable[[Explainer, bytes], None]] = {
    Layer.HDLC: Explainer.hdlc,
    Layer.WRAPPER: Explainer.wrapper,
    Layer.LLC_APDU: Explainer.apdu,
    Layer.APDU: Explainer.apdu,
}


def explain(items: Iterable[bytes], layer: Layer | None = None, lang: str = "en") -> Explanation:
    """Explain the items of one recording in order.

    Args:
        items: octets as they were recorded: a frame each, mostly.
        layer: what they are; None to detect it by the first item.
        lang: ``es`` or ``en``.
    """
    found = list(items)
    kind = layer or detect(found[0] if found else b"")
    if kind in _UNSUPPORTED:
        english, spanish = _UNSUPPORTED[kind]
        return Explanation(problems=[Problem(translator(lang)(english, spanish), "unsupported", 0)])
    explainer = Explainer(lang)
    for item in found:
        _FEEDERS[kind](explainer, item)
    return explainer.finish()
