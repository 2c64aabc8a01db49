"""Users."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from system.accounts.operations import ROLE_NAMES, Operation, Role, may


class User(AbstractUser):
    """Somebody who comes in with a name and a password.

    A user has one role at one provider; a subscriber is bound to his customer. Without a provider a user can
    do nothing: there is no user above all providers.
    """

    provider = models.ForeignKey(
        "registry.Provider", on_delete=models.PROTECT, null=True, blank=True, related_name="users"
    )
    role = models.CharField(
        max_length=20, choices=[(role.value, ROLE_NAMES[role]) for role in Role], blank=True, default=""
    )
    customer = models.ForeignKey(
        "registry.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="users"
    )
    must_change_password = models.BooleanField(default=False)

    class Meta:
        """A subscriber has a customer, others have none."""

        db_table = "accounts_user"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role=Role.SUBSCRIBER.value, customer__isnull=False)
                | (~models.Q(role=Role.SUBSCRIBER.value) & models.Q(customer__isnull=True)),
                name="accounts_user_subscriber_has_customer",
            )
        ]

    @property
    def provider_pk(self) -> int:
        """The key of the provider; for who may do something, which nobody without a provider may.

        Raises:
            ValueError: there is none.
        """
        if self.provider_id is None:
            raise ValueError(f"user {self.pk} belongs to no provider")
        return self.provider_id

    def may(self, operation: Operation) -> bool:
        """Whether this user may do it."""
        return self.is_active and self.provider_id is not None and may(self.role, operation)
