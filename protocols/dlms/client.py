"""Client side over APDUs: calls give the bytes to send, received APDUs give events; no framing, no clock.

>>> from protocols.dlms.cosem import Register
>>> client = ClientConnection(client_sap=16)
>>> client.associate().hex()
'601da109060760857405080101be10040e01000000065f1f0400001e1dffff'
>>> client.state.value
'awaiting AARE'

Source: IEC 62056-5-3, 6 and 7
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from protocols.dlms import axdr
from protocols.dlms.acse import Aare, Aarq, Rlrq
from protocols.dlms.apdu import Apdu, decode_apdu
from protocols.dlms.axdr import Data
from protocols.dlms.blocks import MAX_TRANSFER_OCTETS, block_room
from protocols.dlms.client_answers import ANSWERS, Exchange
from protocols.dlms.client_events import (
    Associated,
    AssociationRefused,
    ClientEvent,
    ExceptionReceived,
    Notification,
    Released,
)
from protocols.dlms.client_states import AFTER_FAILURE, AFTER_SUCCESS, CALLS, ClientCall, ClientState
from protocols.dlms.codes import ReleaseRequestReason
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.declaration import ClassReference, class_id_of
from protocols.dlms.cosem.selection import Selection
from protocols.dlms.errors import DlmsValueError, LocalProtocolError, RemoteProtocolError
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.gbt import GbtReassembly
from protocols.dlms.obis import Obis
from protocols.dlms.xdlms.action import ActionRequestFirstBlock, ActionRequestNormal
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer
from protocols.dlms.xdlms.descriptors import (
    AttributeDescriptor,
    AttributeReference,
    MethodDescriptor,
    SelectiveAccess,
)
from protocols.dlms.xdlms.errors_apdu import ConfirmedServiceError, ExceptionResponse
from protocols.dlms.xdlms.fields import CONFIRMED, HIGH_PRIORITY, INVOKE_ID_MASK
from protocols.dlms.xdlms.get import GetRequestNormal, GetRequestWithList
from protocols.dlms.xdlms.initiate import InitiateRequest, InitiateResponse
from protocols.dlms.xdlms.notification import DataNotification, EventNotification
from protocols.dlms.xdlms.set import SetRequestFirstBlock, SetRequestNormal

# The services that this client proposes unless told otherwise.
DEFAULT_CONFORMANCE = (
    Conformance.GET
    | Conformance.SET
    | Conformance.ACTION
    | Conformance.SELECTIVE_ACCESS
    | Conformance.MULTIPLE_REFERENCES
    | Conformance.BLOCK_TRANSFER_WITH_GET_OR_READ
    | Conformance.BLOCK_TRANSFER_WITH_SET_OR_WRITE
    | Conformance.BLOCK_TRANSFER_WITH_ACTION
)
# tag, choice, invoke-id, last-block, block-number (4); the reference and the length of the raw data follow
_BLOCK_OVERHEAD = 8
# APDUs that come unasked: one that does not decode says nothing about the request under way.
_NOTIFICATION_TAGS = frozenset({DataNotification.tag, EventNotification.tag})


@dataclass(frozen=True, slots=True)
class Lls:
    """Low level security: a password, never shown."""

    password: bytes = field(repr=False)


class ClientConnection:
    """The client of one association.

    Args:
        client_sap: own address, 16 for the public client.
        server_sap: address of the logical device.
        authentication: `Lls`, or None for none.
        max_pdu: octets of the longest APDU taken, 0 for any.
        conformance: services proposed.
        max_transfer_octets: octets that the blocks of one long answer may join to.

    Attributes:
        state: what is waited for.
        negotiated: the AARE of the association, None when there is none.
    """

    def __init__(
        self,
        *,
        client_sap: int = 16,
        server_sap: int = 1,
        authentication: Lls | None = None,
        max_pdu: int = 0xFFFF,
        conformance: Conformance = DEFAULT_CONFORMANCE,
        max_transfer_octets: int = 16 * MAX_TRANSFER_OCTETS,
    ) -> None:
        self.client_sap = client_sap
        self.server_sap = server_sap
        self.authentication = authentication
        self.max_pdu = max_pdu
        self.conformance = conformance
        self.state = ClientState.IDLE
        self.negotiated: Aare | None = None
        self._max_transfer_octets = max_transfer_octets
        self._invoke_id = 0
        self._abandoned: set[int] = set()
        self._exchange: Exchange | None = None
        self._gbt = GbtReassembly()

    # ------------------------------------------------------------ calls: each gives the APDU to send

    def associate(self) -> bytes:
        """Ask for the association.

        Raises:
            LocalProtocolError: it is open, or asked for.
        """
        state = self._allowed(ClientCall.ASSOCIATE)
        initiate = InitiateRequest(self.conformance, self.max_pdu)
        if self.authentication is None:
            request = Aarq(user_information=initiate)
        else:
            request = Aarq.with_password(self.authentication.password, initiate)
        apdu = _encode(request)
        self.state = state
        return apdu

    def release(self) -> bytes:
        """Give the association up.

        Raises:
            LocalProtocolError: it is not open, or an answer is awaited.
        """
        self.state = self._allowed(ClientCall.RELEASE)
        return Rlrq(ReleaseRequestReason.NORMAL).to_bytes()

    def get(
        self, cosem_class: ClassReference, obis: Obis, attribute: int, selection: Selection | None = None
    ) -> bytes:
        """Read an attribute, or the rows of a profile that `selection` names.

        Raises:
            LocalProtocolError: there is no association, an answer is awaited, or a value cannot be encoded.
        """
        state, invoke = self._allowed(ClientCall.GET), self._next_invoke()
        request = GetRequestNormal(invoke, _reference(cosem_class, obis, attribute, selection))
        return self._begin(state, Exchange(invoke, self._max_transfer_octets), _encode(request))

    def get_list(self, targets: Sequence[tuple[ClassReference, Obis, int]]) -> bytes:
        """Read several attributes with one request.

        Raises:
            LocalProtocolError: as `get`.
        """
        state, invoke = self._allowed(ClientCall.GET), self._next_invoke()
        references = tuple(
            _reference(cosem_class, obis, attribute) for cosem_class, obis, attribute in targets
        )
        exchange = Exchange(invoke, self._max_transfer_octets, with_list=True)
        return self._begin(state, exchange, _encode(GetRequestWithList(invoke, references)))

    def set(self, cosem_class: ClassReference, obis: Obis, attribute: int, data: Data) -> bytes:
        """Write an attribute, with blocks when the server could not take it whole.

        Raises:
            LocalProtocolError: as `get`; or the value is too long and the server takes no blocks.
        """
        state, invoke = self._allowed(ClientCall.SET), self._next_invoke()
        reference = _reference(cosem_class, obis, attribute)
        whole = _encode(SetRequestNormal(invoke, reference, data))
        exchange = Exchange(invoke, self._max_transfer_octets)
        if self._fits(whole, Conformance.BLOCK_TRANSFER_WITH_SET_OR_WRITE):
            return self._begin(state, exchange, whole)
        block = exchange.cut(axdr.encode(data), self._room(reference.to_bytes()))
        return self._begin(state, exchange, SetRequestFirstBlock(invoke, reference, block).to_bytes())

    def action(self, cosem_class: ClassReference, obis: Obis, method: int, data: Data | None = None) -> bytes:
        """Invoke a method, with blocks when the server could not take the parameter whole.

        Raises:
            LocalProtocolError: as `set`.
        """
        state, invoke = self._allowed(ClientCall.ACTION), self._next_invoke()
        target = MethodDescriptor(class_id_of(cosem_class), obis, method)
        whole = _encode(ActionRequestNormal(invoke, target, data))
        exchange = Exchange(invoke, self._max_transfer_octets)
        if data is None or self._fits(whole, Conformance.BLOCK_TRANSFER_WITH_ACTION):
            return self._begin(state, exchange, whole)
        block = exchange.cut(axdr.encode(data), self._room(target.to_bytes()))
        return self._begin(state, exchange, ActionRequestFirstBlock(invoke, target, block).to_bytes())

    def abandon(self) -> None:
        """Wait no longer for an answer; should it come late, it is ignored."""
        if self._exchange is not None:
            self._abandoned.add(self._exchange.invoke & INVOKE_ID_MASK)
        self._fail()

    def link_lost(self) -> None:
        """The link fell, and the association with it."""
        self.state, self.negotiated, self._exchange = ClientState.IDLE, None, None
        self._abandoned.clear()

    # ------------------------------------------------------------ received

    def receive_apdu(self, apdu: bytes) -> list[ClientEvent]:
        """Take an APDU; what it means. An `ApduToSend` among the events must be sent.

        Raises:
            RemoteProtocolError: it does not decode, or answers nothing that was asked; the request is
                then given up.
        """
        try:
            received = decode_apdu(apdu)
            if isinstance(received, GeneralBlockTransfer):
                whole = self._gbt.receive(apdu)
                return [] if whole is None else self.receive_apdu(whole)
            return self._receive(received)
        except RemoteProtocolError:
            if not apdu or apdu[0] not in _NOTIFICATION_TAGS:
                self._fail()
            raise

    def _receive(self, received: Apdu) -> list[ClientEvent]:
        if isinstance(received, DataNotification | EventNotification):
            return [Notification(received)]
        if isinstance(received, ExceptionResponse | ConfirmedServiceError):
            return self._refused(received)
        if self.state is ClientState.AWAITING_AARE and isinstance(received, Aare):
            return self._answered(received)
        if self.state is ClientState.AWAITING_RLRE and received.name == "rlre":
            self._succeed()
            self.negotiated = None
            return [Released()]
        invoke = getattr(received, "invoke", None)
        if invoke is not None and self._is_late(invoke):
            return []
        answer = ANSWERS.get((self.state, type(received)))
        if answer is None or self._exchange is None:
            raise RemoteProtocolError(f"{received.name} came while {self.state.value}")
        if invoke is None or (invoke ^ self._exchange.invoke) & INVOKE_ID_MASK:
            raise RemoteProtocolError(f"{received.name} belongs to another request")
        events, done = answer(self._exchange, received)
        if done:
            self._succeed()
        return events

    def _answered(self, aare: Aare) -> list[ClientEvent]:
        if not aare.accepted:
            self._fail()
            return [AssociationRefused(aare)]
        if not isinstance(aare.user_information, InitiateResponse):
            raise RemoteProtocolError("the AARE accepts but holds no initiate-response")
        self._succeed()
        self.negotiated = aare
        return [Associated(aare)]

    def _refused(self, answer: ExceptionResponse | ConfirmedServiceError) -> list[ClientEvent]:
        associating = self.state is ClientState.AWAITING_AARE
        self._fail()
        return [AssociationRefused(answer) if associating else ExceptionReceived(answer)]

    # ------------------------------------------------------------ helpers

    @property
    def granted(self) -> Conformance:
        """Services that may be used: none without an association."""
        response = None if self.negotiated is None else self.negotiated.user_information
        return response.conformance if isinstance(response, InitiateResponse) else Conformance(0)

    @property
    def _server_pdu(self) -> int:
        response = None if self.negotiated is None else self.negotiated.user_information
        return (response.max_receive_pdu if isinstance(response, InitiateResponse) else 0) or MAX_APDU_SIZE

    def _allowed(self, call: ClientCall) -> ClientState:
        state = CALLS.get((self.state, call))
        if state is None:
            raise LocalProtocolError(f"cannot {call.value} while {self.state.value}")
        return state

    def _next_invoke(self) -> int:
        self._invoke_id = (self._invoke_id + 1) & INVOKE_ID_MASK
        self._abandoned.discard(self._invoke_id)
        return HIGH_PRIORITY | CONFIRMED | self._invoke_id

    def _is_late(self, invoke: int) -> bool:
        return (invoke & INVOKE_ID_MASK) in self._abandoned

    def _begin(self, state: ClientState, exchange: Exchange, apdu: bytes) -> bytes:
        self.state, self._exchange = state, exchange
        return apdu

    def _fits(self, apdu: bytes, blocks: Conformance) -> bool:
        if len(apdu) <= self._server_pdu:
            return True
        if not self.granted & blocks:
            raise LocalProtocolError(
                f"{len(apdu)} octets: the server takes {self._server_pdu}, and no blocks"
            )
        return False

    def _room(self, reference: bytes) -> int:
        return block_room(self._server_pdu, _BLOCK_OVERHEAD + len(reference))

    def _succeed(self) -> None:
        self.state, self._exchange = AFTER_SUCCESS[self.state], None

    def _fail(self) -> None:
        self.state, self._exchange = AFTER_FAILURE[self.state], None
        if self.state is ClientState.IDLE:
            self.negotiated = None


def _encode(apdu: Apdu) -> bytes:
    try:
        return apdu.to_bytes()
    except OverflowError as error:
        raise DlmsValueError(f"{apdu.name}: a number is out of range") from error


def _reference(
    cosem_class: ClassReference, obis: Obis, attribute: int, selection: Selection | None = None
) -> AttributeReference:
    selective = None if selection is None else SelectiveAccess(selection.selector, selection.to_data())
    return AttributeReference(AttributeDescriptor(class_id_of(cosem_class), obis, attribute), selective)
