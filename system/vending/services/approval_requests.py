"""Carry out what one person asked for and another approved; the request's id is the sale's."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from system.accounts.models import Approval, User
from system.accounts.permissions import Operation
from system.vending.errors import UnableToSell
from system.vending.models import Sale
from system.vending.selectors.approval_requests import signatures_until
from system.vending.services.issue_tokens import issue_free
from system.vending.services.key_changes import change_key
from system.vending.services.reverse_sale import reverse_sale


def execute_request(user: User, approval: Approval, signatures: Sequence[Mapping[str, Any]] = ()) -> Sale:
    """Do what was approved.

    Args:
        user: who asked for it.
        approval: the request.
        signatures: of two operators, where the security module wants them: ``{operator, signature}``.

    Returns:
        The sale that was made, or taken back.

    Raises:
        UnableToSell: refused.
        SalePending: the module did not answer.
    """
    act = _EXECUTE.get(approval.operation)
    if act is None or approval.provider_id != user.provider_id:
        raise UnableToSell("Esta solicitud no se ejecuta aquí.")
    if not user.may(Operation(approval.operation)):
        raise UnableToSell("Su rol no permite ejecutar esta solicitud.")
    return act(
        user, approval, {"until": signatures_until(approval), "signatures": [dict(one) for one in signatures]}
    )


def _issue_free(user: User, approval: Approval, signed: Mapping[str, Any]) -> Sale:
    said = approval.arguments
    return issue_free(user, approval.pk, said["number"], said["units"], approval, signed)


def _change_key(user: User, approval: Approval, signed: Mapping[str, Any]) -> Sale:
    said = approval.arguments
    return change_key(user, approval.pk, said["number"], said["target"], approval, signed)


def _reverse(user: User, approval: Approval, _: Mapping[str, Any]) -> Sale:
    sale = Sale.objects.of(user).filter(pk=approval.arguments["sale"]).first()
    if sale is None:
        raise UnableToSell("Esa venta no existe.")
    reverse_sale(user, sale, approval, approval.reason)
    found: Sale = sale
    return found


_EXECUTE: Mapping[str, Callable[[User, Approval, Mapping[str, Any]], Sale]] = {
    Operation.FREE_ISSUE.value: _issue_free,
    Operation.KEY_CHANGE.value: _change_key,
    Operation.REVERSE_SALE.value: _reverse,
}
