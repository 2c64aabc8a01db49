from dataclasses import asdict
from pathlib import Path

import pytest

from conformance.targets import TargetError, load, model
from conformance.targets.load import DEVICES, PPKW_FILE
from conformance.targets.model import Statement

MINIMAL = '[link]\nurl = "tcp://127.0.0.1:4059"\n'


def write(tmp_path: Path, text: str) -> str:
    path = tmp_path / "device.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def complaint(target: str, keys: Path | None = None) -> str:
    with pytest.raises(TargetError) as caught:
        load(target, seed=1, keys=keys)
    return str(caught.value)


def test_nothing_is_the_virtual_meter():
    target = load(None, seed=7)
    assert (target.given, target.scheme, target.seed, target.clock_kind) == (
        "sim://ppkw",
        "sim",
        7,
        "virtual",
    )
    assert target.statement.sts is not None
    assert "keypad" in target.statement.stations


def test_options_of_a_simulated_url_count_more_than_the_seed_beside_it():
    target = load("sim://ppkw?seed=9&framing=hdlc", seed=1)
    assert (target.seed, target.statement.link.framing) == (9, "hdlc")


def test_a_mutant_is_a_url():
    target = load("mutant://never-opens-relay?framing=hdlc&seed=4", seed=1)
    assert (target.mutant, target.scheme, target.seed) == ("never-opens-relay", "mutant", 4)


def test_a_bare_url_declares_only_the_public_client():
    target = load("tcp://10.1.2.3:4059?framing=hdlc&response_timeout_s=2.5", seed=1)
    statement = target.statement
    assert set(statement.associations) == {"public"}
    assert not statement.stations
    assert statement.sts is None
    assert (statement.link.url, statement.link.framing) == ("tcp://10.1.2.3:4059", "hdlc")
    assert statement.link.response_timeout_s == 2.5
    assert target.clock_kind == "wall"


def test_a_serial_url_keeps_the_options_of_the_line_and_speaks_hdlc():
    link = load("serial:///dev/ttyUSB0?baud=9600&address_bytes=1", seed=1).statement.link
    assert (link.url, link.framing, link.address_bytes) == ("serial:///dev/ttyUSB0?baud=9600", "hdlc", 1)


def test_a_keys_file_adds_associations(tmp_path: Path):
    keys = tmp_path / "keys.toml"
    keys.write_text('[associations.reader]\nclient_sap = 2\npassword_hex = "31323334"\n')
    reader = load("tcp://127.0.0.1:4059", seed=1, keys=keys).statement.associations["reader"]
    assert (reader.client_sap, reader.secret) == (2, b"1234")


def test_a_file_is_read(tmp_path: Path):
    target = load(write(tmp_path, MINIMAL), seed=3)
    assert (target.scheme, target.clock_kind, target.seed) == ("tcp", "wall", 3)


@pytest.mark.parametrize(
    ("target", "part"),
    [
        ("telnet://10.0.0.1", "unknown scheme `telnet`"),
        ("sim://abc", "no virtual device called `abc`"),
        ("mutant://abc", "no mutant called `abc`; known: "),
        ("tcp://10.0.0.1", "names no port"),
        ("tcp://10.0.0.1:99999999", "Port out of range"),
        ("sim://ppkw?seed=x", "`seed`"),
        ("sim://ppkw?sead=1", "unknown option `sead`"),
        ("sim://ppkw?framing=token-ring", "link.framing"),
        ("/nowhere/device.toml", "cannot read /nowhere/device.toml: No such file"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(target: str, part: str):
    sentence = complaint(target)
    assert part in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[link", "is not a TOML file"),
        ("[device]\nname = 'x'\n", "the target file lacks the key `link`"),
        ("[link]\nframing = 'hdlc'\n", "[link] lacks the key `url`"),
        (
            "[link]\nurl = 'tcp://h:1'\nfraiming = 'hdlc'\n",
            "unknown key `fraiming` in [link]; allowed: address_bytes, ",
        ),
        (
            MINIMAL + "[associations.reader]\nsap = 2\n",
            "unknown key `sap` in [associations.reader]; allowed: client_sap, ",
        ),
        (MINIMAL + "[stations.kepad]\ndriver = 'operator'\n", "stations.kepad"),
        (MINIMAL + "[stations.keypad]\ndriver = 'control'\n", "needs a [control] section"),
        (MINIMAL + "[stations.load]\ndriver = 'scpi'\nurl = 'tcp://h:1'\n", "for the station source only"),
        (MINIMAL + "[stations.source]\ndriver = 'scpi'\n", "scpi"),
        (MINIMAL + "[capabilities]\npresent = ['sts']\nabsent = ['sts']\n", "both present and absent: sts"),
        (
            MINIMAL + "[associations.reader]\nclient_sap = 2\npassword = 'a'\npassword_hex = '61'\n",
            "not both",
        ),
        (MINIMAL + "[metrology]\nfrequency_hz = 55\n", "metrology.frequency_hz"),
        ("[link]\nurl = 'memory://x'\n", "must begin with tcp:// or serial://"),
        (
            MINIMAL + "[sts]\npan='600727000000000001'\nsgc='123456'\nvending_key='VUDK_160'\n",
            "sts.pan`: MeterPAN 600727000000000001 has a wrong check digit",
        ),
        (
            MINIMAL + "[sts]\npan='600727000000000009'\nsgc='123456'\nvending_key='OURS'\n",
            "no test key called OURS",
        ),
    ],
)
def test_what_a_file_gets_wrong_is_named(tmp_path: Path, text: str, part: str):
    assert part in complaint(write(tmp_path, text))


def test_a_stray_key_of_a_keys_file_is_named(tmp_path: Path):
    keys = tmp_path / "keys.toml"
    keys.write_text('[associations.reader]\nclient_sap = 2\nsecret = "x"\n')
    assert "unknown key `secret`" in complaint("tcp://127.0.0.1:4059", keys)


def test_the_example_of_a_laboratory_is_a_good_target_file():
    statement = load(str(PPKW_FILE.parent / "examples" / "laboratory.toml"), seed=1).statement
    assert {station.driver for station in statement.stations.values()} == {"operator", "scpi"}
    assert statement.sts is not None
    assert statement.sts.key() is not None


def test_no_secret_is_shown_in_a_repr():
    target = load(None, seed=1)
    assert "12345678" not in repr(target)


def test_the_published_schema_is_up_to_date():
    assert model.PUBLISHED.read_text(encoding="utf-8") == model.text(), (
        "run conformance.targets.model.publish()"
    )


def test_the_shipped_statement_says_everything_that_its_keypad_shows():
    import tomllib

    from sim.meter.ciu import keypad_display

    statement = Statement.model_validate(tomllib.loads(PPKW_FILE.read_text(encoding="utf-8")))
    assert statement.sts is not None
    from conformance.bench.token_entry import NAMES

    for name in NAMES:
        for lang in ("es", "en"):
            assert statement.sts.result_names[keypad_display.text(name, lang)] == name


@pytest.mark.parametrize("device", DEVICES)
def test_every_virtual_device_declares_what_its_profile_is(device: str):
    from sim.meter import load_profile

    target, profile = load(f"sim://{device}", seed=1), load_profile(device)
    section = target.statement.sts
    assert section is not None
    assert target.device == profile.name == device
    assert (section.ea, section.sgc, section.tid_store_size) == (
        profile.sts.ea,
        profile.sts.sgc,
        profile.sts.tid_capacity,
    )
    declared = None if section.lock_out is None else section.lock_out.model_dump()
    assert declared == (None if profile.lock_out is None else asdict(profile.lock_out))
    assert section.result_names, "the base's words are still there"


def test_a_mutant_is_declared_as_the_model_that_it_is_built_from():
    assert load("mutant://commits-partial-set", seed=1).statement.sts.ea == "07"


def test_nobody_but_a_simulated_field_cuts_at_a_write(tmp_path: Path):
    text = MINIMAL + "[stations.cut]\ndriver = 'operator'\n"
    assert "cut needs the control driver" in complaint(write(tmp_path, text))
