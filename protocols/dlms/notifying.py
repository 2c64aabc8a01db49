"""What a server sends unasked: protected as the security of the client's association asks, in blocks if long.

Source: IEC 62056-5-3, DataNotification and EventNotification services
"""

from protocols.dlms.association import Association
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.device import AssociationProfile
from protocols.dlms.errors import LocalProtocolError
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.gbt import block_octets_for, stream
from protocols.dlms.security.device import DeviceSecurity
from protocols.dlms.security.forms import Form, enclose
from protocols.dlms.security.signing import Seals
from protocols.dlms.xdlms.notification import DataNotification, EventNotification

UnsolicitedApdu = DataNotification | EventNotification


def notification_apdus(
    notification: UnsolicitedApdu,
    profile: AssociationProfile,
    association: Association | None,
    octets_max: int | None = None,
) -> tuple[bytes, ...]:
    """A notification as it travels: one APDU, or blocks that nobody acknowledges.

    Args:
        notification: what is sent.
        profile: the client's; its security protects the notification, also when no association is open.
        association: the client's, None when it has none open.
        octets_max: octets of the longest APDU; None takes what the client told when it associated.

    Raises:
        LocalProtocolError: the client associated without event-notification.
    """
    if association is not None and isinstance(notification, EventNotification):
        _check_granted(association)
    apdu = notification.to_bytes()
    if profile.security is not None:
        apdu = _protected(apdu, profile.security, 0 if association is None else association.least)
    if octets_max is None:
        octets_max = 0 if association is None else association.facts.max_send_pdu
    octets_max = octets_max or MAX_APDU_SIZE
    return (apdu,) if len(apdu) <= octets_max else tuple(stream(apdu, block_octets_for(octets_max)))


def _check_granted(association: Association) -> None:
    if not association.grants(Conformance.EVENT_NOTIFICATION):
        raise LocalProtocolError("the client associated without event-notification")


def _protected(plain: bytes, security: DeviceSecurity, least: int) -> bytes:
    """As the policy says for answers, and no less than the association was opened with."""
    control = int(security.suite) | int(security.least_answer) | least
    cipher = security.cipher()
    if cipher is None or control == int(security.suite):
        return plain
    sealed = cipher.seal(control, security.system_title, security.send.take(), plain)
    apdu = enclose(Form.GENERAL_GLO, plain[0], security.system_title, sealed)
    if not security.signs_answers or security.signer is None:
        return apdu
    return Seals(security.signer, security.system_title, security.last_client_title).sign(apdu)
