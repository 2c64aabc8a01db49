"""``amibench meter read`` as a person and as a program use it, against meters in the same process."""

import json
from datetime import UTC, datetime

import pytest

from amibench.__main__ import run
from amibench.commands.meter.connection import with_framing
from amibench.commands.meter.objects import (
    Currency,
    ListedObject,
    MeterZone,
    currency_in,
    currency_of,
    meter_zone,
)
from amibench.commands.meter.values import Reading, brief, plain
from conformance.targets.load import PPKW_FILE
from protocols.dlms import axdr
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis
from protocols.dlms.session import AccessRefused

URL = "sim://ppkw"
KEYS = """
[associations.reader]
client_sap = 2
password = "12345678"
"""
AS_READER = ("--client", "2")


@pytest.fixture
def keys(tmp_path):
    """Writes a file of keys."""

    def write(content=KEYS):
        file = tmp_path / "keys.toml"
        file.write_text(content, encoding="utf-8")
        return file

    return write


@pytest.fixture
def read(capsys, monkeypatch):
    """Runs ``amibench meter read``: exit code, standard output, standard error."""
    monkeypatch.setenv("AMIBENCH_LANG", "en")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("AMIBENCH_METER_PASSWORD", raising=False)

    def run_it(*arguments, url=URL):
        code = run(["meter", "read", url, *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_it


def test_everything_that_the_public_client_sees(read):
    code, out, err = read()
    assert (code, err) == (0, "")
    assert "1.0.1.8.0" in out
    assert "active energy import, total" in out
    assert "0 Wh" in out
    assert "more are not readable for client 16" in out
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("framing", ["wrapper", "hdlc"])
def test_a_register_with_its_unit_over_either_framing(read, keys, framing):
    code, out, _ = read("1.0.12.7.0", *AS_READER, "--keys", keys(), "--framing", framing)
    assert code == 0
    assert "120.00 V" in out


def test_attributes_by_number_and_in_spanish(read, keys):
    code, out, _ = read("1.0.12.7.0:3", "0.0.96.3.10", *AS_READER, "--keys", keys(), "--lang", "es")
    assert code == 0
    assert "1.0.12.7.0:3" in out
    assert "(-2, 35)" in out
    assert "valor" in out


def test_json_has_numbers_units_and_nothing_else(read, keys):
    code, out, _ = read("1.0.12.7.0", "1.0.99.1.0", *AS_READER, "--keys", keys(), "--json")
    voltage, profile = json.loads(out)
    assert code == 0
    assert (voltage["value"], voltage["scaler"], voltage["unit"]) == (12000, -2, "V")
    assert voltage["quantity"] == "120.00 V"
    assert (profile["obis"], profile["rows"]) == ("1.0.99.1.0.255", [])
    assert profile["columns"][0]["obis"] == "1.0.1.8.0.255"


def test_a_profile_of_no_rows_says_so(read, keys):
    code, out, _ = read(
        "1.0.99.1.0", *AS_READER, "--keys", keys(), "--from", "2026-01-01", "--to", "2026-02-01"
    )
    assert code == 0
    assert "no rows in this range" in out


def test_what_is_refused_by_name_ends_with_1(read):
    code, out, _ = read("1.0.1.8.0", "1.0.12.7.0")
    assert code == 1
    assert "refused: read-write-denied" in out
    code, out, _ = read("1.0.99.1.0", "--json")
    assert code == 1
    assert json.loads(out)[0]["error"] == "read-write-denied"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("1.0.1.8",), "'1.0.1.8' is not an OBIS code; write for example"),
        (("1.0.1.8.0:x",), "is not an OBIS code"),
        (("1.0.9.9.9",), "shows client 16 no object 1.0.9.9.9.255"),
        (("--from", "2026-01-01"), "--from and --to are for profiles"),
        (("1.0.1.8.0", "--from", "2026-01-01"), "--from and --to are for profiles"),
        (AS_READER, "client 2 needs a password or keys: give --keys FILE"),
        (("--client", "5", "--keys", "KEYS"), "refuses client 5"),
        (("--server", "9", "--timeout", "1"), "does not answer"),
    ],
)
def test_errors_are_one_sentence_with_the_mend(read, keys, arguments, sentence):
    code, out, err = read(*(keys() if word == "KEYS" else word for word in arguments))
    assert (code, out) == (3, "")
    assert err.startswith("amibench: ")
    assert err.count("\n") == 1
    assert sentence in err


@pytest.mark.parametrize("framing", ["wrapper", "hdlc"])
def test_a_client_with_keys_proves_itself_and_ciphers(read, framing):
    voltage = ("1.0.12.7.0", "--client", "1", "--keys", PPKW_FILE, "--framing", framing)
    code, out, err = read(*voltage)
    assert (code, err) == (0, "")
    assert "120.00 V" in out


def test_wrong_keys_are_told(read, keys):
    text = PPKW_FILE.read_text(encoding="utf-8").replace('key = "D0D1', 'key = "D0D0')
    code, _, err = read("1.0.12.7.0", "--client", "1", "--keys", keys(text))
    assert code == 3
    assert "client 1" in err or "client-1" in err


def test_a_wrong_password_and_one_from_the_environment(read, keys, monkeypatch):
    code, _, err = read(*AS_READER, "--keys", keys(KEYS.replace("12345678", "wrong")))
    assert code == 3
    assert "the meter refuses client 2" in err
    assert "authentication" in err
    monkeypatch.setenv("AMIBENCH_METER_PASSWORD", "12345678")
    assert read("1.0.12.7.0", *AS_READER)[0] == 0


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ppkw", "is not a link URL"),
        ("sim://nothing", "no simulated meter"),
        ("tcp://127.0.0.1:1", "cannot connect"),
    ],
)
def test_urls_that_lead_nowhere(read, url, sentence):
    code, _, err = read(url=url)
    assert code == 3
    assert sentence in err
    assert read("--lang", "es", url=url)[2].startswith("amibench: no se puede abrir el enlace")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("[", "is not TOML"), ("[associations.x]\nclient_sap = 2\nguek = 'zz'\n", "client 2")],
)
def test_files_of_keys_that_cannot_be_used(read, keys, content, sentence):
    code, _, err = read(*AS_READER, "--keys", keys(content))
    assert code == 3
    assert sentence in err


# ---------------------------------------------------------------- parts


@pytest.mark.parametrize(
    ("url", "asked", "expected"),
    [
        ("tcp://h:1", None, ("tcp://h:1", "wrapper")),
        ("serial:///dev/x", None, ("serial:///dev/x", "hdlc")),
        ("tcp://h:1?framing=hdlc", None, ("tcp://h:1?framing=hdlc", "hdlc")),
        ("tcp://h:1?framing=hdlc", "wrapper", ("tcp://h:1?framing=wrapper", "wrapper")),
        ("serial:///dev/x?baud=300", "wrapper", ("serial:///dev/x?baud=300&framing=wrapper", "wrapper")),
    ],
)
def test_the_framing_of_a_url(url, asked, expected):
    assert with_framing(url, asked) == expected


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (axdr.null(), "-"),
        (axdr.octet_string(b""), "-"),
        (axdr.octet_string(b"hola"), "hola"),
        (axdr.octet_string(b"\x01\x02"), "0102"),
        (axdr.octet_string(bytes.fromhex("07ea0101040000000000012c00"[:24])), "2026-01-01 00:00:00"),
        (axdr.octet_string(CosemDateTime(None, None, None, status=0xFF).to_bytes()), "-"),
        (axdr.array(axdr.unsigned(1), axdr.boolean(True)), "[1, True]"),
        (axdr.visible_string("a\x1b[31m"), "a�[31m"),
    ],
)
def test_values_on_one_line(data, shown):
    assert brief(data) == shown


def test_codes_are_named_where_they_are_known():
    assert Reading(70, 3, axdr.enum(1)).shown() == "connected (1)"
    assert Reading(70, 3, axdr.enum(77)).shown() == "77"
    assert Reading(3, 2, axdr.boolean(True), (0, 30)).shown() == "True"
    assert plain(axdr.array(axdr.octet_string(b"\x01"), axdr.unsigned(2))) == ["01", 2]


class Answering:
    """A session that answers a read with one value, or refuses."""

    def __init__(self, data):
        self.data = data

    def get(self, *_target):
        if self.data is None:
            raise AccessRefused(DataAccessResult.READ_WRITE_DENIED)
        return self.data


CLOCK = ListedObject(8, 0, Obis.from_string("0.0.1.0.0"), frozenset({1, 2, 3}))
ACCOUNT = ListedObject(111, 0, Obis.from_string("0.0.19.0.0"), frozenset({1, 15}))


@pytest.mark.parametrize(
    ("data", "listed", "zone"),
    [
        (axdr.long(-330), [CLOCK], MeterZone(-330, is_told=True)),
        (axdr.long(0), [ACCOUNT, CLOCK], MeterZone(0, is_told=True)),
        (axdr.long(300), [], MeterZone(300)),
        (axdr.long(-32768), [CLOCK], MeterZone(300)),
        (axdr.boolean(True), [CLOCK], MeterZone(300)),
        (None, [CLOCK], MeterZone(300)),
        (axdr.long(60), [ListedObject(8, 0, CLOCK.obis, frozenset({2}))], MeterZone(300)),
    ],
)
def test_the_zone_is_the_meters_own_or_said_to_be_assumed(data, listed, zone):
    assert meter_zone(Answering(data), listed) == zone


def test_what_is_typed_is_meant_in_the_zone_of_the_table():
    zone = MeterZone(-330, is_told=True)
    typed = datetime(2026, 1, 1, 5, 30)  # noqa: DTZ001 - as it was typed
    assert zone.of_local(typed) == datetime(2026, 1, 1, tzinfo=UTC)
    assert zone.local(datetime(2026, 1, 1, tzinfo=UTC)).replace(tzinfo=None) == typed
    assert zone.of_local(None) is None


def test_amounts_are_in_the_currency_of_the_account():
    pesos = axdr.structure(axdr.utf8_string("COP"), axdr.integer(-2), axdr.enum(2))
    assert currency_in(pesos) == Currency("COP", -2)
    assert Reading(112, 2, axdr.double_long(123456), None, Currency("COP", -2)).shown() == "1234.56 COP"
    assert currency_in(axdr.unsigned(1)) is None
    assert currency_in(axdr.structure(axdr.unsigned(1), axdr.unsigned(2))) is None
    assert currency_of(Answering(pesos), [CLOCK]) is None
    assert currency_of(Answering(None), [ACCOUNT]) is None
    assert currency_of(Answering(pesos), [ACCOUNT]) == Currency("COP", -2)


def test_credit_charge_and_account_have_their_unit(read):
    keyed = ("--client", "1", "--keys", PPKW_FILE, "--json")
    code, out, _ = read("0.0.19.0.0", "0.0.19.10.0", "0.0.19.20.0", *keyed)
    assert code == 0
    assert [(one["class_id"], one["attribute"], one["unit"]) for one in json.loads(out)] == [
        (111, 5, "Wh"),
        (112, 2, "Wh"),
        (113, 2, "Wh"),
    ]


@pytest.mark.parametrize("octets", ["2", "4"])
def test_the_forms_of_hdlc_address_that_the_meter_uses(read, octets):
    code, out, _ = read("0.0.42.0.0", "--framing", "hdlc", "--address-bytes", octets)
    assert code == 0
    assert "AMB" in out


def test_a_form_of_address_that_the_meter_does_not_use(read):
    code, _, err = read("0.0.42.0.0", "--framing", "hdlc", "--address-bytes", "1", "--timeout", "1")
    assert code == 3
    assert "check --framing" in err
    assert "--address-bytes" in err
