"""The two ends of the uplink: who greets, who proves what, and in which order.

>>> head_end = UplinkHeadEnd(b"s3cret", "amibench", bytes(16))
>>> concentrator = UplinkConcentrator(b"s3cret", "AMBDC00000000001", "90000001", bytes(16))
>>> head_end.greet()
>>> concentrator.receive_data(head_end.data_to_send())
[]
>>> head_end.receive_data(concentrator.data_to_send())
[]
>>> concentrator.receive_data(head_end.data_to_send())
[Opened()]
>>> head_end.receive_data(concentrator.data_to_send())
[Opened()]
"""

from protocols.field.errors import UplinkError
from protocols.field.uplink import Answer, Message
from protocols.field.uplink_auth import is_nonce, proof, same
from protocols.field.uplink_messages import Role
from protocols.field.uplink_peer import UplinkEvent, UplinkPeer

#: Ids of the two messages that open a conversation; the caller's own begin otherwise.
HELLO_ID, AUTH_ID = "hello", "auth"


class UplinkHeadEnd(UplinkPeer):
    """The head-end's end, which greets.

    Args:
        secret: shared with the concentrator; never shown.
        name: what the head-end calls itself.
        nonce: 16 to 64 fresh random octets.

    Attributes:
        ldn: logical device name of the concentrator, once it answered; else empty.
        serial: its serial, likewise.
    """

    def __init__(self, secret: bytes, name: str, nonce: bytes) -> None:
        super().__init__(Role.HEAD_END)
        self._secret = secret
        self._name = name
        self._nonce = nonce
        self.ldn = ""
        self.serial = ""

    def greet(self) -> None:
        """Begin.

        Raises:
            UplinkError: the name or the nonce does not fit.
        """
        if not is_nonce(self._nonce.hex()):
            raise UplinkError("bad-body", "hello: a nonce has 16 to 64 octets")
        self._ask(Message(HELLO_ID, "hello", {"name": self._name, "nonce": self._nonce.hex()}))

    def _answered_before_open(self, message: Message, answer: Answer) -> list[UplinkEvent]:
        if not answer.ok:
            return [self._close(answer.error or "refused")]
        if message.id == AUTH_ID:
            return [self._open()]
        said = answer.unwrap()
        self.ldn, self.serial = said["ldn"], said["serial"]
        nonce = bytes.fromhex(said["nonce"])
        if not is_nonce(said["nonce"]) or not same(self._proof(Role.CONCENTRATOR, nonce), said["proof"]):
            return [self._close("the concentrator does not know the secret")]
        self._ask(Message(AUTH_ID, "auth", {"proof": self._proof(Role.HEAD_END, nonce).hex()}))
        return []

    def _proof(self, role: Role, nonce: bytes) -> bytes:
        return proof(
            self._secret,
            role,
            name=self._name,
            ldn=self.ldn,
            head_end_nonce=self._nonce,
            concentrator_nonce=nonce,
        )


class UplinkConcentrator(UplinkPeer):
    """The concentrator's end, which is greeted. Without a secret it lets nobody in.

    Args:
        secret: shared with the head-end; never shown.
        ldn: its logical device name.
        serial: on its case.
        nonce: 16 to 64 fresh random octets.

    Attributes:
        head_end: what the head-end calls itself, once it greeted; else empty.
    """

    def __init__(self, secret: bytes, ldn: str, serial: str, nonce: bytes) -> None:
        super().__init__(Role.CONCENTRATOR)
        self._secret = secret
        self._ldn = ldn
        self._serial = serial
        self._nonce = nonce
        self._other_nonce: bytes | None = None
        self.head_end = ""

    def _before_open(self, message: Message) -> list[UplinkEvent]:
        steps = {"hello": self._greeted, "auth": self._proved}
        step = steps.get(message.type_name)
        if step is None or not self._secret:
            raise UplinkError("forbidden", "prove first that you know the secret")
        return step(message)

    def _greeted(self, message: Message) -> list[UplinkEvent]:
        if self._other_nonce is not None or not is_nonce(message.body["nonce"]):
            raise UplinkError("forbidden", "one hello, with a nonce of 16 to 64 octets")
        self.head_end = message.body["name"]
        self._other_nonce = bytes.fromhex(message.body["nonce"])
        self._remember(message)
        said = self._proof(Role.CONCENTRATOR).hex()
        self.answer(
            message.id,
            {"ldn": self._ldn, "serial": self._serial, "nonce": self._nonce.hex(), "proof": said},
        )
        return []

    def _proved(self, message: Message) -> list[UplinkEvent]:
        if self._other_nonce is None or not same(self._proof(Role.HEAD_END), message.body["proof"]):
            raise UplinkError("forbidden", "the proof is wrong")
        self._remember(message)
        self.answer(message.id)
        return [self._open()]

    def _proof(self, role: Role) -> bytes:
        return proof(
            self._secret,
            role,
            name=self.head_end,
            ldn=self._ldn,
            head_end_nonce=self._other_nonce or b"",
            concentrator_nonce=self._nonce,
        )
