"""The client's side of a protected association: `ClientSecurity` says how, `ClientProtection` does it.

Source: Green Book, 9.2.7 (protection of xDLMS APDUs); IEC 62056-5-3
"""

from dataclasses import dataclass, field

from protocols.dlms.errors import DecipheringError, DlmsValueError
from protocols.dlms.security.counters import ReceiveCounter, SendCounter
from protocols.dlms.security.forms import (
    GENERAL_SIGNING_TAG,
    PROTECTED_TAGS,
    TAGS_OF,
    Form,
    disclose,
    enclose,
)
from protocols.dlms.security.gcm import (
    SHORT_KIND,
    SHORT_OCTETS,
    TITLE_OCTETS,
    Cipher,
    is_short,
)
from protocols.dlms.security.general import (
    SIGNING_OCTETS,
    GeneralHeader,
    GeneralSigner,
    KeyRing,
    open_general,
    seal_identified,
)
from protocols.dlms.security.hls import Signer
from protocols.dlms.security.suites import SUITE_MASK, KeySet, SecurityControl, SecuritySuite
from protocols.dlms.xdlms.ciphered import GENERAL_CIPHERING_TAG

_AUTHENTICATED = 0x10
_BROADCAST = 0x40
_PROTECTION = 0x30
#: Octets that protection adds at most: tags, titles, key-info, lengths, header, authentication tag.
OVERHEAD_OCTETS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecurity:
    """Protection of an association by a client.

    Args:
        client_system_title: own title, 8 octets.
        keys: of the server; never shown.
        counter: of one's own messages; it must outlive this association, or the keys are given away.
        suite: security suite.
        policy_control: protection of every request; NONE only for HLS in a plain context.
        use: which form requests take; answers are taken in any.
        server_system_title: None: as the AARE says; otherwise the AARE must say the same.
        dedicated_key: key of this association, given to the server in its ciphered request; never shown.
        signer: keys of ECDSA, None where not used.
        signs: sign every request, and take no protected answer that is not signed.

    Raises:
        DlmsValueError: a title is not 8 octets, a key has another length than the suite says, the form needs
            a dedicated key, signing needs a signer, or compression is asked for.
    """

    client_system_title: bytes
    keys: KeySet = field(repr=False)
    counter: SendCounter
    suite: SecuritySuite = SecuritySuite.SUITE_0
    policy_control: SecurityControl = SecurityControl.AUTHENTICATED_ENCRYPTED
    use: Form = Form.GLO
    server_system_title: bytes | None = None
    dedicated_key: bytes | None = field(default=None, repr=False)
    signer: Signer | None = field(default=None, repr=False)
    signs: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "use", Form(self.use))
        for title in (self.client_system_title, self.server_system_title):
            if title is not None and len(title) != TITLE_OCTETS:
                raise DlmsValueError("a system title has 8 octets")
        key_octets = self.suite.key_octets
        if len(self.keys.guek) != key_octets:
            raise DlmsValueError(f"the keys of security suite {int(self.suite)} have {key_octets} octets")
        if self.dedicated_key is not None and len(self.dedicated_key) != key_octets:
            raise DlmsValueError(
                f"a dedicated key of security suite {int(self.suite)} has {key_octets} octets"
            )
        if self.policy_control & SecurityControl.COMPRESSED:
            raise DlmsValueError("compression (V.44) is not supported here")
        if self.signs and (self.signer is None or not self.policy_control.protects):
            raise DlmsValueError("signing needs the keys of a signer, and protects what is ciphered")
        if self.use.dedicated and self.dedicated_key is None:
            raise DlmsValueError(f"{self.use.value} needs a dedicated key")

    @property
    def ciphered_context(self) -> bool:
        """True if the association is asked for with ciphering."""
        return self.policy_control.protects

    def cipher(self) -> Cipher:
        """Of the global unicast key."""
        return Cipher(self.keys.guek, self.keys.gak)


class ClientProtection:
    """Protects requests and opens answers in one association.

    Args:
        security: how.

    Attributes:
        server_title: of the server, once it is known.
    """

    __slots__ = (
        "_ciphers",
        "_control",
        "_counters",
        "_open_short",
        "_own_title",
        "_receive",
        "_seal",
        "_seal_short",
        "_short_answers",
        "_short_tags",
        "_signs",
        "_take",
        "_use",
        "security",
        "server_title",
    )

    def __init__(self, security: ClientSecurity) -> None:
        self._own_title = security.client_system_title
        self._take = security.counter.take
        self._use = security.use
        self._signs = security.signs
        self.server_title = security.server_system_title
        # An answer that repeats is refused within the association; across them the request is new each time.
        self._counters = {False: ReceiveCounter(), True: ReceiveCounter()}
        self._ciphers: dict[bool, Cipher] = {}
        self.rekey(security)

    def rekey(self, security: ClientSecurity) -> None:
        """Go on with other keys, as after a key transfer."""
        self.security = security
        self._ciphers[False] = security.cipher()
        if security.dedicated_key is not None:
            self._ciphers[True] = Cipher(security.dedicated_key, security.keys.gak)
        self._control = int(security.policy_control) | int(security.suite)
        cipher = self._ciphers[security.use.dedicated]
        self._receive = self._counters[security.use.dedicated]
        self._seal, self._seal_short, self._open_short = cipher.seal, cipher.seal_short, cipher.open_short
        usual = self._control & ~SUITE_MASK == SHORT_KIND
        self._short_tags = TAGS_OF.get(security.use, {}) if usual else {}
        self._short_answers = {tag: plain for plain, tag in self._short_tags.items()}

    @property
    def cipher(self) -> Cipher:
        """Of the global unicast key."""
        return self._ciphers[False]

    @property
    def overhead_octets(self) -> int:
        """Octets that protection adds to a request at most."""
        return OVERHEAD_OCTETS + (SIGNING_OCTETS if self.security.signs else 0)

    def protect(self, plain: bytes) -> bytes:
        """A request as it is sent."""
        tag = self._short_tags.get(plain[0])
        if tag is not None and len(plain) <= SHORT_OCTETS:
            apdu = self._seal_short(tag, self._control, self._own_title, self._take(), plain)
        else:
            apdu = self._protect(plain)
        return self._seals.sign(apdu) if self._signs else apdu

    @property
    def _seals(self) -> GeneralSigner:
        signer = self.security.signer
        if signer is None:
            raise DecipheringError("a signed APDU came, and there are no keys of a signer")
        return GeneralSigner(signer, self._own_title, self.server_title or b"")

    def _protect(self, plain: bytes) -> bytes:
        title = self._own_title
        if self._use is Form.GENERAL_CIPHERING:
            envelope, security = GeneralHeader(title, self.server_title or b""), self.security
            ring = KeyRing(security.suite, security.keys)
            return seal_identified(ring, envelope, security.policy_control, self._take(), plain)
        return enclose(self._use, plain[0], title, self._seal(self._control, title, self._take(), plain))

    def protect_initiate(self, plain: bytes) -> bytes:
        """An initiate request, for the user-information of AARQ and RLRQ: always under the global key."""
        title = self._own_title
        return enclose(
            Form.GLO, plain[0], title, self._ciphers[False].seal(self._control, title, self._take(), plain)
        )

    def unprotect(self, apdu: bytes) -> bytes:
        """An answer, opened and judged; a plain one is given back as it is only where that is allowed.

        Raises:
            DecipheringError: it does not open, or is not protected as the association demands.
            InvocationCounterError: it was sent before.
        """
        if apdu[0] == GENERAL_SIGNING_TAG:
            apdu, _transaction_id = self._seals.opened(apdu)
        elif self._signs:
            raise DecipheringError("a signed answer is due")
        plain_tag = self._short_answers.get(apdu[0])
        if plain_tag is None or self.server_title is None or not is_short(apdu, self._control):
            return self.unprotect_unsigned(apdu)
        # All that `unprotect_unsigned` asks of the form holds: the counter and the tag are left.
        counter, receive = int.from_bytes(apdu[3:7], "big"), self._receive
        receive.check(counter)
        plain = self._open_short(self.server_title, apdu)
        if plain[0] != plain_tag:
            raise DecipheringError("what was protected is not what its tag says")
        receive.accept(counter)
        return plain

    def unprotect_unsigned(self, apdu: bytes) -> bytes:
        """The same of what is never signed: an initiate response within an AARE.

        Raises:
            DecipheringError: it does not open, or is not protected as the association demands.
            InvocationCounterError: it was sent before.
        """
        if apdu[0] not in PROTECTED_TAGS:
            raise DecipheringError("a protected answer is due, a plain one came")
        if apdu[0] == GENERAL_CIPHERING_TAG:
            return self._open_general(apdu)
        form, plain_tag, title, sealed = disclose(apdu)
        if title is not None and self.server_title not in (None, title):
            raise DecipheringError("the system title is not the server's")
        sender = title or self.server_title or b""
        if len(sealed) < 5 or (sealed[0] ^ self._control) & SUITE_MASK or sealed[0] & _BROADCAST:
            raise DecipheringError("the security control is not of this association")
        if self._control & _PROTECTION & ~sealed[0]:
            raise DecipheringError("the answer is protected less than the association demands")
        cipher = self._ciphers.get(form.dedicated)
        if cipher is None:
            raise DecipheringError("the answer uses a dedicated key, and there is none")
        counter = int.from_bytes(sealed[1:5], "big")
        receive = self._counters[form.dedicated]
        receive.check(counter)
        plain = cipher.open(sender, sealed)
        if not plain or (plain_tag is not None and plain[0] != plain_tag):
            raise DecipheringError("what was protected is not what its tag says")
        receive.accept(counter)
        return plain

    def _open_general(self, apdu: bytes) -> bytes:
        """An answer in general-ciphering."""
        found, plain = open_general(KeyRing(self.security.suite, self.security.keys), apdu)
        control, receive = found.security_header.control, self._counters[False]
        if found.addresses[1] != self.server_title or found.addresses[2] not in (b"", self._own_title):
            raise DecipheringError("the system titles are not those of this association")
        if (control ^ self._control) & SUITE_MASK or self._control & _PROTECTION & ~control or not plain:
            raise DecipheringError("the answer is not protected as the association demands")
        receive.check(found.security_header.invocation_counter)
        receive.accept(found.security_header.invocation_counter)
        return plain
