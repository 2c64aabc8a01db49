"""Communities, sites, feeders."""

from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.registry.errors import UnableToRegister
from system.registry.models import Community, Feeder, Site

Row = TypeVar("Row", Community, Site, Feeder)
_TAKEN = "Ese nombre ya existe ahí: elija otro."


def create_community(user: User, *, name: str, municipality: str, dane: str, altitude_m: int) -> Community:
    """Make a community.

    Raises:
        UnableToRegister: the name is taken there.
    """
    row = Community(name=name, municipality=municipality, dane=dane, altitude_m=altitude_m)
    return _save(user, row)


def create_site(user: User, *, community: Community, name: str, kind: str) -> Site:
    """Make a site of a community.

    Raises:
        UnableToRegister: the name is taken there, or the community is another provider's.
    """
    _own(user, community)
    return _save(user, Site(community=community, name=name, kind=kind))


def create_feeder(user: User, *, site: Site, name: str) -> Feeder:
    """Make a feeder of a site.

    Raises:
        UnableToRegister: the name is taken there, or the site is another provider's.
    """
    _own(user, site)
    return _save(user, Feeder(site=site, name=name))


def _own(user: User, row: Any) -> None:
    if row.provider_id != user.provider_id:
        raise UnableToRegister("Ese lugar no existe.")


def _save(user: User, row: Row) -> Row:
    row.provider_id = user.provider_pk
    try:
        with transaction.atomic():
            row.save()
            subject = f"{type(row).__name__.lower()}:{row.pk}"
            audit.record(Operation.EDIT_CUSTOMERS.value, user=user, subject=subject)
    except IntegrityError:
        raise UnableToRegister(_TAKEN, "name") from None
    return row
