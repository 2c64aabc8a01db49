"""Make and change users."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import ROLE_NAMES, Operation, Role


class UnableToCreateUser(ValueError):
    """The user cannot be made; one sentence."""


def create_staff(
    username: str,
    password: str,
    *,
    role: str,
    provider: Any,
    name: str = "",
    by: User | None = None,
    must_change: bool = False,
) -> User:
    """Make a user of a provider.

    Args:
        username: to log in with.
        password: as the house's rules want it.
        role: any but subscriber.
        provider: whose.
        name: first and last name.
        by: who makes it; None at the terminal.
        must_change: whether the password is for the first login alone.

    Raises:
        UnableToCreateUser: name taken, role unknown, or password too weak.
    """
    if role not in ROLE_NAMES or role == Role.SUBSCRIBER:
        known = ", ".join(known.value for known in Role if known is not Role.SUBSCRIBER)
        raise UnableToCreateUser(f"there is no role {role!r}: use {known}")
    first, _, last = name.partition(" ")
    user = User(username=username, role=role, provider=provider, first_name=first[:150], last_name=last[:150])
    user.must_change_password = must_change
    try:
        user.full_clean(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        raise UnableToCreateUser(" ".join(error.messages)) from error
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            audit.record(
                Operation.MANAGE_USERS.value,
                user=by,
                provider_id=provider.pk,
                subject=f"user:{user.pk}",
                detail={"role": role},
            )
    except IntegrityError:
        raise UnableToCreateUser(f"the name {username} is taken") from None
    return user
