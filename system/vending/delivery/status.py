"""Status of a delivery in the words that the cashier reads: delivery and execution told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.http import HttpRequest

from system.accounts.permissions import Operation
from system.head_end.api import ENDED, REASON_SENTENCES, OrderState
from system.vending.delivery.carriers import TokenState, token_states
from system.vending.delivery.models import HandOver, HandOverState
from system.vending.models import Sale, Token, TokenRole
from system.vending.pricing.explain import kwh


class Tone(StrEnum):
    """Colour of a line."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    PLAIN = ""


@dataclass(frozen=True, slots=True)
class TokenStatus:
    """Status of one token.

    Args:
        name: what the token does.
        delivery: whether the meter has it; Spanish.
        execution: what the meter did with it; Spanish, empty: it has not said.
        tone: of the whole.
        at: when.
    """

    name: str
    delivery: str
    execution: str
    tone: Tone
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """Status of a sale's delivery.

    Args:
        headline: one Spanish sentence.
        tone: of it.
        steps: of the tokens.
        ended: nothing more will come.
        may_push: the button makes sense.
    """

    headline: str
    tone: Tone
    steps: tuple[TokenStatus, ...]
    ended: bool
    may_push: bool


ACCEPTED = frozenset({"Accept", "1stKCT", "2ndKCT", "3rdKCT", "4thKCT"})
USED = "UsedError"
#: The meter's word -> what people read. Source: IEC 62055-41, 7.3.6 to 7.3.8
ANSWERS: Mapping[str, str] = {
    USED: "ya usado",
    "OldError": "rechazado: el token es más viejo que los que el medidor recuerda",
    "CRCError": "rechazado: el token no es de este medidor o de su llave actual",
    "MfrCodeError": "rechazado: el token es de otro fabricante",
    "KeyExpiredError": "rechazado: la llave del medidor está vencida",
    "DDTKError": "rechazado: el medidor aún tiene su llave de fábrica",
    "OverflowError": "rechazado: el saldo del medidor no admite tanta energía",
    "KeyTypeError": "rechazado: el tipo de llave no lo permite",
    "FormatError": "rechazado: el medidor no conoce ese token",
    "RangeError": "rechazado: el valor está fuera de lo permitido",
    "FunctionError": "rechazado: el medidor no tiene esa función",
    "LockOut": "rechazado: el teclado está bloqueado por intentos fallidos",
}
_DELIVERED, _ON_ITS_WAY = "entregado al medidor", "en camino"
_WAITING: Mapping[OrderState, str] = {
    OrderState.WAITING: "en espera de la telegestión",
    OrderState.RUNNING: "enviándose al medidor",
    OrderState.UNSURE: "enviado; el medidor aún no contesta y se le preguntará",
}
_NOT_DELIVERED: Mapping[OrderState, str] = {
    OrderState.REFUSED: "no entregado",
    OrderState.FAILED: "no entregado",
    OrderState.EXPIRED: "sin respuesta del medidor en el plazo",
    OrderState.CANCELLED: "no entregado: se canceló",
}


def delivered(state: TokenState) -> bool:
    """True once the meter has it: it said something about it."""
    return bool(state.answer)


def executed(state: TokenState) -> bool:
    """True once its credit is in the meter, by whatever way it came."""
    return state.answer in ACCEPTED or state.answer == USED


def delivery_status(sale: Sale) -> DeliveryStatus:
    """Status of the delivery of a sale."""
    row = HandOver.objects.filter(pk=sale.pk).first()
    if row is None or row.state != HandOverState.HANDED:
        return _not_handed_over(sale, row)
    states = token_states(sale)
    tokens = {token.position: token for token in sale.tokens.all()}
    steps = tuple(_token_status(sale, tokens.get(state.position), state) for state in states)
    ended = bool(states) and all(state.state in ENDED for state in states)
    headline, tone = _headline(states, ended)
    return DeliveryStatus(headline, tone, steps, ended, may_push=False)


def _not_handed_over(sale: Sale, row: HandOver | None) -> DeliveryStatus:
    if hasattr(sale, "reversal"):
        return DeliveryStatus("Venta reversada: el token no se envía.", Tone.PLAIN, (), True, may_push=False)
    if row is None:
        return DeliveryStatus("No se ha enviado al medidor.", Tone.PLAIN, (), True, may_push=True)
    if row.state == HandOverState.OWED:
        return DeliveryStatus("En espera de la telegestión.", Tone.WARN, (), False, may_push=False)
    said = row.reason or "Se entrega por tiquete: el cliente digita el número."
    return DeliveryStatus(said, Tone.PLAIN, (), True, may_push=row.state == HandOverState.TICKET)


def _headline(states: Sequence[TokenState], ended: bool) -> tuple[str, Tone]:
    if not ended:
        return "La telegestión está llevando el token al medidor.", Tone.WARN
    if all(executed(state) for state in states):
        if states[-1].answer == USED and not states[-1].already:
            return "El medidor ya tenía esta recarga: fue digitada antes.", Tone.GOOD
        return "La recarga está en el medidor.", Tone.GOOD
    if all(delivered(state) for state in states):
        return "El medidor contestó, y no aceptó el token.", Tone.BAD
    return "No se pudo entregar: el cliente digita el número del tiquete.", Tone.BAD


def _token_status(sale: Sale, token: Token | None, state: TokenState) -> TokenStatus:
    name = TokenRole(token.role).label if token is not None else "Token"
    if state.answer:
        tone = Tone.GOOD if executed(state) else Tone.BAD
        return TokenStatus(str(name), _DELIVERED, _execution(sale, token, state), tone, state.at)
    if state.state in _WAITING:
        return TokenStatus(str(name), _WAITING[state.state], "", Tone.WARN, state.at)
    said = _NOT_DELIVERED.get(state.state, _ON_ITS_WAY)
    why = "" if state.reason is None else REASON_SENTENCES[state.reason]
    return TokenStatus(str(name), said, why, Tone.BAD, state.at)


def _execution(sale: Sale, token: Token | None, state: TokenState) -> str:
    if state.answer in ACCEPTED:
        units = _sold_units(sale) if token is not None and token.role == TokenRole.CREDIT else 0
        return f"aceptado: +{kwh(units)} kWh" if units else "aceptado"
    if state.answer == USED and state.already:
        return "aceptado en un intento anterior"
    return ANSWERS.get(state.answer, f"rechazado: {state.answer}")


def _sold_units(sale: Sale) -> int:
    return sale.units or int(sale.request.get("amount", 0) or 0)


def status_context(request: HttpRequest, sale: Sale) -> dict[str, Any]:
    """The piece's values: how the delivery stands, and whether the button makes sense for who looks."""
    user: Any = request.user
    now = delivery_status(sale)
    may_push = now.may_push and user.may(Operation.DELIVER_TOKEN)
    return {"sale": sale, "following": now, "may_push": may_push}
