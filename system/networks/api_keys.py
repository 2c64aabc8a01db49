"""API keys and their scopes.

A key ``amb_live_<prefix>_<secret>`` is shown once, kept as a digest, and found by its prefix.
"""

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import security_now
from system.networks.errors import UnableToManage
from system.networks.models import ApiKey, KeyKind, Network

# --- Scopes: one table, read by routes, forms and the matrix test


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
class ScopeInfo:
    """Label and operation of a scope.

    Args:
        label: Spanish.
        operation: that it stands for, for the audit trail.
    """

    label: str
    operation: Operation


SCOPES: Mapping[Scope, ScopeInfo] = {
    Scope.PRICE: ScopeInfo("Consultar precio", Operation.SELL),
    Scope.READ_NAME: ScopeInfo("Ver el nombre del suscriptor", Operation.SEE_CUSTOMERS),
    Scope.SELL: ScopeInfo("Vender, reimprimir y consultar saldo", Operation.SELL),
    Scope.DELIVER_TOKEN: ScopeInfo("Entregar tokens de otra plataforma", Operation.DELIVER_TOKEN),
    Scope.READ_DELIVERY: ScopeInfo("Consultar entregas", Operation.SEE_SALES),
    Scope.SETTLEMENT: ScopeInfo("Descargar liquidaciones", Operation.SEE_SALES),
    Scope.WEBHOOKS: ScopeInfo("Ver y reintentar sus avisos", Operation.SEE_SALES),
}


# --- Keys

#: Longest life of a key, days.
DAYS_MAX = 730
ADDRESSES_MAX = 20
_SECRET_BYTES = 32
_SHAPE = re.compile(r"amb_(live|sandbox)_([a-z2-7]{10})_([A-Za-z0-9_-]{43})")
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Holder of a valid key.

    Args:
        key: that was shown.
        network: whose it is.
        agent: the user in whose name it acts.
    """

    key: ApiKey
    network: Network
    agent: User

    @property
    def sandbox(self) -> bool:
        """True for a sandbox key."""
        return bool(self.key.kind == KeyKind.SANDBOX)

    def may(self, scope: Scope) -> bool:
        """True where the key has a scope."""
        return scope.value in self.key.scopes


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """Request of a key.

    Args:
        name: for people.
        kind: ``live`` or ``sandbox``.
        scopes: of `Scope`.
        days: it lives.
        addresses: networks from which it may be used; empty: any.
    """

    name: str
    kind: str
    scopes: tuple[str, ...]
    days: int = 365
    addresses: tuple[str, ...] = ()


def issue_api_key(user: User, network: Network, request: KeyRequest) -> tuple[ApiKey, str]:
    """Make a key: the row, and what is shown this once.

    Raises:
        UnableToManage: not allowed, or the request makes no sense.
    """
    require_manager(user, network)
    _check_request(request)
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(10))
    secret = f"amb_{request.kind}_{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    now = security_now()
    with transaction.atomic():
        key = ApiKey.objects.create(
            provider_id=network.provider_id,
            network=network,
            name=request.name.strip()[:60],
            kind=request.kind,
            prefix=prefix,
            digest=_digest(secret),
            scopes=sorted(request.scopes),
            addresses=[str(ipaddress.ip_network(text, strict=False)) for text in request.addresses],
            expires_at=now + timedelta(days=request.days),
            created_at=now,
            created_by=user,
        )
        _audit_key(user, "key-issue", key, scopes=sorted(request.scopes), kind=request.kind)
    return key, secret


def revoke_api_key(user: User, key: ApiKey) -> None:
    """Revoke a key; again is no error.

    Raises:
        UnableToManage: not allowed.
    """
    require_manager(user, key.network)
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=security_now()):
            _audit_key(user, "key-revoke", key)


def find_holder(shown: str, address: str, now: datetime) -> KeyHolder | None:
    """Holder of a key; None: unknown, expired, revoked, suspended, or not from that address."""
    match = _SHAPE.fullmatch(shown)
    if match is None:
        return None
    key = ApiKey.objects.select_related("network__agent", "network__shift").filter(prefix=match[2]).first()
    good = hmac.compare_digest(_digest(shown), key.digest if key is not None else "0" * 64)
    if key is None or not good or key.revoked_at is not None or key.expires_at <= now:
        return None
    network = key.network
    if not network.active or not network.agent.is_active or not _allowed_from(key, address):
        return None
    return KeyHolder(key, network, network.agent)


def note_use(key: ApiKey, now: datetime) -> None:
    """Remember when it was used, to the minute: not every request is a write."""
    if key.last_used_at is None or now - key.last_used_at >= timedelta(minutes=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def require_manager(user: User, row: Any) -> None:
    """Refuse a user who does not manage this provider's networks.

    Raises:
        UnableToManage: he does not.
    """
    if not user.may(Operation.MANAGE_NETWORKS) or row.provider_id != user.provider_id:
        raise UnableToManage("Su rol no permite administrar esta red.")


def _digest(shown: str) -> str:
    return hashlib.sha256(shown.encode()).hexdigest()


def _allowed_from(key: ApiKey, address: str) -> bool:
    if not key.addresses:
        return True
    try:
        came = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(came in ipaddress.ip_network(text) for text in key.addresses)


def _check_request(request: KeyRequest) -> None:
    if not request.name.strip():
        raise UnableToManage("La llave necesita un nombre.", "name")
    if request.kind not in KeyKind.values:
        raise UnableToManage("Esa clase de llave no existe.", "kind")
    if not request.scopes or not set(request.scopes) <= set(Scope):
        raise UnableToManage("Elija al menos un permiso de la lista.", "scopes")
    if not 1 <= request.days <= DAYS_MAX:
        raise UnableToManage(f"Una llave vive de 1 a {DAYS_MAX} días.", "days")
    if len(request.addresses) > ADDRESSES_MAX:
        raise UnableToManage(f"A lo sumo {ADDRESSES_MAX} direcciones.", "addresses")
    for text in request.addresses:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise UnableToManage(f"{text[:50]} no es una dirección IP ni una red.", "addresses") from None


def _audit_key(user: User, what: str, key: ApiKey, **detail: Any) -> None:
    audit.record(
        f"{Operation.MANAGE_NETWORKS.value}.{what}",
        user=user,
        subject=f"api-key:{key.pk}",
        detail={"network": key.network_id, **detail},
    )
