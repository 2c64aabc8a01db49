"""Requests and answers under protection: replays, wrong tags, too little protection, policies, new keys."""

from dataclasses import replace

import pytest
from dlms_secure_pair import CLIENT_SAP, CLIENT_TITLE, ENERGY, KEYS, SERVER_SAP, SERVER_TITLE, SecurePair
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.client.events import Associated, ExceptionReceived, GetResult
from protocols.dlms.codes import ServiceError, StateError
from protocols.dlms.cosem import Register
from protocols.dlms.errors import DecipheringError, InvocationCounterError
from protocols.dlms.security import Cipher, Form, KeySet, SecurityControl, SecuritySuite, wrap_key
from protocols.dlms.security.forms import PROTECTED_TAGS, enclose
from protocols.dlms.security.general import (
    GeneralHeader,
    KeyRing,
    open_general,
    seal_identified,
    seal_wrapped,
)
from protocols.dlms.server.association import AssociationState
from protocols.dlms.xdlms.error_responses import ExceptionResponse

GET = bytes.fromhex("c001c100030100010800ff0200")
NOT_ALLOWED = bytes.fromhex("d80102")
DECIPHERING = bytes.fromhex("d80105")
VALUE = GetResult(axdr.double_long_unsigned(1362))
OTHER_KEY = bytes(range(80, 96))


@pytest.fixture
def pair() -> SecurePair:
    found = SecurePair()
    assert isinstance(found.associate()[0], Associated)
    return found


def _read(pair: SecurePair) -> list:
    return pair.exchange(pair.client.get(Register, ENERGY, 2))


def _sealed(
    pair: SecurePair,
    plain: bytes = GET,
    *,
    control: int = 0x30,
    counter: int | None = None,
    keys: KeySet = KEYS,
    title: bytes = CLIENT_TITLE,
    form: Form = Form.GLO,
) -> bytes:
    number = pair.counter.take() if counter is None else counter
    return enclose(form, plain[0], title, Cipher(keys.guek, keys.gak).seal(control, title, number, plain))


def _counter_error(answer: bytes) -> int:
    error = decode_apdu(answer)
    assert isinstance(error, ExceptionResponse)
    assert error.service is ServiceError.INVOCATION_COUNTER_ERROR
    assert error.state is StateError.SERVICE_NOT_ALLOWED
    assert error.invocation_counter is not None
    return error.invocation_counter


def test_a_replayed_request_is_refused_with_the_counter_that_is_expected(pair: SecurePair) -> None:
    request = pair.client.get(Register, ENERGY, 2)
    assert pair.client.receive_apdu(pair.send(request)) == [VALUE]
    used = pair.counter.next_value
    assert _counter_error(pair.send(request)) == used
    assert _counter_error(pair.send(_sealed(pair, counter=1))) == used
    assert pair.send(_sealed(pair, counter=used))[0] == 0xCC
    assert pair.send(_sealed(pair, counter=used + 100))[0] == 0xCC, "a counter may skip"
    assert _counter_error(pair.send(_sealed(pair, counter=used + 99))) == used + 101


def test_a_client_hears_of_a_used_counter(pair: SecurePair) -> None:
    pair.security.received(CLIENT_TITLE).accept(5000)
    (event,) = _read(pair)
    assert isinstance(event, ExceptionReceived)
    assert isinstance(event.answer, ExceptionResponse)
    assert event.answer.invocation_counter == 5001


def test_a_forged_request_uses_no_counter_up(pair: SecurePair) -> None:
    expected = pair.security.received(CLIENT_TITLE).expected
    forged = _sealed(pair, keys=KeySet(OTHER_KEY, KEYS.gak), counter=2**32 - 1)
    assert pair.send(forged) == DECIPHERING
    assert pair.security.received(CLIENT_TITLE).expected == expected
    assert _read(pair) == [VALUE]


WRONG = {
    "tag": lambda pair: _sealed(pair)[:-1] + b"\x00",
    "encryption key": lambda pair: _sealed(pair, keys=KeySet(OTHER_KEY, KEYS.gak)),
    "authentication key": lambda pair: _sealed(pair, keys=KeySet(KEYS.guek, OTHER_KEY)),
    "title": lambda pair: _sealed(pair, title=b"CLI00002"),
    "named title": lambda pair: _sealed(pair, title=b"CLI00002", form=Form.GENERAL_GLO),
    "own title sent back": lambda pair: _sealed(pair, title=SERVER_TITLE, form=Form.GENERAL_GLO),
    "suite": lambda pair: _sealed(pair, control=0x31),
    "dedicated key that was not given": lambda pair: _sealed(pair, form=Form.DED),
    "broadcast flag on the unicast key": lambda pair: _sealed(pair, control=0x70),
    "service inside another's tag": lambda pair: b"\xc9" + _sealed(pair)[1:],
    "compressed": lambda pair: _sealed(pair)[:2] + b"\xb0" + _sealed(pair)[3:],
    "header only": lambda _pair: bytes.fromhex("c8053000000fff"),
    "no header": lambda _pair: bytes.fromhex("c80430000000"),
    "nothing": lambda _pair: b"\xc8",
    "length beyond the end": lambda pair: b"\xc8\x7f" + _sealed(pair)[2:],
    "length before the end": lambda pair: _sealed(pair) + b"\x00",
    "general-ciphering": lambda _pair: bytes.fromhex("dd000000000000") + bytes(20),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_does_not_open_is_refused_and_the_association_lives(pair: SecurePair, wrong) -> None:
    assert pair.send(wrong(pair)) == DECIPHERING
    assert pair.server.state(CLIENT_SAP) is AssociationState.ASSOCIATED
    assert _read(pair) == [VALUE]


def test_a_broadcast_key_opens_with_its_own_counter(pair: SecurePair) -> None:
    assert KEYS.gbek is not None
    broadcast = KeySet(KEYS.gbek, KEYS.gak)
    assert pair.send(_sealed(pair, control=0x70, keys=broadcast, counter=0))[0] == 0xCC
    assert _counter_error(pair.send(_sealed(pair, control=0x70, keys=broadcast, counter=0))) == 1


def test_malformed_plain_text_gets_its_usual_answer_plain_or_general(pair: SecurePair) -> None:
    assert pair.send(_sealed(pair, bytes.fromhex("c006c1"))) == bytes.fromhex("d80103")
    general = pair.send(_sealed(pair, bytes.fromhex("c006c1"), form=Form.GENERAL_GLO))
    assert general[0] == 0xDB


def test_a_ciphered_request_in_a_plain_context_is_not_served() -> None:
    pair = SecurePair("hls-gmac", SecurityControl.NONE)
    pair.associate()
    assert pair.send(_sealed(pair)) == bytes.fromhex("d80202")


# ---------------------------------------------------------------- general-ciphering

RING = KeyRing(SecuritySuite.SUITE_0, KEYS)
ENVELOPE = GeneralHeader(CLIENT_TITLE, SERVER_TITLE, b"\x01")


def test_general_ciphering_is_answered_in_kind(pair: SecurePair) -> None:
    number = pair.counter.take()
    request = seal_identified(RING, ENVELOPE, 0x30, number, GET)
    found, plain = open_general(RING, pair.send(request))
    assert plain[0] == 0xC4
    assert found.addresses[:3] == (b"\x01", SERVER_TITLE, CLIENT_TITLE)
    assert _counter_error(pair.send(request)) == number + 1
    wrapped = seal_wrapped(RING, ENVELOPE, SecurityControl(0x30), pair.counter.take(), GET, OTHER_KEY)
    assert open_general(RING, pair.send(wrapped))[1][0] == 0xC4
    assert _counter_error(pair.send(wrapped)), "a key of its own does not make a replay new"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda number: seal_identified(RING, replace(ENVELOPE, originator=b"CLI00002"), 0x30, number, GET),
        lambda number: seal_identified(RING, replace(ENVELOPE, recipient=b"AMB00002"), 0x30, number, GET),
        lambda number: seal_identified(RING, ENVELOPE, 0x70, number, GET),
        lambda number: seal_identified(
            replace(RING, suite=SecuritySuite.SUITE_1), ENVELOPE, 0x30, number, GET
        ),
        lambda number: seal_identified(RING, ENVELOPE, 0x30, number, GET)[:-1] + b"\0",
        lambda number: seal_identified(RING, ENVELOPE, 0x30, number, b""),
    ],
    ids=["originator", "recipient", "broadcast", "suite", "tag", "nothing inside"],
)
def test_wrong_general_ciphering_is_refused(pair: SecurePair, wrong) -> None:
    assert pair.send(wrong(pair.counter.take())) == DECIPHERING
    assert _read(pair) == [VALUE]


def test_a_client_judges_general_ciphering() -> None:
    pair = SecurePair(use=Form.GENERAL_CIPHERING)
    pair.associate()
    plain = bytes.fromhex("c401c2000600000552")
    for originator, recipient, control in (
        (b"AMB00009", CLIENT_TITLE, 0x30),
        (SERVER_TITLE, b"CLI00009", 0x30),
        (SERVER_TITLE, CLIENT_TITLE, 0x20),
    ):
        pair.client.get(Register, ENERGY, 2)
        with pytest.raises(DecipheringError):
            pair.client.receive_apdu(
                seal_identified(RING, GeneralHeader(originator, recipient), control, 900, plain)
            )
    assert _read(pair) == [VALUE]


# ---------------------------------------------------------------- policies


POLICIES = [
    (0, 0, 0x00),
    (0, 1, 0x10),
    (0, 2, 0x20),
    (0, 3, 0x30),
    (1, 0x04, 0x10),
    (1, 0x08, 0x20),
    (1, 0x0C, 0x30),
    (1, 0x60, 0x00),
]


@pytest.mark.parametrize(("version", "policy", "least"), POLICIES)
def test_a_policy_refuses_whatever_is_protected_less(version: int, policy: int, least: int) -> None:
    pair = SecurePair(policy=policy, setup_version=version)
    pair.associate()
    for control in (0x00, 0x10, 0x20, 0x30):
        answer = pair.send(GET if control == 0 else _sealed(pair, control=control))
        enough = not least & ~control
        assert (answer == NOT_ALLOWED) is not enough, f"{control:#04x}"
        if enough and control:
            assert answer[0] == 0xCC
            assert answer[2] & 0x30 == control | pair.security.least_answer


@pytest.mark.parametrize("policy", [1, 2, 3])
def test_a_policy_leaves_no_plain_context(policy: int) -> None:
    pair = SecurePair("hls-gmac", SecurityControl.NONE, policy=policy)
    (refused,) = pair.associate()
    assert refused.answer.diagnostic.label == "application-context-name-not-supported"  # type: ignore[union-attr]


def test_a_policy_that_is_activated_holds_at_once(pair: SecurePair) -> None:
    assert pair.send(GET)[0] == 0xC4
    pair.security.activate_policy(3)
    assert pair.send(GET) == NOT_ALLOWED
    assert pair.send(_sealed(pair, control=0x10)) == NOT_ALLOWED
    assert _read(pair) == [VALUE]


# ---------------------------------------------------------------- key transfer


def test_after_a_transfer_only_the_new_key_works(pair: SecurePair) -> None:
    pair.security.transfer_keys([(0, wrap_key(KEYS.kek or b"", OTHER_KEY))])
    assert pair.send(pair.client.get(Register, ENERGY, 2)) == DECIPHERING
    pair.client.abandon()
    pair.client.rekey(KeySet(OTHER_KEY, KEYS.gak))
    assert _read(pair) == [VALUE]
    pair.exchange(pair.client.release())
    assert isinstance(pair.associate()[0], Associated)


# ---------------------------------------------------------------- the client


def _answer(pair: SecurePair) -> bytes:
    return pair.send(pair.client.get(Register, ENERGY, 2))


def test_a_client_refuses_what_it_cannot_trust(pair: SecurePair) -> None:
    own = Cipher(KEYS.guek, KEYS.gak)
    plain = bytes.fromhex("c401c2000600000552")
    wrong = {
        "plain": plain,
        "authenticated only": enclose(Form.GLO, 0xC4, SERVER_TITLE, own.seal(0x10, SERVER_TITLE, 900, plain)),
        "encrypted only": enclose(Form.GLO, 0xC4, SERVER_TITLE, own.seal(0x20, SERVER_TITLE, 900, plain)),
        "another suite": enclose(Form.GLO, 0xC4, SERVER_TITLE, own.seal(0x31, SERVER_TITLE, 900, plain)),
        "a request sent back": pair.client.get(Register, ENERGY, 2),
        "another title": enclose(
            Form.GENERAL_GLO, 0xC4, b"AMB00009", own.seal(0x30, b"AMB00009", 900, plain)
        ),
        "dedicated": enclose(Form.DED, 0xC4, SERVER_TITLE, own.seal(0x30, SERVER_TITLE, 900, plain)),
        "another service": enclose(Form.GLO, 0xC5, SERVER_TITLE, own.seal(0x30, SERVER_TITLE, 900, plain)),
    }
    pair.client.abandon()
    for name, apdu in wrong.items():
        pair.client.get(Register, ENERGY, 2)
        with pytest.raises(DecipheringError):
            pair.client.receive_apdu(apdu)
        assert pair.client.state.value == "associated", name
    assert _read(pair) == [VALUE]


def test_a_client_takes_no_answer_twice(pair: SecurePair) -> None:
    answer = _answer(pair)
    assert pair.client.receive_apdu(answer) == [VALUE]
    pair.client.get(Register, ENERGY, 2)
    with pytest.raises(InvocationCounterError):
        pair.client.receive_apdu(answer)


# ---------------------------------------------------------------- hostile input


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(PROTECTED_TAGS)), st.binary(max_size=80))
def test_noise_never_brings_the_server_down(tag: int, noise: bytes) -> None:
    pair = SecurePair()
    pair.associate()
    answer = pair.server.receive_apdu(bytes((tag,)) + noise, CLIENT_SAP, SERVER_SAP)
    assert answer is not None
    assert _read(pair) == [VALUE]


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=1, max_size=60), st.sampled_from(list(Form)))
def test_authentic_noise_never_brings_the_server_down(noise: bytes, form: Form) -> None:
    pair = SecurePair(dedicated_key=bytes(16))
    pair.associate()
    key = bytes(16) if form.dedicated else KEYS.guek
    sealed = Cipher(key, KEYS.gak).seal(0x30, CLIENT_TITLE, pair.counter.take(), noise)
    pair.server.receive_apdu(enclose(form, noise[0], CLIENT_TITLE, sealed), CLIENT_SAP, SERVER_SAP)
    assert _read(pair) == [VALUE]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_one_changed_octet_of_an_association_never_brings_either_side_down(data: st.DataObject) -> None:
    pair = SecurePair()
    apdu = bytearray(pair.client.associate())
    place = data.draw(st.integers(0, len(apdu) - 1))
    apdu[place] = data.draw(st.integers(0, 255))
    pair.server.receive_apdu(bytes(apdu), CLIENT_SAP, SERVER_SAP)
    pair.client.abandon()
    assert isinstance(pair.associate()[0], Associated)
