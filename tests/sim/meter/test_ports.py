"""What a peer can do to a port besides asking nicely."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.dlms.session.errors import LinkLost, NoAnswer

#: Looks like an AARQ in a wrapper, and is not whole inside.
BROKEN_AARQ = bytes.fromhex("000100100001000c600aa109060760857405")


def test_a_peer_that_goes_away_leaves_nothing_behind(bench):
    port = bench.meter.ports["wrapper"]
    links = [bench.link() for _ in range(3)]
    assert port.attached_count == 3
    for link in links:
        link.close()
    assert port.attached_count == 0
    bench.meter.power_cut()
    bench.meter.power_up()
    assert bench.session().get(3, "1.0.12.7.0", 2).value == 12_000


def test_a_paused_port_is_deaf_and_mute_and_speaks_again(bench):
    session = bench.session()
    bench.meter.ports["wrapper"].paused = True
    with pytest.raises(NoAnswer):
        session.get(3, "1.0.12.7.0", 2)
    bench.meter.ports["wrapper"].paused = False
    assert session.get(3, "1.0.12.7.0", 2).value == 12_000


def test_an_hdlc_link_falls_after_its_silence(bench):
    session = bench.session(framing="hdlc")
    bench.run(bench.meter.profile.ports.hdlc_inactivity_time_out_s + 1)
    with pytest.raises(LinkLost):
        session.get(3, "1.0.12.7.0", 2)
    assert bench.session(framing="hdlc").get(3, "1.0.12.7.0", 2).value == 12_000


@pytest.mark.parametrize("framing", ["wrapper", "hdlc"])
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=200))
def test_noise_neither_stops_the_world_nor_the_next_client(bench_of, framing, noise):
    bench = bench_of()
    link = bench.link(framing)
    link.send(noise)
    link.send(BROKEN_AARQ)
    link.receive(1.0)
    bench.run(10)
    assert bench.session(framing=framing).get(3, "1.0.12.7.0", 2).value == 12_000
