"""A slow wire brings answers that nobody waits for any more: no honest meter waits in quarantine for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.codes import ServiceError, StateError
from protocols.dlms.errors import DecipheringError, DlmsError, RemoteProtocolError
from protocols.dlms.session.errors import AssociationRefused, ExceptionAnswered, NoAnswer
from protocols.dlms.xdlms.error_responses import ExceptionResponse
from sim.concentrator import MeterKeys
from sim.concentrator.discovery import MeterIdentification
from sim.concentrator.nvm import Nvm
from sim.concentrator.registry import Identity, MeterState, Reason, Registry
from sim.concentrator.southbound import LATE_S, LateAnswers
from sim.concentrator.terms import WireTerms
from sim.kernel.timing import FieldEnvironment
from sim.plc_channel.generic import GenericTerms

#: Some answers take longer than `WireTerms.response_timeout_s`.
SLOW = GenericTerms(registration_s=30.0, delay_s_min=1.0, delay_s_max=20.0)
EUI48 = bytes(5) + b"\x07"
LANE = (EUI48, 1)
EXCEPTION = ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.DECIPHERING_ERROR)
REFUSALS = (AssociationRefused(EXCEPTION), ExceptionAnswered(EXCEPTION), DecipheringError("tag"))


@pytest.mark.requirement("R6.2-03")
@pytest.mark.parametrize(("keys", "seed"), [("lls", 1), ("gmac", 2), ("gmac", 3)])
def test_honest_meters_on_a_slow_wire_are_registered(make_street, keys, seed):
    street = make_street(4, keys=keys, seed=seed, wire=SLOW, settle_s=3000.0)
    states = {record.serial: (record.state, record.reason) for record in street.concentrator.registry}
    assert states == {f"{n:08d}": (MeterState.REGISTERED, Reason.NONE) for n in range(1, 5)}


def test_two_meters_behind_one_modem_are_found_on_a_slow_wire(make_street):
    street = make_street(1, wire=SLOW, settle_s=600.0)
    street.add(9, eui=1)
    street.run(3000.0)
    assert Reason.DUPLICATE_EUI48 in {record.reason for record in street.concentrator.registry}


# ------------------------------------------------------------ what is owed


def test_as_many_late_answers_as_were_given_up_surprise_nobody():
    late = LateAnswers()
    late.given_up(LANE, 2, 10.0)
    assert late.may_come(EUI48, 10.0)
    assert late.came(LANE, 1, 20.0) == 0
    assert late.came(LANE, 3, 30.0) == 2
    assert not late.may_come(EUI48, 30.0)


def test_another_client_address_owes_nothing():
    late = LateAnswers()
    late.given_up(LANE, 1, 0.0)
    assert late.came((EUI48, 16), 1, 0.0) == 1
    assert not late.may_come(bytes(6), 0.0)


def test_nothing_is_owed_for_ever():
    late = LateAnswers()
    late.given_up(LANE, 1, 0.0)
    late.given_up(LANE, 1, 100.0)
    assert late.came(LANE, 2, LATE_S + 1.0) == 1
    late.given_up(LANE, 1, 0.0)
    late.forget()
    assert late.came(LANE, 1, 0.0) == 1


def test_a_meter_that_never_answers_owes_no_more_than_may_still_come():
    late = LateAnswers()
    for minute in range(10_000):
        late.given_up(LANE, 1, minute * 60.0)
    assert len(late._owed[LANE]) == LATE_S / 60 + 1
    late.given_up(LANE, 0, 1e9)
    assert not late._owed


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=30))
def test_what_came_is_either_owed_or_a_surprise(steps):
    late, owed = LateAnswers(), 0
    for gives_up, count in steps:
        if gives_up:
            late.given_up(LANE, count, 0.0)
            owed += count
        else:
            assert late.came(LANE, count, 0.0) == max(0, count - owed)
            owed = max(0, owed - count)
        assert late.may_come(EUI48, 0.0) == bool(owed)


# ------------------------------------------------------------ what a refusal proves


class Visits:
    """A meter that says who it is, and then ends each proof as the list says; None: it lets us in."""

    def __init__(self, ends: list[DlmsError | None], *, owes: bool = False) -> None:
        self.ends, self.owing = ends, owes

    def owes(self, _eui48: bytes) -> bool:
        return self.owing

    def keys_of(self, _serial: str) -> MeterKeys:
        return MeterKeys(password=b"1")

    def as_public(self, *_):
        return Identity(EUI48, "7", "AMB7")
        yield

    def at(self, *_):
        failure = self.ends.pop(0)
        if failure is not None:
            raise failure
        return
        yield


def asked(meter_sessions: Visits, retries: int = 2) -> tuple[MeterState, Reason] | None:
    """What becomes of the meter; None where it is not entered."""
    env, registry = FieldEnvironment(), Registry(Nvm())
    registry.load()
    terms = WireTerms(identify_retries=retries)
    identifier = MeterIdentification(env, meter_sessions, registry, terms, lambda: 0, lambda *_: None)
    env.run(env.process(identifier.newcomer(EUI48)))
    record = registry.by_eui48(EUI48)
    return record and (record.state, record.reason)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda error: type(error).__name__)
def test_a_refusal_is_a_refusal(refusal):
    assert asked(Visits([refusal])) == (MeterState.QUARANTINED, Reason.WRONG_KEYS)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda error: type(error).__name__)
def test_a_refusal_proves_nothing_while_a_late_answer_is_due(refusal):
    assert asked(Visits([refusal, refusal, None], owes=True)) == (MeterState.REGISTERED, Reason.NONE)
    again = Visits([refusal, refusal, refusal], owes=True)
    assert asked(again) == (MeterState.QUARANTINED, Reason.WRONG_KEYS)  # until it is the last time


def test_what_is_no_refusal_is_asked_again():
    garbled = RemoteProtocolError("GetResult came instead of Associated")
    assert asked(Visits([garbled, NoAnswer(30.0), None])) == (MeterState.REGISTERED, Reason.NONE)
    assert asked(Visits([garbled] * 3)) == (MeterState.QUARANTINED, Reason.WRONG_KEYS)


def test_silence_is_never_a_refusal():
    assert asked(Visits([NoAnswer(30.0)] * 3, owes=True)) is None
