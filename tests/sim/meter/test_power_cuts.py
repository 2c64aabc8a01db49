"""A cut before, in and after every write of every kind of accept: nothing lost, nothing twice, no mixed key.

Each journey is entered once without a cut to count its writes; then once for each write and moment, with the
power coming back and every token entered again, as a customer would.
"""

import dataclasses

import pytest

from protocols.sts.identity import KeyType
from protocols.sts.keys import derive_decoder_key
from protocols.sts.testkeys import VUDK_160
from protocols.sts.token import (
    ClearCredit,
    ClearTamperCondition,
    SetMaximumPowerLimit,
    TransferCredit,
    key_change_tokens,
)
from sim.meter import DEFAULT_PARTS
from sim.meter.events.tamper_protections import TamperKind
from sim.meter.metering.metrology import Quantity
from sim.meter.storage.nvm import CutMoment, MemoryTerms, Storage

BEFORE_WH = 10_000
NJ_PER_S = 1_200_000_000_000  # 10 A at 120 V


def key_change(bench, *, sgc=None, ti=2, rollover=False):
    register = bench.parts.tokens.register
    new = derive_decoder_key(
        vending_key=VUDK_160, pan=register.pan, sgc=sgc or register.sgc, ti=ti, ea=register.ea
    )
    return key_change_tokens(
        new,
        register.decoder_key,
        ken=200,
        krn=1,
        ti=ti,
        key_type=KeyType.DUTK,
        rollover=rollover,
        sgc=sgc,
    )


#: name -> (profile, the tokens of this bench, how many there must be)
JOURNEYS = {
    "credit": ("ppkw", lambda bench: [bench.mint(TransferCredit, 50)], 1),
    "two credits": ("ppkw", lambda bench: [bench.mint(TransferCredit, 50) for _ in range(2)], 2),
    "power limit": ("ppkw", lambda bench: [bench.mint(SetMaximumPowerLimit, 5000)], 1),
    "clear credit": ("ppkw", lambda bench: [bench.mint(ClearCredit, 0)], 1),
    "clear tamper": ("ppkw", lambda bench: [bench.mint(ClearTamperCondition)], 1),
    "two sections": ("ppkw07", key_change, 2),
    "three sections": ("ppkw07", lambda bench: key_change(bench, sgc="000099"), 3),
    "four sections": ("ppkw", lambda bench: key_change(bench, sgc="000099"), 4),
    "two sections with RO": ("ppkw07", lambda bench: key_change(bench, rollover=True), 2),
    "four sections with RO": ("ppkw", lambda bench: key_change(bench, sgc="201457", rollover=True), 4),
}


def start(bench_of, profile, parts=DEFAULT_PARTS):
    """A meter with credit and a cleared, but remembered attack."""
    bench = bench_of(profile, parts)
    bench.recharge(BEFORE_WH // 100)
    bench.meter.sense(TamperKind.MAGNET, present=True)
    bench.meter.sense(TamperKind.MAGNET, present=False)
    return bench


def state(bench):
    """Everything that tokens may change."""
    processor = bench.parts.tokens.snapshot()
    return {
        "credit_nj": bench.credit_nj(),
        "limit_w": bench.parts.limiter.limit_w,
        "alarm": bench.parts.tamper.alarm,
        "register": processor["register"],
        "tids": processor["tids"],
        "accepted": bench.events().count("TOKEN_ACCEPTED"),
    }


def enter_all(bench, tokens):
    for digits in tokens:
        bench.enter(digits)


def without_a_cut(bench_of, profile, tokens_of):
    """What the journey ends up with, and the writes that it takes."""
    bench = start(bench_of, profile)
    tokens, states, writes = tokens_of(bench), [state(bench)], bench.meter.memory.writes
    for digits in tokens:
        bench.enter(digits)
        states.append(state(bench))
    return states, bench.meter.memory.writes - writes, len(tokens)


@pytest.mark.parametrize("moment", CutMoment)
@pytest.mark.parametrize("name", JOURNEYS)
def test_a_cut_at_any_write_loses_nothing_and_does_nothing_twice(bench_of, name, moment):
    profile, tokens_of, count = JOURNEYS[name]
    states, writes, entered = without_a_cut(bench_of, profile, tokens_of)
    assert entered == count
    assert writes >= 4 * count
    for write in range(1, writes + 1):
        bench = start(bench_of, profile)
        tokens = tokens_of(bench)
        bench.call("supply.cut_at_write", write=write, moment=moment.value)
        enter_all(bench, tokens)
        assert not bench.meter.powered, (write, "the cut came")
        bench.meter.power_up()
        assert state(bench) in states, (write, "the meter is as it was after one of the tokens")
        enter_all(bench, tokens)
        last, found = states[-1], state(bench)
        assert {**found, "accepted": 0} == {**last, "accepted": 0}, write


@pytest.mark.parametrize("moment", CutMoment)
def test_a_cut_in_the_recovery_is_harmless_too(bench_of, moment):
    states, writes, _ = without_a_cut(bench_of, "ppkw", JOURNEYS["credit"][1])
    recoveries = 0
    for write in range(1, writes + 1):
        for again in range(1, 9):
            bench = start(bench_of, "ppkw")
            token = bench.mint(TransferCredit, 50)
            bench.meter.memory.cut_at(write, CutMoment.AFTER)
            bench.enter(token)
            bench.meter.memory.cut_at(again, moment)
            bench.meter.power_up()
            recoveries += not bench.meter.powered
            bench.meter.power_up()
            assert bench.meter.powered
            bench.enter(token)
            assert bench.credit_nj() == states[-1]["credit_nj"], (write, again)
    assert recoveries > 0


class NoJournal(Storage):
    """Writes one record after the other and hopes for the best: credit first, TID last."""

    def _write(self, texts):
        for name, text in texts.items():
            self._memory.write(name, text)


def test_a_storage_without_a_journal_credits_twice_so_the_test_has_teeth(bench_of):
    wrong = dataclasses.replace(DEFAULT_PARTS, storage=NoJournal)
    credits_wh = set()
    for write in range(1, 6):
        bench = start(bench_of, "ppkw", wrong)
        token = bench.mint(TransferCredit, 50)
        bench.meter.memory.cut_at(write, CutMoment.AFTER)
        bench.enter(token)
        bench.meter.power_up()
        bench.enter(token)
        credits_wh.add(bench.credit_wh())
    assert BEFORE_WH + 2 * 5_000 in credits_wh


# ------------------------------------------------------------ consumption


def consumption(bench):
    """Energy in the register, and credit used up: the same number, whatever happens."""
    account = bench.parts.prepayment
    return bench.parts.metrology.energy_nj(Quantity.ACTIVE_IMPORT), account.snapshot()["consumed_nj"]


def test_with_hold_up_an_ordinary_cut_loses_not_one_nanojoule(bench):
    bench.recharge(500)
    bench.supply.set_load(10.0, 30.0)
    bench.run(1234.567)
    before = consumption(bench)
    bench.meter.power_cut()
    bench.meter.power_up()
    assert consumption(bench) == before
    assert before[0] == before[1] > 0


@pytest.mark.parametrize("hold_up_writes", range(8))
def test_with_less_hold_up_at_most_a_capture_period_is_lost_and_the_books_agree(bench_of, hold_up_writes):
    bench = bench_of(storage=MemoryTerms(hold_up_ms=hold_up_writes, write_ms=1))
    bench.recharge(500)
    bench.supply.set_load(10.0)
    bench.run(2000)
    before, _ = consumption(bench)
    bench.meter.power_cut()
    bench.meter.power_up()
    register, used = consumption(bench)
    assert register == used
    lost_s = (before - register) / NJ_PER_S
    # the last checkpoint was the capture at 1800 s; one journaled write is enough to keep the rest
    assert lost_s == pytest.approx(200 if hold_up_writes == 0 else 0)


def test_a_cut_without_warning_loses_what_came_after_the_last_checkpoint(bench):
    bench.recharge(500)
    bench.supply.set_load(10.0)
    bench.run(1000)
    bench.call("supply.cut_at_write", write=1, moment="before")
    bench.enter(bench.credit_token(10))
    assert not bench.meter.powered
    bench.meter.power_up()
    register, used = consumption(bench)
    assert register == used == 900 * NJ_PER_S


# ------------------------------------------------------------ the other ways in, and other writers


def test_a_cut_in_the_gateway_gives_no_answer_and_the_token_can_come_again(bench):
    from protocols.dlms import axdr
    from protocols.dlms.session.errors import NoAnswer

    session, token = bench.session(), bench.credit_token(50)
    bench.call("supply.cut_at_write", write=1)
    with pytest.raises(NoAnswer):
        session.action(115, "0.0.19.40.0", 1, axdr.octet_string(token.encode()))
    assert not bench.meter.powered
    bench.meter.power_up()
    bench.session().action(115, "0.0.19.40.0", 1, axdr.octet_string(token.encode()))
    assert bench.credit_wh() == 5_000


def test_a_cut_while_the_switch_opens_leaves_a_meter_that_still_works(bench):
    bench.recharge(1)
    bench.supply.set_load(10.0)
    bench.call("supply.cut_at_write", write=1)
    bench.run(600)
    assert not bench.meter.powered
    bench.meter.power_up()
    bench.run(600)
    assert bench.credit_wh() == 0
    assert not bench.parts.switch.relay_closed


def test_a_cut_at_a_capture_does_not_stop_the_world(bench):
    bench.call("supply.cut_at_write", write=1)
    bench.run(900)
    assert not bench.meter.powered
    bench.run(3600)
    bench.meter.power_up()
    bench.run(900)
    assert len(bench.parts.load_profile.rows) == 1


def test_the_operation_counts_and_takes_back(bench):
    before = bench.call("supply.cut_at_write")["writes"]
    bench.call("supply.cut_at_write", write=1)
    bench.call("supply.cut_at_write", write=0)
    bench.recharge(10)
    assert bench.meter.powered
    assert bench.call("supply.cut_at_write")["writes"] > before
