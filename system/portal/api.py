"""The API under ``/api/v1/``: the apps' routers as one tree, its OpenAPI document, its routes as a page.

A further app is one more line of `APP_APIS`.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from system.accounts import rest as accounts_rest
from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.accounts.rest.auth import AUTHENTICATORS, Permission
from system.accounts.rest.problems import MEDIA_TYPE, AppApi, DocumentedApi, Problem, install, problem
from system.head_end import rest as head_end_rest
from system.registry import rest as registry_rest
from system.reports import rest as reports_rest
from system.vending import rest as vending_rest
from system.vending.offline import rest as offline_rest

APP_APIS: tuple[AppApi, ...] = (
    accounts_rest.APP_API,
    registry_rest.APP_API,
    head_end_rest.APP_API,
    vending_rest.APP_API,
    offline_rest.APP_API,
    reports_rest.APP_API,
)
VERSION = "1"
_EVERYWHERE, _WITH_BODY, _OF_A_ROW = (401, 403, 422), (400, 413), (404,)
_MAY_BE = (400, 401, 403, 404, 409, 413, 422, 503)
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_DESCRIPTION = (
    "Lo mismo que hacen las pantallas. Dinero en centavos de COP (`_c`), energía en Wh (`_wh`), precios en "
    "10⁻⁴ COP/kWh (`_e4`), instantes en UTC, días de Bogotá. Los identificadores de ventas, turnos, "
    "consignaciones, facturas, pagos y solicitudes los hace quien llama: repetir la misma solicitud con el "
    "mismo identificador da el mismo resultado."
)


class Api(DocumentedApi):
    """Ninja's API with problems for every error, and a document that says so."""

    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:
        """The OpenAPI document."""
        return _documented(super().get_openapi_schema(**more))

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        document = path("openapi.json", partial(_document, api=self), name="openapi-json")
        routes = [_with_problem_405(entry) for entry in super()._get_urls()]
        return [document, *routes, re_path("", _not_found)]


def _document(request: HttpRequest, api: NinjaAPI) -> HttpResponse:
    """The OpenAPI document, for every user."""
    if request.method not in ("GET", "HEAD"):
        return problem(request, 405)
    try:
        user = Permission(Operation.SEE_HOME)(request)
    except Exception as error:
        return api.on_exception(request, error)
    if user is None:
        return problem(request, 401)
    return api.create_response(request, api.get_openapi_schema(), status=200)


@csrf_exempt
def _not_found(request: HttpRequest) -> HttpResponse:
    """No such address."""
    return problem(request, 404)


def _with_problem_405(entry: Any) -> Any:
    """A route whose *method not allowed* is a problem, too."""
    entry.callback = _with_problems(entry.callback)
    return entry


def _with_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def answered(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        answer = view(request, *args, **more)
        if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return answer
        refused = problem(request, 405)
        refused["Allow"] = answer["Allow"]
        return refused

    return csrf_exempt(answered)  # `Permission` sees to it


def _documented(schema: OpenAPISchema) -> OpenAPISchema:
    """Problems and ways to identify oneself, which ninja does not know of."""
    components = schema["components"]
    described = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for problem_part in (problems := described.pop("$defs") | {"Problem": described}).values():
        problem_part.pop("description", None)
    components["schemas"] |= problems
    components["securitySchemes"] = {way.name: dict(way.schema) for way in AUTHENTICATORS}
    components["responses"] = {f"P{number}": _response(number) for number in _MAY_BE}
    security: list[dict[str, list[str]]] = [{way.name: []} for way in AUTHENTICATORS]
    for address, methods in schema["paths"].items():
        for operation in methods.values():
            usual: tuple[int, ...] = _EVERYWHERE
            usual += _WITH_BODY if "requestBody" in operation else ()
            usual += _OF_A_ROW if "{" in address else ()
            for number in usual:
                operation["responses"].setdefault(number, {"$ref": f"#/components/responses/P{number}"})
            operation["security"] = security
    return schema


def _response(status: int) -> dict[str, Any]:
    return {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}


def assemble_api(rooms: tuple[AppApi, ...] = APP_APIS) -> Api:
    """The API of some apps."""
    made = Api(
        title="amibench",
        version=VERSION,
        description=_DESCRIPTION,
        docs_url=None,
        openapi_url=None,
        urls_namespace="api-v1",
    )
    install(made, [pair for room in rooms for pair in room.refusals.items()])
    for room in rooms:
        for router in room.routers:
            made.add_router("", router)
    return made


api = assemble_api()


# --- Routes as a page


@requires(Operation.SEE_HOME)
@require_GET
def api_docs(request: HttpRequest) -> HttpResponse:
    """Every route, app by app, with its body."""
    return render(request, "portal/api.html", {"sections": sorted(_sections().items())})


def _sections() -> dict[str, list[dict[str, Any]]]:
    schema = api.get_openapi_schema()
    root = api.get_root_path({}).rstrip("/")
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            line = {
                "method": method.upper(),
                "address": address.removeprefix(root),
                "said": operation["description"],
                "body": _body(operation),
                "statuses": ", ".join(str(status) for status in sorted(map(int, operation["responses"]))),
            }
            found[operation["tags"][0]].append(line)
    return found


def _body(operation: dict[str, Any]) -> str:
    """The name of what the body holds."""
    content = operation.get("requestBody", {}).get("content", {})
    kinds = [str(kind["schema"].get("$ref", name)).rpartition("/")[2] for name, kind in content.items()]
    return ", ".join(kinds)


urlpatterns = [
    path("docs", api_docs, name="api-docs"),
    path("", api.urls),
]
