"""Which layer some octets belong to, and how each layer is explained."""

from collections.abc import Callable, Iterable
from enum import StrEnum

from protocols.dlms.explain.deciphering import ReadingKeys
from protocols.dlms.explain.frames import is_wrapper
from protocols.dlms.explain.stream import Explainer, Explanation, starts_like_hdlc
from protocols.dlms.mbus import starts_like_mbus


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
    if starts_like_mbus(raw):
        return Layer.MBUS
    if raw[:1] == b"/" and raw.isascii():
        return Layer.ASCII
    return Layer.APDU  # with or without LLC


#: how the items of each layer are explained
_FEEDERS: dict[Layer, Callable[[Explainer, bytes], None]] = {
    Layer.HDLC: Explainer.hdlc,
    Layer.WRAPPER: Explainer.wrapper,
    Layer.MBUS: Explainer.mbus,
    Layer.ASCII: Explainer.read_out,
    Layer.LLC_APDU: Explainer.apdu,
    Layer.APDU: Explainer.apdu,
}


def explain(
    items: Iterable[bytes],
    layer: Layer | None = None,
    lang: str = "en",
    keys: Iterable[ReadingKeys] = (),
) -> Explanation:
    """Explain the items of one recording in order.

    Args:
        items: octets as they were recorded: a frame each, mostly.
        layer: what they are; None to detect it by the first item.
        lang: ``es`` or ``en``.
        keys: open what is ciphered.
    """
    found = list(items)
    kind = layer or detect(found[0] if found else b"")
    explainer = Explainer(lang, keys)
    for item in found:
        _FEEDERS[kind](explainer, item)
    return explainer.finish()
