"""Security procedures of the ciphering cases: keyed associations, raw protected requests, security setup."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from conformance.bench.bench import Bench
from conformance.bench.dlms_session import Dialogue, Protection, Sealer, items
from conformance.bench.raw_apdu import EXCEPTION, GET_LDN, ask, check_refused, served
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.obis import Obis
from protocols.dlms.security import ClientSecurity, KeySet, SecurityControl, wrap_key
from protocols.dlms.security.suites import required_protection
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import AccessRefused, LinkLost, NoAnswer
from protocols.dlms.xdlms.action import ActionRequestNormal
from protocols.dlms.xdlms.descriptors import MethodDescriptor

ASSOCIATION = "management"
SECURITY_SETUP_CLASS, SECURITY_SETUP = 64, "0.0.43.0.0"
CLOCK_CLASS, CLOCK = 8, "0.0.1.0.0"
ACTIVATE, TRANSFER, SHIFT_TIME = 1, 2, 6
POLICY, TIME = 2, 2
INVOCATION_COUNTER_ERROR = b"\x06"
_INVOKE = 0xC1
_ACTION_RESULT = 3


@dataclass(frozen=True, slots=True)
class SecuredAssociation:
    """An open association that ciphers: the session, and what seals requests beside it."""

    session: DlmsSession
    sealer: Sealer
    bench: Bench

    @property
    def dialogue(self) -> Dialogue:
        """The readings that cases share."""
        return Dialogue(self.session)

    def ask(self, raw: bytes, text: Message) -> bytes | None:
        """Send a request as it is; the answer's APDU as it came, None for silence."""
        return ask(self.bench, self.session, raw, text)

    def opened(self, raw: bytes, text: Message) -> bytes | None:
        """Send a request as it is; what the answer holds, None for silence or what does not open."""
        return self.sealer.open(self.ask(raw, text))

    def check_alive(self) -> None:
        """A right request is served."""
        answer = self.opened(self.sealer.seal(GET_LDN), Message("GET ciphered rightly"))
        self.bench.check(served(answer), Message("a request ciphered rightly is served"))

    def check_refused(self, raw: bytes, text: Message) -> bytes | None:
        """A wrong request is not served, by whatever refusal; the answer."""
        answer = self.ask(raw, text)
        opened = self.sealer.open(answer)
        check_refused(self.bench, opened)
        return answer


@contextmanager
def secured(bench: Bench, protection: Protection | None = None) -> Iterator[SecuredAssociation]:
    """An open association that ciphers."""
    with bench.session(ASSOCIATION, protection=protection) as session:
        session.associate()
        yield SecuredAssociation(session, sealer_of(session), bench)


@contextmanager
def must_secure(bench: Bench, protection: Protection) -> Iterator[SecuredAssociation]:
    """`secured` with a protection that the device has to serve: its refusal is its failure."""
    try:
        with secured(bench, protection) as open_one:
            yield open_one
    except (NoAnswer, LinkLost):
        raise
    except RemoteProtocolError as refusal:
        bench.observe(Message("it refuses: {refusal}", refusal=refusal))
        bench.check(False, Message("the association opens and serves"))


def sealer_of(session: DlmsSession) -> Sealer:
    """Seals as the session's client does."""
    security = cast(ClientSecurity, session.client.security)
    aare = session.client.negotiated
    title = b"" if aare is None or aare.responding_ap_title is None else aare.responding_ap_title[2:]
    return Sealer(security, title)


def associates(bench: Bench, keys: KeySet) -> bool:
    """True if an association opens with these keys and serves a read."""
    try:
        with secured(bench, Protection(keys=keys)) as open_one:
            answer = open_one.opened(open_one.sealer.seal(GET_LDN), Message("GET"))
            return served(answer)
    except RemoteProtocolError as refusal:
        bench.observe(Message("it does not associate: {refusal}", refusal=refusal))
        return False


# ---------------------------------------------------------------- the security setup


def target_keys(bench: Bench) -> KeySet:
    """The keys of the target file, the master key among them.

    Raises:
        CaseNotApplicable: there is no master key.
    """
    section = bench.association_section(ASSOCIATION).security
    if section is None or section.master_key is None:
        raise bench.not_applicable(Message("the target declares no master key"))
    return section.keys()


def transfer(bench: Bench, keys: KeySet, parameter: Data) -> ActionResult | None:
    """Invoke key_transfer; its result, None where there was none to read."""
    with secured(bench, Protection(keys=keys)) as open_one:
        answer = open_one.opened(open_one.sealer.seal(_action(TRANSFER, parameter)), Message("key_transfer"))
    return _result(answer)


def wrapped(keys: KeySet, changes: dict[int, bytes]) -> Data:
    """Parameter of key_transfer: key-id and key, wrapped with the master key."""
    kek = keys.kek or b""
    return axdr.array(
        *(
            axdr.structure(axdr.enum(key_id), axdr.octet_string(wrap_key(kek, key)))
            for key_id, key in changes.items()
        )
    )


def activate(open_one: SecuredAssociation, policy: int) -> ActionResult | None:
    """Invoke security_activate."""
    plain = _action(ACTIVATE, axdr.enum(policy))
    return _result(
        open_one.opened(open_one.sealer.seal(plain), Message("security_activate {policy}", policy=policy))
    )


def least_protection(bench: Bench) -> SecurityControl:
    """Protection that the device's present policy demands of requests; none where it cannot be read."""
    with secured(bench) as open_one:
        version = min(setup_version(open_one.dialogue), 1)
        try:
            policy = open_one.dialogue.integer(SECURITY_SETUP_CLASS, SECURITY_SETUP, POLICY)
        except AccessRefused:
            return SecurityControl.NONE
    return required_protection(policy, version)


def setup_version(dialogue: Dialogue) -> int:
    """Version of the security setup, from the object list; 0 where it is not listed."""
    try:
        listed = items(dialogue.get(15, "0.0.40.0.0", 2))
    except AccessRefused:
        return 0
    for row in listed:
        match row.value:
            case (Data(value=64), Data(value=int(version)), *_):
                return version
    return 0


def _action(method: int, parameter: Data) -> bytes:
    target = MethodDescriptor(SECURITY_SETUP_CLASS, Obis.from_string(SECURITY_SETUP), method)
    return ActionRequestNormal(_INVOKE, target, parameter).to_bytes()


def _result(answer: bytes | None) -> ActionResult | None:
    if answer is None or answer[0] == EXCEPTION or len(answer) <= _ACTION_RESULT:
        return None
    return ActionResult(answer[_ACTION_RESULT])
