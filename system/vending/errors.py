"""Refusals of the vending. Messages are one Spanish sentence for the counter.

::

    VendingError
    ├── UnableToSell        refused: nothing was charged
    │   └── SaleUnderWay    another sale of this installation has no outcome yet
    └── SalePending         charged or not is not known yet: ask again with the same id
"""


class VendingError(Exception):
    """Base of what this room raises."""


class UnableToSell(VendingError):
    """Refused: nothing was charged, nothing was minted."""


class SaleUnderWay(UnableToSell):
    """Another sale of this installation has no outcome yet."""


class SalePending(VendingError):
    """The security module was asked and its answer is not known yet.

    Args:
        sale_id: with which to ask again.
    """

    def __init__(self, sale_id: object) -> None:
        super().__init__("El módulo de seguridad no respondió: consulte de nuevo esta venta, no la repita.")
        self.sale_id = sale_id
