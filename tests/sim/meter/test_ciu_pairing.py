"""The unit on the power line: pairing by keys, replacement, neighbours (R6.1-01, F7-17 to F7-22)."""

import dataclasses

import pytest

from sim.meter import DEFAULT_PARTS, load_profile
from sim.meter.ciu.link import LinkState, Medium, UnitTerms

PLC = load_profile("ppkw-plc").ciu
PAIR_OTHER = "1593570" + "11111111115"
PAIR_THIS = "1593570" + "0" * 11
UNPAIR = "0" * 11


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


def new_unit(bench, address, **link):
    """A further unit, fresh from the box."""
    terms = dataclasses.replace(bench.meter.profile.ciu.link, bound_at_factory=False, **link)
    return bench.meter.ciu_installation.install(UnitTerms(address=address), terms)


@pytest.mark.requirement("R6.1-01")
def test_a_new_unit_is_paired_by_keys_and_then_works_beside_the_first(bench_of):
    bench = plc(bench_of)
    second = new_unit(bench, 2)
    assert lines(bench, second) == ("????", "")
    type_in(second, bench.credit_token(10))
    assert lines(bench, second) == ("????", ""), "it has no meter"
    assert second.held == ()
    type_in(second, PAIR_THIS)
    bench.run(1)
    assert (lines(bench, second), second.link_state) == (("VINCULADO", ""), LinkState.PAIRED)
    bench.run(11)
    assert lines(bench, second) == ("SIN CREDITO", "0.0 kWh")
    token = bench.credit_token(10)
    type_in(second, token)
    type_in(bench.meter.unit, token)
    bench.run(1)
    assert {unit.display().result for unit in bench.meter.ciu_installation.units} == {"Accept", "UsedError"}
    assert bench.credit_wh() == 1_000
    assert bench.parts.units.addresses == (1, 2)


@pytest.mark.requirement("R6.1-01")
def test_a_third_unit_finds_no_place_until_one_of_the_others_was_silent_for_long(bench_of):
    bench = plc(bench_of)
    second, third = new_unit(bench, 2), new_unit(bench, 3)
    type_in(second, PAIR_THIS)
    bench.run(1)
    type_in(bench.meter.unit, "801")
    bench.run(1)
    type_in(third, PAIR_THIS)
    bench.run(1)
    assert (lines(bench, third), third.link_state) == (("NO VINCULADO", ""), LinkState.UNPAIRED)
    bench.run(PLC.link.replace_after_s)
    type_in(second, "801")
    bench.run(1)
    type_in(third, PAIR_THIS)
    bench.run(1)
    assert third.link_state is LinkState.PAIRED
    assert bench.parts.units.addresses == (2, 3), "the silent one was replaced"
    type_in(bench.meter.unit, "801")
    bench.run(9)
    assert bench.meter.unit.link_state is LinkState.LINK_LOST


def test_bindings_outlive_the_power(bench_of):
    bench = plc(bench_of)
    type_in(new_unit(bench, 2), PAIR_THIS)
    bench.run(1)
    bench.meter.power_cut()
    bench.meter.power_up()
    assert bench.parts.units.addresses == (1, 2)


def test_eleven_zeros_part_a_unit_from_its_meter(bench_of):
    bench = plc(bench_of)
    type_in(bench.meter.unit, UNPAIR)
    assert lines(bench) == ("DESVINCULADO", "")
    bench.run(11)
    assert lines(bench) == ("????", "")
    assert bench.parts.units.addresses == ()


def test_a_number_that_no_meter_bears_gives_no_pairing(bench_of):
    bench = plc(bench_of)
    unit = new_unit(bench, 2)
    type_in(unit, PAIR_OTHER)
    assert lines(bench, unit) == ("ESPERE", "")
    bench.run(9)
    assert (lines(bench, unit), unit.link_state) == (("NO VINCULADO", ""), LinkState.UNPAIRED)
    assert bench.parts.units.addresses == (1,)


def test_pairing_needs_the_line(bench_of):
    bench = plc(bench_of)
    unit = new_unit(bench, 2)
    bench.meter.power_cut()
    type_in(unit, PAIR_THIS)
    assert lines(bench, unit) == ("SIN ENLACE", "")


def test_the_neighbour_on_the_same_line_is_refused(bench_of):
    shared = []

    def one_line(env, terms, stream, carries):
        shared[:] = shared or [Medium(env, terms, stream, carries)]
        return shared[0]

    parts = dataclasses.replace(DEFAULT_PARTS, ciu_medium=one_line)
    bench = plc(bench_of, parts=parts)
    neighbour_terms = dataclasses.replace(bench.meter.profile.ciu, unit=UnitTerms(address=77))
    from sim.meter import build

    profile = dataclasses.replace(bench.meter.profile, drn="11111111115", ciu=neighbour_terms)
    neighbour = build(profile, parts, env=bench.env, clock=bench.clock, supply=bench.supply)
    token = bench.credit_token(10)
    type_in(neighbour.unit, token)
    bench.run(2)
    assert neighbour.display().result == "CRCError", "its own meter answers it"
    assert bench.credit_wh() == 0
    assert bench.meter.ciu_server.refused > 0
    type_in(bench.meter.unit, token)
    bench.run(2)
    assert bench.meter.display().result == "Accept"
    assert neighbour.parts.prepayment.credit_nj == 0


def test_a_wired_unit_cannot_be_paired_so_its_codes_are_tokens(bench):
    assert bench.enter(UNPAIR).result == "FormatError"
    assert bench.enter(PAIR_THIS).result == "FormatError"
