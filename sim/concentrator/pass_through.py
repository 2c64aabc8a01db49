"""APDUs of a head-end that go through to a meter, and what it answers: associations are end to end.

The concentrator looks at nothing but the tags that open and close an association, so as to keep its own
sessions, and other clients, out of one that is open. A busy wire answers late; a meter that cannot be reached
is answered for with an exception-response, and the attempt is counted.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from simpy import Environment, Event

from protocols.dlms.acse import Aarq, Rlre
from protocols.dlms.codes import ServiceError, StateError
from protocols.dlms.xdlms.error_responses import ExceptionResponse
from protocols.plc.cl432 import Lpdu, decode_lpdu, encode_lpdu
from protocols.plc.errors import LpduError
from sim.concentrator.errors import UnreachableError
from sim.concentrator.registry import MeterRecord
from sim.concentrator.southbound import Southbound, Urgency, exchange
from sim.concentrator.statistics import Statistics
from sim.concentrator.terms import WireTerms

Reply = Callable[[bytes], None]

_METER_SAP = 1
#: The wire could not carry it, or the meter did not answer.
UNREACHABLE = ExceptionResponse(
    StateError.SERVICE_NOT_ALLOWED, ServiceError.OPERATION_NOT_POSSIBLE
).to_bytes()
#: Another client holds this address' association with the meter.
BUSY = ExceptionResponse(StateError.SERVICE_NOT_ALLOWED, ServiceError.OTHER_REASON).to_bytes()
#: It does not fit one message of the wire.
TOO_LONG = ExceptionResponse(StateError.SERVICE_NOT_ALLOWED, ServiceError.PDU_TOO_LONG).to_bytes()
#: There is no such meter, or it is in quarantine.
UNKNOWN = ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.OPERATION_NOT_POSSIBLE).to_bytes()


@dataclass(slots=True)
class _Claim:
    """Holder of a client address at a meter."""

    owner: object
    used_s: float
    reply: Reply
    pending: int = 0
    associated: bool = False


class PassThrough:
    """The ways of all northbound clients to all meters.

    Args:
        env: the world's environment.
        wire: the wire.
        terms: how patient it is.
        statistics: where attempts are counted.
        spawn: begins a process that ends with the power.
    """

    __slots__ = ("_claims", "_env", "_spawn", "_statistics", "_terms", "_wire")

    def __init__(
        self,
        env: Environment,
        wire: Southbound,
        terms: WireTerms,
        statistics: Statistics,
        spawn: Callable[[Generator[Event, Any, None]], object],
    ) -> None:
        self._env = env
        self._wire = wire
        self._terms = terms
        self._statistics = statistics
        self._spawn = spawn
        self._claims: dict[tuple[bytes, int], _Claim] = {}

    def request(self, owner: object, meter: MeterRecord, client_sap: int, apdu: bytes, reply: Reply) -> None:
        """Carry `apdu` to a meter; `reply` is called, later, with each answer.

        Args:
            owner: the northbound connection.
            meter: whom it is for.
            client_sap: address of the client; above 255 there is none on the wire.
            apdu: what it says.
            reply: takes the answers.
        """
        if not meter.is_registered:
            reply(UNKNOWN)
            return
        try:
            lpdu = encode_lpdu(_METER_SAP, client_sap, apdu)
        except LpduError:
            reply(TOO_LONG)
            return
        key = meter.eui48, client_sap
        claim = self._claims.get(key)
        if claim is not None and claim.owner is not owner and self._is_fresh(claim):
            reply(BUSY)
            return
        if claim is None or claim.owner is not owner:
            claim = self._claims[key] = _Claim(owner, self._now_s, reply)
        claim.reply, claim.used_s = reply, self._now_s
        claim.pending += 1
        if apdu[0] == Aarq.tag:
            claim.associated = True
        self._spawn(self._carry(meter, client_sap, lpdu, claim))

    def is_held(self, eui48: bytes, client_sap: int) -> bool:
        """True if a northbound client has an association of this address open, or seems to."""
        claim = self._claims.get((eui48, client_sap))
        return claim is not None and self._is_fresh(claim)

    def unasked(self, eui48: bytes, lpdu: Lpdu) -> bool:
        """A meter said something that answers no message under way; whether a client was there to take it."""
        claim = self._claims.get((eui48, lpdu.destination_lsap))
        if claim is None or not self._is_fresh(claim):
            return False
        claim.reply(lpdu.apdu)
        return True

    def forget(self, owner: object | None = None) -> None:
        """A northbound connection is gone, or all of them (None)."""
        for key in [key for key, claim in self._claims.items() if owner in (None, claim.owner)]:
            del self._claims[key]

    @property
    def _now_s(self) -> float:
        return float(self._env.now)

    def _is_fresh(self, claim: _Claim) -> bool:
        if claim.pending:
            return True
        return claim.associated and self._now_s - claim.used_s <= self._terms.claim_s

    def _carry(
        self, meter: MeterRecord, client_sap: int, lpdu: bytes, claim: _Claim
    ) -> Generator[Event, Any, None]:
        begun_s = self._now_s
        patience_s = self._terms.response_timeout_s
        try:
            operation = exchange(lpdu, patience_s)
            answer = yield from self._wire.converse(meter.eui48, client_sap, operation, Urgency.PASS_THROUGH)
        except UnreachableError:
            answer = b""
        finally:
            claim.pending -= 1
        self._statistics.attempt(meter.serial, bool(answer), self._now_s, self._now_s - begun_s)
        claim.used_s = self._now_s
        apdu = decode_lpdu(answer).apdu if answer else UNREACHABLE
        if apdu[0] == Rlre.tag or not answer:
            claim.associated = False
        if self._claims.get((meter.eui48, client_sap)) is claim:
            claim.reply(apdu)
