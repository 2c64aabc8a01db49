"""A stepped world with a meter in it: real bytes, exact device time, same seed same bytes."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import links
from links import registry
from links.base import LinkUrlError
from protocols.field.control_ops import OPERATIONS
from sim.kernel.control import ControlError
from sim.scenarios.sim_scheme import open_sim, open_world, profiles
from sim.scenarios.world import FRAMINGS, World

ROOT = Path(__file__).parents[3]


def test_the_meter_answers_an_association_in_real_bytes(world: World, aarq: bytes):
    with world.link("meter", "wrapper") as link:
        link.send(aarq)
        answer = link.receive(5.0)
    assert answer[:6].hex() == "000100010010"
    assert answer[8] == 0x61  # AARE


def test_the_meter_answers_hdlc(world: World, snrm: bytes):
    with world.link(framing="hdlc") as link:
        link.send(snrm)
        answer = link.receive(5.0)
    assert answer[0] == answer[-1] == 0x7E
    assert b"\x73" in answer  # UA, final


def test_every_operation_of_the_table_is_offered(world: World):
    assert set(world.control.operations) == set(OPERATIONS)


def test_every_operation_keeps_its_promise(world: World):
    args = {
        "keypad.press": {"key": "8"},
        "keypad.enter": {"digits": "801"},
        "source.set": {"voltage_v": 118.0},
        "load.set": {"current_a": 5.0, "phase_deg": 30.0},
        "cover.open": {"which": "terminal"},
        "cover.close": {"which": "terminal"},
        "clock.wait": {"seconds": 60.0},
        "clock.speed": {"factor": 2.0},
        "fault.begin": {"fault": "magnet"},
        "fault.end": {"fault": "magnet"},
    }
    for op in OPERATIONS:
        world.control.call(op, args.get(op, {}))


def test_device_time_passes_only_when_somebody_waits(world: World):
    assert world.control.call("clock.now") == {"device_time_s": 0.0, "utc": "2026-01-01T05:00:00+00:00"}
    assert world.control.call("clock.wait", {"seconds": 86_400}) == {"device_time_s": 86_400.0}
    world.run(90_000.0)
    world.run(10.0)
    assert world.clock.now_s() == 90_000.0


def test_a_world_may_begin_at_another_instant():
    world = World(epoch=datetime(2014, 3, 1, tzinfo=UTC))
    assert world.control.call("clock.now")["utc"] == "2014-03-01T00:00:00+00:00"


def test_a_paused_meter_falls_silent_on_every_port(world: World, aarq: bytes):
    with world.link() as link:
        world.control.call("link.pause")
        link.send(aarq)
        assert link.receive(60.0) == b""
        world.control.call("link.resume")
        link.send(aarq)
        assert link.receive(60.0) != b""
    assert {world.port("meter", framing).paused for framing in FRAMINGS} == {False}


def test_the_same_seed_gives_the_same_bytes(aarq: bytes, snrm: bytes):
    def transcript(seed: int) -> list[tuple[str, bytes, float]]:
        world, seen = World(seed=seed), []
        for framing, data in (("wrapper", aarq), ("hdlc", snrm)):
            with world.link("meter", framing) as link:
                link.on_traffic = lambda way, some, link=link: seen.append((way, some, link.now_s()))
                link.send(data)
                link.receive(5.0)
        world.control.call("clock.wait", {"seconds": 3600})
        return seen

    assert transcript(7) == transcript(7)


_DIGEST = """
import hashlib, sys
from sim.scenarios.world import World
world, seen = World(seed=7), hashlib.sha256()
for framing, data in zip(("wrapper", "hdlc"), sys.argv[1:]):
    with world.link("meter", framing) as link:
        link.send(bytes.fromhex(data))
        seen.update(link.receive(5.0) + repr(link.now_s()).encode())
seen.update(repr(world.control.call("keypad.enter", {"digits": "12345678901234567890"})).encode())
print(seen.hexdigest())
"""


def test_the_bytes_do_not_depend_on_the_process(aarq: bytes, snrm: bytes):
    """Sets and dicts of strings come in another order in each process: nothing may depend on that."""

    def digest(hash_seed: str) -> str:
        command = [sys.executable, "-c", _DIGEST, aarq.hex(), snrm.hex()]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert digest("1") == digest("2")


def test_what_is_not_in_the_world(world: World):
    with pytest.raises(LookupError, match="no device 'oven' in this world; known: meter"):
        world.link("oven")
    with pytest.raises(LookupError, match="no 'zigbee' port; known: wrapper, hdlc"):
        world.link("meter", "zigbee")
    with pytest.raises(ControlError, match="digits must be a text"):
        world.control.call("keypad.enter", {"digits": 5})


def test_more_can_be_told_of_the_device(world: World):
    world.describe(mutant="deaf")
    info = world.control.call("device.info")
    assert info == {"drn": world.meter.drn, "profile": "ppkw", "mutant": "deaf"}


def test_a_sim_url_is_a_world_of_its_own(monkeypatch: pytest.MonkeyPatch, aarq: bytes):
    monkeypatch.setattr(registry, "_registered", {})
    links.register("sim", open_sim)
    with (
        links.open_link("sim://ppkw?seed=3&framing=wrapper") as first,
        links.open_link("sim://ppkw") as second,
    ):
        first.receive(100.0)
        assert (first.now_s(), second.now_s()) == (100.0, 0.0)
        second.send(aarq)
        assert second.receive(5.0)[8] == 0x61
    assert open_world("sim://ppkw?seed=3").seed == 3
    assert "ppkw" in profiles()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sim://oven", "no simulated meter is called 'oven' in sim://oven; known: minimal, ppkw"),
        ("sim://ppkw:4059", "no simulated meter"),
        ("sim://ppkw/two", "no simulated meter"),
        ("sim://ppkw?sed=1", "unknown option 'sed' in .*; allowed: seed, framing"),
        ("sim://ppkw?seed=-1", "seed must be from 0 to"),
        ("sim://ppkw?framing=m-bus", "must be one of wrapper, hdlc"),
    ],
)
def test_what_no_sim_url_can_be(url: str, sentence: str):
    with pytest.raises(LinkUrlError, match=sentence):
        open_world(url)
