"""Money, energy and prices as they travel: whole numbers, the unit at the end of the name."""

from typing import Annotated, Any

from django.http import HttpRequest
from pydantic import Field

from system.accounts.access import user_of
from system.accounts.rest.fields import Key, plain_text, whole
from system.registry.models import Installation
from system.vending.errors import UnableToSell
from system.vending.pricing.money import AMOUNT_C_MAX, UNITS_MAX, WH_PER_UNIT
from system.vending.services.tariffs import PRICE_E4_MAX

Amount = Annotated[int, whole(0, AMOUNT_C_MAX, description="centavos de COP")]
Paid = Annotated[int, whole(1, AMOUNT_C_MAX, description="centavos de COP")]
Price = Annotated[int, whole(1, PRICE_E4_MAX, description="10⁻⁴ COP/kWh")]
Energy = Annotated[
    int,
    Field(
        strict=True,
        ge=WH_PER_UNIT,
        le=UNITS_MAX * WH_PER_UNIT,
        multiple_of=WH_PER_UNIT,
        description="Wh, en pasos de 100",
    ),
]
MeterNumber = Annotated[str, plain_text(40, description="DRN o serie, como se digita")]
Reason = Annotated[str, plain_text(200, description="por qué, en palabras de quien pide")]
ShownAmount = Annotated[int, Field(description="centavos de COP")]
ShownEnergy = Annotated[int, Field(description="Wh")]


def units_of(energy_wh: int) -> int:
    """Units of 0.1 kWh."""
    return energy_wh // WH_PER_UNIT


def wh_of(units: int) -> int:
    """Wh of units of 0.1 kWh."""
    return units * WH_PER_UNIT


def installation_of(request: HttpRequest, niu: str) -> Installation:
    """The installation of a NIU.

    Raises:
        UnableToSell: there is none.
    """
    found: Installation | None = Installation.objects.of(user_of(request)).filter(niu=niu).first()
    if found is None:
        raise UnableToSell("No hay una instalación con ese NIU.")
    return found


def own_row(request: HttpRequest, model: Any, pk: int) -> Any:
    """A row that a body names by its key.

    Raises:
        UnableToSell: there is none, or it is another provider's.
    """
    found = model.objects.of(user_of(request)).filter(pk=pk).first()
    if found is None:
        raise UnableToSell("No existe un registro con esa llave.")
    return found


__all__ = [
    "Amount",
    "Energy",
    "Key",
    "MeterNumber",
    "Paid",
    "Price",
    "Reason",
    "ShownAmount",
    "ShownEnergy",
    "installation_of",
    "own_row",
    "units_of",
    "wh_of",
]
