"""Client side over APDUs: calls give the bytes to send, received APDUs give events; no framing, no clock.

>>> from protocols.dlms.cosem import Register
>>> client = ClientConnection(client_sap=16)
>>> client.associate().hex()
'601da109060760857405080101be10040e01000000065f1f0400001e1dffff'
>>> client.state.value
'awaiting AARE'

Source: IEC 62056-5-3, 6 and 7
"""

from dataclasses import replace

from protocols.dlms.acse import Aare, Rlre, Rlrq
from protocols.dlms.apdu import Apdu, decode_apdu
from protocols.dlms.blocks import MAX_TRANSFER_OCTETS
from protocols.dlms.client import requests as requests
from protocols.dlms.client.answers import ANSWERS, value_answered
from protocols.dlms.client.association import ClientAssociation, Lls
from protocols.dlms.client.calls import ClientCalls
from protocols.dlms.client.events import (
    AFTER_CHALLENGE,
    AFTER_FAILURE,
    AFTER_SUCCESS,
    CALLS,
    ApduToSend,
    Associated,
    AssociationRefused,
    ClientCall,
    ClientEvent,
    ClientState,
    ExceptionReceived,
    HlsRefused,
    Notification,
    Released,
)
from protocols.dlms.client.requests import Exchange, Exchanges, answer_key
from protocols.dlms.codes import ActionResult, ReleaseRequestReason
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.errors import DecipheringError, LocalProtocolError, RemoteProtocolError
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.gbt import GbtEndpoint, GbtReassembly, block_octets_for, decode_block
from protocols.dlms.security import PROTECTED_TAGS, ClientSecurity, Hls, KeySet
from protocols.dlms.security.client import ClientProtection
from protocols.dlms.security.forms import GENERAL_SIGNING_TAG
from protocols.dlms.xdlms.action import ActionResponseNormal
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer
from protocols.dlms.xdlms.error_responses import ConfirmedServiceError, ExceptionResponse
from protocols.dlms.xdlms.initiate import MIN_PDU_OCTETS, VAA_NAME_SN, InitiateRequest, InitiateResponse
from protocols.dlms.xdlms.notification import DataNotification, DataNotificationConfirm, EventNotification

# General block transfer of a client: which requests travel in blocks, and what comes in them.
#
# Source: IEC 62056-5-3, general-block-transfer mechanism


class ClientBlocks:
    """The blocks of one client.

    Args:
        window: blocks that this client takes at once, told with every request; None sends only the requests
            in blocks that are too long for one APDU, and takes one block at a time.
        max_octets: the longest APDU that is joined.
    """

    __slots__ = ("_endpoint", "_pushed", "_window")

    def __init__(self, window: int | None, max_octets: int) -> None:
        self._window = window
        self._endpoint = GbtEndpoint(window or 1, max_octets)
        self._pushed = GbtReassembly()

    def outgoing(self, apdu: bytes, octets_max: int, *, granted: bool) -> bytes:
        """A request as it travels: itself, or its first block. An exchange begins.

        Args:
            apdu: the request, protected already.
            octets_max: octets of the longest APDU that the server takes.
            granted: general-block-transfer may be used.
        """
        if self._endpoint.used:
            self._endpoint.reset()
        if not granted or (self._window is None and len(apdu) <= octets_max):
            return apdu
        # Until the server tells its window it takes one block, so this is all for now.
        return self._endpoint.send(apdu, block_octets_for(octets_max))[0]

    def incoming(self, apdu: bytes, *, confirmed: bool) -> tuple[bytes | None, tuple[bytes, ...]]:
        """The APDU that a block completes, else None, and what must be sent because of the block.

        Args:
            apdu: a general-block-transfer APDU.
            confirmed: an answer is awaited that may come in blocks; else the block is pushed.

        Raises:
            RemoteProtocolError: the block does not decode, or the transfer was broken off.
        """
        if not (confirmed or self._endpoint.busy):
            return self._pushed.receive(apdu), ()
        block = decode_block(apdu)
        if 0 < self._endpoint.sent < block.block_number_ack:
            # Late, from the exchange before: it acknowledges what was not sent in this one.
            return None, ()
        step = self._endpoint.receive(block)
        if step.aborted:
            raise RemoteProtocolError("general-block-transfer: broken off")
        return step.whole, step.to_send

    def recover(self) -> tuple[bytes, ...]:
        """Blocks to send after silence: blocks that were not acknowledged, or the request for lost ones.

        Nothing where a whole request would go out again: the server may have served it, and to ask anew is
        for the caller to decide.
        """
        return () if self._endpoint.repeats_whole else self._endpoint.recover()


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
_ASSOCIATED, _AWAITING_GET = ClientState.ASSOCIATED, ClientState.AWAITING_GET
_GENERAL_BLOCK = bytes((GeneralBlockTransfer.tag,))
# APDUs that come unasked: one that does not decode says nothing about the request under way.
_NOTIFICATION_TAGS = frozenset({DataNotification.tag, EventNotification.tag})
# What a protected association takes unprotected: its opening and its end, errors, and what comes unasked.
_PLAIN_TAGS = _NOTIFICATION_TAGS | {Aare.tag, Rlre.tag, ExceptionResponse.tag, ConfirmedServiceError.tag}


class ClientConnection(ClientCalls):
    """The client of one association.

    Args:
        client_sap: own address, 16 for the public client.
        server_sap: address of the logical device.
        authentication: `Lls`, `Hls`, or None for none.
        max_pdu: octets of the longest APDU taken, 0 for any.
        conformance: services proposed.
        max_transfer_octets: octets that the blocks of one long answer may join to.
        security: titles, keys and protection; callers see plain values all the same.
        gbt_window: general blocks taken at once, 1 to 63, where general-block-transfer is granted: every
            request then travels by it; None for requests alone that are too long, one block at a time.

    Attributes:
        state: what is waited for.
        negotiated: the AARE of the association, None when there is none.
    """

    def __init__(
        self,
        *,
        client_sap: int = 16,
        server_sap: int = 1,
        authentication: Lls | Hls | None = None,
        max_pdu: int = 0xFFFF,
        conformance: Conformance = DEFAULT_CONFORMANCE,
        max_transfer_octets: int = 16 * MAX_TRANSFER_OCTETS,
        security: ClientSecurity | None = None,
        gbt_window: int | None = None,
    ) -> None:
        self.client_sap = client_sap
        self.server_sap = server_sap
        self.authentication = authentication
        self.security = security
        self.max_pdu = max_pdu
        self.conformance = conformance
        self.state = ClientState.IDLE
        self.negotiated: Aare | None = None
        self._protection: ClientProtection | None = None
        self._numbered = Exchanges(max_transfer_octets)
        self._exchange: Exchange | None = None
        self._by_gbt = gbt_window is not None
        self._terms_of: Aare | None = None
        self._agreed = self._make_terms()
        self._blocks = ClientBlocks(gbt_window, max_transfer_octets)
        self._opening = ClientAssociation(authentication, security)
        self._challenged: Aare | None = None

    # ------------------------------------------------------------ calls: each gives the APDU to send

    def associate(self) -> bytes:
        """Ask for the association.

        Raises:
            LocalProtocolError: it is open, or asked for.
        """
        state = self._allowed(ClientCall.ASSOCIATE)
        self._opening = ClientAssociation(self.authentication, self.security)
        apdu = requests.encode(self._opening.aarq(self._initiate))
        self.state, self._protection = state, self._opening.protection
        return apdu

    def release(self) -> bytes:
        """Give the association up.

        Raises:
            LocalProtocolError: it is not open, or an answer is awaited.
        """
        state = self._allowed(ClientCall.RELEASE)
        information = self._opening.protected_initiate(self._initiate)
        self.state = state
        return Rlrq(ReleaseRequestReason.NORMAL, information).to_bytes()

    def rekey(self, keys: KeySet) -> None:
        """Go on with other keys, in this association and in the next ones, as after a key transfer.

        Raises:
            LocalProtocolError: this client has no keys, or these have another length.
        """
        if self.security is None:
            raise LocalProtocolError("this client has no keys")
        self.security = replace(self.security, keys=keys)
        self._opening.rekey(self.security)

    def recover(self) -> tuple[bytes, ...]:
        """Blocks to send after silence in a general block transfer, so that lost blocks come."""
        return self._blocks.recover()

    def confirm(self, notification: Notification) -> bytes | None:
        """The confirmation of a data-notification, None where the server wants none."""
        apdu = notification.apdu
        if not isinstance(apdu, DataNotification) or not apdu.confirmed:
            return None
        confirmation = DataNotificationConfirm(apdu.long_invoke).to_bytes()
        return confirmation if self._protection is None else self._protection.protect(confirmation)

    def abandon(self) -> None:
        """Wait no longer for an answer; should it come late, it is ignored."""
        if self._exchange is not None:
            self._numbered.abandon(self._exchange)
        self._fail()

    def link_lost(self) -> None:
        """The link fell, and the association with it."""
        self.state, self.negotiated, self._exchange = ClientState.IDLE, None, None
        self._protection = None
        self._numbered.forget()

    # ------------------------------------------------------------ received

    def receive_apdu(self, apdu: bytes) -> list[ClientEvent]:
        """Take an APDU; what it means. An `ApduToSend` among the events must be sent.

        Raises:
            RemoteProtocolError: it does not decode, or answers nothing that was asked; the request is
                then given up.
        """
        asked = True
        try:
            if apdu[:1] == _GENERAL_BLOCK:
                asked = self._exchange is not None and self._terms.general
                whole, to_send = self._blocks.incoming(apdu, confirmed=asked)
                if whole is None:
                    return [ApduToSend(block) for block in to_send]
                apdu = whole
            events = self._understood(self._incoming(apdu))
        except RemoteProtocolError:
            if asked and (not apdu or apdu[0] not in _NOTIFICATION_TAGS):
                self._fail()
            raise
        if self.state is _ASSOCIATED:  # nothing goes on that would have to be sent
            return events
        return [
            ApduToSend(self._outgoing(event.apdu)) if isinstance(event, ApduToSend) else event
            for event in events
        ]

    def _understood(self, apdu: bytes) -> list[ClientEvent]:
        """Events of an APDU whose protection is off."""
        exchange = self._exchange
        if exchange is not None and self.state is _AWAITING_GET:
            event = value_answered(exchange, apdu)
            if event is not None:
                self._succeed()
                return [event]
        return self._receive(decode_apdu(apdu))

    def _receive(self, received: Apdu) -> list[ClientEvent]:
        exchange, key = self._exchange, answer_key(received)
        answer = ANSWERS.get((self.state, type(received)))
        if answer is None or exchange is None or key != exchange.key:
            return self._received_otherwise(received, key)
        events, done = answer(exchange, received)
        if done:
            self._succeed()
        return events

    def _received_otherwise(self, received: Apdu, key: int | None) -> list[ClientEvent]:
        """Events of an APDU that is no answer to the exchange under way."""
        if isinstance(received, DataNotification | EventNotification):
            return [Notification(received)]
        if isinstance(received, ExceptionResponse | ConfirmedServiceError):
            return self._refused(received)
        if self.state is ClientState.AWAITING_AARE and isinstance(received, Aare):
            return self._answered(received)
        if self.state is ClientState.AWAITING_RLRE and received.name == "rlre":
            self._succeed()
            self.negotiated = self._protection = None
            return [Released()]
        if self.state is ClientState.AWAITING_HLS and isinstance(received, ActionResponseNormal):
            return self._proved(received)
        if key in self._numbered.abandoned:
            return []
        if self._exchange is None or (self.state, type(received)) not in ANSWERS:
            raise RemoteProtocolError(f"{received.name} came while {self.state.value}")
        raise RemoteProtocolError(f"{received.name} belongs to another request")

    def _answered(self, aare: Aare) -> list[ClientEvent]:
        if not aare.accepted:
            self._fail()
            return [AssociationRefused(aare)]
        aare = self._opening.opened(aare)
        if not isinstance(aare.user_information, InitiateResponse):
            raise RemoteProtocolError("the AARE accepts but holds no initiate-response")
        if aare.user_information.vaa_name == VAA_NAME_SN:
            raise RemoteProtocolError("the AARE offers short names, which are not supported here")
        if self._opening.challenged:
            self.state, self._challenged = AFTER_CHALLENGE[self.state], aare
            return [ApduToSend(self._opening.reply(self._numbered.short().invoke))]
        self._succeed()
        self.negotiated = aare
        return [Associated(aare)]

    def _proved(self, answer: ActionResponseNormal) -> list[ClientEvent]:
        """Pass 4: whether the server took the client's proof, and gave its own."""
        aare, outcome = self._challenged, answer.outcome
        if outcome.result is not ActionResult.SUCCESS or aare is None:
            self._fail()
            return [AssociationRefused(HlsRefused(outcome.result))]
        self._opening.check(outcome)
        self._succeed()
        self.negotiated = aare
        return [Associated(aare)]

    def _refused(self, answer: ExceptionResponse | ConfirmedServiceError) -> list[ClientEvent]:
        associating = self.state in (ClientState.AWAITING_AARE, ClientState.AWAITING_HLS)
        self._fail()
        return [AssociationRefused(answer) if associating else ExceptionReceived(answer)]

    # ------------------------------------------------------------ helpers

    @property
    def _initiate(self) -> InitiateRequest:
        return InitiateRequest(self.conformance, self.max_pdu)

    @property
    def granted(self) -> Conformance:
        """Services that may be used: none without an association."""
        response = None if self.negotiated is None else self.negotiated.user_information
        return response.conformance if isinstance(response, InitiateResponse) else Conformance(0)

    @property
    def _terms(self) -> requests.Terms:
        if self._terms_of is not self.negotiated:
            self._terms_of, self._agreed = self.negotiated, self._make_terms()
        return self._agreed

    def _make_terms(self) -> requests.Terms:
        response = None if self.negotiated is None else self.negotiated.user_information
        whole = (response.max_receive_pdu if isinstance(response, InitiateResponse) else 0) or MAX_APDU_SIZE
        plain = (
            whole
            if self._protection is None
            else max(MIN_PDU_OCTETS, whole - self._protection.overhead_octets)
        )
        general = bool(self.granted & Conformance.GENERAL_BLOCK_TRANSFER)
        return requests.Terms(self.granted, plain, whole, general=general, by_gbt=self._by_gbt)

    def _allowed(self, call: ClientCall) -> ClientState:
        state = CALLS.get((self.state, call))
        if state is None:
            raise LocalProtocolError(f"cannot {call.value} while {self.state.value}")
        return state

    def _prepare(self, call: ClientCall, *, confirmed: bool = True, with_list: bool = False) -> Exchange:
        self._allowed(call)
        return self._numbered.short(confirmed=confirmed, with_list=with_list)

    def _prepare_long(self, call: ClientCall, flags: int) -> Exchange:
        self._allowed(call)
        return self._numbered.long(flags)

    def _begin(self, call: ClientCall, exchange: Exchange, apdu: bytes) -> bytes:
        if exchange.confirmed:
            self.state, self._exchange = CALLS[self.state, call], exchange
        return self._outgoing(apdu)

    def _outgoing(self, apdu: bytes) -> bytes:
        """Outgoing APDUs: every service APDU that this client sends passes here, and then into blocks."""
        if self._protection is not None:
            apdu = self._protection.protect(apdu)
        terms = self._terms
        return self._blocks.outgoing(apdu, terms.server_octets_max, granted=terms.general)

    def _incoming(self, apdu: bytes) -> bytes:
        """Received APDU without its protection."""
        if self._protection is None or not apdu:
            return apdu
        if apdu[0] in PROTECTED_TAGS or apdu[0] == GENERAL_SIGNING_TAG:
            return self._protection.unprotect(apdu)
        if apdu[0] in _PLAIN_TAGS:
            return apdu
        raise DecipheringError("an answer came that is not protected")

    def _succeed(self) -> None:
        self.state, self._exchange = AFTER_SUCCESS[self.state], None

    def _fail(self) -> None:
        self.state, self._exchange = AFTER_FAILURE[self.state], None
        if self.state is ClientState.IDLE:
            self.negotiated = self._protection = None
