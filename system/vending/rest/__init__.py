"""The vending room's part of the API.

Map of the room::

    fields.py             money, energy and prices as they travel
    sales.py              trial price, sale under the caller's id, sales, ticket
    shifts.py             open and close a counter; deposits
    points_of_sale.py     merchants and their counters
    tariffs.py            versions, preview, publication
    billing.py            obligations and bills
    approval_requests.py  what needs a second person: ask, sign, carry out
    tokens.py             management tokens, planned key changes
"""

from system.accounts.rest.problems import AppApi, Refusal
from system.security_module.errors import SecurityModuleError
from system.vending.errors import SalePending, SaleUnderWay, UnableToSell
from system.vending.pricing import PricingError
from system.vending.rest import approval_requests, billing, points_of_sale, sales, shifts, tariffs, tokens

_ASK_AGAIN = "POST /api/v1/sales/{}/resolution"
APP_API = AppApi(
    routers=(
        sales.router,
        shifts.router,
        points_of_sale.router,
        tariffs.router,
        billing.obligations_router,
        billing.bills_router,
        approval_requests.router,
        tokens.router,
    ),
    refusals={
        UnableToSell: Refusal(422, "refused", "No se puede"),
        PricingError: Refusal(422, "refused", "No tiene precio"),
        SaleUnderWay: Refusal(409, "sale-under-way", "Otra venta en curso"),
        SalePending: Refusal(
            409,
            "sale-pending",
            "Venta sin resultado",
            lambda error: {"sale_id": str(error.sale_id), "next": _ASK_AGAIN.format(error.sale_id)},
        ),
        SecurityModuleError: Refusal(
            503,
            "module",
            "El módulo de seguridad no responde",
            detail="Nada se hizo: repita lo mismo cuando el módulo responda.",
        ),
    },
)
