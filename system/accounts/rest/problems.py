"""Errors as ``application/problem+json``, in Spanish, and an app's part of the API as data.

Source: RFC 9457
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel, Field


@dataclass(frozen=True, slots=True)
class Refusal:
    """Meaning of a service's exception to a caller of the API.

    Args:
        status: of the answer.
        kind: last part of the problem's type.
        title: Spanish; the same for every problem of this kind.
        more: further members of the problem, made from the exception.
        detail: Spanish; empty: what the exception says.
    """

    status: int
    kind: str
    title: str
    more: Callable[[Any], Mapping[str, Any]] = lambda _: {}
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AppApi:
    """An app's part of the API.

    Args:
        routers: whose paths begin with a slash.
        refusals: exception of its services -> meaning; its text is the detail, one Spanish sentence.
    """

    routers: tuple[Router, ...]
    refusals: Mapping[type[Exception], Refusal] = field(default_factory=dict)


# --- Problems

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:amibench:problem:"
#: A full disk, a database that went away, a lock that is not released.
_CANNOT_STORE = (OperationalError, InterfaceError)
_LOGGER = logging.getLogger("django.request")

#: Status -> kind, title, and the usual detail.
_KINDS: Mapping[int, tuple[str, str, str]] = {
    400: ("malformed", "Solicitud mal formada", "El cuerpo no se puede leer: envíe un objeto JSON en UTF-8."),
    401: ("login-needed", "Falta identificarse", "Inicie sesión en «/cuentas/login/» y repita la solicitud."),
    403: ("forbidden", "No permitido", "Su rol no permite esta operación."),
    404: ("not-found", "No existe", "No hay nada con esa dirección o ese identificador."),
    405: ("method", "Método no admitido", "Esta dirección no admite ese método."),
    413: ("too-large", "Cuerpo demasiado grande", "El cuerpo de la solicitud es demasiado grande."),
    422: ("invalid", "Datos no válidos", "Algún dato no es válido."),
    503: ("busy", "No se puede guardar", "El sistema no puede guardar ahora: espere y repita lo mismo."),
    500: ("fault", "Error del servidor", "Algo falló en el servidor; quedó registrado. Intente de nuevo."),
}

#: Kind of pydantic's complaint -> sentence; its context fills it in.
_SENTENCES: Mapping[str, str] = {
    "missing": "Falta.",
    "extra_forbidden": "No existe un campo con ese nombre.",
    "string_type": "Debe ser texto.",
    "string_unicode": "El texto no es Unicode válido.",
    "string_too_long": "Debe tener {max_length} letras o menos.",
    "string_too_short": "Debe tener {min_length} letras o más.",
    "string_pattern_mismatch": "Tiene una forma o letras que no se admiten.",
    "int_type": "Debe ser un número entero.",
    "int_parsing": "Debe ser un número entero.",
    "int_parsing_size": "El número es demasiado grande.",
    "bool_type": "Debe ser true o false.",
    "greater_than": "Debe ser mayor que {gt}.",
    "greater_than_equal": "Debe ser {ge} o más.",
    "less_than_equal": "Debe ser {le} o menos.",
    "multiple_of": "Debe ser múltiplo de {multiple_of}.",
    "literal_error": "Debe ser uno de: {expected}.",
    "enum": "Debe ser uno de: {expected}.",
    "uuid_type": "Debe ser un UUID.",
    "uuid_parsing": "Debe ser un UUID.",
    "list_type": "Debe ser una lista.",
    "too_long": "Debe tener {max_length} elementos o menos.",
    "too_short": "Debe tener {min_length} elementos o más.",
    "model_type": "Debe ser un objeto.",
    "model_attributes_type": "Debe ser un objeto.",
    "dict_type": "Debe ser un objeto.",
}


class FieldProblem(BaseModel):
    """An invalid value."""

    field: str = Field(description="dónde: body.amount_c, query.limit…; vacío: el todo")
    detail: str = Field(description="una frase")


class Problem(BaseModel):
    """An error."""

    type: str = Field(description="URN de la clase de problema")
    title: str = Field(description="la clase de problema, en palabras")
    status: int = Field(description="el mismo de la respuesta")
    detail: str = Field(description="qué pasó y qué hacer, en una frase")
    instance: str = Field(description="la dirección solicitada")
    errors: list[FieldProblem] | None = Field(default=None, description="los datos que no sirven")


def problem(
    request: HttpRequest, status: int, detail: str = "", *, kind: str = "", title: str = "", **more: Any
) -> HttpResponse:
    """The answer for an error.

    Args:
        request: what was asked.
        status: a key of `_KINDS`, or any with `kind`, `title` and `detail`.
        detail: one Spanish sentence; empty: the usual one.
        kind: last part of the type; empty: the usual one.
        title: empty: the usual one.
        more: further members.
    """
    usual = _KINDS.get(status, ("refused", "No se puede", "No se puede."))
    said = {
        "type": f"{_TYPE}{kind or usual[0]}",
        "title": title or usual[1],
        "status": status,
        "detail": detail or usual[2],
        "instance": request.path,
        **more,
    }
    answer = HttpResponse(json.dumps(said), status=status, content_type=MEDIA_TYPE)
    if status == 401:
        answer["WWW-Authenticate"] = "Cookie"
    return answer


class DocumentedApi(NinjaAPI):
    """Ninja's API with a document for its callers alone: Spanish, and free of the names of our modules."""

    def get_openapi_operation_id(self, operation: Any) -> str:
        """Method and address: they stay when a module moves."""
        address = re.sub(r"\{(?:\w+:)?(\w+)\}", r"\1", operation.path)
        words = re.findall(r"[a-z0-9]+", address.lower())
        return "_".join([sorted(operation.methods)[0].lower(), *words])

    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:
        """The OpenAPI document, without the docstrings of our classes."""
        schema = super().get_openapi_schema(**more)
        for component in schema["components"]["schemas"].values():
            component.pop("description", None)
        return schema


def install(api: NinjaAPI, refusals: Iterable[tuple[type[Exception], Refusal]]) -> None:
    """Answer every exception of an API with a problem."""
    usual: dict[type[Exception], Any] = {
        Exception: _fault,
        Http404: lambda request, _: problem(request, 404),
        PermissionDenied: _forbidden,
        AuthenticationError: lambda request, _: problem(request, 401),
        HttpError: lambda request, error: problem(request, error.status_code),
        ValidationError: _invalid,
    }
    for exception, answer in usual.items():
        api.add_exception_handler(exception, answer)
    for exception, refusal in refusals:
        api.add_exception_handler(exception, _refused(refusal))


def _refused(refusal: Refusal) -> Any:
    def answer(request: HttpRequest, error: Exception) -> HttpResponse:
        return problem(
            request,
            refusal.status,
            refusal.detail or sentence(getattr(error, "es", str(error))),
            kind=refusal.kind,
            title=refusal.title,
            **refusal.more(error),
        )

    return answer


def sentence(text: str) -> str:
    """A text with a capital letter and a stop, which some refusals leave to their caller."""
    text = text.strip() or "No se puede"
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _forbidden(request: HttpRequest, error: Exception) -> HttpResponse:
    """403; the text of `system.accounts.access` is for logs, that of `Forbidden` for the caller."""
    return problem(request, 403, str(error) if isinstance(error, Forbidden) else "")


class Forbidden(PermissionDenied):
    """Refused, with a Spanish sentence for the caller."""


class TooLarge(HttpError):
    """The body is too large to be read."""

    def __init__(self) -> None:
        super().__init__(413, "")


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [_field(one) for one in error.errors[:20]]
    first = found[0]
    detail = f"{first['field']}: {first['detail']}" if first["field"] else first["detail"]
    return problem(request, 422, detail, errors=found)


def _field(error: Mapping[str, Any]) -> dict[str, str]:
    where = [str(part) for part in error["loc"]]
    # the second part is the name of the route's argument, which says nothing to a caller
    shown = [where[0], *where[2:]] if where[0] == "body" else [where[0], *where[-1:]]
    if error["type"] == "value_error":
        text = str(error.get("ctx", {}).get("error", ""))
    else:
        text = _SENTENCES.get(error["type"], "No es válido.").format(**error.get("ctx", {}))
    return {"field": ".".join(shown)[:200], "detail": text or "No es válido."}


def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """A fault of ours: logged as Django does it, answered without its details."""
    if settings.DEBUG:
        raise error
    status = 503 if isinstance(error, _CANNOT_STORE) else 500
    _LOGGER.error("Internal Server Error: %s", request.path, exc_info=error, extra={"status_code": status})
    got_request_exception.send(sender=None, request=request)
    return problem(request, status)
