"""Profiles are data: what a file says is what the meter is."""

import copy
import dataclasses
import tomllib
from importlib import resources

import pytest

from protocols.dlms import axdr
from protocols.dlms.cosem import AccessMode, CosemObject, DataObject, constant
from protocols.dlms.obis import Obis
from sim.meter import ProfileError, load_profile
from sim.meter.cosem.logical_device import parse_rights
from sim.meter.profile import parse_profile

PROFILES = sorted(
    file.name.removesuffix(".toml")
    for file in (resources.files("sim.meter") / "profiles").iterdir()
    if file.name.endswith(".toml")
)


def table():
    text = (resources.files("sim.meter") / "profiles" / "ppkw.toml").read_text(encoding="utf-8")
    return copy.deepcopy(tomllib.loads(text))


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_in_the_folder_builds_a_meter_that_takes_a_token(name, bench_of):
    bench = bench_of(name)
    assert bench.meter.profile.name == name
    bench.recharge(10)
    assert bench.parts.switch.relay_closed


def test_a_profile_that_extends_another_says_only_what_differs():
    base, other = load_profile("ppkw"), load_profile("ppkw07")
    assert other.sts.ea == "07"
    back = dataclasses.replace(other, name=base.name, sts=dataclasses.replace(other.sts, ea=base.sts.ea))
    assert back == base


@pytest.mark.parametrize("name", ["nothing", "../ppkw", ""])
def test_a_profile_that_is_not_there_is_said_to_be_so(name):
    with pytest.raises(ProfileError, match="no meter profile"):
        load_profile(name)


def test_what_a_profile_lacks_or_invents_is_an_error():
    lacking = table()
    del lacking["sts"]["ea"]
    with pytest.raises(TypeError, match="ea"):
        parse_profile(lacking)
    inventing = table()
    inventing["limiter"]["colour"] = "red"
    with pytest.raises(TypeError, match="colour"):
        parse_profile(inventing)


def test_an_unknown_binding_or_class_is_an_error(bench_of):
    profile = load_profile("ppkw")
    for change in ({"binding": "nothing"}, {"class_id": 9999}):
        row = dataclasses.replace(profile.objects[0], **change)
        with pytest.raises(ProfileError, match="unknown"):
            bench_of(objects=(row, *profile.objects[1:])).meter.make_objects()


def test_no_object_appears_twice_and_every_obis_is_one():
    rows = load_profile("ppkw").objects
    names = [Obis.from_string(row.obis) for row in rows]
    assert len(set(names)) == len(names)


def test_rights_are_read_from_their_short_form():
    item = CosemObject(DataObject, Obis.from_string("0.0.96.1.0"), {2: constant(axdr.unsigned(1))})
    assert parse_rights("", item).attributes == {}
    assert parse_rights("r", item).attributes == {1: AccessMode.READ_ONLY, 2: AccessMode.READ_ONLY}
    rights = parse_rights("r w2 m1", item)
    assert rights.attributes[2] is AccessMode.READ_AND_WRITE
    assert rights.may_invoke(1)
    assert parse_rights("w2", item).attributes == {2: AccessMode.WRITE_ONLY}
    with pytest.raises(ProfileError, match="not a right"):
        parse_rights("r x2", item)


def test_a_limiter_needs_time_to_look():
    from sim.meter.supply.limiter import LimiterTerms

    with pytest.raises(ValueError, match="over_s"):
        LimiterTerms(limit_w=0, highest_limit_w=1, over_s=0, rest_s=1)
