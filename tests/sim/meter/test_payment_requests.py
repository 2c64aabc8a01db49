"""Whatever a client writes to the payment and control objects: a refusal or a value, never a fall."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.obis import Obis

OBJECTS = [
    "0.0.19.0.0",
    "0.0.19.10.0",
    "0.0.19.10.1",
    "0.0.19.20.0",
    "0.0.19.20.1",
    "0.0.19.20.2",
    "0.0.17.0.0",
    "0.0.96.3.10",
    "0.0.44.0.0",
    "0.0.16.0.0",
    "0.0.16.2.0",
    "0.0.25.9.0",
]

plain = st.one_of(
    st.just(axdr.null()),
    st.integers(-(2**31), 2**31 - 1).map(axdr.double_long),
    st.integers(0, 2**32 - 1).map(axdr.double_long_unsigned),
    st.integers(0, 255).map(axdr.enum),
    st.integers(0, 255).map(axdr.unsigned),
    st.integers(0, 65_535).map(axdr.long_unsigned),
    st.integers(-(2**15), 2**15 - 1).map(axdr.long),
    st.integers(-128, 127).map(axdr.integer),
    st.booleans().map(axdr.boolean),
    st.binary(max_size=14).map(axdr.octet_string),
    st.text("01", max_size=9).map(axdr.bit_string),
)
anything = st.recursive(
    plain,
    lambda inside: st.one_of(
        st.lists(inside, max_size=4).map(lambda items: axdr.structure(*items)),
        st.lists(inside, max_size=4).map(lambda items: axdr.array(*items)),
    ),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def table():
    return {}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(obis=st.sampled_from(OBJECTS), index=st.integers(1, 14), writes=st.booleans(), value=anything)
def test_no_value_brings_a_binding_down(obis, index, writes, value, bench_of, table):
    bench = table.setdefault("bench", None) or bench_of("ppkw-full")
    table["bench"] = bench
    item = bench.meter.table.find(Obis.from_string(obis))
    try:
        if writes:
            item.write(index, value)
        else:
            item.invoke(index, value)
    except AccessError:
        pass
    for attribute in item.getters:
        item.read(attribute)
    bench.run(1)
    assert bench.meter.powered
