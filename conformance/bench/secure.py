"""Ciphering with the device: how a session is protected; and APDUs protected the wrong way on purpose."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.targets.model import AssociationSection
from conformance.targets.security_section import HLS_NAMES, SecuritySection
from protocols.dlms.acse.names import MechanismName
from protocols.dlms.client import Hls, Lls
from protocols.dlms.errors import SecurityError
from protocols.dlms.security import Cipher, ClientSecurity, Form, KeySet, SecurityControl, SendCounter
from protocols.dlms.security.forms import PROTECTED_TAGS, disclose, enclose
from protocols.dlms.security.hls import WITH_SECRET, Signer

RandomOctets = Callable[[int], bytes]
CHALLENGE_OCTETS, ECDSA_CHALLENGE_OCTETS = 16, 32


@dataclass(frozen=True, slots=True)
class Protection:
    """How a session protects its requests, where a case wants it otherwise than usual.

    Args:
        control: authenticated, encrypted, both.
        use: form of the requests.
        dedicated_key: of the association; never shown.
        keys: instead of those of the target file.
        signer: the same of signing keys.
        signs: sign every request; None: as the target file says.
    """

    control: SecurityControl = SecurityControl.AUTHENTICATED_ENCRYPTED
    use: Form = Form.GLO
    dedicated_key: bytes | None = None
    keys: KeySet | None = None
    signer: Signer | None = None
    signs: bool | None = None

    def __repr__(self) -> str:
        return f"Protection({self.control.summary}, {self.use.value})"


def authentication(
    association: AssociationSection, secret: bytes | None, random_octets: RandomOctets
) -> Lls | Hls | None:
    """How a client proves who it is; `secret` replaces the association's own."""
    own = association.secret if secret is None else secret
    if association.mechanism is None:
        return None if own is None else Lls(own)
    name = HLS_NAMES[association.mechanism]
    octets = ECDSA_CHALLENGE_OCTETS if name is MechanismName.HLS_ECDSA else CHALLENGE_OCTETS
    return Hls(name, own if name in WITH_SECRET else None, lambda: random_octets(octets))


def client_security(section: SecuritySection, counter: SendCounter, protection: Protection) -> ClientSecurity:
    """Titles, keys and protection of a client."""
    server = section.server_system_title
    return ClientSecurity(
        client_system_title=bytes.fromhex(section.client_system_title),
        server_system_title=None if server is None else bytes.fromhex(server),
        keys=protection.keys or section.keys(),
        counter=counter,
        suite=section.security_suite,
        policy_control=protection.control,
        use=protection.use,
        dedicated_key=protection.dedicated_key,
        signer=protection.signer or section.signer(),
        signs=section.sign_requests if protection.signs is None else protection.signs,
    )


@dataclass(frozen=True, slots=True)
class Sealer:
    """Protects single APDUs as a case likes, with the counters of the client.

    Args:
        security: of the client.
        server_title: of the device.
    """

    security: ClientSecurity
    server_title: bytes

    def seal(
        self,
        plain: bytes,
        *,
        control: int = SecurityControl.AUTHENTICATED_ENCRYPTED,
        form: Form = Form.GLO,
        counter: int | None = None,
        keys: KeySet | None = None,
        title: bytes | None = None,
    ) -> bytes:
        """One protected APDU; whatever is not said is right."""
        own, sender = keys or self.security.keys, title or self.security.client_system_title
        key = self.security.dedicated_key if form.dedicated and keys is None else own.guek
        number = self.security.counter.take() if counter is None else counter
        sealed = Cipher(key or own.guek, own.gak).seal(control | self.security.suite, sender, number, plain)
        return enclose(form, plain[0], sender, sealed)

    def open(self, answer: bytes | None) -> bytes | None:
        """What a protected answer holds; a plain one as it is; None for silence or what does not open."""
        if not answer or answer[0] not in PROTECTED_TAGS:
            return answer
        try:
            form, _tag, _title, sealed = disclose(answer)
            key = self.security.dedicated_key if form.dedicated else self.security.keys.guek
            return Cipher(key or self.security.keys.guek, self.security.keys.gak).open(
                self.server_title, sealed
            )
        except SecurityError:
            return None


def header(answer: bytes | None) -> tuple[int, int] | None:
    """Security control octet and invocation counter of a protected answer; None where it has none."""
    if not answer or answer[0] not in PROTECTED_TAGS:
        return None
    try:
        _form, _tag, _title, sealed = disclose(answer)
    except SecurityError:
        return None
    return (sealed[0], int.from_bytes(sealed[1:5], "big")) if len(sealed) >= 5 else None
