"""SYMSEC_0: a policy is activated, holds at once, and is never lowered.

It cannot be undone, so a simulated target lends a second device of its kind; another target has to declare
the capability ``security-policy``.
"""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.exchange import served
from conformance.bench.raw import GET_LDN
from conformance.bench.secure import header
from conformance.bench.secured import (
    ASSOCIATION,
    POLICY,
    SECURITY_SETUP,
    SECURITY_SETUP_CLASS,
    Secured,
    activate,
    secured,
    setup_version,
)
from conformance.text import Text
from protocols.dlms.codes import ActionResult
from protocols.dlms.security import SecurityControl

NEEDS = pytest.mark.needs(f"association:{ASSOCIATION}", "security-policy")
_AUTHENTICATED, _ENCRYPTED = SecurityControl.AUTHENTICATED, SecurityControl.ENCRYPTED
_BOTH = SecurityControl.AUTHENTICATED_ENCRYPTED
# protection -> policy number in version 0 and in version 1 of the security setup
_NUMBERS: dict[SecurityControl, tuple[int, int]] = {
    _AUTHENTICATED: (1, 0x24),
    _ENCRYPTED: (2, 0x48),
    _BOTH: (3, 0x6C),
}


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


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


def _policy(open_one: Secured) -> int:
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


def _check_requests(bench: Bench, open_one: Secured, wanted: SecurityControl) -> None:
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
def test_both(bench: Bench) -> None:
    _raise_policy(bench, _BOTH)
