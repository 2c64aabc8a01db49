"""Raw requests and what came back: the common procedures of the application-layer cases.

Source: DLMS UA 1001-6, tables 1 to 8 (common procedures), by their public names
"""

from collections.abc import Container
from contextlib import suppress
from typing import cast

from conformance.bench.bench import Bench
from conformance.bench.raw import (
    CONFORMANCE_LN,
    GET_LDN,
    LDN,
    AareSeen,
    AarqShape,
    InitiateSeen,
    action_request,
    read_aare,
    read_initiate,
    set_request,
)
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.obis import Obis
from protocols.dlms.session import DlmsSession

EXCEPTION = 0xD8
CONFIRMED_SERVICE_ERROR = 0x0E
GET_RESPONSE = 0xC4
SET_RESPONSE = 0xC5
ACTION_RESPONSE = 0xC7
#: Answers that refuse a request as a whole.
ERRORS = (EXCEPTION, CONFIRMED_SERVICE_ERROR)
#: Sources of a diagnostic.
ACSE_USER, ACSE_PROVIDER = 1, 2

_DATA = 0
_NULL_DATA = b"\x00"
_SUCCESS = b"\x00"
_REJECTED_PERMANENT = 1
_DLMS_VERSION = 6
_VAA_NAME_LN = 0x0007
_SMALLEST_PDU = 12

Answered = tuple[bytes | None, AareSeen | None]


def ask(
    bench: Bench, session: DlmsSession, raw: bytes, es: str, en: str, *, secret: bool = False
) -> bytes | None:
    """Send a raw request, recording it; the answer's APDU, or None for silence.

    A `secret` request is shown among the frames only, where the evidence can be redacted.
    """
    shown = "" if secret else f": {raw.hex()}"
    bench.stimulus(f"{es}{shown}", f"{en}{shown}")
    answer = session.exchange_apdu(raw)
    said = answer.hex() if answer else ""
    bench.observe(
        f"contesta {said}" if answer else "no contesta",
        f"it answers {said}" if answer else "it does not answer",
    )
    return answer


def must_answer(bench: Bench, answer: object | None) -> None:
    """Where an answer is due, silence says nothing of the clause: the bench cannot tell.

    Raises:
        CaseInconclusive: nothing came.
    """
    if answer is None:
        raise bench.inconclusive("el dispositivo no contesta", "the device does not answer")


# ---------------------------------------------------------------- association


def propose(
    bench: Bench, session: DlmsSession, shape: AarqShape, es: str = "AARQ", en: str = "AARQ"
) -> Answered:
    """Send an AARQ of any shape; the answer, and what it says where it is an AARE."""
    authentication = shape.authentication
    secret = authentication is not None and bool(authentication.value)
    answer = ask(bench, session, shape.to_bytes(), es, en, secret=secret)
    return answer, read_aare(answer or b"")


def check_accepted(bench: Bench, answered: Answered, proposed: bytes = CONFORMANCE_LN) -> InitiateSeen:
    """The association is open, and what was granted is within what was `proposed`.

    Raises:
        CaseFails: it is not.
        CaseInconclusive: nothing came.
    """
    answer, aare = answered
    must_answer(bench, answer)
    bench.check(aare is not None and aare.accepted, "la asociación se acepta", "the association is accepted")
    seen = read_initiate(cast(AareSeen, aare).user_information)
    bench.check(seen is not None, "trae un InitiateResponse", "it carries an InitiateResponse")
    granted = cast(InitiateSeen, seen)
    version, conformance, max_pdu, vaa = (
        granted.dlms_version,
        granted.conformance,
        granted.max_pdu,
        granted.vaa_name,
    )
    outside = conformance & ~int.from_bytes(proposed, "big")
    bench.check(version == _DLMS_VERSION, f"la versión es 6 ({version})", f"the version is 6 ({version})")
    bench.check(
        not outside,
        f"concede solo lo propuesto ({conformance:06x})",
        f"it grants only what was proposed ({conformance:06x})",
    )
    bench.check(
        max_pdu >= _SMALLEST_PDU or max_pdu == 0, f"PDU de {max_pdu} octetos", f"a PDU of {max_pdu} octets"
    )
    bench.check(
        vaa == _VAA_NAME_LN, f"el nombre VAA es 0007 ({vaa:04x})", f"the VAA name is 0007 ({vaa:04x})"
    )
    return granted


def check_rejected(
    bench: Bench, answered: Answered, diagnostics: Container[tuple[int, int]] | None = None
) -> None:
    """Rejected for good by an AARE with one of `diagnostics`; any other refusal does it, not to the letter.

    Args:
        bench: the bench.
        answered: what came.
        diagnostics: pairs of source and number; None for any.
    """
    _, aare = answered
    bench.check(
        aare is None or not aare.accepted, "la asociación no se acepta", "the association is not accepted"
    )
    if aare is None:
        bench.not_strictly("no lo rechaza con un AARE", "it does not reject it with an AARE")
    elif aare.result != _REJECTED_PERMANENT:
        bench.not_strictly("el rechazo no es permanente", "the rejection is not permanent")
    elif diagnostics is not None and (aare.diagnostic is None or aare.diagnostic not in diagnostics):
        bench.not_strictly(
            f"rechaza con otro diagnóstico, {aare.diagnostic}",
            f"it rejects with another diagnostic, {aare.diagnostic}",
        )


def check_still_works(bench: Bench, association: str = "public") -> None:
    """A plain association must work after whatever was done."""
    with bench.associated(association) as dialogue:
        name = dialogue.octets(1, "0.0.42.0.0", 2)
    bench.check(bool(name), "después, una asociación normal funciona", "afterwards a plain association works")


# ---------------------------------------------------------------- data


def harmless_set(bench: Bench, class_id: int = 1) -> bytes:
    """A SET that writes the logical device name as it is, so that a device which wrongly obeys loses nothing.

    Null-data takes its place where the public client cannot read the name. `class_id` may be a wrong one.
    """
    value = _NULL_DATA
    with bench.session("public") as session, suppress(RemoteProtocolError):
        session.associate()
        value = session.get_octets(1, Obis.from_bytes(LDN), 2)
    return set_request(class_id, LDN, 2, value)


#: An ACTION that shifts the clock by nothing.
HARMLESS_ACTION = action_request(8, bytes((0, 0, 1, 0, 0, 255)), 6, bytes.fromhex("100000"))


def served(answer: bytes | None) -> bool:
    """Whether a GET was answered with data."""
    return answer is not None and len(answer) > 3 and answer[0] == GET_RESPONSE and answer[3] == _DATA


def done(answer: bytes | None) -> bool:
    """Whether a SET or an ACTION was carried out."""
    return answer is not None and answer[:1] in (b"\xc5", b"\xc7") and answer[3:4] == _SUCCESS


def check_served(bench: Bench, answer: bytes | None, es: str, en: str) -> None:
    """A GET must be answered with data."""
    must_answer(bench, answer)
    bench.check(served(answer), es, en)


def check_alive(bench: Bench, session: DlmsSession) -> None:
    """The association still answers a read."""
    answer = ask(bench, session, GET_LDN, "GET del nombre lógico", "GET of the logical device name")
    check_served(bench, answer, "la asociación sigue viva", "the association lives on")


def check_not_served(bench: Bench, session: DlmsSession) -> None:
    """A GET must not be answered with data now; an error other than an exception is not to the letter."""
    answer = ask(bench, session, GET_LDN, "GET del nombre lógico", "GET of the logical device name")
    check_refused(bench, answer)


def check_refused(bench: Bench, answer: bytes | None) -> None:
    """A request is refused as a whole: by an exception, by a service error or by silence."""
    bench.check(
        not served(answer) and not done(answer), "la petición no se atiende", "the request is not served"
    )
    if answer is not None and answer[0] not in ERRORS:
        bench.not_strictly(
            f"rechaza con un PDU inesperado, {answer[0]:02x}",
            f"it refuses with an unexpected PDU, {answer[0]:02x}",
        )
