"""Hand-made APDUs and what comes back: they owe nothing to the codec under test.

The common procedures of the application-layer cases stand here, too, and a long GET looked at block by
block.

Source: IEC 62056-5-3 (AARQ, InitiateRequest, GET with block transfer); ITU-T X.690 (BER); DLMS UA
1001-6, tables 1 to 8 (common procedures), by their public names
"""

from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from conformance.bench.bench import Bench
from i18n import Message
from links.base import Link
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.obis import Obis
from protocols.dlms.session import DlmsSession

#: Services a logical-name client proposes: GET, SET, ACTION, selective access, blocks, multiple references.
CONFORMANCE_LN = bytes.fromhex("007e1f")
#: Services of a short-name client: read, write, unconfirmed write, multiple references, parameterised access.
CONFORMANCE_SN = bytes.fromhex("1c0220")

#: Mechanisms of authentication by the last arc of their name.
MECHANISM_LLS = 1

_CONTEXT_PREFIX = bytes.fromhex("6085740508 01".replace(" ", ""))
_MECHANISM_PREFIX = bytes.fromhex("608574050802")
_AFTER_CONTEXT, _AFTER_AUTHENTICATION = range(0xA2, 0xAA), (0x9D,)


@dataclass(frozen=True, slots=True)
class AuthenticationShape:
    """The authentication fields of an AARQ, each of which may be missing.

    Args:
        value: the secret or challenge; None to leave it out.
        mechanism: last arc of the mechanism's name; None to leave it out.
        announced: whether sender-acse-requirements asks for authentication.
    """

    value: bytes | None
    mechanism: int | None = MECHANISM_LLS
    announced: bool = True

    def to_bytes(self) -> bytes:
        """The fields."""
        parts = _tlv(0x8A, bytes.fromhex("0780")) if self.announced else b""
        if self.mechanism is not None:
            parts += _tlv(0x8B, _MECHANISM_PREFIX + bytes((self.mechanism,)))
        if self.value is not None:
            parts += _tlv(0xAC, _tlv(0x80, self.value))
        return parts


@dataclass(frozen=True, slots=True)
class AarqShape:
    """An AARQ with anything in it.

    Args:
        context: last arc of the application context name; 1 is logical name without ciphering, 2 short name
            without, 3 logical name with; None to leave the name out.
        dlms_version: 6 is the present one.
        conformance: three octets of proposed services.
        max_pdu: client's largest PDU; 0 is no limit.
        protocol_version: the BIT STRING of ACSE versions as (unused bits, octet), None to leave it out.
        authentication: None for none.
        fields: further fields as (tag, content), in the order of the standard.
        dedicated_key: of the initiate request; None to leave it out.
        quality_of_service: of the initiate request; None to leave it out.
    """

    context: int | None = 1
    dlms_version: int = 6
    conformance: bytes = CONFORMANCE_LN
    max_pdu: int = 0xFFFF
    protocol_version: tuple[int, int] | None = None
    authentication: AuthenticationShape | None = None
    fields: tuple[tuple[int, bytes], ...] = ()
    dedicated_key: bytes | None = None
    quality_of_service: int | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        parts = b""
        if self.protocol_version is not None:
            parts += _tlv(0x80, bytes(self.protocol_version))
        if self.context is not None:
            parts += _tlv(0xA1, _tlv(0x06, _CONTEXT_PREFIX + bytes((self.context,))))
        parts += self._further(_AFTER_CONTEXT)
        if self.authentication is not None:
            parts += self.authentication.to_bytes()
        parts += self._further(_AFTER_AUTHENTICATION)
        return _tlv(0x60, parts + _tlv(0xBE, _tlv(0x04, self._initiate())))

    def _further(self, tags: range | tuple[int, ...]) -> bytes:
        return b"".join(_tlv(tag, content) for tag, content in self.fields if tag in tags)

    def _initiate(self) -> bytes:
        key, quality = self.dedicated_key, self.quality_of_service
        return b"".join(
            (
                b"\x01",
                b"\x00" if key is None else bytes((1, len(key))) + key,
                b"\x00",  # response-allowed: its default
                b"\x00" if quality is None else bytes((1, quality)),
                bytes((self.dlms_version,)),
                bytes.fromhex("5f1f0400") + self.conformance + self.max_pdu.to_bytes(2, "big"),
            )
        )


@dataclass(frozen=True, slots=True)
class AareSeen:
    """AARE as it was read: `result` 0 accepted, 1 rejected for good, 2 for now."""

    result: int
    diagnostic: tuple[int, int] | None
    user_information: bytes

    @property
    def accepted(self) -> bool:
        """True if the association is open."""
        return self.result == 0


@dataclass(frozen=True, slots=True)
class InitiateSeen:
    """InitiateResponse in an AARE, as it was read."""

    dlms_version: int
    conformance: int
    max_pdu: int
    vaa_name: int


def read_aare(raw: bytes) -> AareSeen | None:
    """The fields of an AARE; None where `raw` is something else."""
    if not raw or raw[0] != 0x61:
        return None
    fields = dict(_elements(_content(raw)))
    if 0xA2 not in fields:
        return None
    source = next(iter(_elements(fields.get(0xA3, b""))), None)
    diagnostic = None
    if source is not None:
        diagnostic = (source[0] & 0x1F, int.from_bytes(_content(source[1]), "big"))
    user = fields.get(0xBE, b"")
    return AareSeen(
        int.from_bytes(_content(fields[0xA2]), "big"), diagnostic, _content(user) if user else b""
    )


def read_initiate(information: bytes) -> InitiateSeen | None:
    """The fields of an InitiateResponse; None where `information` is something else or cut short."""
    if information[:1] != b"\x08" or len(information) < 2:
        return None
    body = information[2:] if information[1] == 0 else information[3:]  # quality of service is optional
    if len(body) < 12:
        return None
    return InitiateSeen(
        body[0],
        int.from_bytes(body[5:8], "big"),
        int.from_bytes(body[8:10], "big"),
        int.from_bytes(body[10:12], "big"),
    )


def get_request(class_id: int, logical_name: bytes, attribute: int) -> bytes:
    """A GET-request-normal."""
    return bytes((0xC0, 0x01, 0xC1)) + _descriptor(class_id, logical_name, attribute) + b"\x00"


def set_request(class_id: int, logical_name: bytes, attribute: int, data: bytes) -> bytes:
    """A SET-request-normal with encoded `data`."""
    return bytes((0xC1, 0x01, 0xC1)) + _descriptor(class_id, logical_name, attribute) + b"\x00" + data


def action_request(class_id: int, logical_name: bytes, method: int, data: bytes | None = None) -> bytes:
    """An ACTION-request-normal, with encoded `data` if any."""
    parameter = b"\x00" if data is None else b"\x01" + data
    return bytes((0xC3, 0x01, 0xC1)) + _descriptor(class_id, logical_name, method) + parameter


def _descriptor(class_id: int, logical_name: bytes, index: int) -> bytes:
    return class_id.to_bytes(2, "big") + logical_name + bytes((index,))


#: Logical device name: an object that every device has, for every client.
LDN = bytes((0, 0, 42, 0, 0, 255))
GET_LDN = get_request(1, LDN, 2)


def octets_field(tag: int, content: bytes) -> tuple[int, bytes]:
    """A field of an AARQ whose content is an OCTET STRING, as titles are."""
    return tag, _tlv(0x04, content)


def integer_field(tag: int, value: int) -> tuple[int, bytes]:
    """A field of an AARQ whose content is an INTEGER of one octet, as invocation ids are."""
    return tag, _tlv(0x02, bytes((value,)))


def _tlv(tag: int, content: bytes) -> bytes:
    length = bytes((len(content),)) if len(content) < 0x80 else bytes((0x81, len(content)))
    return bytes((tag,)) + length + content


def _content(raw: bytes) -> bytes:
    """Content of one element."""
    return next(iter(_elements(raw)), (0, b""))[1]


def _elements(raw: bytes) -> list[tuple[int, bytes]]:
    """The elements in `raw`; what is cut short is left out."""
    found, position = [], 0
    while position + 2 <= len(raw):
        tag, length, start = raw[position], raw[position + 1], position + 2
        if length & 0x80:
            size = length & 0x7F
            length, start = int.from_bytes(raw[start : start + size], "big"), start + size
        if start + length > len(raw):
            break
        found.append((tag, raw[start : start + length]))
        position = start + length
    return found


# ---------------------------------------------------------------- waiting

#: What a served world sent has arrived here after this long, and what was sent to it there.
_SETTLE_S = 0.3


def hear(bench: Bench, link: Link) -> bytes:
    """The octets that come within the device's response time; empty for silence.

    A served world is moved to the end of that time at once, so that silence costs no minutes of the wall.
    """
    patience_s = bench.statement.link.response_timeout_s
    if bench.statement.link.clock != "served" or patience_s <= _SETTLE_S:
        return link.receive(patience_s)
    answer = link.receive(_SETTLE_S)
    if not answer:
        bench.clock.wait(patience_s)
        answer = link.receive(_SETTLE_S)
    return answer


# ---------------------------------------------------------------- exchange

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

#: Words of a proposal of which a case says nothing else.
_AARQ = Message("AARQ")

Answered = tuple[bytes | None, AareSeen | None]


def ask(
    bench: Bench, session: DlmsSession, raw: bytes, text: Message, *, secret: bool = False
) -> bytes | None:
    """Send a raw request, recording it; the answer's APDU, or None for silence.

    A `secret` request is shown among the frames only, where the evidence can be redacted.
    """
    bench.stimulus(text if secret else Message("{request}: {octets}", request=text, octets=raw.hex()))
    answer = session.exchange_apdu(raw)
    bench.observe(heard(answer))
    return answer


def heard(answer: bytes | None) -> Message:
    """Sentence of an answer: its octets, or that none came."""
    return Message("it answers {octets}", octets=answer.hex()) if answer else Message("it does not answer")


def must_answer(bench: Bench, answer: object | None) -> None:
    """Require an answer where one is due: silence says nothing of the clause, the bench cannot tell.

    Raises:
        CaseInconclusive: nothing came.
    """
    if answer is None:
        raise bench.inconclusive(Message("the device does not answer"))


# ---------------------------------------------------------------- association


def propose(bench: Bench, session: DlmsSession, shape: AarqShape, text: Message = _AARQ) -> Answered:
    """Send an AARQ of any shape; the answer, and what it says where it is an AARE."""
    authentication = shape.authentication
    secret = authentication is not None and bool(authentication.value)
    answer = ask(bench, session, shape.to_bytes(), text, secret=secret)
    return answer, read_aare(answer or b"")


def check_accepted(bench: Bench, answered: Answered, proposed: bytes = CONFORMANCE_LN) -> InitiateSeen:
    """The association is open, and what was granted is within what was `proposed`.

    Raises:
        CaseFails: it is not.
        CaseInconclusive: nothing came.
    """
    answer, aare = answered
    must_answer(bench, answer)
    bench.check(aare is not None and aare.accepted, Message("the association is accepted"))
    seen = read_initiate(cast(AareSeen, aare).user_information)
    bench.check(seen is not None, Message("it carries an InitiateResponse"))
    granted = cast(InitiateSeen, seen)
    version, conformance, max_pdu, vaa = (
        granted.dlms_version,
        granted.conformance,
        granted.max_pdu,
        granted.vaa_name,
    )
    outside = conformance & ~int.from_bytes(proposed, "big")
    bench.check(version == _DLMS_VERSION, Message("the version is 6 ({version})", version=version))
    bench.check(
        not outside,
        Message("it grants only what was proposed ({conformance:06x})", conformance=conformance),
    )
    bench.check(
        max_pdu >= _SMALLEST_PDU or max_pdu == 0, Message("a PDU of {max_pdu} octets", max_pdu=max_pdu)
    )
    bench.check(vaa == _VAA_NAME_LN, Message("the VAA name is 0007 ({vaa:04x})", vaa=vaa))
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
    bench.check(aare is None or not aare.accepted, Message("the association is not accepted"))
    if aare is None:
        bench.not_strictly(Message("it does not reject it with an AARE"))
    elif aare.result != _REJECTED_PERMANENT:
        bench.not_strictly(Message("the rejection is not permanent"))
    elif diagnostics is not None and (aare.diagnostic is None or aare.diagnostic not in diagnostics):
        bench.not_strictly(
            Message("it rejects with another diagnostic, {diagnostic}", diagnostic=aare.diagnostic),
        )


def check_still_works(bench: Bench, association: str = "public") -> None:
    """A plain association must work after whatever was done."""
    with bench.associated(association) as dialogue:
        name = dialogue.octets(1, "0.0.42.0.0", 2)
    bench.check(bool(name), Message("afterwards a plain association works"))


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
    """True if a GET was answered with data."""
    return answer is not None and len(answer) > 3 and answer[0] == GET_RESPONSE and answer[3] == _DATA


def done(answer: bytes | None) -> bool:
    """True if a SET or an ACTION was carried out."""
    return answer is not None and answer[:1] in (b"\xc5", b"\xc7") and answer[3:4] == _SUCCESS


def check_served(bench: Bench, answer: bytes | None, text: Message) -> None:
    """A GET must be answered with data."""
    must_answer(bench, answer)
    bench.check(served(answer), text)


def check_alive(bench: Bench, session: DlmsSession) -> None:
    """The association still answers a read."""
    answer = ask(bench, session, GET_LDN, Message("GET of the logical device name"))
    check_served(bench, answer, Message("the association lives on"))


def check_not_served(bench: Bench, session: DlmsSession) -> None:
    """A GET must not be answered with data now; an error other than an exception is not to the letter."""
    answer = ask(bench, session, GET_LDN, Message("GET of the logical device name"))
    check_refused(bench, answer)


def check_refused(bench: Bench, answer: bytes | None) -> None:
    """A request is refused as a whole: by an exception, by a service error or by silence."""
    bench.check(not served(answer) and not done(answer), Message("the request is not served"))
    if answer is not None and answer[0] not in ERRORS:
        bench.not_strictly(
            Message("it refuses with an unexpected PDU, {answer:02x}", answer=answer[0]),
        )


# ---------------------------------------------------------------- long GET

_WITH_BLOCK = 0x02
_RAW_DATA = 0x00
_LENGTH_AT = 9
_LONG_FORM = 0x80
#: A device that never says "last" is left after this many blocks.
_MOST_BLOCKS = 10_000


@dataclass(frozen=True, slots=True)
class BlockSeen:
    """One block of a GET-response, as it came.

    Args:
        last: whether it says that no other follows.
        number: its number.
        raw: its piece of the value; None where it carries a result instead.
        octets: of the whole APDU.
    """

    last: bool
    number: int
    raw: bytes | None
    octets: int


def get_next(number: int) -> bytes:
    """A GET-request-next that tells the last block received."""
    return bytes((0xC0, 0x02, 0xC1)) + number.to_bytes(4, "big")


def read_block(apdu: bytes | None) -> BlockSeen | None:
    """The block in an answer; None where it is none."""
    if apdu is None or len(apdu) <= _LENGTH_AT or apdu[:2] != bytes((GET_RESPONSE, _WITH_BLOCK)):
        return None
    last, number = bool(apdu[3]), int.from_bytes(apdu[4:8], "big")
    if apdu[8] != _RAW_DATA:
        return BlockSeen(last, number, None, len(apdu))
    size, start = apdu[_LENGTH_AT], _LENGTH_AT + 1
    if size & _LONG_FORM:
        start += size & ~_LONG_FORM
        size = int.from_bytes(apdu[_LENGTH_AT + 1 : start], "big")
    raw = apdu[start:]
    return BlockSeen(last, number, raw if len(raw) == size else None, len(apdu))


def read_to_the_end(bench: Bench, session: DlmsSession, first: BlockSeen, octets_max: int) -> bytes:
    """The value that blocks join to, `first` being the one that came already.

    Blocks are numbered from 1 without a gap, none is longer than `octets_max`, and after the last one there
    is no more.

    Raises:
        CaseFails: one of these does not hold.
    """
    parts: list[bytes] = []
    block: BlockSeen | None = first
    while block is not None and block.raw is not None and len(parts) < _MOST_BLOCKS:
        expected = len(parts) + 1
        if (block.number, block.octets <= octets_max) != (expected, True):
            break
        parts.append(block.raw)
        if block.last:
            break
        block = read_block(session.exchange_apdu(get_next(block.number)))
    whole = block is not None and block.last and block.number == len(parts)
    bench.measure("blocks", len(parts), "")
    bench.check(
        whole,
        Message(
            "the blocks go from 1 to {count}, of {octets_max} octets at most, and the last one says so",
            count=len(parts),
            octets_max=octets_max,
        ),
    )
    after = read_block(session.exchange_apdu(get_next(len(parts))))
    bench.check(after is None or not after.raw, Message("there are no more after it"))
    return b"".join(parts)
