"""Connect a network, change its terms, suspend it."""

import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation, Role
from system.config.clock import business_now, security_now
from system.networks.api_keys import require_manager
from system.networks.commission import Commission
from system.networks.errors import UnableToManage
from system.networks.models import Network, NetworkKind
from system.registry.models import Provider
from system.vending.api import (
    AMOUNT_C_MAX,
    Shift,
    UnableToSell,
    create_merchant,
    create_point_of_sale,
    set_limit,
)

RATE_MAX = 6_000


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a network sells.

    Args:
        sale_max_c, day_max_c: the most of one sale and of a business day, centavos.
        credit_c: how much it may owe, centavos; None: no limit.
        commission: what it keeps.
        rate_per_minute: requests of one key.
    """

    sale_max_c: int
    day_max_c: int
    credit_c: int | None
    commission: Commission
    rate_per_minute: int = 120

    def see(self) -> None:
        """Let go on with terms that make sense.

        Raises:
            UnableToManage: they do not.
        """
        if not 0 < self.sale_max_c <= settings.SALE_MAX_C:
            raise UnableToManage("El máximo por venta no cabe en el máximo de la casa.", "sale_max")
        if not self.sale_max_c <= self.day_max_c <= AMOUNT_C_MAX:
            raise UnableToManage("El máximo por día no puede ser menor que el de una venta.", "day_max")
        if not 1 <= self.rate_per_minute <= RATE_MAX:
            raise UnableToManage(f"Las solicitudes por minuto van de 1 a {RATE_MAX}.", "rate")

    def columns(self) -> dict[str, Any]:
        """As they are kept."""
        return {
            "sale_max_c": self.sale_max_c,
            "day_max_c": self.day_max_c,
            "rate_per_minute": self.rate_per_minute,
            "commission_kind": self.commission.kind,
            "commission_bp": self.commission.bp,
            "commission_c": self.commission.fixed_c,
            "commission_cap_c": self.commission.cap_c,
        }


def commission_of(network: Network) -> Commission:
    """The commission that a network has now."""
    return Commission(
        network.commission_kind, network.commission_bp, network.commission_c, network.commission_cap_c
    )


def create_network(user: User, name: str, kind: str, terms: Terms) -> Network:
    """Connect a network: a merchant, a counter with a shift that stays open, and a user without a password.

    Raises:
        UnableToManage: not allowed, the name is taken or empty, or the terms make no sense.
    """
    require_manager(user, user)
    if not name.strip():
        raise UnableToManage("La red necesita un nombre.", "name")
    if kind not in NetworkKind.values:
        raise UnableToManage("Esa clase de red no existe.", "kind")
    terms.see()
    try:
        with transaction.atomic():
            agent = _create_agent(user.provider_pk, name)
            network = Network(
                provider_id=user.provider_pk,
                name=name.strip()[:60],
                kind=kind,
                agent=agent,
                shift=_open_shift(user, agent, name, terms),
                created_at=security_now(),
                **terms.columns(),
            )
            network.save()
            _audit_network(user, "create", network, terms)
    except IntegrityError:
        raise UnableToManage("Ya hay una red o un comercio con ese nombre.", "name") from None
    except UnableToSell as error:
        raise UnableToManage(str(error), "name") from error
    return network


def change_terms(user: User, network: Network, terms: Terms) -> None:
    """Let other terms count for the sales from now on; what was sold keeps its commission.

    Raises:
        UnableToManage: not allowed, or the terms make no sense.
    """
    require_manager(user, network)
    terms.see()
    try:
        with transaction.atomic():
            Network.objects.filter(pk=network.pk).update(**terms.columns())
            set_limit(user, network.shift.point_of_sale.merchant, terms.credit_c)
            _audit_network(user, "terms", network, terms)
    except UnableToSell as error:
        raise UnableToManage(str(error), "credit") from error
    network.refresh_from_db()


def switch_network(user: User, network: Network, *, active: bool) -> None:
    """Suspend a network with all its keys, or let it work again.

    Raises:
        UnableToManage: not allowed.
    """
    require_manager(user, network)
    with transaction.atomic():
        Network.objects.filter(pk=network.pk).update(active=active)
        _audit_network(user, "resume" if active else "suspend", network)
    network.active = active


def _create_agent(provider_id: int, name: str) -> User:
    agent = User(
        username=f"red-{provider_id}-{secrets.token_hex(6)}",
        first_name=name.strip()[:60],
        role=Role.CASHIER,
        provider=Provider.objects.get(pk=provider_id),
    )
    agent.set_unusable_password()
    agent.save()
    return agent


def _open_shift(user: User, agent: User, name: str, terms: Terms) -> Shift:
    merchant = create_merchant(user, f"Red {name.strip()}", limit_c=terms.credit_c)
    point = create_point_of_sale(user, merchant, "API")
    # no drawer is counted: what a network owes is settled day by day, so its shift stays open
    shift = Shift(
        id=uuid.uuid4(),
        provider_id=user.provider_pk,
        point_of_sale=point,
        cashier=agent,
        opened_at=business_now(),
        opening_cash_c=0,
    )
    shift.save()
    return shift


def _audit_network(user: User, what: str, network: Network, terms: Terms | None = None) -> None:
    detail = {} if terms is None else {**terms.columns(), "credit_c": terms.credit_c}
    audit.record(
        f"{Operation.MANAGE_NETWORKS.value}.{what}", user=user, subject=f"network:{network.pk}", detail=detail
    )
