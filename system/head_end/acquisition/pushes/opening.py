"""From protected octets to a notification: who says that it sent them, and whether keys prove it.

Source: IEC 62056-5-3, general-glo-ciphering, general-ciphering
"""

from protocols.dlms.apdu import decode_apdu
from protocols.dlms.errors import DecipheringError, DlmsError
from protocols.dlms.security import PROTECTED_TAGS, KeySet
from protocols.dlms.session.push import Push, PushKeys, PushListener, PushOpener
from protocols.dlms.xdlms.ciphered import Ciphered
from system.head_end.acquisition.pushes.strangers import Refusal, Refused

_TITLE_OCTETS = 8


def is_protected(apdu: bytes) -> bool:
    """Whether keys are needed to read it."""
    return bool(apdu) and apdu[0] in PROTECTED_TAGS


def title_of(apdu: bytes) -> bytes:
    """The system title that a protected APDU bears; that it is the sender's is proven by `opened` alone.

    Raises:
        Refused: it bears none, or is no such APDU.
    """
    try:
        found = decode_apdu(apdu)
    except DlmsError as error:
        raise Refused(Refusal.NOT_UNDERSTOOD, detail=str(error)) from error
    title = found.system_title if isinstance(found, Ciphered) else None
    if title is None or len(title) != _TITLE_OCTETS:
        raise Refused(Refusal.UNDECIPHERED, detail="it bears no system title")
    return title


def opened(apdu: bytes, keys: KeySet, title: bytes) -> Push:
    """The notification in a protected APDU, proven to be of whoever has these keys.

    Raises:
        Refused: these keys do not open it, or nothing proves who sealed it.
    """
    claimed = title.hex().upper()
    try:
        push = PushListener(PushOpener([PushKeys(keys, (title,))])).receive_apdu(apdu)
    except DecipheringError as error:
        raise Refused(Refusal.UNDECIPHERED, claimed, str(error)) from error
    except DlmsError as error:
        raise Refused(Refusal.NOT_UNDERSTOOD, claimed, str(error)) from error
    protection = None if push is None else push.protection
    if push is None or protection is None or not protection.authenticated:
        raise Refused(Refusal.UNPROVED, claimed, "it is not authenticated")
    if protection.system_title != title:
        raise Refused(Refusal.OF_ANOTHER, claimed, "it bears two system titles")
    return push


def plain(apdu: bytes) -> Push:
    """The notification in an APDU in the plain.

    Raises:
        Refused: it is none.
    """
    try:
        push = PushListener().receive_apdu(apdu)
    except DlmsError as error:
        raise Refused(Refusal.NOT_UNDERSTOOD, detail=str(error)) from error
    if push is None:
        raise Refused(Refusal.NOT_UNDERSTOOD, detail="a block within blocks")
    return push
