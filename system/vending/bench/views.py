"""The route: a call of the security module's API in, its answer out."""

import hmac
import json
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from system.security_module import api
from system.security_module.errors import RequestRefused, UnableToReachModule
from system.vending.bench import counter
from system.vending.bench.apps import LOOPBACK_ADDRESSES, secret
from system.vending.module_client import module_client

_SCHEME = "Bearer "


@csrf_exempt
@require_POST
def module_call(request: HttpRequest, operation: str) -> JsonResponse:
    """Carry out one operation; who does not know the secret, finds nothing here."""
    if not _is_the_bench(request) or operation not in api.OPERATIONS:
        raise Http404
    args = _args(request)
    if args is None:
        return _refusal(
            400, "bad-request", "El cuerpo debe ser un objeto JSON.", "The body is no JSON object."
        )
    try:
        if not module_client().status()["test"]:
            raise Http404  # real keys are nothing to try out
        result = _carried(operation, args)
    except RequestRefused as refused:
        return _refusal(422, refused.code, refused.es, refused.en, refused.number)
    except UnableToReachModule as error:
        return _refusal(503, "unreachable", "El módulo de seguridad no responde.", str(error))
    return JsonResponse({"ok": True, "result": result})


def _carried(operation: str, args: dict[str, Any]) -> dict[str, Any]:
    wanted = counter.wanted_sale(operation, args)
    if wanted is not None:
        return {**counter.sell_at_bench(wanted, args), "through": "sale"}
    return {**module_client().call(operation, args), "through": "module"}


def _is_the_bench(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    known = hmac.compare_digest(given.encode(), (_SCHEME + secret()).encode())
    return known and request.META.get("REMOTE_ADDR") in LOOPBACK_ADDRESSES


def _args(request: HttpRequest) -> dict[str, Any] | None:
    body = request.body
    try:
        read = json.loads(body) if len(body) <= api.LINE_BYTES_MAX else None
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _refusal(status: int, code: str, es: str, en: str, number: int | None = None) -> JsonResponse:
    error = {"code": code, "number": number, "es": es, "en": en}
    return JsonResponse({"ok": False, "error": error}, status=status)
