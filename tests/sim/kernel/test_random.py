"""Streams of a world: by seed and device, and by nothing else."""

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from sim.kernel.random import RandomStreams
from sim.scenarios.site import SiteStreams

_WITHOUT_NUMPY = """
import sys
from sim.kernel.random import RandomStreams
RandomStreams(1).octets("m1").take(16)
sys.exit("numpy" in sys.modules)
"""


def test_octets_depend_on_seed_and_device():
    def octets(seed: int, device: str) -> bytes:
        return RandomStreams(seed).octets(device).take(100)

    assert octets(1, "meter") == octets(1, "meter")
    assert len({octets(seed, device) for seed in (0, 1, 2**64 - 1) for device in ("a", "b")}) == 6


def test_octets_of_a_site_are_its_own():
    assert SiteStreams(1, 1).octets("m1").take(8) != SiteStreams(1, 2).octets("m1").take(8)
    assert SiteStreams(1, 1).octets("m1").take(8) == RandomStreams(1).octets("site-1/m1").take(8)


@given(st.lists(st.integers(0, 100), max_size=20))
def test_how_octets_are_asked_for_does_not_change_them(counts: list[int]):
    stream = RandomStreams(7).octets("meter")
    parts = [stream.take(count) for count in counts]
    assert [len(part) for part in parts] == counts
    assert b"".join(parts) == RandomStreams(7).octets("meter").take(sum(counts))


def test_octets_look_random():
    octets = RandomStreams(1).octets("m1").take(25_600)
    assert all(50 < octets.count(value) < 160 for value in range(256))


def test_octets_do_without_numpy():
    done = subprocess.run([sys.executable, "-c", _WITHOUT_NUMPY], check=False)
    assert done.returncode == 0
