# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""SYMSEC_0: key transfer under the master key, a protected release, and the policy of the security setup.

A policy cannot be undone, so a simulated target lends a second device of its kind; another target has
to declare the capability ``security-policy``.
"""

from dataclasses import replace

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import header
from conformance.bench.raw_apdu import GET_LDN, served
from conformance.bench.security import (
    ASSOCIATION,
    POLICY,
    SECURITY_SETUP,
    SECURITY_SETUP_CLASS,
    SecuredAssociation,
    activate,
    associates,
    secured,
    setup_version,
    target_keys,
    transfer,
    wrapped,
)
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.acse import Rlrq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, ReleaseRequestReason
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.security import KeyId, KeySet, SecurityControl, wrap_key
from protocols.dlms.security.suites import KEY_FIELDS
from protocols.dlms.xdlms.initiate import InitiateRequest

# ---- SYMSEC_0: keys are transferred under the master key, whole or not at all.

MANAGEMENT = pytest.mark.needs(f"association:{ASSOCIATION}")
_GUEK, _GAK = KeyId.GLOBAL_UNICAST_ENCRYPTION, KeyId.AUTHENTICATION
_UNKNOWN_KEY = 9
_REQUIREMENT = Message(
    "The new key works and the former does not; once the former is given back, it works again."
)


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


def _transfer_and_back(bench: Bench, key_ids: tuple[KeyId, ...]) -> None:
    old = target_keys(bench)
    fresh: dict[int, bytes] = {key_id: bench.random_octets(len(old.guek)) for key_id in key_ids}
    new = replace(old, **{KEY_FIELDS[key_id]: fresh[key_id] for key_id in key_ids})
    back: dict[int, bytes] = {key_id: old.gak if key_id is _GAK else old.guek for key_id in key_ids}
    result = transfer(bench, old, wrapped(old, fresh))
    try:
        bench.check(result is ActionResult.SUCCESS, Message("the transfer is accepted"))
        bench.check(associates(bench, new), Message("the new key works"))
        bench.check(not associates(bench, old), Message("the former key works no longer"))
    finally:
        if result is ActionResult.SUCCESS:
            _give_back(bench, new, wrapped(old, back))
    bench.check(associates(bench, old), Message("the former key works again"))


def _give_back(bench: Bench, new: KeySet, parameter: Data) -> None:
    """Whatever was found: leave the device with the keys of the target file."""
    try:
        transfer(bench, new, parameter)
    except RemoteProtocolError as error:
        bench.note(Message("the keys are not given back: {error}", error=error))


@case(
    id="dlms/SYMSEC_0_Key_Tx_P1/guek",
    title=Message("Transfer the encryption key"),
    stimulus=Message("Transfer a new GUEK, associate with it and with the former, and give the former back."),
    requirement=_REQUIREMENT,
)
@clause("SYMSEC_0_Key_Tx_P1")
@MANAGEMENT
def test_guek(bench: Bench) -> None:
    _transfer_and_back(bench, (_GUEK,))


@case(
    id="dlms/SYMSEC_0_Key_Tx_P2/gak",
    title=Message("Transfer the authentication key"),
    stimulus=Message("Transfer a new GAK, associate with it and with the former, and give the former back."),
    requirement=_REQUIREMENT,
)
@clause("SYMSEC_0_Key_Tx_P2")
@MANAGEMENT
def test_gak(bench: Bench) -> None:
    _transfer_and_back(bench, (_GAK,))


@case(
    id="dlms/SYMSEC_0_Key_Tx_P3/both",
    title=Message("Transfer both keys"),
    stimulus=Message("Transfer a new GUEK and a new GAK with one invocation, and give the former back."),
    requirement=_REQUIREMENT,
)
@clause("SYMSEC_0_Key_Tx_P3")
@MANAGEMENT
def test_transfer_of_both_keys(bench: Bench) -> None:
    _transfer_and_back(bench, (_GUEK, _GAK))


def _check_not_taken(bench: Bench, parameter: Data, text: Message) -> None:
    keys = target_keys(bench)
    bench.stimulus(text)
    result = transfer(bench, keys, parameter)
    bench.check(result is not ActionResult.SUCCESS, Message("the transfer is not accepted"))
    bench.check(associates(bench, keys), Message("the keys are still the same"))


@case(
    id="dlms/SYMSEC_0_Key_Tx_N1/unknown-key-id",
    title=Message("Key of an unknown kind"),
    stimulus=Message("Transfer a key that is wrapped rightly with a key_id that is not there."),
    requirement=Message("It is not accepted and the keys are still the same."),
)
@clause("SYMSEC_0_Key_Tx_N1")
@MANAGEMENT
def test_unknown_key_id(bench: Bench) -> None:
    keys = target_keys(bench)
    parameter = wrapped(keys, {_UNKNOWN_KEY: bench.random_octets(len(keys.guek))})
    _check_not_taken(bench, parameter, Message("key_id 9"))


@case(
    id="dlms/SYMSEC_0_Key_Tx_N2/wrong-wrapping",
    title=Message("Key wrapped wrongly"),
    stimulus=Message(
        "Transfer a key wrapped with another master key, one that is not wrapped, and two of "
        "which one is wrong."
    ),
    requirement=Message("None is accepted and the keys are still the same."),
)
@clause("SYMSEC_0_Key_Tx_N2")
@MANAGEMENT
def test_wrong_wrapping(bench: Bench) -> None:
    keys = target_keys(bench)
    fresh = bench.random_octets(len(keys.guek))
    strange = wrap_key(bench.random_octets(len(keys.guek)), fresh)

    def rows(*pairs: tuple[int, bytes]) -> Data:
        return axdr.array(
            *(axdr.structure(axdr.enum(key_id), axdr.octet_string(octets)) for key_id, octets in pairs)
        )

    good = wrap_key(keys.kek or b"", fresh)
    _check_not_taken(bench, rows((_GUEK, strange)), Message("another master key"))
    _check_not_taken(bench, rows((_GUEK, fresh)), Message("not wrapped"))
    _check_not_taken(bench, rows((_GUEK, good), (_GAK, strange)), Message("one right, one wrong"))


# ---- SYMSEC: an association that ciphers is not released by a plain RLRQ.

_PLAIN = bytes.fromhex("6203800100")
_EMPTY = bytes.fromhex("6200")


@case(
    id="dlms/SYMSEC_REL_N1/less-protection",
    title=Message("Release with less protection"),
    stimulus=Message(
        "In an association opened authenticated and encrypted, send an empty RLRQ, one "
        "without protection and one authenticated only."
    ),
    requirement=Message("They are refused or ignored: the association lives on."),
)
@pytest.mark.clause("dlms-yb", "SYMSEC_REL_N1", level="shall")
@pytest.mark.needs(f"association:{ASSOCIATION}")
def test_less_protection(bench: Bench) -> None:
    with secured(bench) as open_one:
        initiate = InitiateRequest(open_one.session.client.conformance, 0xFFFF).to_bytes()
        information = decode_apdu(open_one.sealer.seal(initiate, control=0x10))
        authenticated = Rlrq(ReleaseRequestReason.NORMAL, information)  # type: ignore[arg-type]
        for raw, text in (
            (_EMPTY, Message("empty RLRQ")),
            (_PLAIN, Message("RLRQ without protection")),
            (authenticated.to_bytes(), Message("RLRQ authenticated only")),
        ):
            open_one.ask(raw, text)
            open_one.check_alive()


# ---- SYMSEC_0: a policy is activated, holds at once, and is never lowered.

NEEDS = pytest.mark.needs(f"association:{ASSOCIATION}", "security-policy")
_AUTHENTICATED, _ENCRYPTED = SecurityControl.AUTHENTICATED, SecurityControl.ENCRYPTED
_BOTH = SecurityControl.AUTHENTICATED_ENCRYPTED
# protection -> policy number in version 0 and in version 1 of the security setup
_NUMBERS: dict[SecurityControl, tuple[int, int]] = {
    _AUTHENTICATED: (1, 0x24),
    _ENCRYPTED: (2, 0x48),
    _BOTH: (3, 0x6C),
}


def _words(subject: Message) -> dict[str, Message]:
    return {
        "stimulus": Message(
            "Activate the policy that demands {subject}; send requests with less protection and "
            "with enough; try to lower the policy.",
            subject=subject,
        ),
        "requirement": Message(
            "With less protection nothing is served; with enough it is; the policy is not lowered."
        ),
    }


def _policy(open_one: SecuredAssociation) -> int:
    return open_one.dialogue.integer(SECURITY_SETUP_CLASS, SECURITY_SETUP, POLICY)


def _raise_policy(bench: Bench, wanted: SecurityControl) -> None:
    with bench.spare() as device:
        with secured(device) as open_one:
            numbers = _NUMBERS[wanted]
            number = numbers[min(setup_version(open_one.dialogue), 1)]
            before = _policy(open_one)
            if before & ~number:
                raise bench.not_applicable(
                    Message("the policy is {before} already and is not lowered", before=before),
                )
            bench.check(
                activate(open_one, number) is ActionResult.SUCCESS,
                Message("the policy is activated"),
            )
            bench.check(_policy(open_one) == number, Message("the policy is {number}", number=number))
            _check_requests(bench, open_one, wanted)
            lowered = activate(open_one, before)
            if before != number:
                bench.check(lowered is not ActionResult.SUCCESS, Message("it cannot be lowered"))
            bench.check(_policy(open_one) == number, Message("the policy is still the same"))
        with secured(device) as again:
            _check_requests(bench, again, wanted)


def _check_requests(bench: Bench, open_one: SecuredAssociation, wanted: SecurityControl) -> None:
    open_one.check_refused(GET_LDN, Message("GET without protection"))
    for control in (_AUTHENTICATED, _ENCRYPTED, _BOTH):
        raw = open_one.sealer.seal(GET_LDN, control=control)
        if wanted & ~control:
            open_one.check_refused(raw, Message("GET {summary}", summary=control.summary))
            continue
        answer = open_one.ask(raw, Message("GET {summary}", summary=control.summary))
        found = header(answer)
        bench.check(
            served(open_one.sealer.open(answer)),
            Message("with enough protection it is served ({summary})", summary=control.summary),
        )
        bench.check(
            found is not None and not wanted & ~found[0],
            Message("the answer keeps to the policy"),
        )


@case(
    id="dlms/SYMSEC_0_SecPol_1/authenticate",
    title=Message("Policy: authenticate"),
    **_words(Message("authentication")),
)
@clause("SYMSEC_0_SecPol_1")
@NEEDS
def test_authenticate(bench: Bench) -> None:
    _raise_policy(bench, _AUTHENTICATED)


@case(
    id="dlms/SYMSEC_0_SecPol_2/encrypt",
    title=Message("Policy: encrypt"),
    **_words(Message("encryption")),
)
@clause("SYMSEC_0_SecPol_2")
@NEEDS
def test_encrypt(bench: Bench) -> None:
    _raise_policy(bench, _ENCRYPTED)


@case(
    id="dlms/SYMSEC_0_SecPol_3/both",
    title=Message("Policy: authenticate and encrypt"),
    **_words(Message("authentication and encryption")),
)
@clause("SYMSEC_0_SecPol_3")
@NEEDS
def test_policy_of_both(bench: Bench) -> None:
    _raise_policy(bench, _BOTH)
