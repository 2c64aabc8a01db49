"""A token through the gateway of the meter, and what became of it: by the meter's own word.

A token counts once, however often it comes: the meter knows those that it took. So a token whose answer was
lost may be handed over again; and one that the customer typed before us was executed, though not by us.

Source: IEC 62056-6-2, Token gateway; STS 101-2; IEC 62055-41 (names of results)
"""

from dataclasses import dataclass

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.enumerations import TokenStatusCode
from protocols.dlms.cosem.payment import TokenGateway
from protocols.dlms.session.engine import Target
from protocols.dlms.session.errors import NoAnswer
from protocols.dlms.xdlms.fields import Result
from system.head_end.acquisition.cosem_reads import read_attributes
from system.head_end.acquisition.failures import Failure
from system.head_end.acquisition.meter_session import MeterSession
from system.head_end.acquisition.orders.outcome import Attempt, Outcome, done, impossible, refused
from system.head_end.store_port import DueOrder
from system.head_end.vocabulary import OrderState, Reason

GATEWAY = "0.0.19.40.0"
DIGITS = 20
_ENTER = 1
_TOKEN, _DESCRIPTION, _STATUS = 2, 4, 6
#: The meter took these digits before.
USED = "UsedError"


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """State of the gateway about the last token that came, by whatever way.

    Args:
        digits: of that token.
        status: the step at which it stopped; None where the meter does not say.
        result: the standard's name of it; empty where the meter does not say.
    """

    digits: str
    status: TokenStatusCode | None
    result: str


async def deliver_token(session: MeterSession, order: DueOrder, attempt: Attempt) -> Outcome:
    """Hand a token over, unless an earlier attempt did, and tell what became of it.

    Raises:
        Exception: one of `reasons.DEVICE_FAULTS`.
    """
    digits = str(order.parameters.get("digits", ""))
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return impossible(f"a token has {DIGITS} digits")
    if order.unsure:
        heard = await read_gateway(session)
        if heard.digits == digits and heard.status is not TokenStatusCode.TOKEN_RECEIVED_NOT_YET_PROCESSED:
            return outcome_of(heard, again=True)
    attempt.acted = True
    lost = False
    try:
        await session.dlms.action(TokenGateway, GATEWAY, _ENTER, axdr.octet_string(digits.encode()))
    except NoAnswer:
        lost = True  # it may have come all the same: look
    heard = await read_gateway(session)
    if heard.digits != digits:
        said = "the answer was lost" if lost else "another token came meanwhile"
        return Outcome(OrderState.UNSURE, Failure(Reason.LINE_LOST, said))
    return outcome_of(heard, again=order.unsure)


async def read_gateway(session: MeterSession) -> GatewayStatus:
    """State of the gateway about the last token.

    Raises:
        DlmsError: nothing.
    """
    attributes = (_TOKEN, _STATUS, _DESCRIPTION)
    targets: list[Target] = [(TokenGateway, GATEWAY, attribute) for attribute in attributes]
    token, status, described = await read_attributes(session.dlms, targets)
    names = _texts(described)
    return GatewayStatus(_text(token), _code(status), names[-1] if names else "")


def outcome_of(heard: GatewayStatus, *, again: bool) -> Outcome:
    """Outcome of the order.

    Args:
        heard: of the order's own digits.
        again: an earlier attempt handed them over, and its answer was lost.
    """
    result = {
        "result": heard.result or (heard.status.name if heard.status is not None else ""),
        "status": "" if heard.status is None else heard.status.name.lower().replace("_", "-"),
        "already": again,
    }
    if heard.status is TokenStatusCode.TOKEN_EXECUTION_OK:
        return done(result)
    if heard.result == USED:
        return done(result | {"note": "already-used"})
    if heard.status is TokenStatusCode.TOKEN_RECEIVED_NOT_YET_PROCESSED or heard.status is None:
        return Outcome(
            OrderState.UNSURE, Failure(Reason.NOT_UNDERSTOOD, "the meter does not say yet"), result
        )
    return refused(Reason.TOKEN_REFUSED, str(result["result"]), result)


def _code(found: Result) -> TokenStatusCode | None:
    parts = found.value if isinstance(found, Data) else None
    code = parts[0].value if isinstance(parts, tuple) and parts and isinstance(parts[0], Data) else None
    return TokenStatusCode(code) if isinstance(code, int) and code in list(TokenStatusCode) else None


def _text(found: Result) -> str:
    value = found.value if isinstance(found, Data) else None
    return value.decode("ascii", "replace") if isinstance(value, bytes) else ""


def _texts(found: Result) -> list[str]:
    parts = found.value if isinstance(found, Data) else None
    if not isinstance(parts, tuple):
        return []
    return [part.value.decode("ascii", "replace") for part in parts if isinstance(part.value, bytes)]
