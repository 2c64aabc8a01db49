"""APPL_OPEN 3: client and device prove to each other that they know the keys, passes 3 and 4."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from dataclasses import replace

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import Sealer
from conformance.bench.raw_apdu import GET_LDN, ask, check_refused, check_still_works, done, must_answer
from conformance.bench.security import ASSOCIATION, sealer_of, secured
from i18n import Message
from protocols.dlms.acse import Aare, title_in
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.client.events import ApduToSend
from protocols.dlms.security.forms import PROTECTED_TAGS, disclose
from protocols.dlms.session import DlmsSession

MANAGEMENT = pytest.mark.needs(f"association:{ASSOCIATION}")


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/APPL_OPEN_3/passes",
    title=Message("The four passes"),
    stimulus=Message(
        "Associate with high level security: challenges in AARQ and AARE, answers to both; read."
    ),
    requirement=Message("The device takes the answer, proves its own and serves the read."),
)
@clause("APPL_OPEN_3")
@MANAGEMENT
def test_passes(bench: Bench) -> None:
    with secured(bench) as open_one:
        bench.observe(Message("the four passes end well"))
        open_one.check_alive()


def _challenged(bench: Bench, session: DlmsSession) -> tuple[Sealer, bytes]:
    """Passes 1 and 2; what seals for this client, and its right answer to the challenge, not sent yet."""
    answer = ask(bench, session, session.client.associate(), Message("AARQ"), secret=True)
    must_answer(bench, answer)
    events = session.client.receive_apdu(answer or b"")
    first = events[0] if events else None
    if not isinstance(first, ApduToSend):
        raise bench.inconclusive(Message("the device sends no challenge"))
    session.client.abandon()
    aare = decode_apdu(answer or b"")
    title = title_in(aare.responding_ap_title) if isinstance(aare, Aare) else None
    return replace(sealer_of(session), server_title=title or b""), first.apdu


def _plain(sealer: Sealer, apdu: bytes) -> bytes:
    if apdu[0] not in PROTECTED_TAGS:
        return apdu
    _form, _tag, _title, sealed = disclose(apdu)
    return sealer.security.cipher().open(sealer.security.client_system_title, sealed)


@case(
    id="dlms/APPL_OPEN_3/wrong-answer",
    title=Message("Wrong answer to the challenge"),
    stimulus=Message("Answer the challenge with one octet changed, then read."),
    requirement=Message("The answer is refused and the read is not served."),
)
@clause("APPL_OPEN_3")
@MANAGEMENT
def test_wrong_answer(bench: Bench) -> None:
    with bench.session(ASSOCIATION) as session:
        sealer, right = _challenged(bench, session)
        plain = _plain(sealer, right)
        wrong = sealer.seal(plain[:-1] + bytes((plain[-1] ^ 1,)))
        answer = sealer.open(ask(bench, session, wrong, Message("changed answer")))
        bench.check(not done(answer), Message("the answer is not taken"))
        read = ask(bench, session, sealer.seal(GET_LDN), Message("GET of the logical device name"))
        check_refused(bench, sealer.open(read))
    check_still_works(bench)


@case(
    id="dlms/APPL_OPEN_3/no-answer",
    title=Message("No answer to the challenge"),
    stimulus=Message("After the AARE, read without having answered the challenge."),
    requirement=Message("The read is not served."),
)
@clause("APPL_OPEN_3")
@MANAGEMENT
def test_no_answer(bench: Bench) -> None:
    with bench.session(ASSOCIATION) as session:
        sealer, _right = _challenged(bench, session)
        read = ask(bench, session, sealer.seal(GET_LDN), Message("GET of the logical device name"))
        check_refused(bench, sealer.open(read))
    check_still_works(bench)
