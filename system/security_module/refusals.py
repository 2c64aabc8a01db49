"""Refusals of the module: one table of codes, each with a sentence in Spanish and English.

`number` is the field's own code for the same thing where one is known (serial protocol of STS 600-8-6, from a
vendor's documentation): informational.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple


class Words(NamedTuple):
    """A few words that a sentence takes in, in both languages."""

    es: str
    en: str


class Worded(Exception):
    """A refusal with a code and a sentence in each language, from the table of the part that refuses.

    Args:
        code: a key of `REASONS` of the class.
        details: what its sentence names; `Words` where that depends on the language.

    Attributes:
        code: what to act on.
        es, en: the sentence in each language.
    """

    REASONS: ClassVar[Mapping[str, Words]] = {}

    def __init__(self, code: str, **details: Any) -> None:
        self.code = code
        self.es, self.en = (_filled(self.REASONS[code], place, details) for place in (0, 1))
        super().__init__(self.en)


def _filled(words: Words, place: int, details: Mapping[str, Any]) -> str:
    given = {name: value[place] if isinstance(value, Words) else value for name, value in details.items()}
    return words[place].format(**given)


@dataclass(frozen=True, slots=True)
class Reason:
    """One row: the field's number, if any, and the sentence in both languages."""

    number: int | None
    es: str
    en: str


REASONS: dict[str, Reason] = {
    "bad-request": Reason(None, "La solicitud está mal formada: {why}.", "The request is malformed: {why}."),
    "unknown-operation": Reason(
        None, "Este módulo no tiene la operación {operation}.", "This module has no operation {operation}."
    ),
    "luhn": Reason(
        25,
        "El dígito de verificación del medidor no corresponde: revise el número.",
        "The check digit of the meter does not fit: check the number.",
    ),
    "token-failed": Reason(26, "El token no se puede generar: {why}.", "The token cannot be made: {why}."),
    "key-not-found": Reason(
        28,
        "No hay clave para el SGC {sgc}, KRN {krn}, KT {key_type}: cárguela o corrija el medidor.",
        "There is no key for SGC {sgc}, KRN {krn}, KT {key_type}: load it, or correct the meter's record.",
    ),
    "key-inactive": Reason(
        40,
        "La clave del SGC {sgc}, KRN {krn} no está vigente: rige de {active_from} a {active_until}.",
        "The key of SGC {sgc}, KRN {krn} is not in force: it is from {active_from} to {active_until}.",
    ),
    "key-expired": Reason(
        41,
        "La clave del SGC {sgc}, KRN {krn} expiró (KEN {ken}): cambie la clave del medidor.",
        "The key of SGC {sgc}, KRN {krn} has expired (KEN {ken}): change the meter's key.",
    ),
    "tid-window": Reason(
        42,
        "No queda un minuto libre para este medidor: espere un minuto y pida de nuevo.",
        "No free minute is left for this meter: wait a minute and ask again.",
    ),
    "limit-exceeded": Reason(43, "Se pasaría el límite: {limit}.", "This would go over the limit: {limit}."),
    "key-change-rule": Reason(
        44, "El cambio de clave no se permite: {why}.", "The key change is not allowed: {why}."
    ),
    "key-change-needed": Reason(
        44,
        "El medidor debe cambiar de clave antes: pida allow_key_change o un cambio de clave.",
        "The meter must change its key first: ask with allow_key_change, or for a key change.",
    ),
    "clock": Reason(
        50,
        "El reloj del módulo retrocedió más allá de lo ya emitido: corríjalo.",
        "The module's clock went back behind what it has minted: set it right.",
    ),
    "not-permitted": Reason(98, "Este cliente no puede pedir {what}.", "This client may not ask for {what}."),
    "approval-needed": Reason(
        98,
        "Faltan las firmas de dos operadores sobre esta solicitud: {why}.",
        "The signatures of two operators on this request are missing: {why}.",
    ),
    "lease-refused": Reason(None, "El arriendo no se da: {why}.", "The lease is not given: {why}."),
    "card-expired": Reason(
        None, "La tarjeta del medidor venció: renuévela.", "The meter's card has expired: renew it."
    ),
    "message-id-reused": Reason(
        None,
        "El identificador {message_id} ya se usó con otros datos: use uno nuevo.",
        "The message id {message_id} was used with other parameters: use a new one.",
    ),
    "message-cancelled": Reason(
        None,
        "La solicitud {message_id} se anuló sin emitir nada: use un identificador nuevo.",
        "The request {message_id} was cancelled and minted nothing: use a new message id.",
    ),
    "result-not-found": Reason(
        None,
        "El módulo no tiene resultado para {message_id}: no emitió nada con ese identificador.",
        "The module has no result for {message_id}: it minted nothing under that id.",
    ),
    "store-failed": Reason(
        None,
        "El módulo no pudo guardar lo que emitía y se detiene: revise el disco.",
        "The module could not store what it was minting and stops: check the disk.",
    ),
}
"""Every code that the API can answer."""


class Refused(Exception):
    """A request is refused.

    Args:
        code: a key of `REASONS`.
        details: what the sentence of that code names; `Words` where that depends on the language.
    """

    def __init__(self, code: str, **details: Any) -> None:
        self.code = code
        self.details = details
        super().__init__(self.sentence("en"))

    def sentence(self, lang: str) -> str:
        """The sentence in ``es`` or ``en``."""
        words = {
            name: getattr(value, lang) if isinstance(value, Words) else value
            for name, value in self.details.items()
        }
        template: str = getattr(REASONS[self.code], lang)
        return template.format(**words)

    def to_json(self) -> dict[str, Any]:
        """The error as the API answers it."""
        return {
            "code": self.code,
            "number": REASONS[self.code].number,
            "es": self.sentence("es"),
            "en": self.sentence("en"),
        }
