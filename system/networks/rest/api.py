"""The API of networks: its tree, its document, its errors and its addresses."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import Router
from ninja.errors import AuthenticationError

from system.accounts.rest.problems import DocumentedApi, Refusal, install, problem
from system.networks.errors import KeyReused, NetworkRefused, OverNetworkLimit
from system.networks.rest import deliveries, sales, settlements, webhooks
from system.networks.rest.auth import RequiresScope, TooManyRequests
from system.security_module.errors import SecurityModuleError
from system.vending.api import PricingError, SalePending, SaleUnderWay, UnableToSell

_DESCRIPTION = (
    "Para redes de recaudo, plataformas de vending y aplicaciones. Cada solicitud lleva «Authorization: "
    "Bearer» con su llave. Dinero en centavos de COP (`_c`), energía en Wh (`_wh`), instantes en UTC. Ventas "
    "y entregas llevan la cabecera Idempotency-Key, un UUID de quien llama: si se pierde la respuesta, "
    "repita la misma solicitud con la misma llave de idempotencia; nunca con otra. Una llave de prueba "
    "(sandbox) no mueve dinero ni toca medidores."
)
_REFUSALS: dict[type[Exception], Refusal] = {
    KeyReused: Refusal(409, "idempotency-conflict", "Llave de idempotencia ya usada"),
    OverNetworkLimit: Refusal(422, "over-limit", "Por encima del límite"),
    NetworkRefused: Refusal(422, "refused", "No se puede"),
    UnableToSell: Refusal(422, "refused", "No se puede"),
    PricingError: Refusal(422, "refused", "No tiene precio"),
    SaleUnderWay: Refusal(409, "sale-under-way", "Otra venta en curso"),
    SalePending: Refusal(503, "sale-pending", "Venta sin resultado: repita la misma solicitud"),
    SecurityModuleError: Refusal(503, "module", "El módulo de seguridad no responde"),
}
_ID_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
}
_WITH_ID = (("/api/v1/network/sales", "post"), ("/api/v1/network/deliveries", "post"))
document_router = Router(tags=["Documento"])


@document_router.get("/openapi.json", auth=RequiresScope(), include_in_schema=False)
def openapi(request: HttpRequest) -> Any:
    """Este documento."""
    del request
    schema: dict[str, Any] = api.get_openapi_schema()
    for address, method in _WITH_ID:
        operation = schema["paths"][address][method]
        operation["parameters"] = [*operation.get("parameters", []), _ID_HEADER]
    return schema


def _unknown(request: HttpRequest, _: Any) -> HttpResponse:
    answer = problem(request, 401, "La llave no existe, venció, fue retirada o no se usa desde su dirección.")
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def _too_many(request: HttpRequest, _: Any) -> HttpResponse:
    said = "Demasiadas solicitudes: espere un minuto."
    answer = problem(request, 429, said, kind="too-many", title="Demasiadas solicitudes")
    answer["Retry-After"] = "60"
    return answer


def assemble() -> DocumentedApi:
    """The API of networks."""
    made = DocumentedApi(
        title="amibench: redes externas",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,
        openapi_url=None,
        urls_namespace="api-network",
    )
    install(made, _REFUSALS.items())
    made.add_exception_handler(AuthenticationError, _unknown)
    made.add_exception_handler(TooManyRequests, _too_many)
    for router in (sales.router, deliveries.router, settlements.router, webhooks.router, document_router):
        made.add_router("", router)
    return made


api = assemble()


urlpatterns = [path("", api.urls)]
