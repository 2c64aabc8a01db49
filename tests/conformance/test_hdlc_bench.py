"""The data-link cases where a device is reached in other ways, and the hand-made frames that they send."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import catalogue
from conformance.bench import hdlc
from conformance.bench.hdlc import (
    SNRM,
    check_sequence,
    information_control,
    make_frame,
    parameters,
    read_frames,
    read_parameters,
    ready_control,
)
from conformance.runner import list_cases, run_suites
from conformance.targets import Statement, Target, load
from conformance.targets.load import PPKW_FILE
from conformance.verdicts import Verdict
from protocols.dlms.errors import FrameError
from protocols.dlms.framing import LinkParameters
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.frame import Frame, HdlcAddress, decode_frame, fcs_octets
from protocols.dlms.hdlc.parameters import decode_parameters, encode_parameters
from sim.scenarios.serving import PTY

SECRET = "a secret for the tests"
#: the 22 published names, with the gaps that the test plan has
PUBLISHED = [
    *(f"HDLC_FRAME_P{number}" for number in (1, 2, 3)),
    *(f"HDLC_FRAME_N{number}" for number in (1, 2, 3, 4, 5, 7, 8)),
    *(f"HDLC_ADDRESS_{name}" for name in ("P1", "N1", "N4", "N6", "N7")),
    "HDLC_NDM2NRM_P1",
    "HDLC_NDM2NRM_P2",
    *(f"HDLC_INFO_{name}" for name in ("P1", "N1", "N2", "N3")),
    "HDLC_NDMOP_N1",
]
OURS = ["HDLC_SEGMENTS", "HDLC_DUPLICATE", "HDLC_BUSY"]
WRAPPERS = ["WRAPPER_VERSION", "WRAPPER_LENGTH", "WRAPPER_PORT"]


def clauses(names):
    return tuple(f"dlms-yb/{name}" for name in names)


def verdicts(target, names):
    evidence = run_suites(target, only=clauses(names), seed=1)
    return {case.id: (case.verdict, case.reason.en) for case in evidence.cases}


def declared(url, control, framing, **link):
    """The virtual meter's statement, with where it is served now; silence is awaited for a short while."""
    raw = tomllib.loads(PPKW_FILE.read_text(encoding="utf-8"))
    raw["link"] |= {"url": url, "framing": framing, "clock": "served", "response_timeout_s": 0.25, **link}
    raw["control"] = {"url": control, "secret": SECRET}
    return Target("served.toml", Statement.model_validate(raw), 1)


# ---------------------------------------------------------------- the suite


def test_every_published_case_is_there():
    assert len(PUBLISHED) == 22
    known = catalogue.clauses()
    assert all(clause in known for clause in clauses([*PUBLISHED, *OURS, *WRAPPERS]))
    cases = list_cases(load(None, seed=1), suites=("dlms",))
    covered = {clause for case in cases for clause in case.clauses}
    assert {*clauses(PUBLISHED), *clauses(OURS), *clauses(WRAPPERS)} <= covered


def test_on_hdlc_all_conform_and_the_wrapper_does_not_apply():
    seen = verdicts(load("sim://ppkw?framing=hdlc", seed=1), [*PUBLISHED, *OURS, *WRAPPERS])
    for name, (verdict, reason) in seen.items():
        wrapper = name.startswith("dlms/WRAPPER")
        assert verdict is (Verdict.NOT_APPLICABLE if wrapper else Verdict.CONFORMS), (name, reason)


def test_on_the_wrapper_it_is_the_other_way_round():
    seen = verdicts(load("sim://ppkw", seed=1), [*PUBLISHED, *OURS, *WRAPPERS])
    for name, (verdict, reason) in seen.items():
        wrapper = name.startswith("dlms/WRAPPER")
        assert verdict is (Verdict.CONFORMS if wrapper else Verdict.NOT_APPLICABLE), (name, reason)


def test_all_conform_over_tcp(serve):
    points = serve("hdlc", speed=1.0).endpoints
    seen = verdicts(declared(points.link, points.control, "hdlc"), [*PUBLISHED, *OURS])
    assert {verdict for verdict, _ in seen.values()} == {Verdict.CONFORMS}, seen


def test_all_conform_on_a_pseudo_terminal_in_the_two_octet_form(serve):
    points = serve(serial_url=PTY, speed=1.0).endpoints
    target = declared(points.serial, points.control, "hdlc", address_bytes=2)
    seen = verdicts(target, [*PUBLISHED, *OURS])
    assert {verdict for verdict, _ in seen.values()} == {Verdict.CONFORMS}, seen


def test_a_device_in_one_octet_has_no_other_form_to_refuse():
    raw = tomllib.loads(PPKW_FILE.read_text(encoding="utf-8"))
    raw["link"] |= {"url": "sim://ppkw", "framing": "hdlc", "address_bytes": 1}
    seen = verdicts(Target("one.toml", Statement.model_validate(raw), 1), ["HDLC_ADDRESS_N6"])
    ((verdict, reason),) = seen.values()
    assert (verdict, reason) == (Verdict.NOT_APPLICABLE, "the declared form has one octet")


def test_a_device_that_is_deaf_fails_nothing():
    """The virtual meter declared under an address that is not its own."""
    raw = tomllib.loads(PPKW_FILE.read_text(encoding="utf-8"))
    raw["link"] |= {"url": "sim://ppkw", "framing": "hdlc", "physical_address": 99}
    seen = verdicts(Target("deaf.toml", Statement.model_validate(raw), 1), [*PUBLISHED, *OURS])
    assert {verdict for verdict, _ in seen.values()} == {Verdict.INCONCLUSIVE}, seen


# ---------------------------------------------------------------- hand-made frames and the codec


@given(st.binary(max_size=200))
def test_two_ways_to_a_check_sequence(octets):
    assert check_sequence(octets) == fcs_octets(octets)


@given(
    st.integers(0, 255),
    st.sampled_from([HdlcAddress(1), HdlcAddress(1, 17, 2), HdlcAddress(300, 17, 4)]),
    st.binary(max_size=200),
    st.booleans(),
)
def test_frames_are_the_codecs_both_ways(control, server, information, segmented):
    client = HdlcAddress(16)
    raw = make_frame(control, server.to_bytes(), client.to_bytes(), information, segmented=segmented)
    frame = Frame(server, client, Control.from_byte(control), information, segmented)
    assert raw == frame.to_bytes()
    (seen,) = read_frames(raw)
    assert (seen.control, seen.destination, seen.source) == (control, server.to_bytes(), client.to_bytes())
    assert (seen.information, seen.segmented) == (information, segmented)
    assert read_frames(raw + raw[1:]) == [seen, seen]


def test_names_and_numbers():
    octets = {
        "I": 0x10,
        "RR": 0x31,
        "RNR": 0x15,
        "REJ": 0x19,
        "UA": 0x73,
        "DM": 0x1F,
        "FRMR": 0x97,
        "af": 0xAF,
    }
    for name, octet in octets.items():
        (seen,) = read_frames(make_frame(octet, b"\x03", b"\x21"))
        assert (seen.name, seen.final) == (name, bool(octet & 0x10))
    (seen,) = read_frames(make_frame(information_control(9, 10), b"\x03", b"\x21"))
    assert (seen.n_s, seen.n_r) == (1, 2)
    assert Control.from_byte(ready_control(3)) == Control(Kind.RR, True, 3)


def test_what_is_wrong_on_purpose_is_wrong():
    for changes in ({"format_type": 9}, {"length": 5}, {"length": 100}):
        raw = make_frame(SNRM, b"\x03", b"\x21", **changes)
        assert read_frames(raw) == []
        with pytest.raises(FrameError):
            decode_frame(raw)


@given(st.integers(1, 2030), st.integers(1, 7))
def test_parameters_are_the_codecs(info, window):
    ours = parameters(info, window)
    assert ours == encode_parameters(LinkParameters(info, info, window, window))
    granted = read_parameters(ours)
    assert granted is not None
    assert (granted.info_tx, granted.window_rx) == (info, window)
    assert decode_parameters(ours).max_info_rx == info


@given(st.binary(max_size=120))
def test_noise_is_no_frame_and_never_stumbles(raw):
    read_frames(raw)
    read_frames(b"\x7e\xa0" + raw)
    read_parameters(raw)
    read_parameters(b"\x81\x80" + raw)


def test_silence_is_no_parameters():
    assert read_parameters(b"") == hdlc.Granted()
    assert read_parameters(b"\x81\x80\x09") is None
