"""Users: create, invite, change role, suspend, restore, new password; one administrator always stays."""

import secrets
from collections.abc import Mapping
from typing import Any

from axes.utils import reset as unlock_logins
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import ROLE_LABELS, Operation, Role


class UnableToCreateUser(ValueError):
    """The user cannot be created.

    Args:
        sentence: Spanish, for pages and the API.
        english: for the command line; as the Spanish one where the sentence is Django's.
    """

    def __init__(self, sentence: str, english: str = "") -> None:
        super().__init__(sentence)
        self.english = english or sentence


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
        password: as ``AUTH_PASSWORD_VALIDATORS`` want it.
        role: any but subscriber.
        provider: whose.
        name: first and last name.
        by: who makes it; None at the terminal.
        must_change: whether the password is for the first login alone.

    Raises:
        UnableToCreateUser: name taken, role unknown, or password too weak.
    """
    if role not in ROLE_LABELS or role == Role.SUBSCRIBER:
        staff = [known for known in Role if known is not Role.SUBSCRIBER]
        raise UnableToCreateUser(
            f"Ese rol no existe: use {', '.join(ROLE_LABELS[known] for known in staff)}.",
            f"there is no role {role!r}: use {', '.join(staff)}",
        )
    first, _, last = name.partition(" ")
    user = User(username=username, role=role, provider=provider, first_name=first[:150], last_name=last[:150])
    user.must_change_password = must_change
    try:
        _require_free_name(username)
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
        raise UnableToCreateUser(
            "Ese usuario ya existe: elija otro.", f"the name {username} is taken"
        ) from None
    return user


# --- Changes of a user

#: Letters that are not confused when the password is read aloud.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class UnableToChangeUser(ValueError):
    """The change cannot be made; one Spanish sentence."""


def first_password() -> str:
    """A password for the first login: four groups of four, about 79 bits.

    It can be dictated; `system.portal.middleware` asks for another at once.
    """
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def invite(by: User, username: str, *, role: str, name: str) -> tuple[User, str]:
    """Make a user of one's own provider, and the password of his first login, which is shown once.

    Raises:
        UnableToCreateUser: name taken, or role unknown.
    """
    password = first_password()
    user = create_staff(
        username, password, role=role, provider=by.provider, name=name, by=by, must_change=True
    )
    return user, password


def invite_subscriber(by: User, customer: Any, username: str) -> tuple[User, str]:
    """Make the login of a customer, who then sees his own account and nothing else; one for each.

    Args:
        by: an administrator of the customer's provider.
        customer: who it is for.
        username: to log in with.

    Returns:
        The user, and the password of his first login, which is shown once.

    Raises:
        UnableToChangeUser: not his to invite, erased, or has a login already.
        UnableToCreateUser: the name is taken or malformed.
    """
    if customer.provider_id != by.provider_id or not by.may(Operation.MANAGE_USERS):
        raise UnableToChangeUser("Ese cliente no existe.")
    if customer.pseudonymised_at is not None:
        raise UnableToChangeUser("Los datos de esa persona fueron suprimidos.")
    password = first_password()
    user = User(username=username, role=Role.SUBSCRIBER, provider_id=by.provider_pk, customer=customer)
    user.must_change_password = True
    try:
        _require_free_name(username)
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        raise UnableToCreateUser(" ".join(error.messages)) from error
    user.set_password(password)
    with transaction.atomic():
        type(customer).objects.select_for_update().get(pk=customer.pk)
        if User.objects.filter(customer=customer).exists():
            raise UnableToChangeUser("Esa persona ya tiene un usuario: déle otra contraseña en «Usuarios».")
        user.save()
        _record(by, user, {"role": Role.SUBSCRIBER.value})
    return user, password


def change_role(by: User, user: User, role: str) -> None:
    """Change a user's role.

    Raises:
        UnableToChangeUser: see `_require_may_change`; or the role is unknown, or a subscriber's.
    """
    if role not in ROLE_LABELS or Role.SUBSCRIBER in {role, user.role}:
        raise UnableToChangeUser("Ese rol no se asigna así.")
    former = user.role
    if former == role:
        return
    with transaction.atomic():
        _require_may_change(by, user, leaves_administration=role != Role.ADMINISTRATOR)
        user.role = role
        user.save(update_fields=["role"])
        _record(by, user, {"from": former, "to": role})


def suspend(by: User, user: User) -> None:
    """Suspend a user at once: his sessions end, too.

    Raises:
        UnableToChangeUser: see `_require_may_change`.
    """
    with transaction.atomic():
        _require_may_change(by, user, leaves_administration=True)
        user.is_active = False
        user.save(update_fields=["is_active"])
        _record(by, user, {"active": False})


def restore(by: User, user: User) -> None:
    """Lift a suspension.

    Raises:
        UnableToChangeUser: see `_require_may_change`; or his customer's data were erased.
    """
    with transaction.atomic():
        _require_may_change(by, user)
        if user.role == Role.SUBSCRIBER and not user.has_usable_password():
            raise UnableToChangeUser("Los datos de esa persona fueron suprimidos.")
        user.is_active = True
        user.save(update_fields=["is_active"])
        _record(by, user, {"active": True})


def reset_password(by: User, user: User) -> str:
    """A new password for one login, shown once; a lock-out ends, and sessions end with the old password.

    Raises:
        UnableToChangeUser: see `_require_may_change`.
    """
    password = first_password()
    with transaction.atomic():
        _require_may_change(by, user)
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        unlock_logins(username=user.username.casefold())
        _record(by, user, {"password": "reset"})
    return password


def drop_second_factor(by: User, user: User) -> None:
    """Remove the second factor of a user who lost his telephone.

    Raises:
        UnableToChangeUser: see `_require_may_change`.
    """
    with transaction.atomic():
        _require_may_change(by, user)
        user.authenticator_set.all().delete()  # type: ignore[attr-defined]
        _record(by, user, {"mfa": "dropped"})


def _require_free_name(username: str) -> None:
    """Refuse a name that differs from another one in letter case alone.

    Raises:
        ValidationError: it does.
    """
    others = User.objects.filter(username__iexact=User.normalize_username(username))
    if others.exclude(username=username).exists():
        raise ValidationError("Ese usuario ya existe: elija otro.")


def _require_may_change(by: User, user: User, *, leaves_administration: bool = False) -> None:
    """Refuse a change of `user` that `by` may not make.

    Raises:
        UnableToChangeUser: another provider's, himself, or the last administrator.
    """
    if user.provider_id != by.provider_id or not by.may(Operation.MANAGE_USERS):
        raise UnableToChangeUser("Ese usuario no existe.")
    if user.pk == by.pk:
        raise UnableToChangeUser("Nadie cambia su propio usuario: pídalo a otro administrador.")
    if leaves_administration and user.role == Role.ADMINISTRATOR:
        others = User.objects.select_for_update().filter(
            provider_id=by.provider_pk, role=Role.ADMINISTRATOR, is_active=True
        )
        if not others.exclude(pk=user.pk).exists():
            raise UnableToChangeUser("Es el último administrador: nombre antes a otro.")


def _record(by: User, user: User, detail: Mapping[str, Any]) -> None:
    audit.record(Operation.MANAGE_USERS.value, user=by, subject=f"user:{user.pk}", detail=detail)
