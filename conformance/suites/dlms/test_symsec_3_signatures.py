"""SYMSEC_1: signatures of security suites 1 and 2. Ids and sub-tests are our own: none are published.

The published plans end with suite 0. What a case sees is judged by the Green Book's mechanisms as generally
known, so each is informational where it ends well; a device that serves what is falsely signed fails.

Source: Green Book, 9.2.7.4 and 9.2.3.4; IEC 62056-6-2, Security setup version 1
"""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import Protection, answers_well
from conformance.bench.raw_apdu import GET_LDN, served
from conformance.bench.security import (
    ACTIVATE,
    ASSOCIATION,
    SECURITY_SETUP,
    SECURITY_SETUP_CLASS,
    SecuredAssociation,
    associates,
    secured,
    target_keys,
)
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.errors import DlmsError, RemoteProtocolError
from protocols.dlms.obis import Obis
from protocols.dlms.security import KeyId, KeySet
from protocols.dlms.security.agreement import ephemeral_unified, key_data, opened_key_data
from protocols.dlms.security.ecdsa import EcdsaSigner, KeyPair, curve_of
from protocols.dlms.security.general import GeneralSigner

NEEDS = pytest.mark.needs(f"association:{ASSOCIATION}", "signatures")

_ALL_SIGNED = 0xFC
_ACTIVATING = Message("activating policy 0xFC")
_KEY_AGREEMENT = 3
_EXTRA_OCTETS = 8


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="should")


def _signer(bench: Bench) -> EcdsaSigner:
    section = bench.association_section(ASSOCIATION).security
    found = None if section is None else section.signer()
    if found is None:
        raise bench.not_applicable(Message("no signing keys"))
    return found


def _stranger(bench: Bench) -> EcdsaSigner:
    """Another client's key, and the same device."""
    right = _signer(bench)
    octets = bench.random_octets(curve_of(right.own.suite).octets + _EXTRA_OCTETS)
    return EcdsaSigner(KeyPair.from_scalar(right.own.suite, octets), right.peer)


def _seals(open_one: SecuredAssociation, signer: EcdsaSigner) -> GeneralSigner:
    sealer = open_one.sealer
    return GeneralSigner(signer, sealer.security.client_system_title, sealer.server_title)


def _as_expected(bench: Bench) -> None:
    bench.informational(Message("as expected; no public plan asks for it"))


@case(
    id="dlms/SYMSEC_1_HLS/ecdsa",
    title=Message("Association by ECDSA"),
    stimulus=Message("Associate with the target's signing key; then with another; then with the right one."),
    requirement=Message("Only the right key opens the association."),
)
@clause("SYMSEC_1_HLS")
@NEEDS
def test_ecdsa(bench: Bench) -> None:
    for signer, right in ((None, True), (_stranger(bench), False), (None, True)):
        try:
            with secured(bench, Protection(signer=signer)) as open_one:
                open_one.check_alive()
                opened = True
        except RemoteProtocolError as refusal:
            bench.observe(Message("it does not associate: {refusal}", refusal=refusal))
            opened = False
        bench.check(opened is right, Message("it opens: {right}", right=right))
    _as_expected(bench)


@case(
    id="dlms/SYMSEC_1_SIGN/requests",
    title=Message("Signed requests"),
    stimulus=Message(
        "Send a GET ciphered and signed; with a damaged signature; signed by another; signed "
        "and not ciphered; the first one again."
    ),
    requirement=Message(
        "The first is served and its answer rightly signed; the others are not served, and "
        "the association lives on."
    ),
)
@clause("SYMSEC_1_SIGN")
@NEEDS
def test_signed_requests(bench: Bench) -> None:
    with secured(bench) as open_one:
        right = _seals(open_one, _signer(bench))
        first = right.sign(open_one.sealer.seal(GET_LDN))
        _check_signed_answer(open_one, right, first)
        fresh = right.sign(open_one.sealer.seal(GET_LDN))
        damaged = fresh[:-1] + bytes((fresh[-1] ^ 1,))
        strange = _seals(open_one, _stranger(bench)).sign(open_one.sealer.seal(GET_LDN))
        open_one.check_refused(damaged, Message("damaged signature"))
        open_one.check_refused(strange, Message("signed by another"))
        open_one.check_refused(right.sign(GET_LDN), Message("signed and not ciphered"))
        open_one.check_refused(first, Message("repeated"))
        open_one.check_alive()
    _as_expected(bench)


@case(
    id="dlms/SYMSEC_1_POLICY/signed",
    title=Message("Policy of signatures"),
    stimulus=Message(
        "On a spare device, activate the policy that authenticates, ciphers and signs "
        "everything; read without signature and with one; associate anew, signing."
    ),
    requirement=Message("Without signature nothing is served; with one it is, and the answer is signed."),
)
@clause("SYMSEC_1_POLICY")
@NEEDS
@pytest.mark.needs("security-policy")
def test_policy(bench: Bench) -> None:
    with bench.spare() as device:
        with secured(device, Protection(signs=True)) as open_one, answers_well(_ACTIVATING):
            setup = Obis.from_string(SECURITY_SETUP)
            open_one.session.action(SECURITY_SETUP_CLASS, setup, ACTIVATE, axdr.enum(_ALL_SIGNED))
            bench.stimulus(_ACTIVATING)
            open_one.check_refused(open_one.sealer.seal(GET_LDN), Message("GET without signature"))
            right = _seals(open_one, _signer(bench))
            _check_signed_answer(open_one, right, right.sign(open_one.sealer.seal(GET_LDN)))
        with secured(device, Protection(signs=True)) as again:
            name = again.dialogue.octets(1, "0.0.42.0.0", 2)
            bench.check(bool(name), Message("the signed session reads"))
    _as_expected(bench)


@case(
    id="dlms/SYMSEC_1_AGREEMENT/unicast-key",
    title=Message("Agreement of the global key"),
    stimulus=Message(
        "On a spare device, key_agreement with an ephemeral key wrongly signed and with one rightly signed."
    ),
    requirement=Message(
        "The first is refused; the second gives a new key on both sides, and the former one does not open."
    ),
)
@clause("SYMSEC_1_AGREEMENT")
@NEEDS
@pytest.mark.needs("security-policy")
def test_agreement(bench: Bench) -> None:
    key_id, signer, keys = KeyId.GLOBAL_UNICAST_ENCRYPTION, _signer(bench), target_keys(bench)
    suite = signer.own.suite
    ephemeral = KeyPair.from_scalar(suite, bench.random_octets(curve_of(suite).octets + _EXTRA_OCTETS))
    with bench.spare() as device:
        with secured(device) as open_one:
            false = key_data(key_id, ephemeral, _stranger(bench).own)
            bench.check(_agree(open_one, key_id, false) is None, Message("wrongly signed: refused"))
            answer = _agree(open_one, key_id, key_data(key_id, ephemeral, signer.own))
            bench.check(answer is not None, Message("rightly signed: accepted"))
            sealer = open_one.sealer
            client, server = sealer.security.client_system_title, sealer.server_title
        theirs = opened_key_data(suite, key_id, answer or b"", signer.peer)
        agreed = KeySet(ephemeral_unified(ephemeral, theirs, client, server, key_id), keys.gak, kek=keys.kek)
        bench.check(associates(device, agreed), Message("the new key opens"))
        bench.check(not associates(device, keys), Message("the former one does not open"))
    _as_expected(bench)


def _check_signed_answer(open_one: SecuredAssociation, seals: GeneralSigner, request: bytes) -> None:
    """Send a signed request; its answer must be signed by the device, and serve."""
    answer = open_one.ask(request, Message("signed GET"))
    try:
        content, _ = seals.opened(answer or b"")
    except DlmsError as error:
        open_one.bench.observe(Message("{error}", error=error))
        content = b""
    open_one.bench.check(
        served(open_one.sealer.open(content)),
        Message("it is served, and the signature of the answer is the device's"),
    )


def _agree(open_one: SecuredAssociation, key_id: KeyId, data: bytes) -> bytes | None:
    """Invoke key_agreement; the device's key data, None where it refuses."""
    row = axdr.structure(axdr.enum(key_id), axdr.octet_string(data))
    try:
        returned = open_one.session.action(
            SECURITY_SETUP_CLASS, Obis.from_string(SECURITY_SETUP), _KEY_AGREEMENT, axdr.array(row)
        )
    except RemoteProtocolError as refusal:
        open_one.bench.observe(Message("refused: {refusal}", refusal=refusal))
        return None
    match returned:
        case Data(value=(Data(value=(Data(), Data(value=bytes(found)))), *_)):
            return found
    return None
