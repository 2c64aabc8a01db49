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
from conformance.text import Text
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
_REQUIREMENT = Text(
    "La clave nueva funciona y la anterior no; al devolver la anterior, esa funciona otra vez.",
    "The new key works and the former does not; once the former is given back, it works again.",
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
        bench.check(result is ActionResult.SUCCESS, "la transferencia se acepta", "the transfer is accepted")
        bench.check(associates(bench, new), "la clave nueva funciona", "the new key works")
        bench.check(
            not associates(bench, old), "la clave anterior ya no funciona", "the former key works no longer"
        )
    finally:
        if result is ActionResult.SUCCESS:
            _give_back(bench, new, wrapped(old, back))
    bench.check(associates(bench, old), "la clave anterior funciona otra vez", "the former key works again")


def _give_back(bench: Bench, new: KeySet, parameter: Data) -> None:
    """Whatever was found: leave the device with the keys of the target file."""
    try:
        transfer(bench, new, parameter)
    except RemoteProtocolError as error:
        bench.note(f"no se devuelven las claves: {error}", f"the keys are not given back: {error}")


@case(
    id="dlms/SYMSEC_0_Key_Tx_P1/guek",
    title=Text("Transferir la clave de cifrado", "Transfer the encryption key"),
    stimulus=Text(
        "Transferir una GUEK nueva, asociarse con ella y con la anterior, y devolver la anterior.",
        "Transfer a new GUEK, associate with it and with the former, and give the former back.",
    ),
    requirement=_REQUIREMENT,
)
@clause("SYMSEC_0_Key_Tx_P1")
@MANAGEMENT
def test_guek(bench: Bench) -> None:
    _transfer_and_back(bench, (_GUEK,))


@case(
    id="dlms/SYMSEC_0_Key_Tx_P2/gak",
    title=Text("Transferir la clave de autenticación", "Transfer the authentication key"),
    stimulus=Text(
        "Transferir una GAK nueva, asociarse con ella y con la anterior, y devolver la anterior.",
        "Transfer a new GAK, associate with it and with the former, and give the former back.",
    ),
    requirement=_REQUIREMENT,
)
@clause("SYMSEC_0_Key_Tx_P2")
@MANAGEMENT
def test_gak(bench: Bench) -> None:
    _transfer_and_back(bench, (_GAK,))


@case(
    id="dlms/SYMSEC_0_Key_Tx_P3/both",
    title=Text("Transferir las dos claves", "Transfer both keys"),
    stimulus=Text(
        "Transferir GUEK y GAK nuevas en una sola invocación, y devolver las anteriores.",
        "Transfer a new GUEK and a new GAK with one invocation, and give the former back.",
    ),
    requirement=_REQUIREMENT,
)
@clause("SYMSEC_0_Key_Tx_P3")
@MANAGEMENT
def test_transfer_of_both_keys(bench: Bench) -> None:
    _transfer_and_back(bench, (_GUEK, _GAK))


def _check_not_taken(bench: Bench, parameter: Data, es: str, en: str) -> None:
    keys = target_keys(bench)
    bench.stimulus(es, en)
    result = transfer(bench, keys, parameter)
    bench.check(
        result is not ActionResult.SUCCESS, "la transferencia no se acepta", "the transfer is not accepted"
    )
    bench.check(associates(bench, keys), "las claves siguen siendo las mismas", "the keys are still the same")


@case(
    id="dlms/SYMSEC_0_Key_Tx_N1/unknown-key-id",
    title=Text("Clave de un tipo desconocido", "Key of an unknown kind"),
    stimulus=Text(
        "Transferir una clave bien envuelta con un key_id que no existe.",
        "Transfer a key that is wrapped rightly with a key_id that is not there.",
    ),
    requirement=Text(
        "No se acepta y las claves siguen siendo las mismas.",
        "It is not accepted and the keys are still the same.",
    ),
)
@clause("SYMSEC_0_Key_Tx_N1")
@MANAGEMENT
def test_unknown_key_id(bench: Bench) -> None:
    keys = target_keys(bench)
    parameter = wrapped(keys, {_UNKNOWN_KEY: bench.random_octets(len(keys.guek))})
    _check_not_taken(bench, parameter, "key_id 9", "key_id 9")


@case(
    id="dlms/SYMSEC_0_Key_Tx_N2/wrong-wrapping",
    title=Text("Clave mal envuelta", "Key wrapped wrongly"),
    stimulus=Text(
        "Transferir una clave envuelta con otra maestra, una sin envolver y dos de las que una está mal.",
        "Transfer a key wrapped with another master key, one that is not wrapped, and two of which one is "
        "wrong.",
    ),
    requirement=Text(
        "No se acepta ninguna y las claves siguen siendo las mismas.",
        "None is accepted and the keys are still the same.",
    ),
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
    _check_not_taken(bench, rows((_GUEK, strange)), "otra clave maestra", "another master key")
    _check_not_taken(bench, rows((_GUEK, fresh)), "sin envolver", "not wrapped")
    _check_not_taken(
        bench, rows((_GUEK, good), (_GAK, strange)), "una bien y una mal", "one right, one wrong"
    )


# ---- SYMSEC: an association that ciphers is not released by whoever sends a plain RLRQ.

_PLAIN = bytes.fromhex("6203800100")
_EMPTY = bytes.fromhex("6200")


@case(
    id="dlms/SYMSEC_REL_N1/less-protection",
    title=Text("Liberar con menos protección", "Release with less protection"),
    stimulus=Text(
        "En una asociación abierta con autenticación y cifrado, enviar un RLRQ vacío, uno sin protección y "
        "uno solo autenticado.",
        "In an association opened authenticated and encrypted, send an empty RLRQ, one without protection "
        "and one authenticated only.",
    ),
    requirement=Text(
        "Se rechazan o se ignoran: la asociación sigue viva.",
        "They are refused or ignored: the association lives on.",
    ),
)
@pytest.mark.clause("dlms-yb", "SYMSEC_REL_N1", level="shall")
@pytest.mark.needs(f"association:{ASSOCIATION}")
def test_less_protection(bench: Bench) -> None:
    with secured(bench) as open_one:
        initiate = InitiateRequest(open_one.session.client.conformance, 0xFFFF).to_bytes()
        information = decode_apdu(open_one.sealer.seal(initiate, control=0x10))
        authenticated = Rlrq(ReleaseRequestReason.NORMAL, information)  # type: ignore[arg-type]
        for raw, es, en in (
            (_EMPTY, "RLRQ vacío", "empty RLRQ"),
            (_PLAIN, "RLRQ sin protección", "RLRQ without protection"),
            (authenticated.to_bytes(), "RLRQ solo autenticado", "RLRQ authenticated only"),
        ):
            open_one.ask(raw, es, en)
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


def _words(subject: Text) -> dict[str, Text]:
    return {
        "stimulus": Text(
            f"Activar la política que exige {subject.es}; enviar peticiones con menos protección y con la "
            "debida; intentar bajar la política.",
            f"Activate the policy that demands {subject.en}; send requests with less protection and with "
            "enough; try to lower the policy.",
        ),
        "requirement": Text(
            "Con menos protección no se atiende nada; con la debida, sí; la política no baja.",
            "With less protection nothing is served; with enough it is; the policy is not lowered.",
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
                    f"la política ya es {before} y no baja",
                    f"the policy is {before} already and is not lowered",
                )
            bench.check(
                activate(open_one, number) is ActionResult.SUCCESS,
                "la política se activa",
                "the policy is activated",
            )
            bench.check(_policy(open_one) == number, f"la política es {number}", f"the policy is {number}")
            _check_requests(bench, open_one, wanted)
            lowered = activate(open_one, before)
            if before != number:
                bench.check(lowered is not ActionResult.SUCCESS, "no se deja bajar", "it cannot be lowered")
            bench.check(
                _policy(open_one) == number, "la política sigue igual", "the policy is still the same"
            )
        with secured(device) as again:
            _check_requests(bench, again, wanted)


def _check_requests(bench: Bench, open_one: SecuredAssociation, wanted: SecurityControl) -> None:
    open_one.check_refused(GET_LDN, "GET sin protección", "GET without protection")
    for control in (_AUTHENTICATED, _ENCRYPTED, _BOTH):
        raw = open_one.sealer.seal(GET_LDN, control=control)
        if wanted & ~control:
            open_one.check_refused(raw, f"GET {control.summary}", f"GET {control.summary}")
            continue
        answer = open_one.ask(raw, f"GET {control.summary}", f"GET {control.summary}")
        found = header(answer)
        bench.check(
            served(open_one.sealer.open(answer)),
            f"con protección bastante se atiende ({control.summary})",
            f"with enough protection it is served ({control.summary})",
        )
        bench.check(
            found is not None and not wanted & ~found[0],
            "la respuesta cumple la política",
            "the answer keeps to the policy",
        )


@case(
    id="dlms/SYMSEC_0_SecPol_1/authenticate",
    title=Text("Política: autenticar", "Policy: authenticate"),
    **_words(Text("autenticación", "authentication")),
)
@clause("SYMSEC_0_SecPol_1")
@NEEDS
def test_authenticate(bench: Bench) -> None:
    _raise_policy(bench, _AUTHENTICATED)


@case(
    id="dlms/SYMSEC_0_SecPol_2/encrypt",
    title=Text("Política: cifrar", "Policy: encrypt"),
    **_words(Text("cifrado", "encryption")),
)
@clause("SYMSEC_0_SecPol_2")
@NEEDS
def test_encrypt(bench: Bench) -> None:
    _raise_policy(bench, _ENCRYPTED)


@case(
    id="dlms/SYMSEC_0_SecPol_3/both",
    title=Text("Política: autenticar y cifrar", "Policy: authenticate and encrypt"),
    **_words(Text("autenticación y cifrado", "authentication and encryption")),
)
@clause("SYMSEC_0_SecPol_3")
@NEEDS
def test_policy_of_both(bench: Bench) -> None:
    _raise_policy(bench, _BOTH)
