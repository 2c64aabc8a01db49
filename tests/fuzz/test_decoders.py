"""Whatever the bytes, a decoder gives a value or its own error, and remembers nothing."""

import tracemalloc

import pytest
from fuzz_traffic import captured, kept, mutants, session_apdus, swallow

from protocols.dlms.apdu import decode_apdu
from protocols.dlms.axdr import decode as decode_data
from protocols.dlms.explain import explain
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.wrapper import WrapperServer

COUNT = 1500
MEMORY_OCTETS_MAX = 4_000_000


@pytest.fixture(scope="module")
def lines():
    seeds = [*captured(), *(("apdu", apdu) for apdu in session_apdus())]
    return [*kept(), *seeds, *mutants(seeds, 11, COUNT)]


def test_apdus_and_data(lines):
    for line in lines:
        for decode in (decode_apdu, decode_data):
            try:
                decode(line[1])
            except Exception as error:
                swallow(error, line)


def test_framings_only_report(lines):
    hdlc, wrapper = HdlcServer(), WrapperServer()
    for n, (_, raw) in enumerate(lines):
        for framing in (hdlc, wrapper):
            framing.receive_data(raw, float(n))
            framing.data_to_send()


def test_explaining(lines):
    for line in lines:
        try:
            explain([line[1]])
        except Exception as error:
            swallow(error, line)


def test_nothing_is_kept(lines):
    hdlc, wrapper = HdlcServer(), WrapperServer()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for n, (_, raw) in enumerate(lines):
        hdlc.receive_data(raw, float(n))
        wrapper.receive_data(raw, float(n))
        hdlc.data_to_send(), wrapper.data_to_send()
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < MEMORY_OCTETS_MAX
    assert peak - before < 4 * MEMORY_OCTETS_MAX
