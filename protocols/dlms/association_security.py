"""Security of a server while an association is asked for: titles, ciphered initiate, HLS hand-shake.

Source: IEC 62056-5-3, COSEM-OPEN; Green Book, 9.2.7.4 (HLS authentication)
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from protocols.dlms import axdr
from protocols.dlms.acse import Aarq, ApplicationContextName, MechanismName
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult
from protocols.dlms.cosem.device import AssociationProfile
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.errors import DecipheringError, RemoteProtocolError
from protocols.dlms.reader import Reader
from protocols.dlms.security.device import DeviceSecurity
from protocols.dlms.security.gcm import TITLE_OCTETS
from protocols.dlms.security.hls import WITH_TITLES, Proving, Side, prove, proves
from protocols.dlms.security.server import Opened, ServerProtection
from protocols.dlms.xdlms.ciphered import Ciphered
from protocols.dlms.xdlms.initiate import InitiateRequest

RandomOctets = Callable[[int], bytes]

_TITLE_FIELD_START = bytes((0x04, TITLE_OCTETS))
_CHALLENGE_OCTETS, _ECDSA_CHALLENGE_OCTETS = 16, 32


def title_in(field_content: bytes | None) -> bytes | None:
    """The system title in an AP title field; None when there is none of 8 octets."""
    if field_content is None or field_content[:2] != _TITLE_FIELD_START:
        return None
    title = field_content[2:]
    return title if len(title) == TITLE_OCTETS else None


def title_field(title: bytes) -> bytes:
    """Content of an AP title field."""
    return _TITLE_FIELD_START + title


def ciphered_information(apdu: bytes) -> Ciphered:
    """A protected APDU as user-information."""
    return Ciphered.read(Reader(apdu[1:]), apdu[0])


def asks_ciphering(aarq: Aarq) -> bool:
    """Whether the ciphered context is asked for."""
    return aarq.application_context_name == ApplicationContextName.LN_CIPHERING.value


def needs_title(aarq: Aarq, profile: AssociationProfile) -> bool:
    """Whether the request makes no sense without the client's system title."""
    return asks_ciphering(aarq) or profile.mechanism.hls_name in WITH_TITLES


def open_initiate(aarq: Aarq, device: DeviceSecurity) -> tuple[Opened, InitiateRequest]:
    """The initiate request of the ciphered context.

    Raises:
        SecurityError: it does not open, or is protected less than the policy demands.
        DecodeError: it is no initiate request.
    """
    information = aarq.user_information
    if not isinstance(information, Ciphered):
        raise DecipheringError("the initiate request is not protected")
    opened = ServerProtection(device, title_in(aarq.calling_ap_title) or b"", None).open(
        information.to_bytes()
    )
    if device.least_request & ~opened.control:
        raise DecipheringError("the initiate request is protected less than the policy demands")
    request = decode_apdu(opened.plain)
    if not isinstance(request, InitiateRequest):
        raise RemoteProtocolError(f"user-information: {request.name} is not expected")
    return opened, request


@dataclass(slots=True)
class HlsHandShake:
    """Passes 3 and 4 of one association.

    Args:
        mechanism: of the profile.
        proving: what proofs are made with; never shown.
        client: title and challenge of the client.
        server: own title and challenge.
        done: whether the client proved itself.
        failed: whether it tried in vain: the association must end.
    """

    mechanism: MechanismName
    proving: Proving = field(repr=False)
    client: Side
    server: Side
    done: bool = False
    failed: bool = False

    def reply(self, parameter: Data | None) -> Data:
        """Method reply_to_HLS_authentication: judges pass 3 and gives pass 4.

        Raises:
            AccessError: the proof is wrong, or comes a second time.
        """
        proof = None if parameter is None else parameter.value
        if self.done or not isinstance(proof, bytes):
            raise AccessError(ActionResult.OTHER_REASON)
        self.done = proves(self.mechanism, self.proving, self.client, self.server, proof)
        self.failed = not self.done
        if self.failed:
            raise AccessError(ActionResult.OTHER_REASON)
        return axdr.octet_string(prove(self.mechanism, self.proving, self.server, self.client))


def hand_shake(aarq: Aarq, profile: AssociationProfile, random_octets: RandomOctets) -> HlsHandShake | None:
    """The hand-shake that a profile asks for; None when it asks for none."""
    mechanism, device = profile.mechanism.hls_name, profile.security
    if mechanism is None:
        return None
    client = Side(title_in(aarq.calling_ap_title) or b"", aarq.authentication_value or b"")
    octets = _ECDSA_CHALLENGE_OCTETS if mechanism is MechanismName.HLS_ECDSA else _CHALLENGE_OCTETS
    server = Side(
        b"" if device is None else device.system_title, _other_than(client.challenge, octets, random_octets)
    )
    proving = Proving(
        secret=profile.password,
        cipher=None if device is None else device.cipher(),
        suite=0 if device is None else int(device.suite),
        counter=None if device is None else device.take_counter,
        signer=None if device is None else device.signer,
    )
    return HlsHandShake(mechanism, proving, client, server)


def _other_than(challenge: bytes, octets: int, random_octets: RandomOctets) -> bytes:
    """A new challenge. One that equals the client's would let the client send the server's own proof back."""
    found = random_octets(octets)
    while found == challenge:
        found = random_octets(octets)
    return found
