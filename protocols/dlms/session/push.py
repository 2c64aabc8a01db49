"""Pushes without an association: joins general blocks, opens what is protected, refuses what was seen before.

>>> listener = PushListener()
>>> push = listener.receive_apdu(bytes.fromhex("0f0000002a000600000552"))
>>> push.apdu.body.value, push.protected
(1362, False)

Source: IEC 62056-5-3, DataNotification and EventNotification services; Green Book, 9.2.7.2.4
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from protocols.dlms.apdu import decode_apdu
from protocols.dlms.errors import DecipheringError, DecodeError, DlmsValueError, InvocationCounterError
from protocols.dlms.gbt import GbtReassembly
from protocols.dlms.security import PROTECTED_TAGS, KeySet, SecurityControl, SecuritySuite
from protocols.dlms.security.forms import disclose
from protocols.dlms.security.gcm import HEADER_OCTETS, Cipher
from protocols.dlms.security.general import KeyRing, open_general
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer
from protocols.dlms.xdlms.ciphered import GENERAL_CIPHERING_TAG
from protocols.dlms.xdlms.notification import DataNotification, DataNotificationConfirm, EventNotification

#: senders whose counters are remembered
_SENDERS_MAX = 4096
_SUITE = 0x0F
_SUITES = frozenset(int(suite) for suite in SecuritySuite)


@dataclass(frozen=True, slots=True)
class PushKeys:
    """Keys of meters that push; never shown.

    Args:
        keys: global keys.
        titles: system titles of the meters, 8 octets each; of use where an APDU does not carry one.
    """

    keys: KeySet = field(repr=False)
    titles: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Protection:
    """Protection of a push.

    Args:
        system_title: of the sender.
        counter: invocation counter.
        authenticated: whether a tag proved who sent it.
    """

    system_title: bytes
    counter: int
    authenticated: bool


@dataclass(frozen=True, slots=True)
class Push:
    """Push; `protection` is None where it came in the plain."""

    apdu: DataNotification | EventNotification
    protection: Protection | None = None

    @property
    def protected(self) -> bool:
        """True if it came protected."""
        return self.protection is not None

    @property
    def confirmation(self) -> bytes | None:
        """Confirmation that the sender wants; None where it wants nothing, or would want it protected."""
        apdu = self.apdu
        if self.protected or not isinstance(apdu, DataNotification) or not apdu.confirmed:
            return None
        return DataNotificationConfirm(apdu.long_invoke).to_bytes()


class PushOpener:
    """Opens protected notifications. One serves every peer: a counter counts however a meter comes.

    Args:
        keys: each is tried.
    """

    def __init__(self, keys: Iterable[PushKeys] = ()) -> None:
        self._keys = list(keys)
        self._ciphers = [Cipher(item.keys.guek, item.keys.gak) for item in self._keys]
        self._last: dict[bytes, int] = {}

    def open(self, apdu: bytes) -> tuple[bytes, Protection]:
        """Contents of a protected APDU.

        Raises:
            DecipheringError: none of the keys opens it.
            InvocationCounterError: its counter was used before.
        """
        tries = self._general(apdu) if apdu[0] == GENERAL_CIPHERING_TAG else self._global(apdu)
        for plain, protection in tries:
            self._check(protection)
            return plain, protection
        raise DecipheringError("none of the keys opens it")

    def _global(self, apdu: bytes) -> Iterator[tuple[bytes, Protection]]:
        form, plain_tag, title, sealed = disclose(apdu)
        if form.dedicated or len(sealed) < HEADER_OCTETS or sealed[0] & _SUITE not in _SUITES:
            return
        for item, cipher in zip(self._keys, self._ciphers, strict=True):
            for sender in (title,) if title is not None else item.titles:
                try:
                    plain = cipher.open(sender, sealed)
                except DecipheringError:
                    continue
                if _is_notification(plain, plain_tag):
                    yield (
                        plain,
                        _protection(sender, sealed[0], int.from_bytes(sealed[1:HEADER_OCTETS], "big")),
                    )

    def _general(self, apdu: bytes) -> Iterator[tuple[bytes, Protection]]:
        for item in self._keys:
            suite = SecuritySuite.SUITE_2 if len(item.keys.guek) > 16 else SecuritySuite.SUITE_0
            try:
                found, plain = open_general(KeyRing(suite, item.keys), apdu)
            except (DecipheringError, DlmsValueError):
                continue
            if _is_notification(plain, None):
                header = found.security_header
                yield plain, _protection(found.addresses[1], header.control, header.invocation_counter)

    def _check(self, protection: Protection) -> None:
        """No counter twice; what proves nothing does not count."""
        title, counter = protection.system_title, protection.counter
        last = self._last.get(title, -1)
        if counter <= last:
            raise InvocationCounterError(f"invocation counter {counter} was used before", expected=last + 1)
        if protection.authenticated:
            self._last.pop(title, None)
            if len(self._last) >= _SENDERS_MAX:
                del self._last[next(iter(self._last))]
            self._last[title] = counter


def _protection(title: bytes, control: int, counter: int) -> Protection:
    return Protection(title, counter, bool(control & SecurityControl.AUTHENTICATED))


def _is_notification(plain: bytes, tag: int | None) -> bool:
    """Encryption alone proves nothing: the content itself must tell."""
    if not plain or plain[0] not in _TAGS or tag not in (None, plain[0]):
        return False
    try:
        return isinstance(decode_apdu(plain), DataNotification | EventNotification)
    except DecodeError:
        return False


_TAGS = frozenset({DataNotification.tag, EventNotification.tag})


class PushListener:
    """Takes the APDUs of one peer.

    Args:
        opener: opens what is protected; None opens nothing.
    """

    def __init__(self, opener: PushOpener | None = None) -> None:
        self._opener = opener or PushOpener()
        self._blocks = GbtReassembly()

    def receive_apdu(self, apdu: bytes) -> Push | None:
        """Push in an APDU; None for a block that is not the last, or one that does not fit.

        Raises:
            DecodeError: it does not decode, or is no notification.
            DecipheringError: none of the keys opens it.
            InvocationCounterError: its counter was used before.
        """
        if apdu[:1] == bytes((GeneralBlockTransfer.tag,)):
            whole = self._blocks.receive(apdu)
            if whole is None:
                return None
            apdu = whole
        protection = None
        if apdu and apdu[0] in PROTECTED_TAGS:
            apdu, protection = self._opener.open(apdu)
        found = decode_apdu(apdu)
        if not isinstance(found, DataNotification | EventNotification):
            raise DecodeError(f"{found.name}: a notification is expected")
        return Push(found, protection)
