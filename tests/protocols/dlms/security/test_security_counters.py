"""Invocation counters never repeat, whatever happens; the device keeps its keys whole or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.errors import DecipheringError, DlmsValueError, InvocationCounterError, LocalProtocolError
from protocols.dlms.security import DeviceSecurity, KeySet, ReceiveCounter, SendCounter, wrap_key
from protocols.dlms.security import suites as policies
from protocols.dlms.security.device import MAX_SENDERS, fingerprint

KEYS = KeySet(guek=bytes(16), gak=bytes(range(16)), gbek=bytes(range(16, 32)), kek=bytes(range(32, 48)))
TITLE = b"AMB00001"
OTHER_KEY = bytes(range(48, 64))


class PowerLost(Exception):  # noqa: N818
    """The memory lost its supply."""


class Memory:
    """Keeps snapshots; the power ends at the write whose number is told."""

    def __init__(self, security: DeviceSecurity) -> None:
        self.security = security
        self.kept = security.snapshot()
        self.ends_at: int | None = None
        self.writes = 0
        security.keep = self.keep

    def keep(self) -> None:
        self.writes += 1
        if self.writes == self.ends_at:
            raise PowerLost
        self.kept = self.security.snapshot()


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 5))
def test_a_restart_never_reuses_a_counter(restarts: list[bool], step: int) -> None:
    mark = [0]
    used: list[int] = []
    counter = SendCounter(0, lambda value: mark.__setitem__(0, value), step)
    for restart in restarts:
        if restart:
            counter = SendCounter(mark[0], lambda value: mark.__setitem__(0, value), step)
        used.append(counter.take())
    assert used == sorted(set(used))


@given(st.lists(st.integers(0, 6), max_size=40), st.integers(1, 4))
def test_a_kill_at_any_write_never_reuses_a_counter(kills: list[int], step: int) -> None:
    security = DeviceSecurity(TITLE, KEYS, step=step)
    memory = Memory(security)
    used: list[int] = []
    received: list[int] = []
    for number, kill in enumerate(kills):
        memory.ends_at = memory.writes + kill
        try:
            used.append(security.take_counter())
            security.received(b"CLI00001").accept(number)
            received.append(number)
        except PowerLost:
            security.restore(memory.kept)
    security.restore(memory.kept)
    assert used == sorted(set(used))
    for number in received:
        with pytest.raises(InvocationCounterError):
            security.received(b"CLI00001").check(number)


def test_an_announced_cut_loses_no_counter() -> None:
    security = DeviceSecurity(TITLE, KEYS)
    memory = Memory(security)
    assert [security.take_counter() for _ in range(3)] == [0, 1, 2]
    security.received(b"CLI00001").accept(9)
    security.settle_marks()
    memory.keep()
    security.restore(memory.kept)
    assert security.take_counter() == 3
    assert security.last_received == 9
    assert security.received(b"CLI00001").expected == 10


def test_an_older_state_does_not_bring_counters_back() -> None:
    security = DeviceSecurity(TITLE, KEYS)
    early = security.snapshot()
    for number in range(5):
        security.take_counter()
        security.received(b"CLI00001").accept(number)
    late = security.snapshot()
    security.restore(early)
    security.not_before(late)
    assert security.take_counter() >= 5
    with pytest.raises(InvocationCounterError) as refusal:
        security.received(b"CLI00001").check(4)
    assert refusal.value.expected >= 5
    assert refusal.value.code == 6


def test_the_end_of_the_counter_is_an_error() -> None:
    counter = SendCounter(2**32 - 1)
    assert counter.take() == 2**32 - 1
    with pytest.raises(LocalProtocolError, match="key must be changed"):
        counter.take()
    receive = ReceiveCounter()
    receive.accept(2**32 - 1)
    with pytest.raises(InvocationCounterError):
        receive.check(2**32 - 1)


def test_counters_belong_to_keys() -> None:
    security = DeviceSecurity(TITLE, KEYS)
    security.received(b"CLI00001").accept(50)
    security.transfer_keys([(0, wrap_key(KEYS.kek or b"", OTHER_KEY))])
    assert security.received(b"CLI00001").expected == 0
    assert security.last_received == 0
    before = security.take_counter()
    security.transfer_keys([(0, wrap_key(KEYS.kek or b"", KEYS.guek))])
    assert security.received(b"CLI00001").expected == 51, "a key that comes back finds its counters"
    assert security.take_counter() > before


def test_clients_that_never_proved_themselves_are_not_remembered() -> None:
    security = DeviceSecurity(TITLE, KEYS)
    for number in range(MAX_SENDERS * 2):
        security.received(number.to_bytes(8, "big")).check(1)
    assert security.snapshot()["received"] == {}


def test_room_for_clients_is_bounded_and_old_keys_go_first() -> None:
    security = DeviceSecurity(TITLE, KEYS)
    for number in range(MAX_SENDERS):
        security.received(number.to_bytes(8, "big")).accept(1)
    with pytest.raises(DecipheringError, match="too many"):
        security.received(b"one more").accept(1)
    security.transfer_keys([(0, wrap_key(KEYS.kek or b"", OTHER_KEY))])
    security.received(b"one more").accept(1)
    assert len(security.snapshot()["received"]) == 1


@pytest.mark.parametrize(
    ("key_id", "name"), [(0, "guek"), (1, "gbek"), (2, "gak"), (3, "kek")], ids=["guek", "gbek", "gak", "kek"]
)
def test_a_transferred_key_is_taken_and_kept(key_id: int, name: str) -> None:
    security = DeviceSecurity(TITLE, KEYS)
    memory = Memory(security)
    before = security.cipher()
    security.transfer_keys([(key_id, wrap_key(KEYS.kek or b"", OTHER_KEY))])
    assert getattr(security.keys, name) == OTHER_KEY
    security.restore(memory.kept)
    assert getattr(security.keys, name) == OTHER_KEY
    assert security.cipher() is not before


REFUSED = {
    "unknown key-id": [(9, wrap_key(KEYS.kek or b"", OTHER_KEY))],
    "wrong wrapping": [(0, wrap_key(bytes(16), OTHER_KEY))],
    "not wrapped": [(0, OTHER_KEY)],
    "another length": [(0, wrap_key(KEYS.kek or b"", bytes(32)))],
    "one good, one bad": [(0, wrap_key(KEYS.kek or b"", OTHER_KEY)), (2, b"")],
}


@pytest.mark.parametrize("transfers", REFUSED.values(), ids=REFUSED)
def test_a_refused_transfer_changes_nothing(transfers: list[tuple[int, bytes]]) -> None:
    security = DeviceSecurity(TITLE, KEYS)
    memory = Memory(security)
    with pytest.raises((DlmsValueError, DecipheringError)):
        security.transfer_keys(transfers)
    assert security.keys == KEYS
    assert memory.writes == 0


def test_a_device_without_a_master_key_takes_none() -> None:
    security = DeviceSecurity(TITLE, KeySet(bytes(16), bytes(16)))
    with pytest.raises(DlmsValueError, match="no master key"):
        security.transfer_keys([(0, bytes(24))])
    assert security.cipher(broadcast=True) is None


def test_a_policy_is_only_strengthened() -> None:
    for version, known in ((0, range(4)), (1, range(0, 256, 4))):
        for old in known:
            for new in range(256):
                security = DeviceSecurity(TITLE, KEYS, setup_version=version)
                security.restore({**security.snapshot(), "policy": old})
                allowed = new in known and new & old == old and not (version and new & 0x90)
                if allowed:
                    security.activate_policy(new)
                    assert security.policy == new
                else:
                    with pytest.raises(DlmsValueError):
                        security.activate_policy(new)
                    assert security.policy == old


def test_version_1_tells_requests_from_answers() -> None:
    security = DeviceSecurity(TITLE, KEYS, setup_version=1, policy=0x04)
    assert (security.least_request, security.least_answer) == (0x10, 0)
    assert policies.signature_required(0x10, 1)
    assert policies.signature_required(0x80, 1, answers=True)
    assert not policies.signature_required(0x10, 0)


def test_what_makes_no_device() -> None:
    with pytest.raises(DlmsValueError, match="8 octets"):
        DeviceSecurity(b"short", KEYS)
    with pytest.raises(DlmsValueError, match="16 octets"):
        DeviceSecurity(TITLE, KeySet(bytes(32), bytes(32)))
    with pytest.raises(DlmsValueError, match="policy"):
        DeviceSecurity(TITLE, KEYS, policy=4)
    with pytest.raises(DlmsValueError, match="all alike"):
        KeySet(bytes(16), bytes(32))


def test_nothing_shows_a_key() -> None:
    security = DeviceSecurity(TITLE, KEYS)
    for shown in (repr(KEYS), repr(security)):
        for key in (KEYS.gak, KEYS.kek, KEYS.gbek):
            assert key is not None
            assert key.hex() not in shown
            assert repr(key) not in shown
    assert fingerprint(KEYS.guek) != fingerprint(KEYS.gak)
