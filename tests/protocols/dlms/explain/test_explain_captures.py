"""Every real capture against the facts that an independent decoder found in it."""

import copy
import json

import pytest

from conformance import vectors
from protocols.dlms.explain import explain_capture, explain_captures

_DOCUMENT = json.loads(vectors.path("dlms_captures.json").read_text(encoding="utf-8"))
_IDS = [capture["id"] for capture in _DOCUMENT["captures"]]
_DECODED = [
    capture["id"]
    for capture in _DOCUMENT["captures"]
    if "decoded" in capture and "general_glo_ciphering" not in capture["decoded"][0]
]
_CIPHERED = [
    capture["id"]
    for capture in _DOCUMENT["captures"]
    if "general_glo_ciphering" in capture.get("decoded", [{}])[0]
]
_FRAMED = [capture["id"] for capture in _DOCUMENT["captures"] if capture.get("frames")]
_JOINED = [capture["id"] for capture in _DOCUMENT["captures"] if capture.get("apdus_hex")]


@pytest.mark.parametrize("name", _IDS)
def test_all_is_ok(explained, name):
    assert explained[name].ok


@pytest.mark.parametrize("name", _FRAMED)
def test_frames_are_what_the_capture_says(explained, captures, find, name):
    trees, stated = explained[name].frames, captures[name]["frames"]
    assert len(trees) == len(stated)
    for tree, frame in zip(trees, stated, strict=True):
        assert tree["name"] == "frame"
        for end in ("dst", "src"):
            (address,) = find.values([tree], {"dst": "destination-address", "src": "source-address"}[end])
            parts = [part for part in (frame[end]["upper"], frame[end].get("lower")) if part is not None]
            assert address == "/".join(str(part) for part in parts)
        (control,) = find.all([tree], "control")
        assert control["hex"] == frame["control_byte"]
        assert (", segment" in tree["value"]) == frame["segmented"]


@pytest.mark.parametrize("name", _JOINED)
def test_apdus_are_joined_from_segments_and_blocks(explained, captures, name):
    assert [tree["hex"] for tree in explained[name].apdus] == captures[name]["apdus_hex"]


def _same(reading, fact, find):
    """Whether one reading says what the independent decoder says."""
    facts = find.facts(reading)
    shown = facts["value"]
    raw = fact["raw"]
    assert facts["type"].removesuffix("-data") == fact["type"]
    for key in ("scaler", "unit", "class_id", "attribute", "obis"):
        if key in fact:
            assert facts[{"class_id": "class"}.get(key, key)] == fact[key]
    if fact["type"] in ("octet-string", "visible-string"):
        assert raw in (facts["raw"], shown)
    elif not isinstance(raw, list):
        assert facts["raw"] == raw


@pytest.mark.parametrize("name", _DECODED)
def test_readings_are_those_of_an_independent_decoder(explained, captures, find, name):
    (apdu,) = explained[name].apdus
    (decoded,) = captures[name]["decoded"]
    readings = find.all([apdu], "reading")
    facts = decoded.get("readings") or decoded["values"]
    if "push_object_list" in decoded:
        rows = decoded["push_object_list"]
        facts = [row | value for row, value in zip(rows[-len(facts) :], facts, strict=True)]
    if name == "dlms_parser/raw_salzburg_netz":
        # the clock stands before the list as code and value; the other decoder passed it over
        assert find.facts(readings.pop(0))["obis"] == "0.0.1.0.0.255"
    assert len(readings) == len(facts)
    for reading, fact in zip(readings, facts, strict=True):
        _same(reading, fact, find)


@pytest.mark.parametrize("name", _DECODED)
def test_the_head_of_a_notification(explained, captures, find, name):
    (apdu,) = explained[name].apdus
    stated = captures[name]["decoded"][0]["data_notification"]
    (invoke,) = find.all([apdu], "long-invoke-id-and-priority")
    assert invoke["hex"] == stated["long_invoke_id_and_priority"]
    if stated["date_time"]:
        assert find.values([apdu], "date-time")[0] == stated["date_time"].split(" dev=")[0]


@pytest.mark.parametrize("name", _CIPHERED)
def test_ciphered_apdus_show_their_header_and_open_by_published_keys(explained, captures, find, name):
    (apdu,) = explained[name].apdus
    stated = captures[name]["decoded"][0]["general_glo_ciphering"]
    (title,) = find.values([apdu], "system-title")
    (counter,) = find.values([apdu], "invocation-counter")
    (control,) = find.all([apdu], "security-control")
    assert (title, counter, control["hex"]) == (
        stated["system_title"],
        stated["invocation_counter"],
        stated["security_control"],
    )
    opens = "test_key_hex" in captures[name]
    note = "deciphered; nothing proves who sent it" if opens else "ciphered: the content is not deciphered"
    assert find.values([apdu], "note")[0] == note
    assert bool(find.all([apdu], "reading")) is opens
    assert explained[name].error is None


def test_a_scaled_reading_reads_like_a_display(explained, find):
    values = find.values(explained["dlms_parser/hdlc_norway_han_1phase"].apdus, "reading")
    assert "1.0.1.7.0.255 = 1362 W" in values
    assert any(value.endswith(" V") and "." in value.split(" = ")[1] for value in values)


def test_untagged_descriptors_are_named_non_standard(explained, find):
    apdus = explained["dlms_parser/raw_sagecom_xt211"].apdus
    assert "without A-XDR tags" in find.values(apdus, "note")[0]


def test_a_tagged_date_time_is_tolerated_by_name(explained, find):
    apdus = explained["dlms_parser/hdlc_kaifa_ma304h3e"].apdus
    assert find.values(apdus, "note") == ["tolerated: tagged-date-time"]


def test_blocks_out_of_order_deliver_nothing(explained, find):
    capture = explained["smartmeter-datacollector/lg_e450/unencrypted_invalid_data"]
    assert (capture.ok, capture.apdus) == (True, [])
    assert "block 4 came, 3 was expected" in capture.error
    assert find.values(capture.frames, "note") == ["block 2 came twice: ignored"]


def test_frames_that_nobody_answers_are_named(explained):
    capture = explained["client/gxdlmsdirector-negative"]
    assert "bad-address-size" in capture.error
    assert "bad-client-address" in capture.error


def test_a_session_shows_its_link_parameters_and_apdus(explained, find):
    capture = explained["session/circutor-gosem"]
    assert find.values(capture.frames, "max-info-tx") == [248]
    assert [tree["name"] for tree in capture.apdus] == [
        "aarq",
        "aare",
        "get-request-normal",
        "get-response-normal",
    ]
    assert "V0411" in find.values(capture.apdus, "text")
    assert find.values(capture.apdus, "description").count("firmware version") == 1


# ---------------------------------------------------------------- streams that are not in the file


def _blocks(captures, order):
    """The frames of a real push, put in another order."""
    frames = captures["smartmeter-datacollector/lg_e450/unencrypted_valid_data_cfg2026"]["hex"]
    return [frames[number - 1] for number in order]


@pytest.mark.parametrize(
    ("order", "apdus", "ok"),
    [
        ([1, 2, 3, 4], 1, True),
        ([1, 2, 1, 2, 3, 4], 1, True),
        ([1, 1, 2, 2, 3, 4], 1, True),
        ([2, 3, 4, 1, 2, 3, 4], 1, True),
        ([1, 2, 4, 3], 0, False),
        ([1, 2, 3], 0, False),
        ([2, 3, 4], 0, False),
    ],
)
def test_orders_of_blocks(captures, order, apdus, ok):
    result = explain_capture({"id": "x", "layer": "hdlc", "kind": "push", "hex": _blocks(captures, order)})
    assert (len(result.apdus), result.ok) == (apdus, ok)
    assert (result.error is None) == ok


def test_a_missing_segment_is_an_error(captures):
    frames = captures["smartmeter-datacollector/iskra_am550/unencrypted_valid_data"]["hex"]
    result = explain_capture({"layer": "hdlc", "kind": "push", "hex": frames[:-1]})
    assert (result.ok, result.apdus) == (False, [])
    assert "last segment" in result.error


def test_frames_may_lie_in_one_string_or_be_cut_anywhere(captures):
    whole = "".join(captures["smartmeter-datacollector/iskra_am550/unencrypted_valid_data"]["hex"])
    cut = len(whole) // 4 * 2
    for texts in (whole, [whole[:cut], whole[cut:]]):
        result = explain_capture({"layer": "hdlc", "kind": "push", "hex": texts})
        assert (result.ok, len(result.frames), len(result.apdus)) == (True, 5, 1)


def _damage(capture, *, position=-4):
    """The same capture with one octet of its first frame changed."""
    damaged = copy.deepcopy(capture)
    raw = bytearray(bytes.fromhex(damaged["hex"][0]))
    raw[position] ^= 0x40
    damaged["hex"][0] = raw.hex()
    return damaged


@pytest.mark.parametrize("name", [name for name in _FRAMED if "invalid" not in name])
def test_a_damaged_frame_is_named_and_delivers_nothing(captures, name):
    result = explain_capture(_damage(captures[name]))
    assert not result.ok
    assert not result.apdus
    assert "bad-fcs" in result.error


def test_damage_that_the_capture_states_is_as_it_should_be(captures):
    capture = _damage(captures["dlms_parser/hdlc_norway_han_1phase"])
    capture["frames"][0]["fcs_ok"] = False
    result = explain_capture(capture)
    assert result.ok
    assert "bad-fcs" in result.error
    assert result.frames[0]["name"] == "invalid-frame"


def test_what_must_be_refused_and_is_not_is_bad(captures):
    capture = captures["dlms_parser/hdlc_norway_han_1phase"] | {"kind": "negative-push"}
    assert not explain_capture(capture).ok
    assert explain_capture(_damage(capture)).ok


def test_a_read_out_in_letters_is_explained(find):
    lines = ["/SIE5TD3511", "0.0.0(12345678)", "1.8.0(000123.4*kWh)", "!"]
    capture = {"id": "r", "layer": "iec62056-21-ascii", "kind": "readout", "text": lines}
    result = explain_capture(capture)
    assert (result.ok, result.error) == (True, None)
    assert find.values(result.frames, "obis") == ["1.0.0.0.0.255", "1.0.1.8.0.255"]
    assert find.values(result.frames, "unit") == ["kWh"]
    assert explain_capture(capture | {"text": "".join(f"{line}\r\n" for line in lines)}).ok
    torn = explain_capture(capture | {"text": lines[:2]})
    assert (torn.ok, torn.error) == (False, "bad-read-out: read-out: no ! ends it (at byte 30)")


@pytest.mark.parametrize(
    "capture",
    [
        {},
        {"hex": []},
        {"hex": [3]},
        {"hex": "7e zz"},
        {"exchange": [{}]},
        {"exchange": "x"},
        {"hex": "7ea", "layer": "hdlc"},
    ],
)
def test_entries_without_octets_are_bad_and_say_why(capture):
    result = explain_capture(capture, 7)
    assert (result.id, result.ok) == ("#7", False)
    assert result.error


def test_a_file_may_be_the_bare_list():
    assert [
        capture.id for capture in explain_captures([{"id": "a", "hex": "c001c100010100000200ff0200"}])
    ] == ["a"]


def test_every_tree_is_plain_and_json(explained):
    for capture in explained.values():
        assert json.loads(json.dumps(capture.plain(), allow_nan=False)) == capture.plain()


def test_spanish(captures):
    result = explain_capture(captures["dlms_parser/hdlc_norway_han_1phase"], lang="es")
    assert result.frames[0]["name"] == "trama"
    assert result.apdus[0]["name"] == "notificación de datos"
    damaged = explain_capture(_damage(captures["dlms_parser/hdlc_norway_han_1phase"]), lang="es")
    assert damaged.error.startswith("bad-fcs: la secuencia de verificación FCS no coincide (en el byte ")
