"""Security of one logical device: suite, policy, titles, keys, counters.

Counters belong to keys. One send counter serves all keys and is never set back; what a client used up is
kept for each of its keys, so that a key that comes back finds its counters as it left them.

Source: IEC 62056-6-2, Security setup; Green Book, 9.2.3.3
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any

from protocols.dlms.errors import DecipheringError, DlmsValueError
from protocols.dlms.security import suites as policies
from protocols.dlms.security.certificates import CertificateStore
from protocols.dlms.security.counters import DEFAULT_STEP, ReceiveCounter, SendCounter
from protocols.dlms.security.ecdsa import KeyPair
from protocols.dlms.security.gcm import TITLE_OCTETS, Cipher
from protocols.dlms.security.general import KeyRing
from protocols.dlms.security.hls import Signer
from protocols.dlms.security.suites import KEY_FIELDS, KeyId, KeySet, SecuritySuite, unwrap_key

MAX_SENDERS = 64


class DeviceSecurity:
    """Security of one logical device.

    Args:
        system_title: own title, 8 octets.
        keys: of the device; never shown.
        suite: security suite.
        policy: security policy, as `setup_version` numbers it.
        setup_version: of its security setup: 0 or 1.
        client_title: the only client title that is taken, None for any.
        signer: keys of ECDSA, None where not used.
        step: how far ahead counters are reserved.

    Attributes:
        agreement: own key agreement pair, the client's public one, own signing pair, the client's public
            one; each None where there is none. Suites 1 and 2.
        certificates: of suites 1 and 2, with the key pairs that the device made; None where it has none.
        keep: called when something changed that must outlive the power, before anything comes of it.
        last_client_title: of the last client that associated, empty before.
        least_request: bits of the security control octet that the policy demands of every request.
        least_answer: the same of every answer.
        signs_requests: whether the policy demands signed requests.
        signs_answers: the same of answers.

    Raises:
        DlmsValueError: a title or a key has an impossible length, or the policy is not known.
    """

    __slots__ = (
        "_ciphers",
        "_received",
        "_received_marks",
        "_receivers",
        "_send_mark",
        "_step",
        "_unicast",
        "agreement",
        "certificates",
        "client_title",
        "keep",
        "keys",
        "last_client_title",
        "least_answer",
        "least_request",
        "policy",
        "send",
        "setup_version",
        "signer",
        "signs_answers",
        "signs_requests",
        "suite",
        "system_title",
    )

    def __init__(
        self,
        system_title: bytes,
        keys: KeySet,
        *,
        suite: SecuritySuite = SecuritySuite.SUITE_0,
        policy: int = 0,
        setup_version: int = 0,
        client_title: bytes | None = None,
        signer: Signer | None = None,
        step: int = DEFAULT_STEP,
    ) -> None:
        if len(system_title) != TITLE_OCTETS:
            raise DlmsValueError("a system title has 8 octets")
        if len(keys.guek) != suite.key_octets:
            raise DlmsValueError(f"the keys of security suite {int(suite)} have {suite.key_octets} octets")
        if not policies.is_known_policy(policy, setup_version):
            raise DlmsValueError(f"security policy {policy} is not known to version {setup_version}")
        self.system_title = system_title
        self.keys = keys
        self.suite = suite
        self.setup_version = setup_version
        self._set_policy(policy)
        self.client_title = client_title
        self.signer = signer
        self.keep: Callable[[], None] | None = None
        self.last_client_title = b""
        self.certificates: CertificateStore | None = None
        self.agreement: tuple[KeyPair | None, bytes | None, KeyPair | None, bytes | None] = (None,) * 4
        self._step = step
        self._begin(0, {})

    def __repr__(self) -> str:
        return f"DeviceSecurity({self.system_title.hex()}, suite {int(self.suite)}, policy {self.policy})"

    # ------------------------------------------------------------ keys and counters in use

    def cipher(self, *, broadcast: bool = False) -> Cipher | None:
        """Of the global unicast key, or of the broadcast key; None where there is no such key."""
        key = self.keys.gbek if broadcast else self.keys.guek
        if key is None:
            return None
        found = self._ciphers.get(key)
        if found is None:
            found = self._ciphers[key] = Cipher(key, self.keys.gak)
        return found

    def unicast(self, title: bytes) -> tuple[Cipher, ReceiveCounter]:
        """Cipher of the global unicast key, and what a client used up under it: the way of most requests.

        Raises:
            DecipheringError: there is no such key.
        """
        found = self._unicast.get(title)
        if found is None:
            cipher, received = self.cipher(), self.received(title)
            if cipher is None:
                raise DecipheringError("there is no unicast key")
            found = cipher, received
            if (title, False) in self._receivers:
                self._unicast[title] = found
        return found

    @property
    def key_ring(self) -> KeyRing:
        """Keys of general-ciphering APDUs as they are now."""
        return KeyRing(self.suite, self.keys, *self.agreement)

    def take_counter(self) -> int:
        """An invocation counter of one's own that was never used."""
        return self.send.take()

    def received(self, title: bytes, *, broadcast: bool = False) -> ReceiveCounter:
        """Counter that a client used up under the present key; remembered once proved authentic."""
        found = self._receivers.get((title, broadcast))
        if found is None:
            name = self._name(title, broadcast=broadcast)
            found = self._received.get(name)
            if found is None:
                return self._receive_counter(name, self._received_marks.get(name, 0))
            self._receivers[title, broadcast] = found
        return found

    @property
    def last_received(self) -> int:
        """Highest counter that was taken under the present unicast key, 0 when none: for 0.0.43.1.0."""
        ending = "/" + fingerprint(self.keys.guek)
        return max(
            (
                max(0, counter.expected - 1)
                for name, counter in self._received.items()
                if name.endswith(ending)
            ),
            default=0,
        )

    # ------------------------------------------------------------ what a security setup does

    def activate_policy(self, policy: int) -> None:
        """Strengthen the policy.

        Raises:
            DlmsValueError: it is not known, needs signatures that the suite has not, or gives something up.
        """
        if not policies.is_known_policy(policy, self.setup_version) or policies.weakens_policy(
            policy, self.policy
        ):
            raise DlmsValueError(f"security policy {policy} cannot follow {self.policy}")
        signed = any(
            policies.signature_required(policy, self.setup_version, answers=answers)
            for answers in (False, True)
        )
        if signed and self.signer is None:
            raise DlmsValueError("this device has no signing keys")
        self._set_policy(policy)
        self._keep()

    def transfer_keys(self, transfers: Iterable[tuple[int, bytes]]) -> None:
        """Take new keys, all or none.

        Args:
            transfers: pairs of key-id and key, wrapped with the master key.

        Raises:
            DlmsValueError: an unknown key-id, no master key, or a key of another length.
            DecipheringError: a key does not unwrap.
        """
        if self.keys.kek is None:
            raise DlmsValueError("this device has no master key")
        found: dict[str, bytes] = {}
        for key_id, wrapped in transfers:
            if key_id not in KEY_FIELDS:
                raise DlmsValueError(f"key-id {key_id} is not known")
            key = unwrap_key(self.keys.kek, wrapped)
            if len(key) != self.suite.key_octets:
                raise DlmsValueError("the key has not the length of the suite")
            found[KEY_FIELDS[KeyId(key_id)]] = key
        self._replace_keys(found)

    def take_agreed_key(self, key_id: KeyId, key: bytes) -> None:
        """Take a key that was agreed.

        Raises:
            DlmsValueError: it has another length than the suite says.
        """
        if len(key) != self.suite.key_octets:
            raise DlmsValueError("the key has not the length of the suite")
        self._replace_keys({KEY_FIELDS[key_id]: key})

    # ------------------------------------------------------------ what outlives the power

    def settle_marks(self) -> None:
        """Let the marks be where the counters are: the last words before a power cut that was announced."""
        self._begin(self.send.next_value, {name: item.expected for name, item in self._received.items()})

    def snapshot(self) -> dict[str, Any]:
        """Plain data. It holds keys: keep it as one keeps a key."""
        keys = {item.name: getattr(self.keys, item.name) for item in fields(self.keys)}
        kept: dict[str, Any] = {
            "suite": int(self.suite),
            "policy": self.policy,
            "keys": {name: None if key is None else key.hex() for name, key in keys.items()},
            "send": self._send_mark,
            "received": dict(self._received_marks),
        }
        return kept if self.certificates is None else kept | {"certificates": self.certificates.snapshot()}

    def hold_certificates(self, store: CertificateStore) -> None:
        """Keep certificates and key pairs with all else; each change of theirs is kept at once."""
        self.certificates = store
        store.keep = self._keep

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what `snapshot` gave; counters go on behind every one that may have been used."""
        self.suite = SecuritySuite(kept["suite"])
        self._set_policy(kept["policy"])
        keys: dict[str, Any] = {name: key and bytes.fromhex(key) for name, key in kept["keys"].items()}
        self.keys = KeySet(**keys)
        if self.certificates is not None and "certificates" in kept:
            self.certificates.restore(kept["certificates"])
        self._begin(kept["send"], dict(kept["received"]))

    def not_before(self, other: dict[str, Any]) -> None:
        """Move counters ahead of those of another snapshot: an older state must not use them again."""
        received = {
            name: max(self._received_marks.get(name, 0), other["received"].get(name, 0))
            for name in self._received_marks.keys() | other["received"].keys()
        }
        self._begin(max(self._send_mark, other["send"]), received)

    # ------------------------------------------------------------ within

    def _replace_keys(self, found: dict[str, bytes]) -> None:
        self.keys = replace(self.keys, **found)
        self._ciphers.clear()
        self._receivers.clear()
        self._unicast.clear()
        self._keep()

    def _set_policy(self, policy: int) -> None:
        self.policy = policy
        self.least_request = int(policies.required_protection(policy, self.setup_version))
        self.least_answer = int(policies.required_protection(policy, self.setup_version, answers=True))
        self.signs_requests = policies.signature_required(policy, self.setup_version)
        self.signs_answers = policies.signature_required(policy, self.setup_version, answers=True)

    def _begin(self, send: int, received: dict[str, int]) -> None:
        self._ciphers: dict[bytes, Cipher] = {}
        self._receivers: dict[tuple[bytes, bool], ReceiveCounter] = {}
        self._unicast: dict[bytes, tuple[Cipher, ReceiveCounter]] = {}
        self._send_mark = send
        self._received_marks = received
        self.send = SendCounter(send, self._reserve_send, self._step)
        self._received = {name: self._receive_counter(name, mark) for name, mark in received.items()}

    def _reserve_send(self, mark: int) -> None:
        self._send_mark = mark
        self._keep()

    def _receive_counter(self, name: str, expected: int) -> ReceiveCounter:
        def reserve(mark: int) -> None:
            if name not in self._received:
                self._make_room()
                self._received[name] = counter
            self._received_marks[name] = mark
            self._keep()

        counter = ReceiveCounter(expected, reserve, self._step)
        return counter

    def _keep(self) -> None:
        if self.keep is not None:
            self.keep()

    def _name(self, title: bytes, *, broadcast: bool) -> str:
        key = self.keys.gbek if broadcast else self.keys.guek
        return f"{title.hex()}/{fingerprint(key or b'')}"

    def _make_room(self) -> None:
        """Forget counters of keys that are no longer held, where there are too many.

        Raises:
            DecipheringError: all of them belong to keys that are held.
        """
        if len(self._received) < MAX_SENDERS:
            return
        held = {fingerprint(key) for key in (self.keys.guek, self.keys.gbek) if key is not None}
        for name in [name for name in self._received if name.partition("/")[2] not in held]:
            del self._received[name]
            self._received_marks.pop(name, None)
        if len(self._received) >= MAX_SENDERS:
            raise DecipheringError("too many system titles came with this key")


def fingerprint(key: bytes) -> str:
    """Sixteen hexadecimal digits that tell keys apart and do not give them away."""
    return hashlib.sha256(b"key of an invocation counter" + key).hexdigest()[:16]
