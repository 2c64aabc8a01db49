"""Raw requests and what came back: the common procedures of the application-layer cases."""

from conformance.bench.bench import Bench
from conformance.bench.raw import GET_LDN, AareSeen, AarqShape, read_aare
from protocols.dlms.session import DlmsSession

EXCEPTION = 0xD8
CONFIRMED_SERVICE_ERROR = 0x0E
GET_RESPONSE = 0xC4
SET_RESPONSE = 0xC5
_DATA = 0


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


def check_served(bench: Bench, answer: bytes | None, es: str, en: str) -> None:
    """A GET must be answered with data."""
    must_answer(bench, answer)
    bench.check(served(answer), es, en)


def served(answer: bytes | None) -> bool:
    """Whether a GET was answered with data."""
    return answer is not None and len(answer) > 3 and answer[0] == GET_RESPONSE and answer[3] == _DATA


def propose(bench: Bench, session: DlmsSession, shape: AarqShape) -> tuple[bytes | None, AareSeen | None]:
    """Send an AARQ of any shape; the answer, and what it says where it is an AARE."""
    secret = shape.password is not None
    es, en = ("AARQ con contraseña", "AARQ with a password") if secret else ("AARQ", "AARQ")
    answer = ask(bench, session, shape.to_bytes(), es, en, secret=secret)
    return answer, read_aare(answer or b"")


def check_still_works(bench: Bench, association: str = "public") -> None:
    """A plain association must work after whatever was done."""
    with bench.associated(association) as dialogue:
        name = dialogue.octets(1, "0.0.42.0.0", 2)
    bench.check(bool(name), "después, una asociación normal funciona", "afterwards a plain association works")


def check_not_served(bench: Bench, session: DlmsSession) -> None:
    """A GET must not be answered with data now; an error other than an exception is not to the letter."""
    answer = ask(bench, session, GET_LDN, "GET del nombre lógico", "GET of the logical device name")
    bench.check(not served(answer), "la petición no se atiende", "the request is not served")
    if answer is not None and answer[0] not in (EXCEPTION, CONFIRMED_SERVICE_ERROR):
        bench.not_strictly(
            f"rechaza con un PDU inesperado, {answer[0]:02x}",
            f"it refuses with an unexpected PDU, {answer[0]:02x}",
        )
