import json

import pytest

from amibench.__main__ import run
from conformance import vectors

GET = "c001c100010100000200ff0200"


@pytest.fixture
def dlms(capsys, monkeypatch):
    """Runs ``amibench dlms decode``: exit code, standard output, standard error."""
    monkeypatch.setenv("AMIBENCH_LANG", "en")

    def decode(*arguments):
        code = run(["dlms", "decode", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return decode


def test_a_tree_for_people(dlms):
    code, out, err = dlms("c0 01:c1 0x00 01 01 00 00 02 00 ff 02 00")
    assert (code, err) == (0, "")
    assert "get-request-normal" in out
    assert "firmware version" in out


def test_in_spanish(dlms):
    code, out, _ = dlms(GET, "--lang", "es")
    assert code == 0
    assert "versión de firmware" in out


def test_as_json(dlms):
    code, out, _ = dlms(GET, "--json", "--lang", "en")
    plain = json.loads(out)
    assert (code, plain["ok"], plain["error"], plain["frames"]) == (0, True, None, [])
    assert plain["apdus"][0]["hex"] == GET


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("e5", ["acknowledgement"]),
        ("105b015c16", ["short"]),
        ("e5 6803036808017e8716", ["acknowledgement", "control"]),
        ("105b015c16 e5 6803036808017e8716", ["short", "acknowledgement", "control"]),
    ],
)
def test_mbus_is_known_by_any_first_frame(dlms, text, kinds):
    code, out, _ = dlms(text, "--json")
    plain = json.loads(out)
    assert (code, plain["error"]) == (0, None)
    assert [frame["value"] for frame in plain["frames"]] == kinds


@pytest.mark.parametrize("flags", ["7e", "7e7e", "7e 7e 7e"])
def test_a_flag_without_a_frame_is_an_incomplete_frame(dlms, flags):
    code, out, err = dlms(flags)
    assert (code, out.startswith("invalid-frame")) == (3, True)
    assert "bad-length: only its flag came" in err
    assert len(err.strip().splitlines()) == 1
    code, out, _ = dlms(flags, "--json")
    assert (code, json.loads(out)["ok"]) == (3, False)


def test_a_short_frame_of_mbus_with_a_wrong_checksum_says_so(dlms):
    code, _, err = dlms("105b015d16")
    assert code == 3
    assert err.startswith("amibench: mbus-bad-checksum")


def test_one_block_is_no_fault_of_its_own(dlms):
    code, out, _ = dlms("e0400001000003c001c1")
    assert code == 0
    assert "general-block-transfer" in out


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("zz", "'z' is not hexadecimal, at byte 0"),
        ("c0010", "the last byte has one digit only, at byte 2"),
        ("7ea0070303938c127e", "bad-fcs: frame: FCS is 8c12, computed 8c11 (at byte 6)"),
        ("c001c1", "the APDU does not decode: class-id: needs 2 bytes, 0 remain (at byte 3)"),
        ("68fafa6853ff000167db", "mbus-bad-length: the frame ends before its announced length"),
    ],
)
def test_one_sentence_and_exit_code_3(dlms, text, sentence):
    code, _, err = dlms(text)
    assert (code, err) == (3, f"amibench: {sentence}\n")


def test_a_fault_in_json_has_the_same_shape(dlms):
    code, out, _ = dlms("7ea0070303938c127e", "--json")
    assert code == 3
    assert json.loads(out)["error"].startswith("bad-fcs")


def test_text_of_a_meter_cannot_steer_the_terminal(dlms):
    code, out, _ = dlms("c401c1000a051b5b33316d")
    assert code == 0
    assert "\x1b[31m" not in out


def test_a_file_of_captures_as_json_only(dlms):
    code, out, err = dlms("--file", vectors.path("dlms_captures.json"), "--json")
    plain = json.loads(out)
    assert (code, err) == (0, "")
    assert all(set(entry) == {"id", "ok", "frames", "apdus", "error"} for entry in plain)
    assert all(entry["ok"] for entry in plain)


def test_a_file_of_captures_as_lines(dlms):
    code, out, _ = dlms("--file", vectors.path("dlms_captures.json"))
    assert code == 0
    assert out.splitlines()[-1] == "39 of 39 as they should be"


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_capture_that_fails_ends_with_1_in_either_form(dlms, tmp_path, form):
    file = tmp_path / "two.json"
    file.write_text(json.dumps([{"id": "a", "hex": GET}, {"id": "b", "hex": GET[:-2]}]), encoding="utf-8")
    code, out, _ = dlms("--file", file, *form)
    assert code == 1
    assert '"ok": false' in out if form else "BAD b" in out


KEYS = """
[associations.management]
client_sap = 1
guek = "000102030405060708090A0B0C0D0E0F"
gak = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"
system_title = "4D4D4D0000BC614E"
"""
#: The example of the Green Book: get-request, ciphered with the keys above.
GLO_GET = "c81e3001234567411312ff935a47566827c467bc7d825c3be4a77c3fcc056b6b"


@pytest.fixture
def keys(tmp_path):
    """Writes a file of keys."""

    def write(content=KEYS):
        file = tmp_path / "keys.toml"
        file.write_text(content, encoding="utf-8")
        return file

    return write


def test_keys_open_what_is_ciphered(dlms, keys, monkeypatch):
    assert "not deciphered" in dlms(GLO_GET)[1]
    code, out, _ = dlms(GLO_GET, "--keys", keys())
    assert code == 0
    assert "the authentication tag is right" in out
    assert "get-request-normal" in out
    monkeypatch.setenv("AMIBENCH_METER_KEYS", str(keys()))
    assert "get-request-normal" in dlms(GLO_GET)[1]


def test_wrong_keys_open_nothing_and_are_no_fault(dlms, keys):
    code, out, _ = dlms(GLO_GET, "--keys", keys(KEYS.replace("D0D1", "D0D0")), "--lang", "es")
    assert code == 0
    assert "ninguna de las claves lo abre" in out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "has no table [associations.NAME] with keys; write one"),
        ("[", "is not TOML"),
        (KEYS.replace("000102", "xx0102"), "is no hexadecimal"),
    ],
)
def test_files_of_keys_that_cannot_be_used(dlms, keys, content, sentence):
    code, _, err = dlms(GLO_GET, "--keys", keys(content))
    assert code == 3
    assert sentence in err


def test_a_file_of_keys_that_is_not_there(dlms, tmp_path):
    code, _, err = dlms(GLO_GET, "--keys", tmp_path / "none.toml")
    assert (code, "cannot read" in err) == (3, True)


def test_a_file_where_all_is_well_ends_with_0(dlms, tmp_path):
    file = tmp_path / "one.json"
    file.write_text(json.dumps([{"id": "a", "hex": GET}]), encoding="utf-8")
    assert dlms("--file", file)[0] == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "is not JSON"),
        (b"\xff", "is not UTF-8 text, at byte 0"),
        (b"{}", "a file of captures holds a list called captures"),
        (b'{"captures": [3]}', "a file of captures holds a list called captures"),
        (b"[" * 100_000, "nested too deeply"),
        (None, "cannot read"),
    ],
)
def test_faults_of_the_file(dlms, tmp_path, content, sentence):
    file = tmp_path / "captures.json"
    if content is not None:
        file.write_bytes(content)
    code, out, err = dlms("--file", file, "--json")
    assert (code, out) == (3, "")
    assert sentence in err


def test_neither_or_both_is_a_usage_error(dlms, tmp_path):
    assert dlms("--json")[0] == 3
    assert dlms(GET, "--file", tmp_path)[0] == 3


def test_decode_stays_a_sub_command(capsys):
    assert run(["dlms", "--help"]) == 0
    assert "decode" in capsys.readouterr().out
