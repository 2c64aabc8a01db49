"""Schemas of the API of networks. Money in centavos (`_c`), energy in Wh (`_wh`), instants UTC with a Z."""

import uuid
from datetime import date
from typing import Annotated

from pydantic import Field

from system.accounts.rest.fields import In, Instant, Out, plain_text, whole
from system.vending.api import AMOUNT_C_MAX

_METER = "DRN (11 o 13 dígitos) o serie del medidor"


class PriceIn(In):
    """A trial price."""

    meter: Annotated[str, plain_text(40, _METER)]
    amount_c: Annotated[int, whole(1, AMOUNT_C_MAX, "lo que paga el cliente")]


class SaleIn(PriceIn):
    """A sale; its id is the header ``Idempotency-Key``."""


class LineOut(Out):
    """A line of a price."""

    name: str
    energy_wh: int
    amount_c: int


class PriceOut(Out):
    """A trial price: nothing is reserved."""

    meter: str
    customer_name: str | None = Field(description="sólo con el permiso read-customer-name")
    amount_c: int
    energy_wh: int
    commission_c: int
    lines: list[LineOut]


class TokenOut(Out):
    """Twenty digits; all of a sale are entered, in their order."""

    position: int
    role: str
    digits: str


class SaleOut(Out):
    """A sale that is done."""

    sale_id: uuid.UUID
    number: str = Field(description="número del tiquete")
    meter: str
    amount_c: int
    energy_wh: int
    commission_c: int
    tokens: list[TokenOut]
    state: str = Field(description="sold, reversed")
    test: bool = Field(description="acuñado con llaves de prueba: ningún medidor real lo acepta")
    sandbox: bool


class BalanceOut(Out):
    """Debt of the network, and its remaining limits."""

    owed_c: int
    pending_c: int
    credit_c: int | None = Field(description="cupo; null: sin límite")
    available_c: int | None
    sold_today_c: int
    day_max_c: int
    sale_max_c: int


class DeliveryIn(In):
    """A token of another platform for a meter of this provider."""

    meter: Annotated[str, plain_text(40, _METER)]
    token: Annotated[str, plain_text(20, "20 dígitos")]


class DeliveryOut(Out):
    """State of a delivery: delivery (there is an `answer`) and execution (its word) are distinct."""

    delivery_id: uuid.UUID
    meter: str
    state: str = Field(description="waiting, running, unsure, done, refused, failed, expired, cancelled")
    answer: str = Field(description="la palabra del medidor: Accept, UsedError, OldError…; vacía: aún no")
    reason: str
    sentence: str
    ended: bool
    sandbox: bool


class SettlementOut(Out):
    """A settled day: closing = opening + sold − reversed − deposited − commission + other."""

    number: int
    day: date
    opening_c: int
    sold_c: int
    reversed_c: int
    deposited_c: int
    commission_c: int
    other_c: int
    closing_c: int
    lines: int
    sha256: str
    file: str = Field(description="dirección del archivo CSV")


class DeadLetterOut(Out):
    """A message that was not received."""

    id: uuid.UUID
    event: str
    attempts: int
    status: int | None
    reason: str
    queued_at: Instant
