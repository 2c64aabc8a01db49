"""The meter's keys and counters: the management association, key transfer, and every cut between."""

import dataclasses
from contextlib import suppress
from itertools import pairwise

import pytest

from protocols.dlms import axdr
from protocols.dlms.acse import Aare, MechanismName
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.cosem import DataObject, Register, SecuritySetup
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.obis import Obis
from protocols.dlms.security import (
    ClientSecurity,
    DeviceSecurity,
    Hls,
    KeySet,
    SecurityControl,
    SendCounter,
    wrap_key,
)
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import AccessRefused, ActionRefused, AssociationRefused
from protocols.dlms.wrapper import WrapperClient
from protocols.dlms.xdlms.ciphered import Ciphered
from sim.meter import DEFAULT_PARTS
from sim.meter.credentials import TEST_KEYS
from sim.meter.storage.nvm import CutMoment

MANAGEMENT = 1
TITLE = b"CLI00001"
VOLTAGE = Obis.from_string("1.0.12.7.0")
SETUP = Obis.from_string("0.0.43.0.0")
COUNTER = Obis.from_string("0.0.43.1.0")
NEW_KEY = bytes(range(100, 116))
_WRAPPER_OCTETS = 8


def _small_steps(title: bytes, keys: KeySet) -> DeviceSecurity:
    """Reserves few counters at a time, so that marks are written often."""
    return DeviceSecurity(title, keys, step=3)


SMALL_STEPS = dataclasses.replace(DEFAULT_PARTS, device_security=_small_steps)


class Manager:
    """A client with keys; remembers the invocation counters of every answer."""

    def __init__(self, bench, keys: KeySet = TEST_KEYS) -> None:
        self.bench = bench
        self.keys = keys
        self.counter = SendCounter(1)
        self.seen: list[int] = []
        self.session: DlmsSession | None = None

    def on_frame(self, direction: str, frame: bytes) -> None:
        if direction == "tx":
            return
        apdu = decode_apdu(frame[_WRAPPER_OCTETS:])
        found = apdu.user_information if isinstance(apdu, Aare) else apdu
        if isinstance(found, Ciphered):
            self.seen.append(found.security_header.invocation_counter)

    def associate(self, control=SecurityControl.AUTHENTICATED_ENCRYPTED) -> DlmsSession:
        """Read the counter as the public client, then open the association above it."""
        public = self.bench.session(16)
        used = public.get(DataObject, COUNTER, 2).value
        public.release()
        self.counter = SendCounter(max(self.counter.next_value, used + 1))
        security = ClientSecurity(
            client_system_title=TITLE, keys=self.keys, counter=self.counter, policy_control=control
        )
        client = ClientConnection(
            client_sap=MANAGEMENT,
            authentication=Hls(MechanismName.HLS_GMAC, None, b"challenge" + bytes(7)),
            security=security,
        )
        framing = WrapperClient(MANAGEMENT, 1)
        self.session = DlmsSession(self.bench.link(), framing, client, on_frame=self.on_frame)
        self.session.connect()
        self.session.associate()
        return self.session

    def transfer(self, *pairs: tuple[int, bytes]) -> None:
        rows = [axdr.structure(axdr.enum(key_id), axdr.octet_string(key)) for key_id, key in pairs]
        self.session.action(SecuritySetup, SETUP, 2, axdr.array(*rows))


def test_the_setup_object_tells_the_truth(bench):
    manager = Manager(bench)
    session = manager.associate()
    found = {index: session.get(SecuritySetup, SETUP, index).value for index in range(2, 6)}
    assert found == {2: 0, 3: 0, 4: TITLE, 5: b"AMB\0\0\0\0\0"}
    assert session.get(Register, VOLTAGE, 2).value == 12_000
    used = session.get(DataObject, COUNTER, 2).value
    assert used == manager.counter.next_value - 1


def test_only_the_manager_sees_the_setup(bench):
    with pytest.raises(AccessRefused):
        bench.session(2).get(SecuritySetup, SETUP, 2)


def test_a_wrong_key_does_not_associate_and_is_logged(bench):
    with pytest.raises(AssociationRefused):
        Manager(bench, dataclasses.replace(TEST_KEYS, guek=NEW_KEY)).associate()
    assert "WRONG_PASSWORD" in bench.events()


def test_methods_ask_for_authenticated_messages(bench):
    session = Manager(bench).associate(SecurityControl.ENCRYPTED)
    with pytest.raises(ActionRefused):
        session.action(SecuritySetup, SETUP, 1, axdr.enum(1))
    assert bench.parts.security.policy == 0


@pytest.mark.parametrize(
    "parameter",
    [
        axdr.array(),
        axdr.array(axdr.unsigned(1)),
        axdr.array(axdr.structure(axdr.enum(0))),
        axdr.array(axdr.structure(axdr.enum(0), axdr.unsigned(1))),
        axdr.array(axdr.structure(axdr.enum(9), axdr.octet_string(bytes(24)))),
        axdr.array(axdr.structure(axdr.enum(0), axdr.octet_string(bytes(24)))),
    ],
)
def test_a_malformed_transfer_changes_nothing(bench, parameter):
    session = Manager(bench).associate()
    with pytest.raises(ActionRefused):
        session.action(SecuritySetup, SETUP, 2, parameter)
    assert bench.parts.security.keys == TEST_KEYS
    assert session.get(Register, VOLTAGE, 2).value == 12_000


def test_a_policy_outlives_the_power_and_is_not_lowered(bench):
    session = Manager(bench).associate()
    session.action(SecuritySetup, SETUP, 1, axdr.enum(3))
    bench.meter.power_cut()
    bench.run(1)
    bench.meter.power_up()
    again = Manager(bench).associate()
    assert again.get(SecuritySetup, SETUP, 2).value == 3
    with pytest.raises(ActionRefused):
        again.action(SecuritySetup, SETUP, 1, axdr.enum(1))


def test_a_transferred_key_outlives_the_power(bench):
    manager = Manager(bench)
    manager.associate()
    manager.transfer((0, wrap_key(TEST_KEYS.kek, NEW_KEY)))
    bench.meter.power_cut()
    bench.run(1)
    bench.meter.power_up()
    with pytest.raises(AssociationRefused):
        Manager(bench).associate()
    Manager(bench, dataclasses.replace(TEST_KEYS, guek=NEW_KEY)).associate()


def test_an_announced_cut_wastes_no_counter(bench):
    manager = Manager(bench)
    manager.associate().get(Register, VOLTAGE, 2)
    bench.meter.power_cut()
    bench.run(1)
    bench.meter.power_up()
    manager.associate().get(Register, VOLTAGE, 2)
    assert all(late - early == 1 or late - early == 2 for early, late in pairwise(manager.seen))


def _life(manager: Manager) -> None:
    """Some reads; a cut may end them anywhere."""
    try:
        session = manager.associate()
        for _ in range(3):
            session.get(Register, VOLTAGE, 2)
    except RemoteProtocolError:
        pass


@pytest.mark.parametrize("moment", list(CutMoment))
@pytest.mark.parametrize("write", range(1, 9))
def test_a_cut_at_any_write_reuses_no_counter(bench_of, write, moment):
    bench = bench_of(parts=SMALL_STEPS)
    manager = Manager(bench)
    _life(manager)
    for _ in range(2):
        bench.meter.memory.cut_at(write, moment)
        _life(manager)
        bench.meter.memory.cut_at(0)
        bench.meter.power_cut()
        bench.run(1)
        bench.meter.power_up()
        bench.run(1)
    _life(manager)
    assert len(manager.seen) > 5
    assert all(late > early for early, late in pairwise(manager.seen)), manager.seen


@pytest.mark.parametrize("moment", list(CutMoment))
@pytest.mark.parametrize("write", range(1, 5))
def test_a_cut_in_a_transfer_leaves_old_keys_or_new_ones(bench_of, write, moment):
    bench = bench_of()
    manager = Manager(bench)
    manager.associate()
    bench.meter.memory.cut_at(write, moment)
    with suppress(RemoteProtocolError):
        manager.transfer((0, wrap_key(TEST_KEYS.kek, NEW_KEY)), (2, wrap_key(TEST_KEYS.kek, NEW_KEY)))
    bench.meter.memory.cut_at(0)
    bench.meter.power_cut()
    bench.run(1)
    bench.meter.power_up()
    bench.run(1)
    new = dataclasses.replace(TEST_KEYS, guek=NEW_KEY, gak=NEW_KEY)
    assert bench.parts.security.keys in (TEST_KEYS, new)
    Manager(bench, bench.parts.security.keys).associate()


def test_a_replay_from_before_a_cut_without_warning_is_refused(bench_of):
    bench = bench_of(parts=SMALL_STEPS)
    manager = Manager(bench)
    session = manager.associate()
    frames: list[bytes] = []
    session.on_frame = None
    request = session.client.get(Register, VOLTAGE, 2)
    assert session.exchange_apdu(request)
    frames.append(request)
    bench.meter.memory.cut_at(1, CutMoment.BEFORE)
    _life(manager)
    bench.meter.power_cut()
    bench.run(1)
    bench.meter.power_up()
    bench.run(1)
    again = manager.associate()
    answer = again.exchange_apdu(frames[0])
    assert answer[:3] == bytes.fromhex("d80106")


def test_time_goes_back_and_counters_do_not(bench):
    before = bench.meter.snapshot()
    manager = Manager(bench)
    manager.associate().get(Register, VOLTAGE, 2)
    bench.meter.restore(before)
    bench.run(1)
    manager.session = None
    manager.associate().get(Register, VOLTAGE, 2)
    assert all(late > early for early, late in pairwise(manager.seen))
