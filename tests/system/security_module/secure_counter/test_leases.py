"""What a counter takes as a lease, and what a lease can change."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from counter_leases import DRNS, MODULE_KEY, MODULE_PUBLIC, decoder_key_of, drn_of, lease_for, opened

from protocols.offline.messages import Lease
from system.security_module.leases import LeaseKey
from system.security_module.secure_counter import CounterRefused

OTHER_KEY = LeaseKey(bytes(32))


def refused(till, envelope: bytes, public: bytes = MODULE_PUBLIC) -> str:
    before = till.counter.status()
    with pytest.raises(CounterRefused) as refusal:
        till.counter.load_lease(envelope, public)
    assert till.counter.status() == before
    return refusal.value.code


def test_the_same_lease_again_changes_nothing(till) -> None:
    envelope = till.load(allowed_c=3_000_000, made_at=till.now + timedelta(seconds=1))
    till.sell()
    before = till.counter.status()
    assert till.counter.load_lease(envelope, MODULE_PUBLIC) == opened(envelope)
    assert till.counter.status() == before


def test_a_deposit_raises_the_limit_by_itself_and_a_repeated_lease_gives_nothing_back(make_till) -> None:
    till = make_till()
    first = till.load(allowed_c=2_000_000)
    till.sell(amount_c=2_000_000)
    till.wait(days=1)
    till.load(allowed_c=3_500_000)  # the limit and a deposit of 1,500,000
    assert till.counter.status().left_c == 1_500_000
    till.counter.load_lease(first, MODULE_PUBLIC)
    assert till.counter.status().left_c == 1_500_000


def test_an_older_lease_that_comes_late_lifts_no_lowered_limit(make_till) -> None:
    till = make_till()
    late = lease_for(till.counter, [drn_of(7)], now=till.now, allowed_c=9_000_000)
    till.wait(hours=1)
    till.load(allowed_c=1_000_000)
    till.counter.load_lease(late, MODULE_PUBLIC)
    assert till.counter.status().allowed_c == 1_000_000
    till.sell(drn_of(7))  # its meter is leased all the same
    assert till.code(amount_c=1) == "over-limit"


def test_an_older_lease_never_takes_the_place_of_a_newer(make_till) -> None:
    till = make_till()
    late = lease_for(till.counter, now=till.now, days=30)
    till.wait(hours=1)
    till.load(days=2)
    till.counter.load_lease(late, MODULE_PUBLIC)
    till.wait(days=3)
    assert till.code() == "lease-expired"


def test_parts_of_one_set_add_up(make_till) -> None:
    till = make_till()
    drns = [drn_of(number) for number in range(1, 8)]
    for part in (1, 2):
        till.load(drns=drns[4 * part - 4 : 4 * part], part=part, parts=2, allowed_c=5_000_000)
    status = till.counter.status()
    assert status.drns == tuple(sorted(drns))
    assert status.allowed_c == 5_000_000
    assert status.test
    assert status.until == till.now + timedelta(days=14)


def test_another_terminals_lease_is_refused(till, make_till) -> None:
    other = make_till("other", uuid4())
    assert refused(till, lease_for(other.counter, now=till.now)) == "other-terminal"


def test_a_lease_wrapped_for_another_counter_is_refused(till, make_till) -> None:
    """The terminal id is this one's, the keys are wrapped for another's."""
    other = make_till("other", uuid4())
    envelope = lease_for(till.counter, now=till.now, agreement_public=other.counter.agreement_public)
    assert refused(till, envelope) == "bad-lease"


def test_another_modules_lease_is_refused_and_the_first_key_stays(till) -> None:
    foreign = lease_for(till.counter, now=till.now, key=OTHER_KEY)
    assert refused(till, foreign) == "wrong-signature"
    assert refused(till, foreign, OTHER_KEY.public) == "wrong-signature"
    till.reopen()
    assert refused(till, foreign, OTHER_KEY.public) == "wrong-signature"


def test_an_altered_lease_is_refused(till) -> None:
    envelope = lease_for(till.counter, now=till.now, allowed_c=1_000_000)
    assert (
        refused(till, envelope.replace(b'"allowed_c":1000000', b'"allowed_c":9000000')) == "wrong-signature"
    )
    assert refused(till, envelope[:-1]) == "bad-lease"
    assert refused(till, b"") == "bad-lease"
    assert refused(till, b"[" * 100_000) == "bad-lease"


def test_a_key_that_was_put_under_another_meter_does_not_open(till) -> None:
    """Even the module's own signature cannot join one meter's key with another's name."""
    lease = opened(lease_for(till.counter, now=till.now))
    first, second, *rest = lease.meters
    swapped = (replace(first, sealed=second.sealed), replace(second, sealed=first.sealed), *rest)
    forged = replace(lease, meters=swapped).seal(MODULE_PUBLIC, MODULE_KEY.sign)
    assert refused(till, forged) == "bad-lease"


def test_leases_that_ended_are_dropped_when_a_new_one_comes(till) -> None:
    till.wait(days=20)
    till.load(drns=DRNS[:1])
    till.reopen()
    assert till.counter.status().drns == DRNS[:1]


def test_no_decoder_key_is_in_the_message(till) -> None:
    envelope = lease_for(till.counter, now=till.now)
    for drn in DRNS:
        assert decoder_key_of(drn).value.hex().encode() not in envelope
    assert len(Lease.open(envelope, MODULE_PUBLIC).meters) == 3


def test_a_lease_that_is_only_checked_is_not_kept(till, make_till) -> None:
    later = lease_for(till.counter, [drn_of(7)], now=till.now, allowed_c=1)
    before = till.counter.status()
    assert till.counter.check_lease(later, MODULE_PUBLIC) == opened(later)
    assert till.counter.status() == before
    foreign = lease_for(make_till("other", uuid4()).counter, now=till.now)
    with pytest.raises(CounterRefused) as refusal:
        till.counter.check_lease(foreign, MODULE_PUBLIC)
    assert refusal.value.code == "other-terminal"
