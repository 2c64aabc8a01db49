"""APPL_OPEN: what an AARQ may say, and what must be refused."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.exchange import ask, check_served, check_still_works, must_answer, propose, served
from conformance.bench.raw import CONFORMANCE_LN, GET_LDN, AareSeen, AarqShape
from conformance.text import Text

PUBLIC = pytest.mark.needs("association:public")

_VAA_NAME_LN = 0x0007
_AUTHENTICATION_DIAGNOSTICS = frozenset({11, 12, 13, 14})
_ACSE_USER, _ACSE_PROVIDER = 1, 2


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/APPL_OPEN_1/public",
    title=Text("Asociación pública", "Public association"),
    stimulus=Text("Asociarse sin autenticación.", "Associate without authentication."),
    requirement=Text(
        "Se acepta con versión 6, nombre VAA 0x0007, servicios dentro de los propuestos y PDU de 12 "
        "octetos o más.",
        "It is accepted with version 6, VAA name 0x0007, services within those proposed and a PDU of 12 "
        "octets or more.",
    ),
)
@clause("APPL_OPEN_1")
@PUBLIC
def test_public(bench: Bench) -> None:
    with bench.session("public") as session:
        _check_accepted(bench, *propose(bench, session, AarqShape()))


def _check_accepted(bench: Bench, answer: bytes | None, aare: AareSeen | None) -> None:
    must_answer(bench, answer)
    bench.check(
        aare is not None and aare.result == 0, "la asociación se acepta", "the association is accepted"
    )
    assert aare is not None
    info = aare.user_information
    bench.check(info[:1] == b"\x08", "trae un InitiateResponse", "it carries an InitiateResponse")
    body = info[2:] if info[1] == 0 else info[3:]  # quality of service is optional
    bench.check(body[0] == 6, f"la versión es 6 (es {body[0]})", f"the version is 6 (it is {body[0]})")
    granted = int.from_bytes(body[5:8], "big")
    outside = granted & ~int.from_bytes(CONFORMANCE_LN, "big")
    bench.check(
        not outside,
        f"concede solo lo propuesto ({granted:06x})",
        f"it grants only what was proposed ({granted:06x})",
    )
    max_pdu, vaa = int.from_bytes(body[8:10], "big"), int.from_bytes(body[10:12], "big")
    bench.check(max_pdu >= 12 or max_pdu == 0, f"PDU de {max_pdu} octetos", f"a PDU of {max_pdu} octets")
    bench.check(
        vaa == _VAA_NAME_LN, f"el nombre VAA es 0007 ({vaa:04x})", f"the VAA name is 0007 ({vaa:04x})"
    )


@case(
    id="dlms/APPL_OPEN_4/no-common-version",
    title=Text("Sin versión común de ACSE", "No common ACSE version"),
    stimulus=Text(
        "Proponer versiones de ACSE con la primera (100001), y sin ella (010001).",
        "Propose ACSE versions with the first one (100001), and without it (010001).",
    ),
    requirement=Text(
        "La primera propuesta se acepta; la segunda se rechaza de forma permanente, por el proveedor "
        "(diagnóstico 2).",
        "The first proposal is accepted; the second is rejected permanently, by the provider (diagnostic 2).",
    ),
)
@clause("APPL_OPEN_4")
@PUBLIC
def test_protocol_version(bench: Bench) -> None:
    with bench.session("public") as session:
        answer, aare = propose(bench, session, AarqShape(protocol_version=(2, 0x84)))
        must_answer(bench, answer)
        bench.check(
            aare is not None and aare.result == 0, "con 100001 se acepta", "with 100001 it is accepted"
        )
    with bench.session("public") as session:
        answer, aare = propose(bench, session, AarqShape(protocol_version=(2, 0x44)))
        _check_rejected(bench, answer, aare)
        if aare is not None and aare.diagnostic != (_ACSE_PROVIDER, 2):
            bench.not_strictly("rechaza con otro diagnóstico", "it rejects with another diagnostic")
    check_still_works(bench)


@case(
    id="dlms/APPL_OPEN_5/unknown-context",
    title=Text("Contexto de aplicación desconocido", "Unknown application context"),
    stimulus=Text(
        "Proponer un contexto de aplicación que no existe.",
        "Propose an application context that does not exist.",
    ),
    requirement=Text(
        "Se rechaza de forma permanente con application-context-name-not-supported (2).",
        "It is rejected permanently with application-context-name-not-supported (2).",
    ),
)
@clause("APPL_OPEN_5")
@PUBLIC
def test_unknown_context(bench: Bench) -> None:
    with bench.session("public") as session:
        answer, aare = propose(bench, session, AarqShape(context=0x63))
        _check_rejected(bench, answer, aare)
        if aare is not None and aare.diagnostic != (_ACSE_USER, 2):
            bench.not_strictly("rechaza con otro diagnóstico", "it rejects with another diagnostic")
    check_still_works(bench)


def _check_rejected(bench: Bench, answer: bytes | None, aare: AareSeen | None) -> None:
    """Rejected by an AARE; silence or another PDU does the job, but not to the letter."""
    bench.check(
        aare is None or aare.result != 0, "la asociación no se acepta", "the association is not accepted"
    )
    if aare is None:
        bench.not_strictly("no lo rechaza con un AARE", "it does not reject it with an AARE")
    elif aare.result != 1:
        bench.not_strictly("el rechazo no es permanente", "the rejection is not permanent")


@case(
    id="dlms/APPL_OPEN_7/lls",
    title=Text("Autenticación de bajo nivel", "Low-level authentication"),
    stimulus=Text("Asociarse con la contraseña declarada.", "Associate with the declared password."),
    requirement=Text("Se acepta y los datos se atienden.", "It is accepted and data are served."),
)
@clause("APPL_OPEN_7")
@pytest.mark.needs("association:reader")
def test_lls(bench: Bench) -> None:
    _need_password(bench)
    with bench.session("reader") as session:
        secret = bench.association_section("reader").secret
        _check_accepted(bench, *propose(bench, session, AarqShape(password=secret)))
        answer = ask(bench, session, GET_LDN, "GET del nombre lógico", "GET of the logical device name")
        check_served(bench, answer, "los datos se atienden", "data are served")


@case(
    id="dlms/APPL_OPEN_7/wrong-password",
    title=Text("Contraseña equivocada", "Wrong password"),
    stimulus=Text(
        "Asociarse con otra contraseña, con una más corta y sin ninguna; después con la declarada.",
        "Associate with another password, with a shorter one and with none; then with the declared one.",
    ),
    requirement=Text(
        "Se rechazan con un diagnóstico de autenticación (11 a 14), no se atienden datos, y la buena se "
        "acepta después.",
        "They are rejected with a diagnostic of authentication (11 to 14), no data are served, and the "
        "good one is "
        "accepted afterwards.",
    ),
)
@clause("APPL_OPEN_7")
@pytest.mark.needs("association:reader")
def test_wrong_password(bench: Bench) -> None:
    good = _need_password(bench)
    wrong = bytes((good[0] ^ 0x01,)) + good[1:]
    for secret in (wrong, good[:-1], None):
        with bench.session("reader") as session:
            _, aare = propose(bench, session, AarqShape(password=secret))
            bench.check(
                aare is None or aare.result != 0,
                "la asociación no se acepta",
                "the association is not accepted",
            )
            if (
                aare is None
                or aare.diagnostic is None
                or aare.diagnostic[1] not in _AUTHENTICATION_DIAGNOSTICS
            ):
                bench.not_strictly(
                    "el diagnóstico no es de autenticación", "the diagnostic is not of authentication"
                )
            answer = ask(bench, session, GET_LDN, "GET del nombre lógico", "GET of the logical device name")
            bench.check(not served(answer), "los datos no se atienden", "data are not served")
    check_still_works(bench, "reader")


def _need_password(bench: Bench) -> bytes:
    secret = bench.association_section("reader").secret
    if not secret:
        raise bench.not_applicable("la asociación no tiene contraseña", "the association has no password")
    return secret


@case(
    id="dlms/APPL_OPEN_12/version-5",
    title=Text("Versión 5 de DLMS", "DLMS version 5"),
    stimulus=Text("Proponer la versión 5 de DLMS.", "Propose DLMS version 5."),
    requirement=Text(
        "Se rechaza con dlms-version-too-low (0E 01 06 01).",
        "It is refused with dlms-version-too-low (0E 01 06 01).",
    ),
)
@clause("APPL_OPEN_12")
@PUBLIC
def test_version_too_low(bench: Bench) -> None:
    _initiate_error(bench, AarqShape(dlms_version=5), "0e010601")


@case(
    id="dlms/APPL_OPEN_13/empty",
    title=Text("Ningún servicio propuesto", "No service proposed"),
    stimulus=Text("Proponer un bloque de conformidad vacío.", "Propose an empty conformance block."),
    requirement=Text(
        "Se rechaza con incompatible-conformance (0E 01 06 02).",
        "It is refused with incompatible-conformance (0E 01 06 02).",
    ),
)
@clause("APPL_OPEN_13")
@PUBLIC
def test_empty_conformance(bench: Bench) -> None:
    _initiate_error(bench, AarqShape(conformance=bytes(3)), "0e010602")


@case(
    id="dlms/APPL_OPEN_14/pdu-11",
    title=Text("PDU de 11 octetos", "PDU of 11 octets"),
    stimulus=Text("Proponer un PDU máximo de 11 octetos.", "Propose a largest PDU of 11 octets."),
    requirement=Text(
        "Se rechaza con pdu-size-too-short (0E 01 06 03).",
        "It is refused with pdu-size-too-short (0E 01 06 03).",
    ),
)
@clause("APPL_OPEN_14")
@PUBLIC
def test_pdu_too_short(bench: Bench) -> None:
    _initiate_error(bench, AarqShape(max_pdu=11), "0e010603")


@case(
    id="dlms/APPL_OPEN_14/pdu-0",
    title=Text("PDU sin límite", "PDU without limit"),
    stimulus=Text("Proponer un PDU máximo de 0.", "Propose a largest PDU of 0."),
    requirement=Text("Se acepta: cero es sin límite.", "It is accepted: zero is no limit."),
)
@clause("APPL_OPEN_14")
@PUBLIC
def test_pdu_unlimited(bench: Bench) -> None:
    with bench.session("public") as session:
        _check_accepted(bench, *propose(bench, session, AarqShape(max_pdu=0)))


def _initiate_error(bench: Bench, shape: AarqShape, error: str) -> None:
    """The proposal is refused, best with the initiate error that names why, bare or inside an AARE."""
    with bench.session("public") as session:
        answer, aare = propose(bench, session, shape)
        bench.check(
            aare is None or aare.result != 0, "la asociación no se acepta", "the association is not accepted"
        )
        if error not in (answer or b"").hex():
            bench.not_strictly(f"no dice {error}", f"it does not say {error}")
    check_still_works(bench)
