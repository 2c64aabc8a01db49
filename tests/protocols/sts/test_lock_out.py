"""The lock-out profile: when it locks, how long, what it still lets through, and that it survives a cut."""

import pytest

from protocols.sts.acceptance import LockOut, LockOutTerms, Outcome, TokenAcceptance, TokenResult
from protocols.sts.acceptance.results import AuthenticationResult
from protocols.sts.errors import StsValueError
from protocols.sts.token import InitiateMeterTest, TransferCredit, encode_token

WRONG = "0" * 19 + "7"
TEST = encode_token(InitiateMeterTest(1))


def accept(token: object) -> TokenResult:
    return TokenResult.ACCEPT


def credit(meter: TokenAcceptance, tid: int) -> str:
    return encode_token(TransferCredit(0, 5, tid, 1), meter.register.decoder_key)


def test_it_is_off_unless_a_meter_has_it(make_meter) -> None:
    meter = make_meter()
    assert {meter.enter(WRONG, accept, 0.0).name for _ in range(100)} == {"CRCError"}
    assert meter.enter(credit(meter, 1000), accept, 0.0).accepted


def test_three_wrong_entries_lock_for_ten_seconds(make_meter) -> None:
    meter = make_meter(lock_out=LockOut())
    assert [meter.enter(WRONG, accept, now_s).name for now_s in (1.0, 2.0, 3.0)] == ["CRCError"] * 3
    locked = meter.enter(credit(meter, 1000), accept, 12.9)
    assert (locked.name, locked.accepted, locked.authentication) == ("LockOut", False, None)
    assert meter.enter("5", accept, 12.9).name == "LockOut"
    assert meter.enter(credit(meter, 1000), accept, 13.0).name == "Accept"


def test_each_further_wrong_entry_doubles_up_to_the_longest() -> None:
    lock, now_s, locks = LockOut(), 0.0, []
    for _ in range(12):
        now_s += lock.remaining_s(now_s)
        assert lock.admits(WRONG, now_s)
        lock.note(Outcome(AuthenticationResult.CRC_ERROR), now_s)
        locks.append(lock.remaining_s(now_s))
    assert locks == [0, 0, 10, 20, 40, 80, 160, 320, 640, 1280, 1280, 1280]


def test_class_1_is_taken_while_it_is_locked(make_meter) -> None:
    meter = make_meter(lock_out=LockOut())
    for _ in range(3):
        meter.enter(WRONG, accept, 0.0)
    assert meter.enter(TEST, accept, 1.0).name == "Accept"
    assert meter.enter(credit(meter, 1000), accept, 1.0).name == "LockOut"


def test_an_authentic_token_ends_the_series_but_a_test_does_not(make_meter) -> None:
    meter = make_meter(lock_out=LockOut())
    used = credit(meter, 1000)
    meter.enter(used, accept, 0.0)
    for _ in range(2):
        meter.enter(WRONG, accept, 0.0)
    assert meter.enter(used, accept, 0.0).name == "UsedError"
    for _ in range(2):
        meter.enter(WRONG, accept, 0.0)
    meter.enter(TEST, accept, 0.0)
    meter.enter("1", accept, 0.0)
    assert meter.enter(used, accept, 0.0).name == "LockOut"


def test_a_power_cut_does_not_end_a_lock() -> None:
    lock = LockOut(LockOutTerms(1, 100, 200))
    lock.note(Outcome(AuthenticationResult.CRC_ERROR), 50.0)
    kept = lock.snapshot(80.0)
    again = LockOut(lock.terms)
    again.restore(kept, 5.0)
    assert again.remaining_s(5.0) == 70.0
    again.note(Outcome(AuthenticationResult.CRC_ERROR), 75.0)
    assert again.remaining_s(75.0) == 200.0


@pytest.mark.parametrize("terms", [(0, 10, 20), (3, 0, 20), (3, 30, 20)])
def test_terms_that_make_no_sense_are_refused(terms: tuple[int, float, float]) -> None:
    with pytest.raises(StsValueError):
        LockOutTerms(*terms)
