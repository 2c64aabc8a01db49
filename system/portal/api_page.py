"""The routes of the API as a page: what the OpenAPI document says, without anything from elsewhere."""

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.portal.api import api


@requires(Operation.SEE_HOME)
@require_GET
def routes(request: HttpRequest) -> HttpResponse:
    """Every route, room by room, with what it asks for."""
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
