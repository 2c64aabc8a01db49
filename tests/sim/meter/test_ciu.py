"""The customer unit: twelve keys, two lines, three lamps (F7-18, F7-19)."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.field.errors import StationControlError
from sim.meter import load_profile
from sim.meter.ciu.keypad_display import KEYS, EntryState, Keypad

DARK = ("", "")


def press(bench, keys):
    for key in keys:
        bench.meter.press(key)
    return bench.meter.display()


@given(st.lists(st.sampled_from([*"0123456789", "del"]), max_size=60))
def test_the_buffer_is_what_a_person_expects(keys):
    keypad, expected = Keypad(), ""
    for key in keys:
        assert keypad.press(key) is None
        expected = expected[:-1] if key == "del" else (expected + key)[:20]
    assert keypad.digits == expected
    assert keypad.state is (EntryState.TYPING if expected else EntryState.IDLE)
    assert keypad.press("ok") == (expected or None)
    assert keypad.digits == ""


@pytest.mark.requirement("F7-19")
def test_there_are_twelve_keys():
    assert len(KEYS) == 12
    with pytest.raises(ValueError, match="no key"):
        Keypad().press("x")


def test_digits_appear_in_groups_of_four(bench):
    assert press(bench, "1").lines == ("1", "")
    assert press(bench, "23456789012").lines == ("1234 5678 9012", "")
    assert press(bench, "34567890").lines == ("1234 5678 9012", "3456 7890")
    assert press(bench, "1").lines == ("1234 5678 9012", "3456 7890"), "a 21st digit is not taken"


@pytest.mark.requirement("F7-19")
def test_a_token_with_a_slip_of_the_finger_is_mended_by_back_space(bench):
    digits = bench.credit_token(50)
    press(bench, digits[:7])
    press(bench, ["9", "8", "del", "del"])
    assert press(bench, [*digits[7:], "ok"]).lines == ("ACEPTADO", "+5.0 kWh")


def test_an_entry_is_forgotten_thirty_seconds_after_the_last_key(bench):
    press(bench, "123")
    bench.run(29.9)
    assert press(bench, "4").lines[0] == "1234"
    bench.run(29.9)
    assert bench.meter.display().lines[0] == "1234"
    bench.run(0.2)
    assert bench.meter.display().lines[0] == "SIN CREDITO"
    assert press(bench, ["ok"]).result is None


def test_a_result_stays_ten_seconds_with_its_sound(bench):
    display = bench.enter(bench.credit_token(100))
    assert (display.lines, display.result, display.sounder) == (("ACEPTADO", "+10.0 kWh"), "Accept", True)
    bench.run(1)
    assert not bench.meter.display().sounder
    bench.run(8.9)
    assert bench.meter.display().result == "Accept"
    bench.run(0.1)
    assert bench.meter.display().result is None
    assert bench.meter.display().lines == ("CREDITO", "10.0 kWh")


def test_a_refusal_says_why_and_beeps_longer(bench):
    digits = bench.credit_token(100)
    bench.enter(digits)
    display = bench.enter(digits)
    assert (display.lines, display.result) == (("RECHAZADO", "TOKEN YA USADO"), "UsedError")
    bench.run(2)
    assert bench.meter.display().sounder


def test_the_next_key_puts_a_result_away(bench):
    bench.enter(bench.credit_token(100))
    assert press(bench, ["del"]).lines == ("CREDITO", "10.0 kWh")


def test_the_light_goes_on_with_a_key_and_off_by_itself(bench):
    assert not bench.meter.display().backlight
    assert press(bench, "1").backlight
    bench.run(30)
    assert not bench.meter.display().backlight


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("801", ("CREDITO", "10.0 kWh")),
        ("803", ("ULTIMA RECARGA", "10.0 kWh")),
        ("804", ("MEDIDOR", "00000000000")),
        ("805", ("GRUPO SGC", "201457")),
        ("806", ("KRN KT", "1 2")),
        ("807", ("TARIFA TI", "01")),
        ("808", ("POTENCIA", "600 W")),
        ("809", ("VOLTAJE", "120.0 V")),
        ("810", ("LIMITE POTENCIA", "0 W")),
        ("813", ("FECHA Y HORA", "01/01/26 00:00")),
        ("999", ("CODIGO NO VALIDO", "999")),
        ("1", ("CODIGO NO VALIDO", "1")),
    ],
)
def test_short_codes_show_what_the_profile_says(bench, code, lines):
    bench.recharge(100)
    bench.supply.set_load(5.0)
    display = bench.enter(code)
    assert (display.lines, display.result) == (lines, None)


def test_every_short_code_of_the_profile_shows_something(bench):
    for code in bench.meter.profile.ciu.short_codes:
        assert bench.enter(code).lines[0] != "CODIGO NO VALIDO"


def test_the_low_credit_alarm_is_silenced_by_a_key_and_comes_back_after_a_recharge(bench):
    bench.recharge(60)
    bench.supply.set_load(10.0)
    bench.run(3000)
    assert bench.meter.display().sounder
    assert not press(bench, ["del"]).sounder
    bench.recharge(10)
    bench.run(5)
    assert not bench.meter.display().sounder
    bench.run(3600)
    assert bench.meter.display().sounder


def test_without_power_the_unit_is_dark_and_deaf(bench):
    press(bench, "12")
    bench.meter.power_cut()
    assert press(bench, "3").lines == DARK
    bench.meter.power_up()
    assert bench.meter.display().lines[0] == "SIN CREDITO"


def test_it_speaks_english_too(bench_of):
    ciu = dataclasses.replace(load_profile("ppkw").ciu, lang="en")
    bench = bench_of(ciu=ciu)
    assert bench.meter.display().lines[0] == "NO CREDIT"
    assert bench.enter(bench.credit_token(10)).lines == ("ACCEPTED", "+1.0 kWh")


def test_the_operations_of_the_control_channel(bench):
    digits = bench.credit_token(100)
    assert bench.call("keypad.press", key="1")["display"] == ["1", ""]
    bench.call("keypad.press", key="del")
    assert bench.call("keypad.enter", digits=digits)["display"] == ["ACEPTADO", "+10.0 kWh"]
    shown = bench.call("keypad.display")
    assert shown["leds"] == {"comms": False, "alarm": False, "credit": True}
    with pytest.raises(StationControlError, match="no key"):
        bench.call("keypad.enter", digits="12 34")


def test_covers_and_magnet_by_the_control_channel(bench):
    bench.call("cover.open", which="terminal")
    bench.call("cover.close", which="terminal")
    bench.call("magnet.apply")
    bench.call("magnet.remove")
    assert bench.call("keypad.display")["leds"]["alarm"]
    assert bench.events()[-4:] == [
        "TERMINAL_COVER_REMOVED",
        "TERMINAL_COVER_CLOSED",
        "STRONG_FIELD",
        "NO_STRONG_FIELD",
    ]


def test_mains_by_the_control_channel(bench):
    bench.call("source.set", voltage_v=127.0, frequency_hz=50.0)
    assert bench.call("load.read")["voltage_v"] == 127.0
    bench.call("supply.off")
    assert bench.call("load.read") == {"current_a": 0.0, "power_w": 0.0, "voltage_v": 0.0}
    assert not bench.meter.powered
    bench.call("supply.on")
    assert bench.parts.metrology.sample.frequency_mhz == 50_000
