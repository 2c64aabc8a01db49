"""The unit on the power line: latency, loss, a dead line, the meter in octets (F7-17 to F7-22)."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.field.ciu_link import Frame
from protocols.field.ciu_messages import Ack, Display, Key, Pair, Poll, Token
from sim.kernel.random import RandomStreams
from sim.meter import DEFAULT_PARTS, control_handlers, load_profile
from sim.meter.ciu.keypad_display import keys, text
from sim.meter.ciu.link import TRANSITIONS, LinkState, LinkTerms, LinkTrigger, LinkVariant, Medium
from sim.meter.events.tamper_protections import TamperKind

PLC = load_profile("ppkw-plc").ciu


def plc(bench_of, loss=0.0, parts=DEFAULT_PARTS, **link):
    """A bench with a unit on the power line; without loss unless the test is about it."""
    terms = dataclasses.replace(PLC, link=dataclasses.replace(PLC.link, loss=loss, **link))
    bench = bench_of("ppkw-plc", parts, ciu=terms)
    bench.run(1)
    return bench


def type_in(unit, digits):
    for key in [*digits, "ok"]:
        unit.press(key)


def lines(bench, unit=None):
    return (unit or bench.meter.unit).display().lines


# ------------------------------------------------------------ link and loss


def test_an_answer_takes_its_time_and_the_unit_says_so(bench_of):
    bench = plc(bench_of)
    type_in(bench.meter.unit, bench.credit_token(100))
    assert lines(bench) == ("ESPERE", "")
    bench.run(0.25)
    assert lines(bench) == ("ESPERE", "")
    bench.run(0.5)
    assert lines(bench) == ("ACEPTADO", "+10.0 kWh")
    bench.run(10)
    assert lines(bench) == ("CREDITO", "10.0 kWh")


def test_the_control_operation_waits_for_the_answer(bench_of):
    from sim.kernel.control import ControlSurface

    bench = plc(bench_of)
    surface = ControlSurface(bench.env)
    for op, handler in control_handlers(bench.meter).items():
        surface.register(op, handler)
    shown = surface.call("keypad.enter", {"digits": bench.credit_token(100)})
    assert shown == {"display": ["ACEPTADO", "+10.0 kWh"], "result": "Accept"}


@pytest.mark.requirement("F7-17")
@pytest.mark.parametrize("loss", [0.05, 0.3, 0.6])
def test_a_lossy_line_loses_no_token_and_takes_none_twice(bench_of, loss):
    bench = plc(bench_of, loss)
    results = []
    for _ in range(25):
        type_in(bench.meter.unit, bench.credit_token(10))
        while bench.meter.unit.held:
            bench.run(0.1)
        results.append(bench.meter.display().result)
        bench.run(12)
    assert results == ["Accept"] * 25
    assert bench.credit_wh() == 25_000
    assert bench.events().count("TOKEN_REFUSED") == 0


def test_the_same_seed_loses_the_same_frames(bench_of):
    def transcript():
        bench, seen = plc(bench_of, 0.3), []
        for _ in range(10):
            type_in(bench.meter.unit, bench.credit_token(10))
            while bench.meter.unit.held:
                bench.run(0.1)
            seen.append(bench.env.now)
            bench.run(15)
        return seen

    assert transcript() == transcript()


def test_a_meter_that_does_not_answer_is_lost_and_found_again(bench_of):
    deaf = [False]

    class Cuttable(Medium):
        def arrive(self, raw, listener):
            if not deaf[0]:
                super().arrive(raw, listener)

    bench = plc(bench_of, parts=dataclasses.replace(DEFAULT_PARTS, ciu_medium=Cuttable))
    unit = bench.meter.unit
    deaf[0] = True
    type_in(unit, bench.credit_token(100))
    bench.run(PLC.link.patience.longest_wait_s - 0.1)
    assert lines(bench) == ("ESPERE", "")
    bench.run(0.2)
    assert (lines(bench), unit.link_state) == (("TOKEN GUARDADO", ""), LinkState.LINK_LOST)
    assert not unit.display().lamps.comms
    bench.run(60)
    assert lines(bench)[0] == "SIN ENLACE"
    assert bench.credit_wh() == 0
    deaf[0] = False
    bench.run(PLC.link.probe_s + 9)
    assert bench.credit_wh() == 10_000
    assert (unit.link_state, unit.held) == (LinkState.PAIRED, ())


def test_the_meter_tells_what_changed_and_alarms_at_once(bench_of):
    bench = plc(bench_of)
    bench.recharge(100)
    bench.run(60)
    bench.supply.set_load(10.0)
    bench.run(600)
    assert lines(bench) == ("CREDITO", "9.8 kWh"), "as it was told at the last full minute"
    bench.meter.sense(TamperKind.MAGNET, present=True)
    bench.run(0.65)
    display = bench.meter.display()
    assert (display.lamps.alarm, display.sounder) == (True, True)
    bench.run(2)
    assert not bench.meter.display().sounder


def test_the_low_credit_alarm_sounds_on_this_unit_too_and_a_key_silences_it(bench_of):
    bench = plc(bench_of)
    bench.recharge(60)
    bench.supply.set_load(10.0)
    bench.run(3100)
    assert bench.meter.display().sounder
    bench.meter.press("del")
    assert not bench.meter.display().sounder
    bench.run(300)
    assert not bench.meter.display().sounder, "still silent"


# ------------------------------------------------------------ a dead line, and the battery


@pytest.mark.requirement("F7-22")
def test_on_its_battery_the_unit_keeps_what_is_typed_until_the_line_returns(bench_of):
    bench = plc(bench_of)
    bench.recharge(100)
    bench.run(70)
    bench.meter.power_cut()
    bench.run(1)
    display = bench.meter.display()
    assert (display.lines, display.backlight) == (("SIN ENLACE", "10.0 kWh"), False)
    token = bench.credit_token(50)
    type_in(bench.meter.unit, token)
    type_in(bench.meter.unit, token)
    assert lines(bench) == ("TOKEN GUARDADO", "")
    assert bench.meter.unit.held == (token,), "typed twice, held once"
    bench.run(86_400)
    bench.meter.power_up()
    bench.run(2)
    assert lines(bench) == ("ACEPTADO", "+5.0 kWh")
    assert bench.credit_wh() == 15_000


def test_held_tokens_are_entered_one_after_the_other_each_with_its_result(bench_of):
    bench = plc(bench_of)
    bench.meter.power_cut()
    tokens = [bench.credit_token(10) for _ in range(PLC.link.entries_held)]
    for token in tokens:
        type_in(bench.meter.unit, token)
    type_in(bench.meter.unit, bench.credit_token(10))
    assert lines(bench) == ("MEMORIA LLENA", "")
    bench.meter.power_up()
    seen = []
    for _ in range(600):
        bench.run(0.1)
        seen.append(bench.meter.display().result)
    changes = [now for before, now in zip([None, *seen], seen, strict=False) if now and before is None]
    assert changes == ["Accept"] * len(tokens)
    assert bench.credit_wh() == 1_000 * len(tokens)


@pytest.mark.parametrize("moment", ["before", "during", "after"])
@pytest.mark.parametrize("write", range(1, 10))
def test_a_cut_while_the_meter_works_on_a_held_token_shows_the_right_result_at_last(bench_of, write, moment):
    bench = plc(bench_of)
    bench.call("supply.cut_at_write", write=write, moment=moment)
    type_in(bench.meter.unit, bench.credit_token(50))
    bench.run(1)
    if bench.meter.powered:
        assert write == 9, "an accept takes at least eight writes"
        return
    bench.meter.power_up()
    bench.run(1)
    assert bench.meter.display().result == "Accept", "not UsedError: it is the answer to that entry"
    assert bench.credit_wh() == 5_000


def test_a_wired_unit_has_no_battery_and_forgets(bench):
    for key in bench.credit_token(50)[:7]:
        bench.meter.press(key)
    bench.meter.power_cut()
    assert bench.meter.display().lines == ("", "")
    bench.meter.power_up()
    assert bench.meter.display().lines[0] == "SIN CREDITO"


# ------------------------------------------------------------ the meter's side, spoken to in octets


def speak(bench, heard=None):
    """A unit of the test's own on the wire of the meter; what it hears goes to `heard`."""
    heard = [] if heard is None else heard
    send = bench.meter.ciu_installation.medium.attach(lambda raw: heard.append(Frame.from_bytes(raw)))
    return lambda message, sequence=1, **more: send(Frame(1, sequence, message, **more).to_bytes()), heard


def test_a_unit_may_leave_the_collecting_of_digits_to_the_meter(bench):
    say, heard = speak(bench)
    token = bench.credit_token(10)
    for sequence, key in enumerate([*token[:19], "1", "del", token[19], "ok"], start=1):
        say(Key(key), sequence)
    assert heard[3].message.lines == (token[:4], "")
    assert heard[19].message.lines[1].endswith("1")
    assert heard[22].message.lines == ("ACEPTADO", "+1.0 kWh")
    for sequence, key in enumerate(["8", "0", "1", "ok", "9", "del"], start=101):
        say(Key(key), sequence)
    assert heard[26].message.lines == ("CREDITO", "1.0 kWh")
    assert heard[28].message.hold_s == 0, "nothing is typed any more: the idle page"


def test_a_repeated_key_counts_once(bench):
    say, heard = speak(bench)
    say(Key("8"), 1)
    say(Key("8"), 1, repeated=True)
    say(Key("0"), 2)
    assert [frame.message.lines[0] for frame in heard] == ["8", "8", "80"]


def test_a_repeated_token_gets_its_first_answer(bench):
    say, heard = speak(bench)
    token = Token(bench.credit_token(10))
    say(token, 9)
    say(token, 9, repeated=True)
    say(token, 10)
    assert [frame.message.result for frame in heard] == [1, 1, 10], "Accept, Accept, UsedError"
    assert bench.credit_wh() == 1_000


def test_strangers_and_damage_are_not_answered(bench):
    heard = []
    send = bench.meter.ciu_installation.medium.attach(heard.append)
    send(Frame(9, 1, Poll()).to_bytes())
    send(b"noise")
    send(Frame(1, 1, Ack()).to_bytes())
    send(Frame(9, 1, Pair("11111111115")).to_bytes())
    assert heard == []
    assert bench.meter.ciu_server.refused == 4
    bench.meter.power_cut()
    send(Frame(1, 1, Poll()).to_bytes())
    assert heard == []


# ------------------------------------------------------------ parts alone


def test_every_text_can_travel():
    from protocols.field.ciu_messages import pack_text, unpack_text

    for key in keys():
        for lang in ("es", "en"):
            assert unpack_text(pack_text((text(key, lang),)))[0] == text(key, lang)


@given(st.lists(st.sampled_from(LinkTrigger), max_size=20))
def test_a_unit_is_paired_only_by_a_pairing_or_by_hearing_its_own_meter(triggers):
    state = LinkState.UNPAIRED
    for trigger in triggers:
        before, state = state, TRANSITIONS.get((state, trigger), state)
        if state is LinkState.PAIRED and before is not LinkState.PAIRED:
            assert (before, trigger) in {
                (LinkState.PAIRING, LinkTrigger.PAIR_ACCEPTED),
                (LinkState.LINK_LOST, LinkTrigger.ANSWERED),
            }


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.floats(0, 1))
def test_the_medium_loses_the_share_that_it_should(seed, loss):
    from simpy import Environment

    env, heard = Environment(), []
    terms = LinkTerms(LinkVariant.PLC, latency_s_min=0.1, latency_s_max=0.2, loss=loss)
    medium = Medium(env, terms, RandomStreams(seed).stream("x"), lambda: True)
    medium.attach(lambda raw: heard.append(env.now))
    send = medium.attach(lambda raw: None)
    for _ in range(400):
        send(b"x")
    env.run()
    assert len(heard) == pytest.approx(400 * (1 - loss), abs=60)
    assert heard == sorted(heard), "no frame overtakes another"
    assert all(0.1 <= instant <= 400 * 0.2 for instant in heard)


def test_a_medium_with_chance_needs_a_stream():
    from simpy import Environment

    with pytest.raises(ValueError, match="random stream"):
        Medium(Environment(), LinkTerms(loss=0.1), None, lambda: True)


@pytest.mark.parametrize(
    "wrong",
    [{"loss": 1.1}, {"latency_s_min": 2.0}, {"retries": -1}, {"probe_s": 0}, {"entries_held": 0}],
)
def test_a_link_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"link|above 0"):
        LinkTerms(**wrong)


def test_pages_of_a_display_follow_each_other():
    from sim.meter.ciu.keypad_display import PageQueue

    queue = PageQueue()
    assert queue.page(0) is None
    queue.put(Display(("a",), hold_s=2, beep_s=1, result=1), 0)
    queue.put(Display(("b",), hold_s=3, append=True, result=1), 0)
    seconds = 1_000_000
    assert [queue.page(at * seconds).lines[0] for at in (0, 1, 2, 4)] == ["a", "a", "b", "b"]
    assert queue.ends_us == 5 * seconds
    assert (queue.page(5 * seconds), queue.result(5 * seconds), queue.ends_us) == (None, None, None)
    queue.put(Display(("c",), hold_s=1, append=True), 9 * seconds)
    assert queue.page(9 * seconds).lines == ("c",), "a page to append to nothing is shown at once"
