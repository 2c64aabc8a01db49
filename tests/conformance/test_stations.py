"""Drivers of stations: the person, the instrument, the control seam."""

import dataclasses
import re
from typing import Any

import pytest

from conformance.bench.bench import Bench
from conformance.bench.rig import open_rig
from conformance.stations import control, station_set
from conformance.stations.operator import (
    Operator,
    OperatorCarrier,
    OperatorKeypad,
    OperatorLoad,
    OperatorSupply,
)
from conformance.stations.scpi import ScpiError, ScpiSource
from conformance.stations.wall_clock import WallClock
from conformance.targets import load
from conformance.targets.model import StationSection
from links import memory


class Person:
    """Reads questions, and answers what it was told to."""

    def __init__(self, *answers: str) -> None:
        self.questions: list[str] = []
        self._answers = list(answers)

    def __call__(self, question: str) -> str:
        self.questions.append(question)
        return self._answers.pop(0)


def test_a_person_types_a_token_in_groups_and_reads_the_screen():
    person = Person("  USED TOKEN ")
    assert OperatorKeypad(Operator("en", person)).enter("12345678901234567890") == "USED TOKEN"
    assert person.questions == ["Key in 1234 5678 9012 3456 7890, confirm, and type what the screen shows: "]


def test_a_person_is_asked_in_spanish():
    person = Person("")
    OperatorSupply(Operator("es", person)).off()
    assert person.questions == ["Corte la alimentación del medidor. Pulse Intro cuando esté hecho: "]


def test_a_number_is_asked_for_until_it_is_one():
    person = Person("mucho", "10,5", "1260", "120")
    reading = OperatorLoad(Operator("es", person)).read()
    assert (reading.current_a, reading.power_w, reading.voltage_v) == (10.5, 1260.0, 120.0)
    assert person.questions[1].startswith("«mucho» no es un número. Corriente")


@pytest.mark.parametrize("name", station_set.OPERATOR_DRIVERS)
def test_every_station_has_a_driver_of_each_kind(name: str):
    assert name in station_set.CONTROL_DRIVERS
    person = Operator("en", Person())
    assert station_set.OPERATOR_DRIVERS[name](person) is not None


class Instrument:
    """The other end of an SCPI link: hears lines, answers queries at once."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.link, self._end = memory.pair("source")
        self.heard: list[str] = []
        self._answers = answers
        send = self.link._send

        def hear(data: bytes) -> None:
            for line in data.decode().splitlines():
                self.heard.append(line)
                if line in answers:
                    self._end.send(answers[line].encode() + b"\r\n")

        del send
        self.link._send = hear


def test_a_source_is_set_and_asked_for_its_errors():
    instrument = Instrument({"*IDN?": "ACME,AC-1", "SYST:ERR?": '+0,"No error"'})
    source = ScpiSource(instrument.link)
    assert source.identity == "ACME,AC-1"
    source.set(127.0, 60.0)
    source.set(0.0, 60.0)
    assert instrument.heard == [
        "*IDN?",
        "FREQ 60.000",
        "VOLT 127.000",
        "OUTP ON",
        "SYST:ERR?",
        "OUTP OFF",
        "SYST:ERR?",
    ]


def test_the_words_of_a_source_are_parameters():
    instrument = Instrument({"ID": "x", "SYST:ERR?": "0"})
    words = {"voltage_command": "U {voltage_v:g}", "frequency_command": "F {frequency_hz:g}"}
    ScpiSource(instrument.link, **words, output_command="O {state}", identity_query="ID").set(120, 50)
    assert instrument.heard[1:4] == ["F 50", "U 120", "O ON"]


def test_a_source_that_complains_or_is_silent_is_an_error():
    instrument = Instrument({"*IDN?": "x", "SYST:ERR?": '-222,"Data out of range"'})
    with pytest.raises(ScpiError, match="Data out of range"):
        ScpiSource(instrument.link).set(900, 60)
    silent, _other = memory.pair("silent")
    with pytest.raises(ScpiError, match=r"does not answer \*IDN\?"):
        ScpiSource(silent, answer_within_s=0.0)


class Surface:
    """Remembers operations and answers from a table."""

    def __init__(self, **answers: dict[str, Any]) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answers = answers

    def __call__(self, op: str, args: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((op, args))
        return self._answers.get(op.replace(".", "_"), {})


def test_control_stations_speak_the_operations_of_the_channel():
    surface = Surface(
        keypad_press={"display": ["12"]},
        keypad_enter={"display": ["RECHAZADO", "TOKEN YA USADO"], "result": "UsedError"},
        keypad_display={"lines": ["CREDITO"], "leds": {"alarm": True}, "sounder": False, "backlight": True},
        load_read={"current_a": 0, "power_w": 0, "voltage_v": 120},
        pulses_read={"active_pulses": 32, "reactive_pulses": 1},
        clock_now={"device_time_s": 5.5, "utc": "2026-01-01T05:00:05+00:00"},
    )
    keypad = control.ControlKeypad(surface)
    assert keypad.press("1") == "12"
    assert keypad.enter("1" * 20) == "RECHAZADO TOKEN YA USADO UsedError"
    assert keypad.display().text == "CREDITO"
    assert keypad.display().leds == {"alarm": True}
    assert control.ControlLoad(surface).read().current_a == 0.0
    assert control.ControlPulses(surface).read().active == 32
    clock = control.ControlClock(surface)
    assert (clock.now_s(), clock.utc()) == (5.5, "2026-01-01T05:00:05+00:00")
    control.ControlCover(surface).open("meter")
    control.ControlMagnet(surface).apply()
    assert surface.asked[-2:] == [("cover.open", {"which": "meter"}), ("magnet.apply", {})]


def test_control_operations_are_those_of_the_channel_and_fit_it():
    from protocols.field.control_ops import OPERATIONS

    surface = Surface()
    control.ControlSource(surface).set(120, 60)
    control.ControlLoad(surface).set(1, 2)
    control.ControlSupply(surface).off()
    control.ControlSupply(surface).on()
    control.ControlCover(surface).close("terminal")
    control.ControlMagnet(surface).remove()
    control.ControlClock(surface).wait(1)
    control.ControlPause(surface).pause()
    control.ControlPause(surface).resume()
    for op, args in surface.asked:
        assert set(args) <= {value.name for value in OPERATIONS[op].args}


def test_without_a_clock_station_a_run_lives_in_the_walls_time():
    person = Operator("en", Person())
    built = station_set.build(
        {"keypad": StationSection(driver="operator")},
        call=None,
        person=person,
        open_link=lambda _url: memory.pair()[0],
    )
    assert isinstance(built.clock, WallClock)
    assert set(built.stations) == {"keypad"}


def test_a_link_of_an_instrument_is_closed_with_the_run():
    instrument = Instrument({"*IDN?": "x"})
    section = StationSection(driver="scpi", url="memory://x")
    built = station_set.build(
        {"source": section},
        call=None,
        person=Operator("en", Person()),
        open_link=lambda _url: instrument.link,
    )
    built.close()
    assert instrument.link.closed


class PersonAtTheKeypad:
    """Does with a simulated unit what the questions ask, and types what its screen shows."""

    def __init__(self) -> None:
        self.call: control.Call | None = None
        self.questions = 0

    def __call__(self, question: str) -> str:
        assert self.call is not None
        self.questions += 1
        digits = "".join(re.findall(r"\b\d{1,4}\b", question))
        return " ".join(self.call("keypad.enter", {"digits": digits})["display"])


def test_the_bench_never_knows_that_a_person_stands_at_the_keypad():
    target = load(None, seed=1)
    stations = {**target.statement.stations, "keypad": StationSection(driver="operator")}
    target = dataclasses.replace(target, statement=target.statement.model_copy(update={"stations": stations}))
    person = PersonAtTheKeypad()
    rig = open_rig(target, "en", person)
    person.call = rig.stations.stations["load"]._call
    bench = Bench(rig)
    bench.begin()
    tokens = bench.tokens
    digits = tokens.credit(10)
    with tokens.credit_moves(10):
        tokens.expect_accepted(tokens.enter(digits))
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(digits), "UsedError")
    bench.finish()
    assert person.questions == 3  # the probe, the token, the token again
    rig.close()


def test_a_carrier_gives_the_name_that_decides_and_nothing_where_the_meter_is_dead():
    world = open_rig(load(None, seed=1), "en").stations
    carrier, supply = world.stations["carrier"], world.stations["supply"]
    assert carrier.enter("1" * 19) == "FormatError"
    assert carrier.enter("1" * 20) == "CRCError"
    supply.off()
    assert carrier.enter("1" * 20) == ""


def test_a_person_hands_a_token_over_at_the_local_port():
    person = Person("Accept")
    assert OperatorCarrier(Operator("es", person)).enter("1" * 20) == "Accept"
    assert person.questions[0].startswith(f"Entregue {'1' * 20} por el puerto local")


def test_a_cut_counts_writes_and_can_be_taken_back():
    rig = open_rig(load(None, seed=1), "en")
    bench = Bench(rig)
    bench.begin()
    before = bench.stations.writes()
    bench.tokens.must_accept(bench.tokens.credit(1))
    assert bench.stations.writes() > before
    bench.stations.arm_cut(1, "before")
    bench.stations.restore_initial_state()
    assert bench.tokens.enter(bench.tokens.credit(1), "carrier").accepted
    bench.stations.arm_cut(1, "before")
    assert bench.tokens.enter(bench.tokens.credit(1), "carrier").said == ""
    bench.stations.restore_initial_state()
    assert bench.tokens.enter(bench.tokens.credit(1), "carrier").accepted
