"""What a key may do: one table, from which routes, forms and the matrix test all read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from system.accounts.operations import Operation


class Scope(StrEnum):
    """A permission of a key."""

    PRICE = "price"
    READ_NAME = "read-customer-name"
    SELL = "sell"
    DELIVER_TOKEN = "deliver-token"  # noqa: S105 - a name
    READ_DELIVERY = "read-delivery"
    SETTLEMENT = "settlement"
    WEBHOOKS = "webhooks"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a scope is.

    Args:
        label: Spanish.
        operation: of the house that it stands for, for the audit trail.
    """

    label: str
    operation: Operation


SCOPES: Mapping[Scope, Meaning] = {
    Scope.PRICE: Meaning("Consultar precio", Operation.SELL),
    Scope.READ_NAME: Meaning("Ver el nombre del suscriptor", Operation.SEE_CUSTOMERS),
    Scope.SELL: Meaning("Vender, reimprimir y consultar saldo", Operation.SELL),
    Scope.DELIVER_TOKEN: Meaning("Entregar tokens de otra plataforma", Operation.DELIVER_TOKEN),
    Scope.READ_DELIVERY: Meaning("Consultar entregas", Operation.SEE_SALES),
    Scope.SETTLEMENT: Meaning("Descargar liquidaciones", Operation.SEE_SALES),
    Scope.WEBHOOKS: Meaning("Ver y reintentar sus avisos", Operation.SEE_SALES),
}
