"""A home without credit: a clear-credit token, issued like any other and typed into the meter by the demo."""

import uuid

from system.accounts.models import User
from system.accounts.operations import Role
from system.demo.village import Village
from system.vending.errors import UnableToSell
from system.vending.models import Token
from system.vending.services.issue_tokens import issue_management


def empty_token(village: Village) -> str:
    """The 20 digits that take the credit of the village's first meter away.

    Raises:
        UnableToSell: the security module refused, or there is no operator.
    """
    drn = next(meter.drn for meter in village.meters if meter.name == village.first)
    operator = User.objects.filter(role=Role.OPERATOR).first()
    if operator is None:
        raise UnableToSell("El pueblo no tiene operador.")
    sale = issue_management(operator, uuid.uuid4(), drn, "clear-credit")
    return str(Token.objects.get(sale=sale).digits)
