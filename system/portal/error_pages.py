"""Error pages: one for a database that cannot be written, one for the rest.

Neither page asks the database for anything: that is what may have failed. A sale that got no answer keeps its
id, and is consulted again under it.
"""

import sys
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from system.accounts.rest.problems import problem

#: A full disk, a database that went away, a lock that is not released.
_CANNOT_STORE: Final = (OperationalError, InterfaceError)
RETRY_AFTER_S = 10
CANNOT_STORE_SENTENCE = (
    "En este momento el sistema no puede guardar: el disco está lleno o la base de datos no responde. "
    "No repita la venta: consúltela de nuevo en un momento y avise a quien opera el servidor."
)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer to a request that raised: 503 where nothing can be stored, else 500."""
    return _cannot_store(request) if _is_database_error(sys.exc_info()[1]) else defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer to a malformed request; a session that could not be prolonged on a full disk is none."""
    return (
        _cannot_store(request) if _is_database_error(exception) else defaults.bad_request(request, exception)
    )


def _is_database_error(error: BaseException | None) -> bool:
    """True where an error is of the database, or came of one."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, _CANNOT_STORE):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def _cannot_store(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        answer = problem(request, 503, CANNOT_STORE_SENTENCE)
    else:
        answer = HttpResponse(render_to_string("503.html", {"sentence": CANNOT_STORE_SENTENCE}), status=503)
    answer["Retry-After"] = str(RETRY_AFTER_S)
    return answer
