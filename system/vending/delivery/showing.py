"""What the sale page shows of a delivery."""

from typing import Any

from django.http import HttpRequest

from system.accounts.operations import Operation
from system.vending.delivery.following import following
from system.vending.models import Sale


def shown(request: HttpRequest, sale: Sale) -> dict[str, Any]:
    """The piece's values: how the delivery stands, and whether the button makes sense for who looks."""
    user: Any = request.user
    now = following(sale)
    may_push = now.may_push and user.may(Operation.DELIVER_TOKEN)
    return {"sale": sale, "following": now, "may_push": may_push}
