"""ATS_DL, from NDM to NRM: what UA grants, and that the device keeps to it."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.hdlc_raw import (
    DEFAULT_INFORMATION,
    DISC,
    LLC_REQUEST,
    Granted,
    information_control,
    parameters,
    ready_control,
)
from conformance.bench.hdlc_wire import HdlcWire, hdlc_wire, must_be, must_connect
from conformance.bench.raw import AarqShape, get_request, read_aare
from conformance.text import Text

HDLC = pytest.mark.needs("framing:hdlc", "association:public")

#: information fields to propose, the longest of all first
_SIZES = (2030, 512, 128, 64, 32)
_WINDOWS = (7, 4, 2, 1)
#: answers in a row that show what window the device keeps; the rest of the reading is not needed
_BURSTS = 4
#: small enough that the answer to one GET needs several windows
_SMALL = 32
#: the current association's object list: the longest attribute that every device has
_OBJECT_LIST = get_request(15, bytes((0, 0, 40, 0, 0, 255)), 2)


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/HDLC_NDM2NRM_P1/information-field",
    title=Text("Negociación del campo de información", "Information field negotiation"),
    stimulus=Text(
        "SNRM que proponen de 2030 a 32 octetos; tras cada uno, un segmento tan largo como se concede.",
        "SNRMs that propose 2030 to 32 octets; after each, a segment as long as is granted.",
    ),
    requirement=Text(
        "El UA no concede más de lo propuesto en ningún sentido, y lo que concede se recibe.",
        "The UA grants no more than was proposed either way, and what it grants is taken.",
    ),
)
@clause("HDLC_NDM2NRM_P1")
@HDLC
def test_information_field(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        for size in _SIZES:
            granted = must_connect(bench, wire, parameters(size, 1))
            shown = f"{granted.info_tx}/{granted.info_rx}"
            bench.measure(f"max_info {size}", shown, "octets")
            bench.check(
                0 < granted.info_tx <= size and 0 < granted.info_rx <= size,
                f"concede {shown}, a lo sumo {size}",
                f"it grants {shown}, at most {size}",
            )
            _send_as_long_as_granted(bench, wire, granted.info_rx)
            must_be(bench, wire.ask(DISC), "DISC", "DISC", "UA")


def _send_as_long_as_granted(bench: Bench, wire: HdlcWire, size: int) -> None:
    """The first segment of something that is never finished: it must be acknowledged."""
    segment = (LLC_REQUEST + bytes(size))[:size]
    reply = wire.ask(information_control(0, 0), segment, segmented=True)
    ready = must_be(bench, reply, f"un segmento de {size} octetos", f"a segment of {size} octets", "RR")
    bench.check(ready.n_r == 1, f"lo confirma (N(R) {ready.n_r})", f"it is acknowledged (N(R) {ready.n_r})")


@case(
    id="dlms/HDLC_NDM2NRM_P2/window",
    title=Text("Negociación de la ventana", "Window negotiation"),
    stimulus=Text(
        "SNRM con ventanas de 7, 4, 2 y 1; tras cada uno, una lectura que no cabe en una ventana.",
        "SNRMs with windows of 7, 4, 2 and 1; after each, a reading that does not fit into one.",
    ),
    requirement=Text(
        "El UA no concede más de lo propuesto, ni el dispositivo envía más tramas I sin confirmar.",
        "The UA grants no more than was proposed, nor does the device send more I-frames unconfirmed.",
    ),
)
@clause("HDLC_NDM2NRM_P2")
@HDLC
def test_window(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        for window in _WINDOWS:
            granted = must_connect(bench, wire, parameters(_SMALL, window))
            shown = f"{granted.window_tx}/{granted.window_rx}"
            bench.measure(f"window {window}", shown, "frames")
            bench.check(
                0 < granted.window_tx <= window and 0 < granted.window_rx <= window,
                f"concede {shown}, a lo sumo {window}",
                f"it grants {shown}, at most {window}",
            )
            _read_in_windows(bench, wire, granted)
            must_be(bench, wire.ask(DISC), "DISC", "DISC", "UA")


def _read_in_windows(bench: Bench, wire: HdlcWire, granted: Granted) -> None:
    aare = wire.request(AarqShape().to_bytes(), granted.info_rx)
    seen = read_aare(aare or b"")
    if seen is None or not seen.accepted:
        raise bench.inconclusive("no hay asociación pública", "there is no public association")
    reply = wire.ask(information_control(wire.v_s, wire.v_r), LLC_REQUEST + _OBJECT_LIST)
    wire.v_s += 1
    longest = 0
    for _ in range(_BURSTS):
        burst = [frame for frame in reply.frames if frame.name == "I"]
        longest = max(longest, len(burst))
        if any(len(frame.information) > granted.info_tx for frame in burst):
            bench.check(
                False, "ningún campo pasa de lo concedido", "no information field exceeds what was granted"
            )
        wire.v_r += len(burst)
        if not burst or not burst[-1].segmented or longest > granted.window_tx:
            break
        reply = wire.ask(ready_control(wire.v_r))
    bench.measure("longest burst", longest, "frames")
    bench.check(
        longest <= granted.window_tx,
        f"envía {longest} tramas seguidas, a lo sumo {granted.window_tx}",
        f"it sends {longest} frames in a row, at most {granted.window_tx}",
    )


@case(
    id="dlms/HDLC_NDM2NRM_P1/defaults",
    title=Text("Sin propuesta", "No proposal"),
    stimulus=Text("Un SNRM sin parámetros.", "An SNRM without parameters."),
    requirement=Text(
        "El UA concede a lo sumo los valores por omisión: 128 octetos y ventana 1.",
        "The UA grants at most the defaults: 128 octets and a window of 1.",
    ),
)
@clause("HDLC_NDM2NRM_P1")
@HDLC
def test_defaults(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        granted = must_connect(bench, wire)
        bench.check(
            max(granted.info_tx, granted.info_rx) <= DEFAULT_INFORMATION
            and max(granted.window_tx, granted.window_rx) == 1,
            "concede los valores por omisión o menos",
            "it grants the defaults or less",
        )
        must_be(bench, wire.ask(DISC), "DISC", "DISC", "UA")
