"""The bench's side of ciphering: target files with keys, what it seals, the device that it may spoil."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from conformance.bench.bench import Bench
from conformance.bench.dlms_session import Protection, Sealer, authentication, client_security, header
from conformance.bench.outcome import CaseNotApplicable
from conformance.bench.raw_apdu import GET_LDN, served
from conformance.bench.rig import open_rig
from conformance.bench.security import POLICY, SECURITY_SETUP, activate, secured, setup_version, target_keys
from conformance.targets import TargetError, load
from conformance.targets.model import AssociationSection, SecuritySection
from i18n import Message
from protocols.dlms.acse import MechanismName
from protocols.dlms.client.association import Lls
from protocols.dlms.codes import ActionResult
from protocols.dlms.security import Form, Hls, SecurityControl, SendCounter

KEYS = """
[associations.management]
client_sap = 1
mechanism = "hls-gmac"
[associations.management.security]
client_system_title = "434C493030303031"
encryption_key = "{key}"
authentication_key = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"
"""
KEY = "000102030405060708090A0B0C0D0E0F"
SECTION = SecuritySection(
    client_system_title="434C493030303031", encryption_key=KEY, authentication_key=KEY, master_key=KEY
)


@pytest.fixture
def bench() -> Bench:
    found = Bench(open_rig(load("sim://ppkw", seed=1), "en"))
    found.begin()
    return found


# ---------------------------------------------------------------- target files


def test_a_keys_file_may_hold_keys(tmp_path: Path):
    path = tmp_path / "keys.toml"
    path.write_text(KEYS.format(key=KEY))
    section = load("tcp://127.0.0.1:4059", seed=1, keys=path).statement.associations["management"]
    assert section.security is not None
    assert section.security.keys().guek == bytes(range(16))
    assert section.security.keys().kek is None
    assert KEY not in repr(section)


@pytest.mark.parametrize("key", ["00", KEY + "00", "zz" * 16])
def test_a_key_of_another_length_is_named(tmp_path: Path, key: str):
    path = tmp_path / "keys.toml"
    path.write_text(KEYS.format(key=key))
    with pytest.raises(TargetError, match="encryption_key"):
        load("tcp://127.0.0.1:4059", seed=1, keys=path)


def test_keys_are_all_alike():
    with pytest.raises(ValidationError, match="all alike"):
        SecuritySection(client_system_title="00" * 8, encryption_key="00" * 32, authentication_key=KEY)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"mechanism": "hls-gmac"}, "security table"),
        ({"mechanism": "hls-sha256", "password": "x"}, "security table"),
        ({"mechanism": "hls-md5"}, "needs a password"),
    ],
)
def test_a_mechanism_needs_its_secrets(fields: dict, message: str):
    with pytest.raises(ValidationError, match=message):
        AssociationSection(client_sap=1, **fields)


def test_how_a_client_proves_itself():
    plain = AssociationSection(client_sap=1)
    assert authentication(plain, None, bytes) is None
    assert authentication(plain, b"other", bytes) == Lls(b"other")
    md5 = authentication(AssociationSection(client_sap=1, mechanism="hls-md5", password="x"), None, bytes)
    assert isinstance(md5, Hls)
    assert (md5.mechanism, md5.secret, md5.new_challenge()) == (MechanismName.HLS_MD5, b"x", bytes(16))


# ---------------------------------------------------------------- what it seals


def _sealer(**protection) -> Sealer:
    security = client_security(SECTION, SendCounter(1), Protection(**protection))
    return Sealer(security, security.client_system_title)


@pytest.mark.parametrize("form", list(Form))
def test_what_is_sealed_opens(form: Form):
    sealer = _sealer(dedicated_key=bytes(16))
    sealed = sealer.seal(GET_LDN, form=form)
    assert header(sealed) == (0x30, 1)
    assert sealer.open(sealed) == GET_LDN


def test_what_does_not_open_is_nothing():
    sealer = _sealer()
    assert sealer.open(None) is None
    assert sealer.open(b"\xd8\x01\x02") == b"\xd8\x01\x02"
    assert sealer.open(b"\xc8\x02\x30\x00") is None
    assert sealer.open(sealer.seal(GET_LDN)[:-1] + b"\0") is None
    assert [header(answer) for answer in (None, b"", b"\xc8\x02\x30\x00", b"\xc8\x7f")] == [None] * 4


def test_a_protection_shows_no_key():
    assert repr(Protection(dedicated_key=bytes(range(16)))) == "Protection(authenticated, encrypted, glo)"


# ---------------------------------------------------------------- on the virtual meter


def test_the_counter_goes_on_above_the_devices(bench: Bench):
    with secured(bench) as first:
        used = first.sealer.security.counter.next_value
    bench.rig.memory.pop("send_counter")
    with secured(bench) as second:
        assert second.sealer.security.counter.next_value > used
        second.check_alive()


def test_a_spare_device_takes_what_cannot_be_undone(bench: Bench):
    with bench.spare() as device:
        assert device.rig is not bench.rig
        with secured(device) as open_one:
            assert setup_version(open_one.dialogue) == 0
            assert activate(open_one, 3) is ActionResult.SUCCESS
            assert activate(open_one, 1) is not ActionResult.SUCCESS
    with secured(bench) as open_one:
        assert open_one.dialogue.integer(64, SECURITY_SETUP, POLICY) == 0


def test_without_a_second_device_the_first_one_is_taken(bench: Bench):
    bench.rig = replace(bench.rig, renew=None)
    with bench.spare() as device:
        assert device is bench


def test_a_device_without_master_key_is_asked_for_none(bench: Bench):
    assert target_keys(bench).kek is not None
    section = bench.association_section("management")
    security = section.security.model_copy(update={"master_key": None})
    poor = section.model_copy(update={"security": security})
    bench.association_section = lambda _name: poor
    with pytest.raises(CaseNotApplicable):
        target_keys(bench)


@pytest.mark.parametrize("control", [0x10, 0x20, 0x30])
def test_every_protection_is_served(bench: Bench, control: int):
    with secured(bench, Protection(SecurityControl(control))) as open_one:
        answer = open_one.opened(open_one.sealer.seal(GET_LDN, control=control), Message("GET"))
        assert served(answer)
