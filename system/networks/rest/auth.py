"""Authentication by key, scopes of routes, and limits of requests."""

import uuid
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from ninja.security import HttpBearer

from system.accounts import audit
from system.accounts.access import OPERATION_ATTRIBUTE, address_of
from system.accounts.rest.problems import Forbidden, TooLarge
from system.config.clock import security_now
from system.networks.api_keys import SCOPES, KeyHolder, Scope, find_holder, note_use
from system.networks.errors import NetworkRefused

#: Most bytes of a body, and seconds of a window of requests.
BODY_MAX_BYTES, WINDOW_S = 16 * 1024, 60


class TooManyRequests(Exception):
    """More requests than the network may make; come again in a minute."""


class RequiresScope(HttpBearer):
    """The guard of a route: size, key, scope, and how often.

    Args:
        scope: which the key must have; None: any good key.
    """

    openapi_name = "llave"

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope
        if scope is not None:
            setattr(self, OPERATION_ATTRIBUTE, SCOPES[scope].operation)

    def authenticate(self, request: HttpRequest, token: str) -> KeyHolder | None:
        """Holder of the key; None: it is unknown.

        Raises:
            TooLarge: the body is.
            Forbidden: the key has not that scope.
            TooManyRequests: too many requests.
        """
        if _length(request) > BODY_MAX_BYTES:
            raise TooLarge
        now = security_now()
        holder = find_holder(token, address_of(request), now)
        if holder is None:
            return None
        _check_rate(holder)
        if self.scope is not None and not holder.may(self.scope):
            audit.record(
                f"network.{self.scope.value}",
                outcome=audit.REFUSED,
                user=holder.agent,
                subject=f"api-key:{holder.key.pk}",
                address=address_of(request),
            )
            raise Forbidden(f"La llave no tiene el permiso «{SCOPES[self.scope].label}».")
        note_use(holder.key, now)
        return holder


def holder_of(request: HttpRequest) -> KeyHolder:
    """The holder whose key a guarded route was called with."""
    found: Any = request
    holder: KeyHolder = found.auth
    return holder


def idempotency_key(request: HttpRequest) -> uuid.UUID:
    """The caller's id of what he asks.

    Raises:
        NetworkRefused: there is none, or it is no UUID.
    """
    text = request.headers.get("Idempotency-Key", "")
    try:
        made = uuid.UUID(text)
    except ValueError:
        raise NetworkRefused("Falta la cabecera Idempotency-Key con un UUID de la solicitud.") from None
    if str(made) != text.lower():
        raise NetworkRefused("La cabecera Idempotency-Key debe ser un UUID con guiones.")
    return made


def _check_rate(holder: KeyHolder) -> None:
    """Count requests of a key in windows of a minute; each process of the portal counts for itself."""
    window = int(security_now().timestamp()) // WINDOW_S
    name = f"network-rate:{holder.key.pk}:{window}"
    cache.add(name, 0, WINDOW_S * 2)
    if cache.incr(name) > holder.network.rate_per_minute:
        raise TooManyRequests


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0  # the server reads nothing then, either
