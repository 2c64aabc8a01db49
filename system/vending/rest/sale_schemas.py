"""A trial price and a sale as they travel."""

import uuid
from datetime import date
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from system.accounts.rest.fields import In, Instant, Out
from system.vending.models import Sale
from system.vending.pricing import LineKind, Quote, price_sale
from system.vending.pricing.explain import explain
from system.vending.pricing.stored import from_json
from system.vending.rest.fields import Energy, MeterNumber, Paid, ShownAmount, ShownEnergy, units_of, wh_of
from system.vending.services.sell_energy import Offer, SaleRequest

Outcome = Literal["pending", "minted", "cancelled", "reversed"]


class SaleIn(In):
    """Money or energy for a meter: one of them."""

    number: MeterNumber
    amount_c: Paid | None = None
    energy_wh: Energy | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        """See that it is one.

        Raises:
            ValueError: neither, or both.
        """
        if (self.amount_c is None) == (self.energy_wh is None):
            raise ValueError("Envíe amount_c o energy_wh, sólo uno.")
        return self

    def data(self, sale_id: uuid.UUID) -> SaleRequest:
        """As the verb wants it."""
        units = None if self.energy_wh is None else units_of(self.energy_wh)
        return SaleRequest(sale_id, self.number, self.amount_c, units)


class LineOut(Out):
    """Where a part of the money went."""

    kind: LineKind
    name: str
    amount_c: ShownAmount
    energy_wh: ShownEnergy
    price_e4: int = Field(description="10⁻⁴ COP/kWh, de la energía")
    balance_c: ShownAmount | None = Field(description="lo que queda por pagar de una obligación")


class PriceOut(Out):
    """What money comes to."""

    amount_c: ShownAmount
    energy_wh: ShownEnergy
    energy_c: ShownAmount
    deducted_c: ShownAmount = Field(description="para obligaciones y recaudos")
    residue_c: ShownAmount = Field(description="saldo a favor que queda")
    subsidy_mc: int = Field(description="milésimas de centavo; menor que 0: contribución")
    tariff_code: str
    tariff_version: int
    lines: list[LineOut]
    explanation: list[str]


class OfferOut(Out):
    """A trial price: nothing is reserved."""

    customer_name: str
    niu: str
    drn: str
    price: PriceOut


class TokenOut(Out):
    """Twenty digits, in the order in which they must be entered."""

    position: int
    role: str
    digits: str


class SaleOut(Out):
    """A sale in a list."""

    id: uuid.UUID
    number: str
    kind: str
    outcome: Outcome
    niu: str
    drn: str
    amount_c: ShownAmount
    energy_wh: ShownEnergy
    business_day: date
    business_at: Instant
    seller: str


class SaleDetailOut(SaleOut):
    """A sale with its tokens, and why it came to that."""

    customer_name: str
    reason: str = Field(description="por qué se anuló, si se anuló")
    test_keys: bool = Field(description="hecha con llaves de prueba: no sirve en ningún medidor real")
    tokens: list[TokenOut]
    price: PriceOut | None


def offer_out(offered: Offer) -> OfferOut:
    """A trial price as it travels."""
    supply = offered.supply
    return OfferOut(
        customer_name=supply.agreement.customer.name,
        niu=supply.installation.niu,
        drn=supply.drn,
        price=price_out(offered.quote),
    )


def price_out(quote: Quote) -> PriceOut:
    """A price as it travels."""
    tariff = quote.inputs.tariff
    return PriceOut(
        amount_c=quote.inputs.amount_c,
        energy_wh=wh_of(quote.units),
        energy_c=quote.energy_c,
        deducted_c=quote.deducted_c,
        residue_c=quote.residue_c,
        subsidy_mc=quote.subsidy_mc,
        tariff_code=tariff.code,
        tariff_version=tariff.version,
        lines=[
            LineOut(
                kind=line.kind,
                name=line.name,
                amount_c=line.amount_c,
                energy_wh=wh_of(line.units),
                price_e4=line.price_e4,
                balance_c=line.balance_c,
            )
            for line in quote.lines
        ],
        explanation=list(explain(quote)),
    )


def sale_out(sale: Sale) -> SaleOut:
    """A sale of a list as it travels."""
    return SaleOut(**_common(sale))


def sale_detail_out(sale: Sale) -> SaleDetailOut:
    """A whole sale as it travels."""
    outcome = getattr(sale, "outcome", None)
    tokens = [
        TokenOut(position=token.position, role=token.role, digits=token.digits) for token in sale.tokens.all()
    ]
    return SaleDetailOut(
        **_common(sale),
        customer_name=sale.agreement.customer.name,
        reason=outcome.reason if outcome else "",
        test_keys=bool(outcome and outcome.test_keys),
        tokens=tokens,
        price=price_out(price_sale(from_json(sale.inputs))) if sale.inputs else None,
    )


def _common(sale: Sale) -> dict[str, Any]:
    return {
        "id": sale.pk,
        "number": sale.number,
        "kind": sale.kind,
        "outcome": _outcome(sale),
        "niu": sale.installation.niu,
        "drn": sale.drn,
        "amount_c": sale.amount_c,
        "energy_wh": wh_of(sale.units),
        "business_day": sale.business_day,
        "business_at": sale.business_at,
        "seller": sale.seller.username,
    }


def _outcome(sale: Sale) -> Outcome:
    outcome = getattr(sale, "outcome", None)
    if outcome is None:
        return "pending"
    if hasattr(sale, "reversal"):
        return "reversed"
    return "minted" if outcome.minted else "cancelled"
